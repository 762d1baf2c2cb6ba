"""What each page says: one function a kind of page, from the model to the context of its template."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

import msgspec

from sitegen.archive import counts
from sitegen.archive.index import Placed
from sitegen.archive.layout import preview_paths
from sitegen.clip import Camera, Gap
from sitegen.site import camera_facts
from sitegen.site.model import Model
from sitegen.site.one_day import gap_view
from sitegen.site.prose import ContentPage, note_html
from sitegen.site.views import ClipView, GapView, Lane

NEWEST_AT_HOME = 24
NEWEST_OF_CAMERA = 24
MONTHS = 12
_TO_SECONDS = len("2026-11-22 03:55:03")


def _isolated(name: str) -> str:
    """Return a name that leaves the order of what stands beside it alone, also when it is written from right to left."""
    turns = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if turns else name


class DayFacts:
    """The clips and gaps of one day, of all cameras or of one."""

    def __init__(self, model: Model, day: date, camera_id: str | None = None) -> None:
        self.model, self.whole = model, model.one_day(day)
        self.bounds, shown = self.whole.bounds, self.whole.shown
        self.shown = shown if camera_id is None else self.whole.by_camera.get(camera_id, [])
        self.gaps: dict[str, list[Gap]] = {}
        for camera in model.cameras:
            if camera_id in {None, camera.id}:
                found = self.whole.gaps(camera)
                if found or camera.id in self.whole.by_camera:
                    self.gaps[camera.id] = found
        self.cameras = [c for c in model.cameras if c.id in self.gaps]

    @cached_property
    def listed(self) -> dict[str, list[ClipView]]:
        """The day's clips by their sort: "event", "segment", "other"."""
        found: dict[str, list[ClipView]] = {"event": [], "segment": [], "other": []}
        for one in self.shown:
            found[one.listed_as].append(one.view)
        return found

    def of(self, listed_as: str) -> tuple[ClipView, ...]:
        """Return the day's clips of one sort."""
        return tuple(self.listed[listed_as])

    def views(self) -> list[ClipView]:
        """Return all clips, by start and then id."""
        return [one.view for one in self.shown]

    def all_gaps(self) -> list[Gap]:
        """Return the gaps of all cameras by start."""
        return sorted((g for found in self.gaps.values() for g in found), key=lambda g: (g.start, g.camera))

    @cached_property
    def gap_views(self) -> tuple[GapView, ...]:
        """The gaps in words."""
        return tuple(gap_view(self.model, g) for g in self.all_gaps())

    def tags(self) -> tuple[str, ...]:
        """Return all tags of the events, sorted."""
        return tuple(sorted({tag for view in self.listed["event"] for tag in view.tags}))

    def lane(self, camera: Camera) -> Lane:
        """Return a camera's line."""
        return self.whole.lane(camera)


def home(model: Model) -> dict[str, Any]:
    """Return the context of home.html."""
    return {
        "title": model.site.title,
        "newest": model.newest_events()[:NEWEST_AT_HOME],
        "months": model.months(model.days, None, MONTHS),
        "cameras": model.camera_views,
    }


def day(model: Model, facts: DayFacts) -> dict[str, Any]:
    """Return the context of day.html."""
    return {
        "title": facts.bounds.date.isoformat(),
        "day": model.day(facts.bounds.date),
        "lanes": tuple(facts.lane(c) for c in facts.cameras),
        "events": facts.of("event")[::-1],
        "tags": facts.tags(),
        "others": facts.of("other"),
        "gaps": facts.gap_views,
        "segment_count": len(facts.of("segment")),
    }


def camera_day(model: Model, facts: DayFacts, camera: Camera) -> dict[str, Any]:
    """Return the context of camera-day.html."""
    return {
        "title": f"{_isolated(camera.title)}, {facts.bounds.date.isoformat()}",
        "camera": model.camera_link(camera),
        "day": model.day(facts.bounds.date, camera.id),
        "lane": facts.lane(camera),
        "segments": facts.of("segment"),
        "events": facts.of("event")[::-1],
        "tags": facts.tags(),
        "others": facts.of("other"),
        "gaps": facts.gap_views,
    }


def clip(model: Model, placed: Placed, size: Callable[[str], int] = lambda _: 0) -> dict[str, Any]:
    """Return the context of clip.html: a clip, its neighbours over all cameras, and the clips of its Event.

    `size` gives the bytes of a file of the site, 0 where they are not known.
    """
    found, one_day = placed.clip, model.one_day(placed.day)
    before, view, after = one_day.around(found)
    frame, note = one_day.frames.get(found.path), found.note
    if frame or note or view.poster:
        made = preview_paths(found.path)
        view = msgspec.structs.replace(
            view,
            frame=frame,
            note_html=note_html(note.text) if note else "",
            low_bytes=size(made["video"]) if view.low_video else 0,
            poster_bytes=size(made["poster"]) if view.poster else 0,
        )
    local = found.start.astimezone(model.zone).isoformat(" ")[:_TO_SECONDS]
    return {
        "title": f"{_isolated(view.title or view.camera_title)}, {local}",
        "clip": view,
        "previous": before,
        "next": after,
        "siblings": one_day.siblings(found),
        "day": one_day.link,
    }


def cameras(model: Model) -> dict[str, Any]:
    """Return the context of cameras.html."""
    return {"title": "Cameras", "cameras": model.camera_views}


def camera(model: Model, found: Camera, prose: ContentPage | None = None) -> dict[str, Any]:
    """Return the context of camera.html."""
    days = counts.days(model.index, found.id)
    return {
        "title": found.title,
        "camera": model.camera_view(found),
        "months": model.months(days, found.id, MONTHS),
        "newest": model.newest_events(found.id)[:NEWEST_OF_CAMERA],
        "coverage": camera_facts.coverage(model, found, days),
        "prose_html": prose.body_html if prose else "",
        **camera_facts.heat(model, found),
    }


def live(model: Model) -> dict[str, Any]:
    """Return the context of live.html; it changes with the cameras only."""
    return {"title": "Live", "cameras": tuple(model.camera_link(c) for c in model.cameras)}
