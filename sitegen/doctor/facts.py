"""What the doctor knows of a machine before it judges: plain frozen data, gathered by sitegen.doctor.gather."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Literal

import msgspec

SubAddress = Literal["none", "other", "same"]

Identity = tuple[int, int]
"""Device and inode: the same for every way that leads to a folder, also through links and bind mounts."""


class Trouble(msgspec.Struct, frozen=True):
    """Something that could not be read or loaded: where, why, and what to do."""

    where: str
    reason: str
    remedy: str


class Program(msgspec.Struct, frozen=True):
    """A program as it is installed here."""

    name: str
    package: str
    """Debian's."""
    version: str | None = None
    """None: not installed. "": installed, and does not say."""
    parts: frozenset[str] = frozenset()
    """What was asked for and is built in: ffmpeg's encoders and filters."""
    trouble: str = ""
    """Why it does not run; "": it does."""


class Folder(msgspec.Struct, frozen=True):
    """A folder of the configuration as the doctor found it."""

    path: Path
    trouble: str = ""
    """Why it cannot be used: the archive read, the others written; "": it can."""
    above: tuple[Identity, ...] = ()
    """The folder itself, when it is there, and all that it lies in."""
    there: bool = True


class Archive(msgspec.Struct, frozen=True):
    """What a walk over the archive's folders saw; contents of files are not looked at."""

    names: frozenset[str] = frozenset()
    """What lies in the root."""
    folders: int = 0
    """All of them, the root and hidden ones included: each needs an inotify watch."""
    videos: int = 0
    unreadable: tuple[str, ...] = ()
    """Folders that could not be read."""
    newest_s: float = 0.0
    """When a folder was changed last, in seconds since 1970."""


class Disk(msgspec.Struct, frozen=True):
    """A file system, as an ordinary user may use it; `path` is a folder on it."""

    path: Path
    total_bytes: int
    free_bytes: int
    total_files: int
    """0: it does not count files."""
    free_files: int


class Holder(msgspec.Struct, frozen=True):
    """A process that holds a lock on a file or folder."""

    place: Path
    pid: int
    name: str
    """Its program's name; "?": it cannot be looked at."""
    ours: bool
    """Whether it is sitegen."""


class KnownCamera(msgspec.Struct, frozen=True):
    """A camera of the configuration; its address is not here."""

    id: str
    title: str
    record: bool
    has_address: bool
    sub_stream: SubAddress = "none"
    """Its low-resolution stream: none is given, it has an address of its own, or (wrongly) that of the main one."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the judgements of sitegen.doctor.checks go by."""

    configuration: Path
    user: str
    programs: dict[str, Program]
    cpu_percent: int
    """Whether cpulimit is needed: not 0."""
    root: Folder
    archive: Archive
    output: Folder
    state: Folder
    content: Folder
    disks: tuple[Disk, ...]
    most_watches: int | None
    """fs.inotify.max_user_watches; None: this system has no such limit."""
    inotify_trouble: str
    """Why no inotify instance can be had; "": one can."""
    holders: tuple[Holder, ...]
    """Who holds the locks of the site and of the state folder."""
    now: datetime
    clock_kept: bool | None
    """Whether something keeps the clock in step with others; None: not known."""
    timezone: str
    tzdata: str
    """Where the time zones come from, and of which version."""
    theme: str
    theme_trouble: Trouble | None
    cameras: tuple[KnownCamera, ...]
    cameras_trouble: Trouble | None
