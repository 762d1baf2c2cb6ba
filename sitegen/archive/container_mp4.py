"""Reads the boxes of an mp4 or mov file, plain or in fragments; reads from an open file, standard library only.

ISO/IEC 14496-12. Only headers and the few small boxes that are needed are read; sizes that a hostile file may choose
are bounded.
"""

import os

from sitegen.archive.container import Container

TYPE_CHECKING = False
if TYPE_CHECKING:  # the real import would cost the hook a millisecond
    from collections.abc import Iterator

_MOST_BOXES = 200_000  # a day in one file has 90,000; more is no footage
_LARGEST_READ = 4 << 20  # bytes of one box; a fragment's list of frames has some kilobytes
_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"}
_CODECS = {
    b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1", b"vp08": "vp8",
    b"vp09": "vp9", b"mp4v": "mpeg4", b"jpeg": "mjpeg", b"mjpa": "mjpeg", b"mjp2": "jpeg2000",
}  # fmt: skip
_HEADER = 8
_LARGE_HEADER = 16

Box = tuple[bytes, int, int]
"""Type, where its content begins, where it ends."""


class _Track:
    """What is known of one track while the boxes are read."""

    def __init__(self) -> None:
        self.id = 0
        self.handler = b""
        self.timescale = 0
        self.duration = 0
        self.shown = (0, 0)
        self.coded = (0, 0)
        self.fourcc = b""
        self.frame_ticks = 0  # of a frame in fragments, unless they say otherwise
        self.first: int | None = None
        self.last = 0


class _Movie:
    """What is known of the whole file while the boxes are read."""

    def __init__(self, handle: int, size: int) -> None:
        self.handle, self.size = handle, size
        self.left = _MOST_BOXES
        self.timescale = 0
        self.duration = 0
        self.tracks: list[_Track] = []
        self.found = False
        self.whole = True

    def boxes(self, begin: int, end: int) -> "Iterator[Box]":
        """Yield the boxes between two places; one that is cut sets `whole` False and ends it."""
        while end - begin >= _HEADER and self.left > 0:
            self.left -= 1
            head = os.pread(self.handle, _LARGE_HEADER, begin)
            length, content = int.from_bytes(head[:4], "big"), begin + _HEADER
            if length == 1:
                length, content = int.from_bytes(head[8:16], "big"), begin + _LARGE_HEADER
            elif length == 0:
                length = end - begin
            if content > begin + length or begin + length > end:
                break
            yield head[4:8], content, begin + length
            begin += length
        self.whole = self.whole and begin == end

    def read(self, begin: int, end: int) -> bytes:
        return os.pread(self.handle, min(end - begin, _LARGEST_READ), begin)


def read_mp4(handle: int, size: int) -> Container:
    """Return what the open file of `size` bytes says; a last fragment that is cut is left out."""
    movie = _Movie(handle, size)
    fragment: list[Box] = []
    for kind, begin, end in movie.boxes(0, size):
        if kind == b"moov" and not movie.found:
            movie.found = True
            _read_inside(movie, begin, end)
        elif kind == b"moof":
            fragment = list(movie.boxes(begin, end))
        elif kind == b"mdat" and fragment:  # its media data are there: the fragment counts
            for part in fragment:
                if part[0] == b"traf":
                    _read_fragment(movie, part[1], part[2])
            fragment = []
    return _container(movie, whole=movie.whole and movie.found and not fragment)


def _read_inside(movie: _Movie, begin: int, end: int) -> None:
    for kind, content, stop in movie.boxes(begin, end):
        if kind == b"trak":
            movie.tracks.append(_Track())
        if kind in _INSIDE:
            _read_inside(movie, content, stop)
        elif kind == b"mvhd":
            movie.timescale, movie.duration = _clock(movie.read(content, stop))
        elif kind == b"trex":
            _read_defaults(movie, movie.read(content, stop))
        elif movie.tracks:
            _read_track(movie, movie.tracks[-1], kind, content, stop)


def _read_track(movie: _Movie, track: _Track, kind: bytes, begin: int, end: int) -> None:
    if kind == b"mdhd":
        track.timescale, track.duration = _clock(movie.read(begin, end))
    elif kind == b"hdlr" and not track.handler:
        track.handler = movie.read(begin, end)[8:12]
    elif kind == b"tkhd":
        data = movie.read(begin, end)
        later = 12 if data[:1] == b"\x01" else 0  # version 1 has 64-bit times
        track.id = _number(data, 12 + later // 3 * 2)
        track.shown = _shown(data[40 + later : 84 + later])
    elif kind == b"stsd":
        data = movie.read(begin, min(end, begin + 64))
        track.fourcc = data[12:16]
        track.coded = (_number(data, 40, 2), _number(data, 42, 2))


def _clock(data: bytes) -> tuple[int, int]:
    """Return timescale (ticks a second) and duration (ticks) of an mvhd or mdhd box."""
    if data[:1] == b"\x01":
        return _number(data, 20), _known(_number(data, 24, 8), 8)
    return _number(data, 12), _known(_number(data, 16), 4)


def _known(duration: int, width: int) -> int:
    return 0 if duration == (1 << 8 * width) - 1 else duration


def _shown(data: bytes) -> tuple[int, int]:
    """Return width and height out of a tkhd's matrix and size, turned as the matrix says."""
    width, height = _number(data, 36) >> 16, _number(data, 40) >> 16
    upright = _number(data, 0) != 0  # a quarter turn has 0 where an upright picture has 1
    return (width, height) if upright else (height, width)


def _read_defaults(movie: _Movie, data: bytes) -> None:
    for track in movie.tracks:
        if track.id == _number(data, 4):
            track.frame_ticks = _number(data, 12)


def _read_fragment(movie: _Movie, begin: int, end: int) -> None:
    """Add one traf box's frames to its track."""
    parts = {b"trun": b"", b"tfhd": b"", b"tfdt": b""}
    runs = []
    for kind, content, stop in movie.boxes(begin, end):
        if kind == b"trun":
            runs.append(movie.read(content, stop))
        elif kind in parts:
            parts[kind] = movie.read(content, stop)
    header, clock = parts[b"tfhd"], parts[b"tfdt"]
    for track in movie.tracks:
        if track.id == _number(header, 4):
            start = track.last
            if clock:
                start = _number(clock, 4, 8 if clock[:1] == b"\x01" else 4)
            ticks = sum(_run_ticks(run, _frame_ticks(header, track.frame_ticks)) for run in runs)
            # Without empty_moov, the moov itself holds the first frames, and their duration.
            begun = 0 if track.duration else start
            track.first = begun if track.first is None else min(track.first, begun)
            track.last = max(track.last, start + ticks)


def _frame_ticks(header: bytes, usual: int) -> int:
    """Return how long a frame is by this tfhd, unless its run says otherwise."""
    flags = _number(header, 1, 3)
    if not flags & 0x8:
        return usual
    return _number(header, 8 + (8 if flags & 0x1 else 0) + (4 if flags & 0x2 else 0))


def _run_ticks(run: bytes, usual: int) -> int:
    """Return the length of a trun's frames together."""
    flags, count = _number(run, 1, 3), _number(run, 4)
    if not flags & 0x100:
        return min(count, _LARGEST_READ) * usual
    begin = 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)
    step = 4 * (1 + bool(flags & 0x200) + bool(flags & 0x400) + bool(flags & 0x800))
    end = min(begin + count * step, len(run))
    return sum(_number(run, place) for place in range(begin, end, step))


def _number(data: bytes, begin: int, width: int = 4) -> int:
    """Return a big-endian number; 0 where the data end before it."""
    return int.from_bytes(data[begin : begin + width], "big") if len(data) >= begin + width else 0


def _container(movie: _Movie, *, whole: bool) -> Container:
    video = next((track for track in movie.tracks if track.handler == b"vide"), None)
    seconds = _seconds(movie, video)
    if video is None:
        return Container(seconds=seconds, complete=whole)
    width, height = video.shown if all(video.shown) else video.coded
    codec = _CODECS.get(video.fourcc) or video.fourcc.decode("ascii", "replace").strip("\0 ")
    return Container(
        seconds=seconds,
        width=width or None,
        height=height or None,
        codec=codec or None,
        has_video=True,
        complete=whole,
    )


def _seconds(movie: _Movie, video: _Track | None) -> float | None:
    """Return the playable length: of the fragments where there are any, else the video's, else the movie's."""
    track = video or next(iter(movie.tracks), None)
    if track is None:
        return None
    if track.first is not None and track.timescale:
        return (track.last - track.first) / track.timescale
    if movie.duration and movie.timescale:
        return movie.duration / movie.timescale
    return track.duration / track.timescale if track.duration and track.timescale else None
