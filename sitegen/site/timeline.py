"""A day as a timeline: the gaps of a camera, and its lane of bars. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sitegen.clip import Clip, Day, Gap, Outage

TOLERANCE = timedelta(seconds=2)
"""Neighbouring segments are cut at key frames and timed to some 100 ms; less than this is no gap."""

CAUSES = {
    "camera_lost": "the camera could not be reached",
    "stopped": "recording was stopped",
    "killed": "the recorder was killed",
    "disk_full": "the disk was full",
    "unknown": "cause not known",
}
"""Causes in words; another end_reason is shown as it is."""


def gaps(segments: Sequence[Clip], outages: Sequence[Outage]) -> list[Gap]:
    """Return the gaps of one camera, by start.

    `segments` are its segments by start; the time before the first and after the last is not judged. An outage
    that overlaps a gap is its cause; one that does not is a gap of its own.
    """
    found = _between(segments)
    alone = []
    for outage in outages:
        touching = [g for g in found if _overlap(g, outage)]
        if touching:
            found = [_caused_by(g) if g in touching else g for g in found]
        else:
            alone.append(
                Gap(
                    camera=outage.camera,
                    start=outage.start,
                    end=outage.end,
                    cause=outage.end_reason or "camera_lost",
                )
            )
    return sorted([*found, *alone], key=lambda g: (g.start, g.cause))


def _between(segments: Sequence[Clip]) -> list[Gap]:
    found = []
    for index, segment in enumerate(segments[1:]):
        # A segment without end that another one follows was cut off; how far it reached is not known.
        covered = max(
            (s.end or segment.start for s in segments[max(0, index - 8) : index + 1]), default=segment.start
        )
        if segment.start - covered > TOLERANCE:
            reason = segments[index].end_reason
            cause = reason if reason and reason != "rotated" else "unknown"
            found.append(Gap(camera=segment.camera, start=covered, end=segment.start, cause=cause))
    return found


def _overlap(gap: Gap, outage: Outage) -> bool:
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


def place(start: datetime, end: datetime | None, day: Day) -> tuple[float, float]:
    """Return left and width in percent of the day, within 0..100; a bar without end has width 0."""
    length = day.end - day.start
    left = min(max((start - day.start) / length, 0.0), 1.0)
    right = left if end is None else min(max((end - day.start) / length, left), 1.0)
    return round(100 * left, 3), round(100 * (right - left), 3)


_LEVELS = (2_000, 8_000, 32_000)
"""Changed pixels that lift an event to level 2, 3, 4."""


def level(clip: Clip) -> int:
    """Return how much motion an event had, 1 (little, or unknown) to 4; 0 for a segment."""
    if clip.kind != "event":
        return 0
    changed = (clip.motion.changed_pixels if clip.motion else None) or 0
    return 1 + sum(changed >= limit for limit in _LEVELS)
