"""Keeps what Motion said, a line a fact, in hidden files below the archive, under one lock a camera.

`<archive>/.hooks/<camera>/<YYYYMMDD>/<HHMMSS>` holds one event (digits as Motion's %{eventid} has them), `movies/`
one file a movie without an event (time-lapse), `outages` a camera's losses. A set of facts only grows, and a fact said twice is there
once: sidecars that are derived from the whole set do not depend on the order in which hooks came. A hook killed while
it writes leaves a line without its end; such a line is no fact. Files of events are deleted after a week.
"""

import errno
import fcntl
import os
import time

from sitegen.archive.durable import discard, sync_folder, temporary_of, write_durably

_KEPT_SECONDS = 7 * 86_400
_END = "."
_ESCAPES = (("%", "%25"), ("\t", "%09"), ("\n", "%0A"), ("\r", "%0D"))
FOLDER = ".hooks"
MOVIES = "movies"

Measures = tuple[int, int, int, int, int, int, int]
"""Changed pixels, noise, labels, x, y, width, height; -1: not said."""
UNMEASURED: Measures = (-1, -1, -1, -1, -1, -1, -1)


class Fact:
    """One thing that was said. Never changed once made; not a dataclass, whose import costs 8 ms.

    hook: "event-start" and so on; "sidecar": `text` is what stood beside `path` before any fact of it was known.
    moment, offset: when Motion says it was (see hook_times). movie: Motion's %n, 0 where it says nothing.
    path: of movie or picture, relative to the archive's root. length_ms, mtime_ms: the closed movie's; -1: unknown.
    """

    __slots__ = ("hook", "length_ms", "measures", "moment", "movie", "mtime_ms", "offset", "path", "text")

    def __init__(
        self,
        hook: str,
        moment: int,
        *,
        offset: int = 0,
        movie: int = 0,
        measures: Measures = UNMEASURED,
        path: str = "",
        length_ms: int = -1,
        mtime_ms: int = -1,
        text: str = "",
    ) -> None:
        self.hook, self.moment, self.offset, self.movie, self.measures = hook, moment, offset, movie, measures
        self.path, self.length_ms, self.mtime_ms, self.text = path, length_ms, mtime_ms, text

    def line(self) -> str:
        """Return the fact as a line without its newline; its last field says that it is whole."""
        numbers = (self.moment, self.offset, self.movie, *self.measures, self.length_ms, self.mtime_ms)
        return "\t".join((self.hook, *map(str, numbers), _escaped(self.path), _escaped(self.text), _END))


def fact_of(line: str) -> Fact | None:
    """Return the fact that a line holds; None when it was torn, or is not ours."""
    fields = line.split("\t")
    if len(fields) != 16 or fields[-1] != _END:  # noqa: PLR2004 - what Fact.line joins
        return None
    try:
        moment, offset, movie, *measured, length_ms, mtime_ms = map(int, fields[1:13])
    except ValueError:
        return None
    pixels, noise, labels, x, y, width, height = measured
    return Fact(
        fields[0],
        moment,
        offset=offset,
        movie=movie,
        measures=(pixels, noise, labels, x, y, width, height),
        length_ms=length_ms,
        mtime_ms=mtime_ms,
        path=_plain(fields[13]),
        text=_plain(fields[14]),
    )


def _escaped(text: str) -> str:
    for plain, escape in _ESCAPES:
        text = text.replace(plain, escape)
    return text


def _plain(text: str) -> str:
    for plain, escape in reversed(_ESCAPES):
        text = text.replace(escape, plain)
    return text


def lock_camera(root: str, camera: str) -> int:
    """Wait for the camera's lock and return it; it is given back by os.close, or by the process's end."""
    folder = f"{root}/{FOLDER}/{camera}"
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib costs the hook 5 ms
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def read_facts(path: str) -> list[Fact]:
    """Return the facts of a file; none when there is no file. The caller holds the lock."""
    return [fact for fact in map(fact_of, read_text(path).split("\n")) if fact is not None]


def read_text(path: str) -> str:
    """Return a file's text, "" when there is none; what is not UTF-8 after a power cut is replaced."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    try:
        return os.read(handle, os.fstat(handle).st_size).decode("utf-8", "replace")
    finally:
        os.close(handle)


def add_facts(path: str, facts: list[Fact]) -> None:
    """Append facts in one write; the caller holds the lock and has seen that they are new."""
    try:
        handle = _open(path)
    except FileNotFoundError:
        _make_folder(os.path.split(path)[0])
        handle = _open(path)
    try:
        # The newline in front ends a line that a killed hook left torn; an empty line is no fact.
        data = ("\n" + "".join(fact.line() + "\n" for fact in facts)).encode()
        if os.write(handle, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
    finally:
        os.close(handle)


def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _make_folder(folder: str) -> None:
    """Make the folder of a new day, which is the occasion to delete what is old."""
    os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - pathlib costs the hook 5 ms
    parent, made = os.path.split(folder)
    for name in os.listdir(parent):  # noqa: PTH208 - as above
        if name != made and ("0" <= name[0] <= "9" or name == MOVIES):
            try:
                _sweep(f"{parent}/{name}", time.time() - _KEPT_SECONDS)
            except OSError:
                continue  # what is new is worth more; the next day brings the next occasion


def _sweep(folder: str, before: float) -> None:
    """Delete the files that were last written before a time, and the folder when it is empty.

    With an event goes what a hook that was killed has left beside its movies.
    """
    root, left = folder.rpartition(f"/{FOLDER}/")[0], 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_mtime < before:
                for path in {fact.path for fact in read_facts(entry.path) if fact.path}:
                    discard(temporary_of(f"{root}/{sidecar_of(path)}"))
                os.unlink(entry.path)  # noqa: PTH108 - pathlib costs the hook 5 ms
            else:
                left += 1
    if not left:
        os.rmdir(folder)  # noqa: PTH106 - as above


def sidecar_of(path: str) -> str:
    """Return the path of a movie's sidecar, which is always beside it."""
    return os.path.splitext(path)[0] + ".yaml"  # noqa: PTH122 - pathlib costs the hook 5 ms


def put(path: str, text: str, *, again: bool = False) -> None:
    """Make a file hold `text`, durably, unless it does; "": make it be gone. Its folder exists.

    `again`: a hook said this before, and may have been killed when the file had its name but not yet for ever.
    """
    if text and read_text(path) != text:
        write_durably(path, text.encode())
        return
    discard(temporary_of(path))
    if not text:
        discard(path)
    elif again:
        sync_folder(os.path.split(path)[0])
