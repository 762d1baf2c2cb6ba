"""Reads what pages need to know of a video's inside: the size of its pictures, and how players may take it piece by piece.

It opens the one file and reads its headers only: a tenth of a millisecond for a segment of the recorder.
"""

from __future__ import annotations

import os
import re
import stat

import msgspec

from sitegen.archive.container import read_container
from sitegen.archive.container_fragments import Fragments, find_fragments
from sitegen.archive.container_mp4 import Movie, read_moov, size_of, video_of

PIECE_S = 10.5
"""Fragments are joined into pieces of at most so many seconds; one that is longer is a piece of its own."""

_LONGEST_S = 172_800
_BEGINS = re.compile(rb"sitegen: begins ([+-]\d{1,6}\.\d{3}) s")
_MOST_TOLD = 4_096
_MOST_SIDE = 65_535

Piece = tuple[int, int, float]


class Headers(msgspec.Struct, frozen=True):
    """What is known of a video's inside."""

    width: int = 0
    """Of its pictures as they are shown, in pixels; 0: not said."""
    height: int = 0
    init_bytes: int = 0
    """How long the file's initialisation part is: everything to the end of its moov box."""
    pieces: tuple[Piece, ...] = ()
    """(offset, bytes, seconds) of stretches that follow one another, each beginning with a key frame; none: the file is
    not one in fragments."""
    begins_s: float = 0.0
    """Of a small video: when its first picture is, after the clip's first one. A sub-stream has key frames of its own."""

    @property
    def seconds(self) -> float:
        """How long the pieces are together."""
        return sum(piece[2] for piece in self.pieces)


def begins_text(begins_s: float) -> str:
    """Return what a small video says in its comment of `Headers.begins_s`."""
    return f"sitegen: begins {begins_s:+.3f} s"


NOTHING = Headers()
"""What is known of a file that has nothing of it."""


def read_headers(path: str, *, pieces: bool) -> Headers:
    """Return what a video's headers say: with `pieces` of a file that has any, without them the size of its pictures.

    Damage never raises: what is not in order counts as not said. Raises OSError when the file cannot be read.
    """
    if not pieces:
        container = read_container(path)
        return NOTHING if container is None else Headers(*_size(container.width or 0, container.height or 0))
    # O_NONBLOCK: opening a FIFO that somebody put there must not wait for a writer.
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        return _read_mp4(handle, status.st_size) if stat.S_ISREG(status.st_mode) else NOTHING
    finally:
        os.close(handle)


def _read_mp4(handle: int, size: int) -> Headers:
    """Return what is known of an mp4 in fragments; of any other file nothing."""
    movie = Movie(handle, size)
    for kind, begin, end in movie.boxes(0, size):
        if kind == b"moof":
            break
        if kind == b"moov":
            # Most files are plain where any is: these cost no more than this look.
            if all(inner[0] != b"mvex" for inner in movie.boxes(begin, end)):
                break
            read_moov(movie, begin, end)
            video = video_of(movie)
            if video is None or video.samples or not video.timescale:
                break
            found = find_fragments(movie, video, end)
            pieces = () if found is None else _pieces(found, video.timescale)
            if not pieces:
                break
            return Headers(*_size(*size_of(video)), end, pieces, _begins_s(movie, begin, end))
    return NOTHING


def _begins_s(movie: Movie, begin: int, end: int) -> float:
    for kind, content, stop in movie.boxes(begin, end):
        if kind == b"udta" and (told := _BEGINS.search(movie.read(content, min(stop, content + _MOST_TOLD)))):
            return float(told[1])
    return 0.0


def _size(width: int, height: int) -> tuple[int, int]:
    return (width, height) if 0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE else (0, 0)


def _pieces(found: Fragments, timescale: int) -> tuple[Piece, ...]:
    """Join fragments until a piece would get too long."""
    starts = found.starts
    if found.end_ticks - starts[0][1] > _LONGEST_S * timescale:
        return ()
    longest = PIECE_S * timescale
    pieces: list[Piece] = []
    offset, begun = starts[0]
    ends = [*starts[1:], (found.end_bytes, found.end_ticks)]
    for (here, now), (_, then) in zip(starts, ends, strict=True):
        if now > begun and then - begun > longest:
            pieces.append((offset, here - offset, (now - begun) / timescale))
            offset, begun = here, now
    pieces.append((offset, found.end_bytes - offset, (found.end_ticks - begun) / timescale))
    return tuple(pieces)
