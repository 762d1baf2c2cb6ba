"""A day as a timeline: what of it is recorded, the gaps, events that lie close together, places in percent. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sitegen.clip import Clip, Day, Gap, Outage

TOLERANCE = timedelta(seconds=2)
"""Neighbouring segments are cut at key frames and timed to some 100 ms; less than this is no gap."""

CLOSE = timedelta(minutes=2)
"""Events of one cluster lie less than this apart."""
LONGEST_CLUSTER = timedelta(minutes=15)
MOST_CLUSTERS, SLOT = 120, timedelta(minutes=12)
"""So many bars of events a lane may have, and what makes them so few when there are more: 120 slots in 24 hours."""

STOPPED = "stopped"
"""The cause of a gap that somebody made on purpose."""

CAUSES = {
    "camera_lost": "the camera could not be reached",
    STOPPED: "recording was stopped",
    "killed": "the recorder was killed",
    "disk_full": "the disk was full",
    "unknown": "cause not known",
}
"""Causes in words; another end_reason is shown as it is."""


def silent_after_s(segment_seconds: int) -> int:
    """Return after how many seconds without footage a camera is silent: three segments should have come, or 15 minutes."""
    return max(3 * segment_seconds, 900)


def cause_text(cause: str) -> str:
    """Return a cause in words."""
    return CAUSES.get(cause, cause.replace("_", " "))


def gaps(segments: Sequence[Clip], outages: Sequence[Outage], *, to_the_last: bool = False) -> list[Gap]:
    """Return the gaps of one camera, by start; none overlaps another, or a segment that is closed.

    `segments` are its segments by start; the time before the first is judged by outages only, and so is that after the
    last, unless it is the camera's last one (`to_the_last`) and did not end as it should: then that gap lasts.
    An outage that touches a gap between segments is its cause; what else of it no segment covers is a gap of its own.
    """
    found = _between(segments)
    if to_the_last and segments:
        found += _after(segments)
    for outage in outages:
        found = [_caused_by(g) if _touch(g, outage) else g for g in found]
        found += _rest(outage, [*_stretches(segments), *((g.start, g.end) for g in found)])
    return sorted(found, key=lambda g: (g.start, g.cause))


def _between(segments: Sequence[Clip]) -> list[Gap]:
    found = []
    covered, reason = None, None
    for segment, (start, end) in zip(segments, _stretches(segments), strict=True):
        if covered is not None and start - covered > TOLERANCE:
            cause = reason if reason and ends_a_recording(reason) else "unknown"
            found.append(Gap(camera=segment.camera, start=covered, end=start, cause=cause))
        if covered is None or end > covered:
            covered, reason = end, segment.end_reason
    return found


def ends_a_recording(reason: str | None) -> bool:
    """Say whether nothing follows a segment that ended for this reason, until recording begins again."""
    return reason not in {None, "rotated"}


def _after(segments: Sequence[Clip]) -> list[Gap]:
    """Return the gap after a camera's last segment: none while it is being recorded, or when another should follow."""
    last = max(segments, key=lambda s: s.end or s.start)
    if last.end is None or segments[-1].end is None or not ends_a_recording(last.end_reason):
        return []
    return [Gap(camera=last.camera, start=last.end, cause=last.end_reason or "unknown")]


def _stretches(segments: Sequence[Clip]) -> list[tuple[datetime, datetime]]:
    """Return what segments cover. How far one without end reached is not known: to the next one; the last, nowhere."""
    starts = [s.start for s in segments[1:]]
    ends = [s.end or following for s, following in zip(segments, starts, strict=False)]
    ends += [s.end or s.start for s in segments[-1:]]
    return [(s.start, end) for s, end in zip(segments, ends, strict=True)]


def _rest(outage: Outage, taken: Iterable[tuple[datetime, datetime | None]]) -> list[Gap]:
    """Return what is left of an outage without the stretches that are taken (None: to the end of time)."""
    left: list[tuple[datetime, datetime | None]] = [(outage.start, outage.end)]
    for start, end in taken:
        pieces = []
        for first, last in left:
            if (last is not None and last <= start) or (end is not None and end <= first):
                pieces.append((first, last))
                continue
            if first < start:
                pieces.append((first, start))
            if end is not None and (last is None or end < last):
                pieces.append((end, last))
        left = pieces
    return [
        Gap(camera=outage.camera, start=first, end=last, cause="camera_lost")
        for first, last in left
        if last is None or last - first > TOLERANCE
    ]


def _touch(gap: Gap, outage: Outage) -> bool:
    before_end = outage.end is None or gap.start <= outage.end
    return before_end and (gap.end is None or outage.start <= gap.end)


def _caused_by(gap: Gap) -> Gap:
    if gap.cause != "unknown":
        return gap
    return Gap(camera=gap.camera, start=gap.start, end=gap.end, cause="camera_lost")


def cut(found: Iterable[Gap], day: Day) -> list[Gap]:
    """Return the gaps that touch a day, cut to it; one that lasts keeps no end on the day it began."""
    result = []
    for gap in found:
        if gap.start >= day.end or (gap.end is not None and gap.end <= day.start):
            continue
        start = max(gap.start, day.start)
        end = gap.end if gap.end is None else min(gap.end, day.end)
        result.append(Gap(camera=gap.camera, start=start, end=end, cause=gap.cause))
    return result


def recorded(
    segments: Sequence[Clip], marks: Sequence[datetime], until: datetime
) -> list[tuple[datetime, datetime | None]]:
    """Return what segments (by start) cover: stretches without a gap, cut at the marks and at the end of the day.

    What is being recorded, the last one, is by itself and has no end.
    """
    joined: list[tuple[datetime, datetime]] = []
    lasting = segments[-1:] if segments and segments[-1].end is None else ()
    for start, end in _stretches(segments)[: len(segments) - len(lasting)]:
        if joined and start - joined[-1][1] <= TOLERANCE:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    pieces = [piece for start, end in joined for piece in _cut_at(start, min(end, until), marks)]
    return [*pieces, *((s.start, None) for s in lasting)]


def _cut_at(
    start: datetime, end: datetime, marks: Sequence[datetime]
) -> Iterable[tuple[datetime, datetime | None]]:
    # A piece of a second would be nothing to see: segments end a little before or after the full hour.
    inside = marks[bisect_right(marks, start + TOLERANCE) : bisect_left(marks, end - TOLERANCE)]
    return pairwise((start, *inside, end))


def clusters(spans: Sequence[tuple[datetime, datetime | None]]) -> list[range]:
    """Return which events (by start) lie so close together that one bar may stand for them: ranges of their places.

    No cluster is longer than a quarter of an hour, or a busy camera's day would be one; what has no end is alone.
    Where that leaves very many, one bar stands for all that begin in the same slot of time.
    """
    found = _close(spans)
    return found if len(found) <= MOST_CLUSTERS else _slots(spans)


def _slots(spans: Sequence[tuple[datetime, datetime | None]]) -> list[range]:
    found: list[range] = []
    last = None
    for place, (start, end) in enumerate(spans):
        slot = None if end is None else (start - spans[0][0]) // SLOT
        if slot is not None and slot == last:
            found[-1] = range(found[-1].start, place + 1)
        else:
            found.append(range(place, place + 1))
        last = slot
    return found


def _close(spans: Sequence[tuple[datetime, datetime | None]]) -> list[range]:
    found: list[range] = []
    reached: datetime | None = None
    for place, (start, end) in enumerate(spans):
        first = found[-1].start if found else 0
        if (
            reached is not None
            and end is not None
            and start - reached < CLOSE
            and max(end, reached) - spans[first][0] <= LONGEST_CLUSTER
        ):
            found[-1] = range(first, place + 1)
            reached = max(reached, end)
        else:
            found.append(range(place, place + 1))
            reached = end
    return found


def place(start: datetime, end: datetime | None, day: Day) -> tuple[float, float]:
    """Return left and width in percent of the day, within 0..100; a bar without end has width 0."""
    length = day.end - day.start
    left = (start - day.start) / length
    if not 0.0 <= left <= 1.0:
        left = min(max(left, 0.0), 1.0)
    if end is None:
        return round(100 * left, 3), 0.0
    right = (end - day.start) / length
    if not left <= right <= 1.0:
        right = min(max(right, left), 1.0)
    return round(100 * left, 3), round(100 * (right - left), 3)


_LEVELS = (2_000, 8_000, 32_000)
"""Changed pixels that lift an event to level 2, 3, 4."""


def level(clip: Clip) -> int:
    """Return how much motion an event had, 1 (little, or unknown) to 4; 0 for a segment."""
    if clip.kind != "event":
        return 0
    changed = (clip.motion.changed_pixels if clip.motion else None) or 0
    return 1 + bisect_right(_LEVELS, changed)
