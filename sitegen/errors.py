"""What can go wrong, as exceptions that keep their facts as attributes.

SitegenError
    UsageError      the user's input cannot be used: exit code 2
        UsageErrors     several things in one file, told together
    LockHeld        another instance is at work: exit code 75
    ArchiveGone     the archive is missing or suddenly more than half empty: exit code 1, nothing is published
    IndexFailed     the index cannot be read or written: exit code 1, nothing is published
    ToolMissing     a program that is needed is not installed: exit code 1
    ThemeError      a theme cannot be used: exit code 2
    CannotListen    an address to listen on cannot be had: exit code 1
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path


class SitegenError(Exception):
    """Base of all errors that are told to the user without a traceback."""

    exit_code = 1


class UsageError(SitegenError):
    """A configuration or an argument cannot be used.

    `file` and `key` say where (key "" when it is the file as a whole), `reason` what is wrong, `remedy` what to do.
    """

    exit_code = 2

    def __init__(self, file: Path | str, key: str, reason: str, remedy: str) -> None:
        super().__init__(file, key, reason, remedy)
        self.file, self.key, self.reason, self.remedy = str(file), key, reason, remedy

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.reason}; {self.remedy}"


class UsageErrors(UsageError):
    """Several `errors`, told together, one a line; the attributes of UsageError are those of the first."""

    def __init__(self, errors: Sequence[UsageError]) -> None:
        first = errors[0]
        super().__init__(first.file, first.key, first.reason, first.remedy)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class ThemeError(UsageError):
    """A theme's file cannot be used."""


class LockHeld(SitegenError):
    """Another instance holds the lock on `path`; `holder` is what it said of itself, or ""."""

    exit_code = 75

    def __init__(self, path: Path, holder: str) -> None:
        super().__init__(path, holder)
        self.path, self.holder = path, holder

    def __str__(self) -> str:
        return f"{self.path} is in use by {self.holder or 'another sitegen'}; stop it first, or use another folder"


class ArchiveGone(SitegenError):
    """The archive at `root` cannot be trusted, for the `reason` given; nothing was published."""

    def __init__(self, root: Path, reason: str, remedy: str) -> None:
        super().__init__(root, reason, remedy)
        self.root, self.reason, self.remedy = root, reason, remedy

    def __str__(self) -> str:
        return f"archive {self.root}: {self.reason}; nothing was published; {self.remedy}"


class InTheWay(OSError):
    """At `filename` is a folder where a file must be put, or a file where a folder must be; the user may want it."""

    def __init__(self, place: str, *, folder: bool) -> None:
        there, wanted = ("folder", "file") if folder else ("file", "folder")
        number = errno.EISDIR if folder else errno.ENOTDIR
        super().__init__(number, f"a {there} is in the place of a {wanted}", place)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror} of the site; move it away, or delete it"


class IndexFailed(SitegenError):
    """The index, a database at `path`, cannot be used, for the `reason` given."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return (
            f"index {self.path}: {self.reason}; nothing was published; "
            f"look for room and rights in {self.path.parent}, or delete it: it is made anew from the archive"
        )


class ToolMissing(SitegenError):
    """The `program` is not installed; Debian has it in `package`."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(program, package)
        self.program, self.package = program, package

    def __str__(self) -> str:
        return f"the program {self.program} is missing; install it (Debian: apt install {self.package})"


class CannotListen(SitegenError):
    """A server cannot listen on `host` and `port`, for the `reason` given."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(host, port, reason)
        self.host, self.port, self.reason = host, port, reason

    def __str__(self) -> str:
        return (
            f"cannot listen on {self.host}, port {self.port}: {self.reason}; stop what uses port {self.port} "
            f"(`ss -ltnp` names it), or choose another address ([announce] listen in sitegen.toml, or --listen)"
        )
