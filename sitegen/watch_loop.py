"""Keeps the site current: waits for hints and finished previews, and does one build after another. Also the one build.

The first hint of a burst is followed at once; what comes while a build runs is joined into the next one.
"""

from __future__ import annotations

import errno
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from sitegen.archive.watch import Hints, Watcher
from sitegen.build import EVERYTHING, Generator
from sitegen.errors import ArchiveGone, IndexFailed, LockHeld
from sitegen.news import Built
from sitegen.preview_work import PreviewWork
from sitegen.settings import Settings
from sitegen.site.pages import Page
from sitegen.site.views import TroubleView
from sitegen.status_page import tell_at_start
from sitegen.trouble import trouble_of

log = logging.getLogger("sitegen.watch")

RESCAN_S = 300.0
SETTLE_S = 30.0
"""A video without sidecar is adopted when it has not grown for so long: its hook may only be late."""
RETRY_S = 10.0
_PASSING = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE}
"""What may be over in a moment, and is worth waiting for also at the start; a right that is missing is not."""
_LOOK_S = 2.0
_RETRY_AT_ONCE_S = 0.2
"""`sitegen build` ends only when each preview is made or given up: somebody waits for it."""
_LONGEST_PAUSE_S = 1.0
_MOST_CHANGES = 3
"""A video that is another at each look is left to the next build: it would keep this one for as long as it grows."""
_COLLECT_S = 1.0
_PACE_S = 1.0
"""While one clip follows another, what nearly each of them changes is written at most so often; see `pace`."""
HEARTBEAT_S = 300.0
"""So often at least the status page is written, that its readers can tell a quiet site from one that is left behind."""


def build_once(settings: Settings, *, full: bool, previews: bool, progress: Callable[[int], None]) -> Built:
    """Build, make the previews that are missing, show them, and return; `progress` gets the backlog now and then.

    Raises what Generator and Generator.build raise.
    """
    generator = Generator(settings, full=full)
    try:
        work = PreviewWork(generator, retry_s=_RETRY_AT_ONCE_S) if previews else None
        try:
            built = _build_all(generator, generator.build())
            if work is not None:
                built = _make_previews(generator, work, built, progress)
        finally:
            if work is not None:
                work.close()
    finally:
        generator.close()
    return built


def _build_all(generator: Generator, built: Built) -> Built:
    """Go on building until nothing is left that a build leaves to the next one."""
    while generator.has_more:
        built = _sum(built, generator.build(Hints()))
    return built


def _make_previews(
    generator: Generator, work: PreviewWork, built: Built, progress: Callable[[int], None]
) -> Built:
    work.submit()
    changes: Counter[str] = Counter()
    while work.pool.backlog or work.pool.ready.is_set() or work.pool.has_changed:
        work.pool.ready.wait(_LOOK_S)
        changed = work.pool.changed()
        if work.collect() or changed:
            built = _sum(built, _build_all(generator, generator.build(Hints(paths=frozenset(changed)))))
        changes.update(changed)
        if work.pool.fault:
            log.warning("previews wait: %s", work.pool.fault)
            break
        progress(work.backlog)
        work.submit(frozenset(path for path, times in changes.items() if times >= _MOST_CHANGES))
    return built


def _sum(first: Built, then: Built) -> Built:
    return msgspec.structs.replace(
        then,
        published=first.published or then.published,
        written=first.written + then.written,
        deleted=first.deleted + then.deleted,
    )


def watch(
    settings: Settings, stop: threading.Event, wake: threading.Event, *, on_build: Callable[[Built], None]
) -> None:
    """Keep the site current until `stop`; whoever sets `stop` sets `wake` too.

    Raises UsageError, LockHeld at the start, and OSError when it has no right to its folders; other troubles, a full
    disk above all, are logged and waited for, and the old site stays up.
    """
    generator = _begin(settings, stop)
    if generator is None:
        return
    watcher = Watcher(settings.archive.root, wake, rescan_s=RESCAN_S, monotonic=time.monotonic)
    work = PreviewWork(generator, wake.set)
    try:
        _Loop(generator, watcher, work, on_build).run(stop, wake)
    finally:
        work.close()
        watcher.close()
        generator.close()


def _begin(settings: Settings, stop: threading.Event) -> Generator | None:
    """Return the generator, as soon as disks allow for one; None: stopped before. Meanwhile the site says so, as far as it can."""
    said = ""
    while True:
        try:
            return Generator(settings, settle_s=SETTLE_S, pace_s=_PACE_S)
        except (IndexFailed, OSError) as error:
            with suppress(LockHeld, OSError):
                tell_at_start(settings, error, datetime.now(UTC))
            if isinstance(error, OSError) and error.errno not in _PASSING:
                raise
            if str(error) != said:
                log.error("%s; trying again every %.0f s", error, RETRY_S)  # noqa: TRY400 - the machine's trouble
            said = str(error)
        if stop.wait(RETRY_S):
            return None


class _Loop:
    """The state of one watch."""

    def __init__(
        self, generator: Generator, watcher: Watcher, work: PreviewWork, on_build: Callable[[Built], None]
    ) -> None:
        self.generator, self.watcher, self.work, self.on_build = generator, watcher, work, on_build
        self.trouble: TroubleView | None = None
        self.said = False
        """Whether the site says what the trouble is."""
        self.held = 0
        self.collected = float("-inf")
        self.beat = time.monotonic()
        self.revision = 0

    def run(self, stop: threading.Event, wake: threading.Event) -> None:
        """Build whenever there is a reason, until `stop`."""
        while not stop.is_set():
            wake.clear()
            took_s = self._turn()
            if self.trouble:
                stop.wait(RETRY_S)
                continue
            # What a burst brings meanwhile is joined; a long build is followed by a rest.
            stop.wait(min(took_s, _LONGEST_PAUSE_S))
            wake.wait(self._pause_s())
        if self.generator.pace.waits:
            self.generator.pace.hurry()
            self._turn()

    def _pause_s(self) -> float:
        """Return after how many seconds to look whether there is something to do, unless woken."""
        if self.generator.has_more:
            return 0.0
        return _COLLECT_S if self.work.pool.ready.is_set() or self.generator.pace.waits else _LOOK_S

    def _turn(self) -> float:
        """Do one build if there is a reason; return the seconds it took."""
        started = time.monotonic()
        hints = self.watcher.take()
        try:
            with self.generator.index.mended():
                return self._follow(hints, started)
        except (ArchiveGone, IndexFailed, OSError) as error:
            self.watcher.give_back(hints)
            self._stand_still(error)
            return 0.0

    def _follow(self, hints: Hints, started: float) -> float:
        # Finished previews are collected for a while, so that a backlog of them is not a revision each.
        made = (bool(hints) or started - self.collected >= _COLLECT_S) and self.work.collect()
        if made:
            self.collected = started
        generator = self.generator
        if started - self.beat >= HEARTBEAT_S:
            self.beat = started
            generator.index.mark([Page("status")])
            made = True
        due = hints or made or self.trouble or generator.pace.waits or generator.has_more
        if not (due or generator.index.held_stems() or generator.content.changed()):
            return 0.0
        built = self.generator.build(EVERYTHING if self.trouble else hints)
        self._go_on()
        self._tell_held(len(generator.index.held_stems()))
        if built.published and built.revision != self.revision:
            self.revision = built.revision
            took_ms = 1000 * (time.monotonic() - started)
            log.info(
                "revision %d: %d files written, %d deleted, %d clips, %d problems, %.0f ms",
                *(built.revision, built.written, built.deleted, built.clips, built.problems, took_ms),
            )
        self.on_build(built)
        self.work.submit()
        return time.monotonic() - started

    def _tell_held(self, held: int) -> None:
        """Log how many videos wait for their sidecar, when that grows."""
        if held > self.held:
            log.info(
                "%d videos have no sidecar: each is shown when it has not grown for %.0f s", held, SETTLE_S
            )
        self.held = held

    def _stand_still(self, error: Exception) -> None:
        """Take it that no build can be done: log it when it begins or is another one, and say so on the site."""
        since = self.trouble.since if self.trouble else self.generator.status.now()
        trouble = trouble_of(error, self.generator.settings, since)
        if trouble != self.trouble:
            log.error("%s; trying again every %.0f s", error, RETRY_S)
            self.trouble, self.said = trouble, False
        self.said = self.said or self._say(trouble)

    def _say(self, trouble: TroubleView) -> bool:
        """Write a trouble on the site, if that can be done now; say whether it was."""
        try:
            self.generator.status.tell(trouble)
        except Exception as failed:  # noqa: BLE001 - the same trouble may be in the way: it is tried again, and ends nothing
            log.debug("the status page cannot say so yet: %s", failed)
            return False
        return True

    def _go_on(self) -> None:
        """Take it that builds can be done again."""
        if self.trouble:
            log.info("works again: %s", self.trouble.reason)
        self.trouble = None
