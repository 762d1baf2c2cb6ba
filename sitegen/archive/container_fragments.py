"""Finds the fragments of an mp4 file that was written in them: where each begins, in bytes and in time; reads an open file.

The file's own list at its end (mfra) tells at once. A file whose writer was killed has none: its boxes are walked, and
a last fragment that is cut is left out. Nothing that a hostile file says is believed unless it is in order.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence

from sitegen.archive.container_mp4 import (
    Movie,
    Track,
    first_frame,
    frame_ticks,
    number,
    of_header,
    read_traf,
    run_ticks,
)

_MFRO_BYTES = 16
_TAIL_BYTES = 4_096  # the list of a segment of five minutes with a key frame every two seconds, without sound
_BOX_HEADER = 8
_ENTRIES = 16  # where a tfra's entries begin: after version, track, widths and count
_NO_KEY_FRAME = 0x10000

Start = tuple[int, int]
"""Where a fragment begins: its offset in bytes, and its time in ticks.

The list at the end of a file tells when a first picture is shown, the boxes when it is decoded. The one follows the other
at the same distance all through a file; only how far times are apart matters here.
"""


class Fragments:
    """Where the fragments of a file begin, by offset; each begins with a key frame, as far as the file tells."""

    __slots__ = ("end_bytes", "end_ticks", "starts")

    def __init__(self, starts: Sequence[Start], end_bytes: int, end_ticks: int) -> None:
        self.starts, self.end_bytes, self.end_ticks = starts, end_bytes, end_ticks

    @property
    def is_in_order(self) -> bool:
        """True: each begins after the one before it, in bytes and in time."""
        ends = [*self.starts[1:], (self.end_bytes, self.end_ticks)]
        return bool(self.starts) and all(
            a < b and s < t for (a, s), (b, t) in zip(self.starts, ends, strict=True)
        )


def find_fragments(movie: Movie, video: Track, begin: int) -> Fragments | None:
    """Return the fragments that follow a place, the end of the moov; None: none, or not in order."""
    found = _listed(movie, video, begin)
    if found is None or not found.is_in_order:
        found = _walked(movie, video, begin)
    return found if found is not None and found.is_in_order else None


def _listed(movie: Movie, video: Track, begin: int) -> Fragments | None:
    """Return what the file's own list says, if those of its entries that are looked at are true."""
    tail = os.pread(movie.handle, _TAIL_BYTES, max(begin, movie.size - _TAIL_BYTES))
    if tail[-_MFRO_BYTES:][4:8] != b"mfro":
        return None
    length = number(tail, len(tail) - 4)
    end = movie.size - length
    if end < begin:
        return None
    data = tail[-length:] if length <= len(tail) else movie.read(end, movie.size)
    if data[4:8] != b"mfra" or number(data, 0) != length:
        return None
    starts = _entries(data, video.id)
    if not starts or starts[0][0] < begin or not begin <= starts[-1][0] < end:
        return None
    offset, ticks = starts[-1]
    last = _walked(movie, video, offset, end)
    # Some writers list fragments that begin anywhere, not only with a key frame.
    some = (starts[n][0] for n in (0, len(starts) // 2, -1))
    if last is None or last.end_bytes != end or not all(_begins_with_key(movie, video, s, end) for s in some):
        return None
    return Fragments(starts, end, ticks + last.end_ticks - last.starts[0][1])


def _begins_with_key(movie: Movie, video: Track, begin: int, end: int) -> bool:
    """Say whether there is a fragment at a place that begins with a key frame."""
    for kind, content, stop in movie.boxes(begin, end):
        part = _video_part(movie, video, content, stop) if kind == b"moof" else None
        return part is not None and part.begins_with_key
    return False


def _entries(data: bytes, track: int) -> list[Start]:
    """Return the entries of a track's tfra box in an mfra box, by offset; one a fragment."""
    place = _BOX_HEADER
    while place + _BOX_HEADER <= len(data):
        length = number(data, place)
        if length < _BOX_HEADER:
            break
        if data[place + 4 : place + 8] == b"tfra" and number(data, place + 12) == track:
            return _read_entries(data[place + _BOX_HEADER : place + length])
        place += length
    return []


def _read_entries(tfra: bytes) -> list[Start]:
    widths, count = number(tfra, 8), number(tfra, 12)
    rest = 3 + (widths >> 4 & 3) + (widths >> 2 & 3) + (widths & 3)
    wide = "QQ" if tfra[:1] == b"\x01" else "II"
    entry = struct.Struct(f">{wide}{rest}x")
    count = min(count, (len(tfra) - _ENTRIES) // entry.size)
    entries = entry.iter_unpack(tfra[_ENTRIES : _ENTRIES + count * entry.size])
    starts: dict[int, int] = {}
    for ticks, offset in entries:
        starts.setdefault(offset, ticks)
    return list(starts.items())


def _walked(movie: Movie, video: Track, begin: int, end: int | None = None) -> Fragments | None:
    """Return the fragments between two places that are there with their media data, by their own boxes."""
    starts: list[Start] = []
    waiting: tuple[int, _Part | None] | None = None
    ticks, reached, here = 0, begin, begin
    for kind, content, stop in movie.boxes(begin, movie.size if end is None else end):
        if kind == b"moof":
            waiting = here, _video_part(movie, video, content, stop)
        elif kind == b"mdat" and waiting is not None:
            offset, part = waiting
            waiting, reached = None, stop
            if part is not None:
                first = ticks if part.time is None else part.time
                if part.begins_with_key or not starts:
                    starts.append((offset, first))
                ticks = first + part.ticks
        here = stop
    return Fragments(starts, reached, ticks) if starts else None


class _Part:
    """What a fragment says of the video: when it begins (None: after the one before), how long it is, in ticks."""

    def __init__(self, header: bytes, clock: bytes, runs: Sequence[bytes], video: Track) -> None:
        self.time = number(clock, 4, 8 if clock[:1] == b"\x01" else 4) if clock else None
        self.ticks = sum(run_ticks(run, frame_ticks(header, video.frame_ticks)) for run in runs)
        flags = number(runs[0], 1, 3)
        usual = of_header(header, 0x20, video.frame_flags)
        place, (duration, size) = first_frame(flags), (bool(flags & 0x100), bool(flags & 0x200))
        if flags & 0x4:
            usual = number(runs[0], place - 4)
        elif flags & 0x400:
            usual = number(runs[0], place + 4 * (duration + size))
        self.begins_with_key = not usual & _NO_KEY_FRAME


def _video_part(movie: Movie, video: Track, begin: int, end: int) -> _Part | None:
    """Return what a moof says of the video; None: nothing."""
    for kind, content, stop in movie.boxes(begin, end):
        if kind != b"traf":
            continue
        header, clock, runs = read_traf(movie, content, stop)
        if runs and number(header, 4) == video.id:
            return _Part(header, clock, runs, video)
    return None
