"""Reads how long and how large a video is from its container's headers; opens the one file, standard library only.

Media data are never read, and no program is started: a plain mp4 takes a tenth of a millisecond.
"""

import os
import stat

_MP4_FIRST = {b"ftyp", b"styp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"}
_EBML = b"\x1a\x45\xdf\xa3"


class Container:
    """What the headers of a video file say.

    seconds: length of the playable part, or None when it cannot be known (mp4 without its index, no frame at all).
    width, height: of the picture as it is shown, after pixel aspect and rotation; None: not said.
    codec: of the first video track, as ffmpeg calls it ("h264"), or the container's own name for it; None: no video.
    complete: every part that was begun is there to its end. False for a file that was cut, or is being written.
    """

    __slots__ = ("codec", "complete", "has_video", "height", "seconds", "width")

    def __init__(
        self,
        *,
        seconds: float | None = None,
        width: int | None = None,
        height: int | None = None,
        codec: str | None = None,
        has_video: bool = False,
        complete: bool = False,
    ) -> None:
        self.seconds, self.width, self.height = seconds, width, height
        self.codec, self.has_video, self.complete = codec, has_video, complete

    def __repr__(self) -> str:
        return f"Container({', '.join(f'{name}={getattr(self, name)!r}' for name in self.__slots__)})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Container) and repr(self) == repr(other)

    __hash__ = None  # type: ignore[assignment]  # compared in tests, never a key


def read_container(path: str | os.PathLike[str]) -> Container | None:
    """Return what the headers of an mp4, mov, mkv or webm file say; None when it is no such file.

    The file's first bytes decide, not its name. Damage ends the reading, never raises: what was understood so far
    is returned, with `complete` False. Raises OSError when the file cannot be opened or read.
    """
    # O_NONBLOCK: opening a FIFO that somebody put there must not wait for a writer.
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        head = os.pread(handle, 12, 0)
        if head[4:8] in _MP4_FIRST:
            from sitegen.archive.container_mp4 import read_mp4

            return read_mp4(handle, status.st_size)
        if head[:4] == _EBML:
            from sitegen.archive.container_mkv import read_mkv

            return read_mkv(handle, status.st_size)
        return None
    finally:
        os.close(handle)
