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
_AHEAD = 2_048  # bytes: the boxes of a fragment, and those of a moov without frames, come with one read
_LARGEST_READ = 4 << 20  # bytes of one box; a fragment's list of frames has some kilobytes
_MOST_READ = 256 << 20  # bytes of all boxes; those of a day in one file are half of it
_INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"mvex"}
_DEEPEST = 8  # boxes in each other; a track's list of frames lies five deep
_CODECS = {
    b"avc1": "h264", b"avc3": "h264", b"hvc1": "hevc", b"hev1": "hevc", b"av01": "av1", b"vp08": "vp8",
    b"vp09": "vp9", b"mp4v": "mpeg4", b"jpeg": "mjpeg", b"mjpa": "mjpeg", b"mjp2": "jpeg2000",
}  # fmt: skip
_HEADER = 8
_LARGE_HEADER = 16

Box = tuple[bytes, int, int]
"""Type, where its content begins, where it ends."""


class Track:
    """What is known of one track while the boxes are read."""

    def __init__(self) -> None:
        self.id = 0
        self.handler = b""
        self.timescale = 0
        self.duration = 0
        self.shown = (0, 0)
        self.coded = (0, 0)
        self.fourcc = b""
        self.samples = 0  # that the moov itself lists
        self.frame_ticks = 0  # of a frame in fragments, unless they say otherwise
        self.frame_flags = 0  # likewise
        self.first: int | None = None
        self.last = 0


class Movie:
    """What is known of the whole file while the boxes are read."""

    def __init__(self, handle: int, size: int) -> None:
        self.handle, self.size = handle, size
        self.left, self._bytes_left = _MOST_BOXES, _MOST_READ
        self.timescale = 0
        self.duration = 0
        self.tracks: list[Track] = []
        self.found = False
        self.whole = True
        self._begin, self._window = 0, b""

    def boxes(self, begin: int, end: int) -> "Iterator[Box]":
        """Yield the boxes between two places; one that is cut sets `whole` False and ends it."""
        while end - begin >= _HEADER and self.left > 0:
            self.left -= 1
            head = self.read(begin, min(begin + _LARGE_HEADER, self.size))
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
        """Return the bytes between two places, at most some megabytes; the next ones are read ahead with them."""
        length = max(0, min(end - begin, _LARGEST_READ, self._bytes_left))
        self._bytes_left -= length
        place = begin - self._begin
        if place < 0 or place + length > len(self._window):
            self._begin, self._window, place = begin, os.pread(self.handle, max(length, _AHEAD), begin), 0
        return self._window[place : place + length]


def read_mp4(handle: int, size: int) -> Container:
    """Return what the open file of `size` bytes says; a last fragment that is cut is left out."""
    movie = Movie(handle, size)
    fragment: list[Box] = []
    for kind, begin, end in movie.boxes(0, size):
        if kind == b"moov" and not movie.found:
            movie.found = True
            read_moov(movie, begin, end)
        elif kind == b"moof":
            fragment = list(movie.boxes(begin, end))
        elif kind == b"mdat" and fragment:  # its media data are there: the fragment counts
            for part in fragment:
                if part[0] == b"traf":
                    _read_fragment(movie, part[1], part[2])
            fragment = []
    return _container(movie, whole=movie.whole and movie.found and not fragment)


def read_moov(movie: Movie, begin: int, end: int, depth: int = 1) -> None:
    """Take over what the boxes inside a moov say of the movie and its tracks; what is nested too deep is passed over."""
    for kind, content, stop in movie.boxes(begin, end):
        if kind == b"trak":
            movie.tracks.append(Track())
        if kind in _INSIDE:
            if depth < _DEEPEST:
                read_moov(movie, content, stop, depth + 1)
        elif kind == b"mvhd":
            movie.timescale, movie.duration = _clock(movie.read(content, stop))
        elif kind == b"trex":
            _read_defaults(movie, movie.read(content, stop))
        elif movie.tracks:
            _read_track(movie, movie.tracks[-1], kind, content, stop)


def _read_track(movie: Movie, track: Track, kind: bytes, begin: int, end: int) -> None:
    if kind == b"mdhd":
        track.timescale, track.duration = _clock(movie.read(begin, end))
    elif kind == b"hdlr" and not track.handler:
        track.handler = movie.read(begin, end)[8:12]
    elif kind == b"tkhd":
        data = movie.read(begin, end)
        later = 12 if data[:1] == b"\x01" else 0  # version 1 has 64-bit times
        track.id = number(data, 12 + later // 3 * 2)
        track.shown = _shown(data[40 + later : 84 + later])
    elif kind == b"stsd":
        data = movie.read(begin, min(end, begin + 64))
        track.fourcc = data[12:16]
        track.coded = (number(data, 40, 2), number(data, 42, 2))
    elif kind == b"stsz":
        track.samples = number(movie.read(begin, min(end, begin + 12)), 8)


def _clock(data: bytes) -> tuple[int, int]:
    """Return timescale (ticks a second) and duration (ticks) of an mvhd or mdhd box."""
    if data[:1] == b"\x01":
        return number(data, 20), _known(number(data, 24, 8), 8)
    return number(data, 12), _known(number(data, 16), 4)


def _known(duration: int, width: int) -> int:
    return 0 if duration == (1 << 8 * width) - 1 else duration


def _shown(data: bytes) -> tuple[int, int]:
    """Return width and height out of a tkhd's matrix and size, turned as the matrix says."""
    width, height = number(data, 36) >> 16, number(data, 40) >> 16
    upright = number(data, 0) != 0  # a quarter turn has 0 where an upright picture has 1
    return (width, height) if upright else (height, width)


def _read_defaults(movie: Movie, data: bytes) -> None:
    for track in movie.tracks:
        if track.id == number(data, 4):
            track.frame_ticks, track.frame_flags = number(data, 12), number(data, 20)


def _read_fragment(movie: Movie, begin: int, end: int) -> None:
    """Add one traf box's frames to its track."""
    header, clock, runs = read_traf(movie, begin, end)
    for track in movie.tracks:
        if track.id == number(header, 4):
            start = track.last
            if clock:
                start = number(clock, 4, 8 if clock[:1] == b"\x01" else 4)
            ticks = sum(run_ticks(run, frame_ticks(header, track.frame_ticks)) for run in runs)
            # Without empty_moov, the moov itself holds the first frames, and their duration.
            begun = 0 if track.duration else start
            track.first = begun if track.first is None else min(track.first, begun)
            track.last = max(track.last, start + ticks)


def read_traf(movie: Movie, begin: int, end: int) -> tuple[bytes, bytes, list[bytes]]:
    """Return a traf box's tfhd and tfdt (b"": there is none) and its truns, as far as they are no more than some megabytes."""
    parts = {b"tfhd": b"", b"tfdt": b""}
    runs: list[bytes] = []
    room = _LARGEST_READ
    for kind, content, stop in movie.boxes(begin, end):
        if kind == b"trun" and room > 0:
            runs.append(movie.read(content, stop))
            room -= len(runs[-1])
        elif kind in parts:
            parts[kind] = movie.read(content, stop)
    return parts[b"tfhd"], parts[b"tfdt"], runs


def frame_ticks(header: bytes, usual: int) -> int:
    """Return how long a frame is by this tfhd, unless its run says otherwise."""
    return of_header(header, 0x8, usual)


def of_header(header: bytes, wanted: int, usual: int) -> int:
    """Return a field of a tfhd box by its flag: 0x8 ticks, 0x10 bytes, 0x20 flags of a frame."""
    flags = number(header, 1, 3)
    if not flags & wanted:
        return usual
    fields = ((0x1, 8), (0x2, 4), (0x8, 4), (0x10, 4))
    return number(header, 8 + sum(width for flag, width in fields if flag < wanted and flags & flag))


def run_ticks(run: bytes, usual: int) -> int:
    """Return the length of a trun's frames together."""
    flags, count = number(run, 1, 3), number(run, 4)
    if not flags & 0x100:
        return min(count, _LARGEST_READ) * usual
    begin = first_frame(flags)
    step = 4 * (1 + bool(flags & 0x200) + bool(flags & 0x400) + bool(flags & 0x800))
    import sys  # these cost the hook a millisecond, and Motion's movies have no runs
    from array import array

    frames = array("I")
    frames.frombytes(run[begin : min(begin + count * step, len(run)) & ~3])
    if sys.byteorder == "little":
        frames.byteswap()
    return sum(frames[:: step // 4])


def first_frame(flags: int) -> int:
    """Return where in a trun box with these flags its first frame is described."""
    return 8 + (4 if flags & 0x1 else 0) + (4 if flags & 0x4 else 0)


def number(data: bytes, begin: int, width: int = 4) -> int:
    """Return a big-endian number; 0 where the data end before it."""
    return int.from_bytes(data[begin : begin + width], "big") if len(data) >= begin + width else 0


def _container(movie: Movie, *, whole: bool) -> Container:
    video = video_of(movie)
    seconds = _seconds(movie, video)
    if video is None:
        return Container(seconds=seconds, complete=whole)
    width, height = size_of(video)
    codec = _CODECS.get(video.fourcc) or video.fourcc.decode("ascii", "replace").strip("\0 ")
    return Container(
        seconds=seconds,
        width=width or None,
        height=height or None,
        codec=codec or None,
        has_video=True,
        complete=whole,
    )


def video_of(movie: Movie) -> Track | None:
    """Return the first track of pictures."""
    return next((track for track in movie.tracks if track.handler == b"vide"), None)


def size_of(video: Track) -> tuple[int, int]:
    """Return width and height of the picture as it is shown; 0: not said."""
    return video.shown if all(video.shown) else video.coded


def _seconds(movie: Movie, video: Track | None) -> float | None:
    """Return the playable length: of the fragments where there are any, else the video's, else the movie's."""
    track = video or next(iter(movie.tracks), None)
    if track is None:
        return None
    if track.first is not None and track.timescale:
        return (track.last - track.first) / track.timescale
    if movie.duration and movie.timescale:
        return movie.duration / movie.timescale
    return track.duration / track.timescale if track.duration and track.timescale else None
