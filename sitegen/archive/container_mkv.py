"""Reads the elements of a Matroska or WebM file; reads from an open file, standard library only.

RFC 8794 and RFC 9559. Frames are stepped over by their headers; sizes that a hostile file may choose are bounded.
"""

import os

from sitegen.archive.container import Container

TYPE_CHECKING = False
if TYPE_CHECKING:  # the real import would cost the hook a millisecond
    from collections.abc import Iterator

_MOST_ELEMENTS = 200_000
_LARGEST_READ = 4_096  # bytes of one value; texts and numbers have some tens
_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_TIMESTAMP_SCALE, _DURATION = 0x2AD7B1, 0x4489
_TRACK, _TYPE, _CODEC, _FRAME_NS, _VIDEO = 0xAE, 0x83, 0x86, 0x23E383, 0xE0
_PIXELS, _SHOWN, _UNIT = (0xB0, 0xBA), (0x54B0, 0x54BA), 0x54B2
_TIMESTAMP, _SIMPLE_BLOCK, _BLOCK_GROUP, _BLOCK = 0xE7, 0xA3, 0xA0, 0xA1
_CODECS = {
    "V_MPEG4/ISO/AVC": "h264", "V_MPEGH/ISO/HEVC": "hevc", "V_MPEG4/ISO/ASP": "mpeg4", "V_MPEG4/ISO/SP": "mpeg4",
    "V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av1", "V_MJPEG": "mjpeg", "V_MPEG2": "mpeg2video",
}  # fmt: skip
_VIDEO_TYPE, _ASPECT_RATIO = 1, 3

Element = tuple[int, int, int]
"""Id, where its content begins, where it ends; the end is -1 where the file does not say."""


class _Movie:
    """The open file, and what is known of it while its elements are read; times in ticks of `scale_ns`."""

    def __init__(self, handle: int, size: int) -> None:
        self.handle, self.size = handle, size
        self.left = _MOST_ELEMENTS
        self.whole = True
        self.scale_ns = 1_000_000
        self.duration: float | None = None
        self.codec = ""
        self.frame_ns = 0
        self.shown = (0, 0)
        self.has_video = False
        self.cluster: Element | None = None  # the last one that was stepped over
        self.base = 0  # the time of the cluster that is being read
        self.last: int | None = None  # the time of the last frame that was seen

    def elements(self, begin: int, end: int) -> "Iterator[Element]":
        """Yield the elements between two places.

        A Cluster of unknown size, or one that is cut, is entered: its own elements follow it. Anything else that
        is cut, or no element at all, sets `whole` False and ends it.
        """
        while begin < end and self.left > 0:
            self.left -= 1
            element = _element(os.pread(self.handle, 12, begin), begin)
            if element is None:
                break
            kind, content, stop = element
            inside = 0 <= stop <= end
            if not inside and kind != _CLUSTER:
                break
            yield element
            begin = stop if inside else content
            self.whole = self.whole and (inside or stop < 0)
        self.whole = self.whole and begin == end

    def read(self, begin: int, end: int) -> bytes:
        return os.pread(self.handle, min(end - begin, _LARGEST_READ), begin)


def read_mkv(handle: int, size: int) -> Container:
    """Return what the open file of `size` bytes says; without a Duration, or cut, it ends with its last frame."""
    movie = _Movie(handle, size)
    finished = _read_segment(movie)
    seconds = movie.duration * movie.scale_ns / 1e9 if movie.duration else None
    if seconds == float("inf"):
        seconds = None
    if seconds is None or not finished or not movie.whole:
        seconds = _end_of_last_frame(movie) or seconds
    return Container(
        seconds=seconds,
        width=movie.shown[0] or None,
        height=movie.shown[1] or None,
        codec=_CODECS.get(movie.codec, movie.codec) or None,
        has_video=movie.has_video,
        complete=finished and movie.whole and bool(movie.duration),
    )


def _read_segment(movie: _Movie) -> bool:
    """Read what is in the Segment; say whether the file has it to its end."""
    place = 0
    while True:
        element = _element(os.pread(movie.handle, 12, place), place)
        movie.left -= 1
        if element is None or movie.left < 0:
            return False
        kind, content, stop = element
        if kind == _SEGMENT:
            break
        if stop < 0:
            return False
        place = stop
    finished = 0 <= stop <= movie.size
    for inner, begin, end in movie.elements(content, stop if finished else movie.size):
        if inner == _INFO:
            _read_info(movie, begin, end)
        elif inner == _TRACKS:
            _read_tracks(movie, begin, end)
        else:
            _read_time(movie, (inner, begin, end))
    return finished


def _read_time(movie: _Movie, element: Element) -> None:
    """Note the time of an element that is a cluster or lies in one."""
    kind, begin, end = element
    if kind == _CLUSTER:
        movie.cluster = element
    elif kind == _TIMESTAMP:
        movie.base = _whole(movie.read(begin, end))
    elif kind in {_SIMPLE_BLOCK, _BLOCK}:
        frame = movie.base + _block_offset(movie.read(begin, begin + 10))
        movie.last = frame if movie.last is None else max(movie.last, frame)
    elif kind == _BLOCK_GROUP:
        for inner in movie.elements(begin, end):
            _read_time(movie, inner)


def _end_of_last_frame(movie: _Movie) -> float | None:
    """Return when the last whole frame ends, in seconds; reads the last cluster if it was stepped over."""
    cluster = movie.cluster
    if cluster is not None and 0 <= cluster[2] <= movie.size:
        for inner in movie.elements(cluster[1], cluster[2]):
            _read_time(movie, inner)
    if movie.last is None or movie.last < 0:  # a block may say that it comes before its cluster
        return None
    return (movie.last * movie.scale_ns + movie.frame_ns) / 1e9


def _block_offset(head: bytes) -> int:
    """Return a block's time, relative to its cluster's, in ticks; it stands after the track's number."""
    width = 9 - head[0].bit_length() if head and head[0] else 1
    return int.from_bytes(head[width : width + 2], "big", signed=True)


def _read_info(movie: _Movie, begin: int, end: int) -> None:
    info = _children(movie, begin, end)
    movie.scale_ns = _whole(info.get(_TIMESTAMP_SCALE)) or movie.scale_ns
    movie.duration = _float(info.get(_DURATION, b""))


def _read_tracks(movie: _Movie, begin: int, end: int) -> None:
    for kind, content, stop in movie.elements(begin, end):
        if kind == _TRACK and not movie.has_video:
            track = _children(movie, content, stop)
            if _whole(track.get(_TYPE)) == _VIDEO_TYPE:
                movie.has_video = True
                movie.codec = track.get(_CODEC, b"").decode("ascii", "replace").strip("\0 ")
                movie.frame_ns = _whole(track.get(_FRAME_NS))
                movie.shown = _shown(movie, content, stop)


def _shown(movie: _Movie, begin: int, end: int) -> tuple[int, int]:
    """Return the size a track's picture wants to be shown in: in pixels, or by its aspect ratio."""
    for kind, content, stop in movie.elements(begin, end):
        if kind == _VIDEO:
            video = _children(movie, content, stop)
            coded, shown = (tuple(_whole(video.get(key)) for key in keys) for keys in (_PIXELS, _SHOWN))
            unit = _whole(video.get(_UNIT))
            if unit == _ASPECT_RATIO and shown[1]:
                return coded[1] * shown[0] // shown[1], coded[1]
            wanted = shown if all(shown) and not unit else coded
            return wanted[0], wanted[1]
    return 0, 0


def _children(movie: _Movie, begin: int, end: int) -> dict[int, bytes]:
    return {kind: movie.read(content, stop) for kind, content, stop in movie.elements(begin, end)}


def _element(head: bytes, begin: int) -> Element | None:
    """Return the element whose header starts at `begin`; None when this is no header."""
    if not head or head[0] < 0x10:  # noqa: PLR2004 - an id has at most four bytes
        return None
    ident = 9 - head[0].bit_length()
    width = 9 - head[ident].bit_length() if len(head) > ident else 9
    content = ident + width
    if width > 8 or len(head) < content:  # noqa: PLR2004 - a size has at most eight bytes
        return None
    size = int.from_bytes(head[ident:content], "big") & ((1 << 7 * width) - 1)
    unknown = size == (1 << 7 * width) - 1
    return int.from_bytes(head[:ident], "big"), begin + content, -1 if unknown else begin + content + size


def _whole(data: bytes | None) -> int:
    """Return a number; 0: it is not said, or has more than the eight bytes that it may have."""
    return int.from_bytes(data, "big") if data and len(data) <= 8 else 0  # noqa: PLR2004


def _float(data: bytes) -> float | None:
    import struct

    if len(data) not in {4, 8}:
        return None
    value: float = struct.unpack(">f" if len(data) == 4 else ">d", data)[0]  # noqa: PLR2004 - bytes of a float
    return value if 0 < value < float("inf") else None
