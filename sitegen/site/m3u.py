"""clips.m3u: a camera's day as a list of files, for VLC and the like. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from sitegen.site.timeline import TOLERANCE
from sitegen.site.views import ClipView

_by_start = attrgetter("start", "id")


def clips_m3u(clips: Iterable[ClipView], root: str) -> bytes:
    """Return an extended M3U of the closed clips by start: segments, and events where no segment covers them.

    `root` leads from the list to the site's root. A clip of which the site offers no video is left out.
    """
    playable = [c for c in clips if c.end is not None and (c.video or c.low_video)]
    playable.sort(key=_by_start)
    covered = _Covered(c for c in playable if c.kind == "segment")
    lines = ["#EXTM3U"]
    for clip in playable:
        if clip.kind == "segment" or (clip.movie == "motion" and clip not in covered):
            said = one_line(f"{clip.camera_title} {clip.start_clock}")
            lines += (f"#EXTINF:{round(clip.seconds)},{said}", root + (clip.video or clip.low_video))
    return "\n".join([*lines, ""]).encode()


def one_line(text: str) -> str:
    """Return a text without line breaks and others that do not print: each is a space."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


class _Covered:
    """What segments, given by start, cover; those that follow one another count as one stretch."""

    def __init__(self, segments: Iterable[ClipView]) -> None:
        self._starts: list[datetime] = []
        self._ends: list[datetime] = []
        for segment in segments:
            end = segment.end or segment.start
            if self._ends and segment.start - self._ends[-1] <= TOLERANCE:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(segment.start)
                self._ends.append(end)

    def __contains__(self, clip: ClipView) -> bool:
        at = bisect_right(self._starts, clip.start) - 1
        return at >= 0 and (clip.end or clip.start) <= self._ends[at]
