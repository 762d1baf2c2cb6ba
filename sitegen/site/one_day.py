"""One day's clips with what its pages share: each is read, and made into a view, once. Reads the index only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from sitegen.archive.index import Placed
from sitegen.clip import Camera, Clip, Day, Gap, Outage
from sitegen.days import hour_marks, hour_starts, local_day
from sitegen.site import timeline
from sitegen.site.addresses import camera_url, moment_url
from sitegen.site.bars import MANY_EVENTS, About, event_bars, gap_bar, recorded_bars
from sitegen.site.times import iso
from sitegen.site.views import ClipView, DayLink, GapView, Lane

if TYPE_CHECKING:
    from sitegen.site.model import Model


class Shown(msgspec.Struct, frozen=True, gc=False):
    """A clip of the day, and what pages get of it."""

    placed: Placed
    view: ClipView
    listed_as: str


class OneDay:
    """A day as one build sees it. What only some pages need is gathered when the first of them asks."""

    def __init__(self, model: Model, day: date) -> None:
        self._model, self.bounds = model, model.bounds(day)
        self.placed = model.index.clips_of_day(day)
        """By start and then id."""
        self._gaps: dict[str, list[Gap]] = {}
        self._lanes: dict[str, Lane] = {}

    @cached_property
    def hours(self) -> tuple[tuple[str, float], ...]:
        """Its hour marks."""
        return hour_marks(self.bounds, self._model.zone)

    @cached_property
    def link(self) -> DayLink:
        """The link to this day, without counts."""
        return self._model.bare_link(self.bounds.date)

    @cached_property
    def shown(self) -> list[Shown]:
        """All clips with their views, by start and then id."""
        view = self._model.clip
        return [Shown(p, view(p), p.clip.listed_as) for p in self.placed]

    @cached_property
    def by_camera(self) -> dict[str, list[Shown]]:
        """The clips of each camera that has any."""
        found: dict[str, list[Shown]] = {}
        for one in self.shown:
            found.setdefault(one.placed.clip.camera, []).append(one)
        return found

    @cached_property
    def by_id(self) -> dict[str, Placed]:
        """The clips by id."""
        return {p.clip.id: p for p in self.placed}

    @cached_property
    def _places(self) -> dict[str, tuple[list[Shown], int]]:
        """For each video the day's clips that are listed with it, and its place among them."""
        listed: dict[str, list[Shown]] = {"event": [], "segment": [], "other": []}
        places = {}
        for one in self.shown:
            mates = listed[one.listed_as]
            places[one.placed.clip.path] = (mates, len(mates))
            mates.append(one)
        return places

    def around(self, clip: Clip) -> tuple[ClipView | None, ClipView, ClipView | None]:
        """Return the view of a clip of this day between those of its neighbours in its list, of any day."""
        mates, place = self._places[clip.path]
        model, listed_as = self._model, clip.listed_as
        if place > 0:
            before: ClipView | None = mates[place - 1].view
        else:
            edge = model.index.before(listed_as, clip.start, clip.id)
            before = model.clip(edge) if edge else None
        if place + 1 < len(mates):
            return before, mates[place].view, mates[place + 1].view
        edge = model.index.after(listed_as, clip.start, clip.id)
        return before, mates[place].view, model.clip(edge) if edge else None

    @cached_property
    def _events(self) -> dict[str, list[Placed]]:
        """All clips of the Events of this day, also those that lie on other days; by start and then id."""
        events: dict[str, list[Placed]] = {}
        for placed in (*self.placed, *self._model.index.clips_of_events_of(self.bounds.date)):
            if placed.clip.event:
                events.setdefault(placed.clip.event, []).append(placed)
        for found in events.values():
            found.sort(key=lambda p: (p.clip.start, p.clip.id))
        return events

    @cached_property
    def frames(self) -> dict[str, tuple[int, int]]:
        """The size of the pictures of events that say where motion was, by the video's path, where it is known."""
        return self._model.index.frames_of_day(self.bounds.date)

    def siblings(self, clip: Clip) -> tuple[ClipView, ...]:
        """Return the other event clips of a clip's Event."""
        found = self._events[clip.event] if clip.event else ()
        return self._model.clips(p for p in found if p.clip.path != clip.path and p.clip.kind == "event")

    def gaps(self, camera: Camera) -> list[Gap]:
        """Return the gaps of a camera that touch this day, cut to it."""
        if camera.id not in self._gaps:
            mine = self.by_camera.get(camera.id, ())
            segments = [one.placed.clip for one in mine if one.listed_as == "segment"]
            self._gaps[camera.id] = camera_gaps(self._model, camera, self.bounds, segments)
        return self._gaps[camera.id]

    def lane(self, camera: Camera) -> Lane:
        """Return a camera's line: segments, then gaps, then events, so that events lie on top."""
        if camera.id not in self._lanes:
            mine = self.by_camera.get(camera.id, ())
            url = self._model.day_url(self.bounds.date, camera.id) if mine else camera_url(camera.slug)
            about = About(camera.title, url, self.bounds, self.hour_starts, self._model.zone)
            bars = recorded_bars(about, [one.placed.clip for one in mine if one.listed_as == "segment"])
            bars += [gap_bar(about, gap) for gap in self.gaps(camera)]
            bars += event_bars(about, [one.view for one in mine if one.listed_as != "segment"], self.is_busy)
            self._lanes[camera.id] = Lane(
                camera=camera.title, camera_id=camera.id, slug=camera.slug, url=url, bars=tuple(bars)
            )
        return self._lanes[camera.id]

    @cached_property
    def hour_starts(self) -> tuple[datetime, ...]:
        """The full hours."""
        return hour_starts(self.bounds, self._model.zone)

    @cached_property
    def is_busy(self) -> bool:
        """True: there are so many events that one bar stands for several."""
        return sum(one.listed_as == "event" for one in self.shown) > MANY_EVENTS


def gap_view(model: Model, gap: Gap) -> GapView:
    """Return a gap in words."""
    return GapView(
        camera_title=model.by_id[gap.camera].title,
        start=gap.start,
        end=gap.end,
        cause=gap.cause,
        cause_text=timeline.cause_text(gap.cause),
        day_url=moment_url(model.day_url(local_day(gap.start, model.zone)), iso(gap.start)),
    )


def camera_gaps(model: Model, camera: Camera, day: Day, segments: Sequence[Clip]) -> list[Gap]:
    """Return the gaps of a camera that touch a day, cut to it; `segments` are those that start on it."""
    index = model.index
    around = list(segments)
    if (before := index.before("segment", day.start, "", camera.id)) is not None:
        around.insert(0, before.clip)
    if (after := index.after("segment", day.end, "", camera.id)) is not None:
        around.append(after.clip)
    return gaps_around(model, camera, day, around, to_the_last=after is None)


def gaps_around(
    model: Model, camera: Camera, days: Day, around: Sequence[Clip], *, to_the_last: bool
) -> list[Gap]:
    """Return the gaps of a camera that touch a stretch of days, cut to it.

    `around` are the segments that start in it, the one before and, unless they go `to_the_last`, the one after.
    """
    first = around[0].start if around else days.start
    last = around[-1].start if around else days.end
    outages = model.index.outages_between(camera.id, min(first, days.start), max(last, days.end))
    found = timeline.gaps(around, [ended(model, o) for o in outages], to_the_last=to_the_last)
    return timeline.cut((g for g in found if not _is_over(g, days)), days)


def _is_over(gap: Gap, days: Day) -> bool:
    """Say whether a gap that lasts is none any more: somebody stopped the recording, on a day before.

    From the next day on, until it is begun again, the camera is one that is not to be recorded.
    """
    return gap.end is None and gap.cause == timeline.STOPPED and gap.start < days.start


def ended(model: Model, outage: Outage) -> Outage:
    """Return an outage; one that nobody ended (Motion was restarted) lasts until the camera's next clip."""
    if outage.end is not None:
        return outage
    clip = model.index.first_after(outage.camera, outage.start)
    return outage if clip is None else msgspec.structs.replace(outage, end=clip.clip.start)
