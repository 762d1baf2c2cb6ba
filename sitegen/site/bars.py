"""The bars of a camera's lane: what was recorded, gaps, events; each says in words what it stands for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sitegen.clip import Clip, Day, Gap
from sitegen.site import timeline
from sitegen.site.addresses import moment_url
from sitegen.site.times import day_clock, iso, minute_of
from sitegen.site.views import Bar, ClipView

MANY_EVENTS = 600
"""From more events than this on one day (of all cameras) on, those close together share a bar."""
_TO = "\N{EN DASH}"


class About(NamedTuple):
    """What all bars of a lane have in common."""

    title: str
    """The camera's."""
    url: str
    """The camera's day."""
    day: Day
    hours: tuple[datetime, ...]
    """Its full hours."""
    zone: ZoneInfo


def recorded_bars(about: About, segments: Sequence[Clip]) -> list[Bar]:
    """Return the bars of segments, by start: one for each stretch without a gap, up to the next full hour."""
    clock = day_clock(about.day.date, about.zone)
    bars = []
    for start, end in timeline.recorded(segments, about.hours, about.day.end):
        left, width = timeline.place(start, end, about.day)
        since = minute_of(clock(start))
        said = f"recorded {since}{_TO}{minute_of(clock(end))}" if end else f"being recorded since {since}"
        url = moment_url(about.url, iso(start))
        label = f"{about.title}: {said}"
        bars.append(Bar(kind="segment", left=left, width=width, url=url, label=label, level=0))
    return bars


def gap_bar(about: About, gap: Gap) -> Bar:
    """Return the bar of a gap; one that lasts is drawn to the end of its day: pages do not know the time."""
    left, width = timeline.place(gap.start, gap.end or about.day.end, about.day)
    since = day_clock(about.day.date, about.zone)(gap.start)
    said = f"nothing recorded from {since}: {timeline.cause_text(gap.cause)}"
    return Bar(kind="gap", left=left, width=width, url="", label=f"{about.title}: {said}", level=0)


def event_bars(about: About, views: Sequence[ClipView], merge: bool) -> list[Bar]:  # noqa: FBT001 - of one caller
    """Return the bars of what is no segment, by start; where one stands for several, it leads to the first of them."""
    if not merge:
        return [_event_bar(about, view) for view in views]
    events = [view for view in views if view.movie == "motion"]
    bars = [_event_bar(about, view) for view in views if view.movie != "motion"]
    for places in timeline.clusters([(view.start, view.end) for view in events]):
        found = events[places.start : places.stop]
        bars.append(_event_bar(about, found[0]) if len(found) == 1 else _cluster_bar(about, found))
    return sorted(bars, key=_left)


def _event_bar(about: About, view: ClipView) -> Bar:
    left, width = timeline.place(view.start, view.end, about.day)
    what = "event" if view.movie == "motion" else view.movie
    label = f"{about.title}: {what} {view.start_clock}"
    return Bar(kind="event", left=left, width=width, url=view.url, label=label, level=view.level)


def _cluster_bar(about: About, found: Sequence[ClipView]) -> Bar:
    last = max(view.end or view.start for view in found)
    left, width = timeline.place(found[0].start, last, about.day)
    until = minute_of(day_clock(about.day.date, about.zone)(last))
    return Bar(
        kind="event",
        left=left,
        width=width,
        url=found[0].url,
        label=f"{about.title}: {len(found)} events {minute_of(found[0].start_clock)}{_TO}{until}",
        level=max(view.level for view in found),
        count=len(found),
    )


def _left(bar: Bar) -> float:
    return bar.left
