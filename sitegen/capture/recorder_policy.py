"""Decides when to try again, why a recording ended and from when to when a segment lasts; pure, `now` is an argument."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, TypeVar

EndReason = Literal["rotated", "stopped", "camera_lost", "killed", "disk_full"]
Trouble = Literal["disk_full", "audio", "signal", "local", "untimed"]
"""What ffmpeg complained of: no room; sound that mp4 cannot hold; a signal; a file here; frames that carry no times."""

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
GOOD_RUN_S = 60.0
"""A run that lasted so long shows that the camera is well: back-off begins anew."""

_HEARTBEATS = 5
_LONGEST_HEARTBEAT_S = 4.0

_SILENT_BEATS = 2
_CLOCK_STEP_S = 2.0
_SAME_MOMENT = timedelta(seconds=2)
_LATE_NAME = timedelta(seconds=10)
_LONGEST_S = 7 * 86_400.0

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class RunFacts:
    """How one run of ffmpeg ended; `returncode` as subprocess gives it."""

    returncode: int
    asked: bool
    """We told it to stop, because we stop or its camera's settings changed."""
    stalled: bool
    """We stopped it because nothing came."""
    troubles: frozenset[Trouble]


def end_reason(facts: RunFacts) -> EndReason:
    """Say why recording ended. The exit code alone says nothing: ffmpeg exits 0 when a camera has gone."""
    if "disk_full" in facts.troubles or facts.returncode == -signal.SIGXFSZ:
        return "disk_full"
    if facts.stalled:
        return "camera_lost"
    if facts.asked:
        return "stopped"
    if facts.returncode < 0 or facts.troubles & {"signal", "local"}:
        return "killed"
    return "camera_lost"


def failures_after(failures: int, *, lasted_s: float, frames: int) -> int:
    """Return how many runs have failed in a row, after one more that ended by itself."""
    return 1 if frames and lasted_s >= GOOD_RUN_S else failures + 1


def delay_s(failures: int, chance: float) -> float:
    """Return how long to wait after so many failures (at least 1): 1 s doubling to 60 s, a fifth more or less.

    `chance` (0 to 1) keeps cameras that were lost together from coming back together.
    """
    doubled = FIRST_DELAY_S * 2.0 ** min(failures - 1, 10)
    return min(min(doubled, LONGEST_DELAY_S) * (0.8 + 0.4 * chance), LONGEST_DELAY_S)


def heartbeat_s(stall_s: float) -> float:
    """Return how often ffmpeg says how many frames it has, and how often that is looked at."""
    return min(stall_s / _HEARTBEATS, _LONGEST_HEARTBEAT_S)


def silence_left_s(
    *, now: float, alive_at: float, started_at: float, stall_s: float, patience_s: float
) -> float:
    """Return for how long the camera may still be silent; 0 or less: it has stalled. Monotonic seconds.

    `alive_at` is when a report told of a new frame; others may have come until the next one was due.
    Until the first frame it has `patience_s` more: connecting and probing take their time.
    """
    limit = stall_s + (heartbeat_s(stall_s) if alive_at > started_at else patience_s)
    return alive_at + limit - now


Span: TypeAlias = tuple[datetime, datetime]
"""Start and end of a segment; the end is never before the start."""


def told_alive_at(*, now: datetime, report_before: datetime, heartbeat_s: float) -> datetime:
    """Return by when the frames had come that ffmpeg tells of now.

    It reports only while it is given something: after a silence it may count frames that came before it.
    """
    beat = timedelta(seconds=heartbeat_s)
    return now if now - report_before <= _SILENT_BEATS * beat else report_before + beat


def fell_silent_at(
    *, row_at: datetime, alive_at: datetime, stalled: bool, heartbeat_s: float
) -> datetime | None:
    """Return when the last frame of a segment came, if that was long before its row was read; None: just now."""
    silence = timedelta(seconds=_SILENT_BEATS * heartbeat_s)
    return alive_at if stalled or row_at - alive_at > silence else None


def closed_span(
    *,
    row_at: datetime,
    silent_since: datetime | None,
    seconds: float | None,
    start: datetime,
    follows: bool,
    previous_end: datetime | None,
) -> Span:
    """Return when a segment lasted whose row in ffmpeg's list was read at `row_at`.

    silent_since: as fell_silent_at says. seconds: its length by its headers; None: unknown, which leaves `start`.
    start: what its first sidecar said; follows: that was the end of the segment before, in the same run.
    previous_end: end of the camera's last segment; this one does not overlap it, unless the clock was set back.
    """
    end = silent_since or row_at
    if not _plausible(seconds):
        return start, max(start, end)
    length = timedelta(seconds=seconds or 0)
    first = end - length
    if silent_since is not None:  # it is known to seconds only when that was: the start bounds it
        first = start if follows else _between(start - _LATE_NAME, first, start)
        first = _after(previous_end, first, first + length)
        end = first + length
    elif follows and abs(first - start) <= _SAME_MOMENT:
        return start, max(start, end)
    return _after(previous_end, first, end), end


def killed_span(
    *,
    start: datetime,
    follows: bool,
    seconds: float | None,
    modified: datetime,
    previous_end: datetime | None,
) -> Span:
    """Return when a segment lasted that nobody closed; `modified` is its file's, which ends with its last fragment.

    The time of modification is believed only when it fits: a copied or restored file has another.
    """
    if not _plausible(seconds):
        return start, start
    length = timedelta(seconds=seconds or 0)
    first = modified - length
    if follows or abs(first - start) > _LATE_NAME:
        first = start
    first = _after(previous_end, first, first + length)
    return first, first + length


def _between(lowest: datetime, value: datetime, highest: datetime) -> datetime:
    return max(lowest, min(value, highest))


def _after(previous_end: datetime | None, first: datetime, end: datetime) -> datetime:
    """Return a start that does not lie in the segment before; that one is left out when the clock was set back."""
    if previous_end is not None and first < previous_end <= end:
        return previous_end
    return first


def _plausible(seconds: float | None) -> bool:
    return seconds is not None and 0 <= seconds <= _LONGEST_S


def clock_went_back(before_s: float, now_s: float) -> bool:
    """Say whether the wall clock was set back, from two differences between it and the monotonic clock.

    Then ffmpeg could use a file's name again and overwrite it: a new run, with a new token, does not.
    """
    return now_s < before_s - _CLOCK_STEP_S


def changes(old: Mapping[K, V], new: Mapping[K, V]) -> tuple[frozenset[K], frozenset[K]]:
    """Return which cameras to stop and which to start, so that what runs becomes `new`; the others are left alone."""
    stop = {key for key, value in old.items() if new.get(key) != value}
    start = {key for key, value in new.items() if old.get(key) != value}
    return frozenset(stop), frozenset(start)
