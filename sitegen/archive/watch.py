"""Hints that the archive changed, from the kernel through watchdog. Hints only: the truth is the scan.

A whole scan is due at the start, after an overflow of the kernel's queue, when the root was replaced, and every few
minutes; every few seconds where the kernel's watches do not suffice for all folders, which watchdog tells nobody.
Reads folders only; keeps a thread of watchdog's.
"""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from sitegen.archive.scan import is_of_interest, printable

log = logging.getLogger("sitegen.watch")

_QUICK_SCANS = 11
"""So many scans may trust the folders' mtimes, until one lists every folder again."""

POLL_S = 10.0
"""So often a scan is due while some folder is not watched, if a scan is quick."""
_WALKS_BETWEEN = 200
"""A scan takes some times as long as a walk over the folders: so many of those lie between two scans, at least."""
_COUNT_EVERY_S = 60.0
"""Folders come in bursts: they are counted so often at most."""

_KINDS: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,  # not "modified": a recorder that flushes each packet would keep us busy for nothing
    FileCreatedEvent,
    FileDeletedEvent,
    FileMovedEvent,
]


class Hints(msgspec.Struct, frozen=True):
    """What may have changed since the last time; paths relative to the archive's root."""

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    """Folders that came or went, with all that is in them."""
    everything: bool = False
    """True: a whole scan is due."""
    quick: bool = False
    """True: the scan need not list folders whose mtime is the known one: nobody says that anything was missed."""

    def __bool__(self) -> bool:
        """Say whether there is anything to look at."""
        return bool(self.paths or self.folders or self.everything)


class Watcher:
    """Collects hints; `wake` is set whenever there is one."""

    def __init__(
        self, root: Path, wake: threading.Event, *, rescan_s: float, monotonic: Callable[[], float]
    ) -> None:
        """Watch `root`; ask for a whole scan every `rescan_s` seconds, a quick one but for every twelfth.

        When it cannot be watched, scans must do, every POLL_S seconds or, if they last, less often; none is quick when
        nothing is watched.
        """
        self._root, self._wake, self._rescan_s, self._monotonic = root, wake, rescan_s, monotonic
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._folders: set[str] = set()
        self._everything = True
        self._scanned = monotonic()
        self._walk_s = 0.0
        self._quick_scans = 0
        self._unwatched = 0
        self._told = False
        self._counted = self._attached = float("-inf")
        self._observer: BaseObserver | None = None
        self._identity: tuple[int, int] | None = None
        self._overflow = _OverflowHandler(self._ask_for_scan)
        logging.getLogger("watchdog").addHandler(self._overflow)
        self._attach()

    def take(self) -> Hints:
        """Return what came in since the last call, and forget it."""
        now = self._monotonic()
        self._check_root(now)
        with self._lock:
            everything = self._everything or now - self._scanned >= self._every_s()
            quick = not self._everything and self._observer is not None and self._quick_scans < _QUICK_SCANS
            if everything:
                self._scanned = now
                self._quick_scans = self._quick_scans + 1 if quick else 0
            hints = Hints(frozenset(self._paths), frozenset(self._folders), everything, everything and quick)
            self._paths, self._folders, self._everything = set(), set(), False
        if everything or (hints.folders and now - self._counted >= _COUNT_EVERY_S):
            self._count_unwatched(now)
        return hints

    def _every_s(self) -> float:
        """Return after how many seconds a scan is due."""
        if self._observer is not None and not self._unwatched:
            return self._rescan_s
        return min(self._rescan_s, max(POLL_S, _WALKS_BETWEEN * self._walk_s))

    def give_back(self, hints: Hints) -> None:
        """Take hints again that could not be followed; whatever comes, a whole scan settles it."""
        if hints:
            self._ask_for_scan()

    def close(self) -> None:
        """Stop watching."""
        logging.getLogger("watchdog").removeHandler(self._overflow)
        self._detach()

    # what watchdog's thread calls

    def saw(self, event: FileSystemEvent) -> None:
        """Take one event of watchdog."""
        for name in {event.src_path, event.dest_path} - {""}:
            path = os.path.relpath(os.fsdecode(name), self._root)
            if path.startswith(".") or "/." in path or not (event.is_directory or is_of_interest(path)):
                continue
            if printable(path) != path:
                self._ask_for_scan()  # no path of the index: the scan makes a Problem of it
                continue
            with self._lock:
                (self._folders if event.is_directory else self._paths).add(path)
            self._wake.set()

    # the root itself

    def _check_root(self, now: float) -> None:
        if _identity(self._root) != self._identity:
            log.info("the archive's root is another folder than before: scanning it")
        elif (self._observer is not None and not self._told) or now - self._attached < self._rescan_s:
            return
        self._detach()
        self._attach()
        self._ask_for_scan()

    def _attach(self) -> None:
        self._identity, self._attached = _identity(self._root), self._monotonic()
        if self._identity is None:
            return
        # A folder made while watchdog walks its parent is watched twice over, which it tells in a page of text;
        # it does no harm. Said here and not on import: a test run forgets what modules say of warnings.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        observer = Observer()
        try:
            observer.schedule(_Handler(self), str(self._root), recursive=True, event_filter=_KINDS)
            observer.start()
        except OSError as error:
            if not self._told:
                log.warning(
                    "cannot watch %s (%s): scanning it every %.0f s instead; raise fs.inotify.max_user_watches",
                    *(self._root, error.strerror, self._every_s()),
                )
            self._told = True
            return
        self._observer = observer

    def _count_unwatched(self, now: float) -> None:
        """Find out whether all folders are watched; watchdog leaves out those that the kernel refuses, and says nothing."""
        self._counted = now
        if self._observer is None:
            return
        watches, folders = _watches(), sum(1 for _ in os.walk(self._root))
        self._walk_s = self._monotonic() - now
        before, self._unwatched = self._unwatched, 0 if watches is None else max(folders - watches, 0)
        if self._told and not self._unwatched:
            self._told = False
            log.info("all folders of %s are watched again", self._root)
        if self._unwatched and before and not self._told:  # not those that came a moment ago
            self._told = True
            log.warning(
                "%d of %d folders of %s cannot be watched: scanning it every %.0f s as well; raise fs.inotify.max_user_watches",
                *(self._unwatched, folders, self._root, self._every_s()),
            )

    def _detach(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _ask_for_scan(self) -> None:
        with self._lock:
            self._everything = True
        self._wake.set()


class _Handler(FileSystemEventHandler):
    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._watcher.saw(event)


class _OverflowHandler(logging.Handler):
    """watchdog tells of an overflow only in its log."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage():
            self._tell()


def _watches() -> int | None:
    """Return how many folders this process watches, as the kernel counts them; None: it does not tell."""
    count = 0
    try:
        for opened in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                if str(opened.readlink()) == "anon_inode:inotify":
                    told = Path(f"/proc/self/fdinfo/{opened.name}").read_text(encoding="ascii")
                    count += sum(line.startswith("inotify ") for line in told.splitlines())
    except OSError:
        return None
    return count


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
