"""Makes previews beside everything else: threads that each run one ffmpeg; writes below the site's `previews/`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sitegen.clip import Clip
from sitegen.previews.make import attempt, make_previews
from sitegen.previews.outcome import Outcome
from sitegen.previews.plan import fingerprint, plan
from sitegen.previews.queue import Job, PreviewResult, Queue
from sitegen.previews.store import have_previews, have_stage, made_stage, remove_previews, sweep
from sitegen.settings import PreviewSettings

__all__ = [
    "PreviewPool",
    "PreviewResult",
    "fingerprint",
    "have_previews",
    "made_stage",
    "make_previews",
    "remove_previews",
]

_log = logging.getLogger(__name__)


class PreviewPool:
    """Workers that make previews until `close`; all methods may be called from any thread and none waits for ffmpeg.

    One pool at a time may work on an output: at its start it deletes what a killed one left in the working folder.
    """

    def __init__(
        self,
        output: Path,
        archive_root: Path,
        settings: PreviewSettings,
        *,
        wake: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        retry_s: float = 5.0,
    ) -> None:
        """Start the workers. `wake` is called, from a worker, when there is a new result; `retry_s` as in Queue."""
        self.ready = threading.Event()
        """Set while there are results to fetch."""
        self._output, self._archive_root, self._settings = output, archive_root, settings
        self._wake, self._clock = wake, clock
        self._queue = Queue(retry_s)
        self._results: list[PreviewResult] = []
        self._other: set[str] = set()
        self._changed = threading.Condition()
        self._running: set[Job] = set()
        self._closing = False
        sweep(output)
        self._threads = [
            threading.Thread(target=self._work, name=f"previews-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def backlog(self) -> int:
        """How many clips wait for previews or are at it."""
        with self._changed:
            return len(self._queue)

    @property
    def foremost(self) -> int:
        """As in Queue: how many clips are left of what comes first."""
        with self._changed:
            return self._queue.foremost

    def known(self, paths: Iterable[str]) -> list[str]:
        """Return those of some videos that wait or are at it."""
        with self._changed:
            return [path for path in paths if self._queue.knows(path)]

    @property
    def fault(self) -> str | None:
        """Why the machine makes no previews at the moment (disk full, ffmpeg missing); None: it does."""
        with self._changed:
            return self._queue.fault

    def submit(self, clips: Iterable[Clip], *, remake: bool = False) -> None:
        """Queue clips that lack previews: `Clip.poster` says at which stage each begins. Those that are to get none are left out; so are those already queued.

        Clips with a `preview_error` are the caller's decision: they are tried again. With `remake`, previews that
        are there already are made again: the settings have changed.
        """
        wanted = [clip for clip in clips if plan(clip, self._settings) is not None]
        with self._changed:
            finished = {(r.path, r.mtime_ns) for r in self._results if r.stage == "all"}
            for clip in wanted:
                if (clip.path, clip.mtime_ns) not in finished:  # its result has not been fetched yet
                    self._queue.add(clip, remake=remake)
            self._changed.notify_all()

    def results(self) -> list[PreviewResult]:
        """Return, once and in order, what has been finished since the last call: for a clip mostly two stages."""
        with self._changed:
            results, self._results = self._results, []
            self.ready.clear()
        return results

    @property
    def has_changed(self) -> bool:
        """Whether `changed` has something to tell."""
        with self._changed:
            return bool(self._other)

    def changed(self) -> set[str]:
        """Return, once, the videos that were let go since the last call, as they were others than said, or not there."""
        with self._changed:
            other, self._other = self._other, set()
        return other

    def cancel(self, paths: Iterable[str]) -> None:
        """Forget videos that were deleted, and stop work on them: after this no preview of them will appear."""
        with self._changed:
            self._queue.cancel(paths)

    def close(self, *, kill: bool = True) -> None:
        """End the workers: at once, or when what is being made is finished. What waits is forgotten."""
        with self._changed:
            self._closing = True
            for job in self._running if kill else ():
                job.stopper.stop()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            self._finish(job, self._attempt(job))

    def _next(self) -> Job | None:
        """Return the next job, waiting for it; None: the pool is closing."""
        with self._changed:
            while not self._closing:
                job = self._queue.take(self._clock())
                if job is not None:
                    self._running.add(job)
                    return job
                self._changed.wait(self._queue.wait_s(self._clock()))
        return None

    def _attempt(self, job: Job) -> Outcome:
        try:
            if not job.remake and have_stage(self._output, job.clip, self._settings, job.stage):
                return Outcome("found")
            where = (self._archive_root, self._output, self._settings)
            return attempt(job.clip, *where, stopper=job.stopper, stage=job.stage)
        except Exception:  # noqa: BLE001 - a bug of ours over one clip must not stop the previews of all others
            _log.exception("previews of %s: this is a bug", job.clip.path)
            return Outcome("failed", "sitegen failed over it; its log says more")

    def _finish(self, job: Job, outcome: Outcome) -> None:
        with self._changed:
            self._running.discard(job)
            if outcome.kind == "dropped" and not job.stopper.stopped.is_set():
                self._other.add(job.clip.path)
            result = self._queue.finish(job, outcome, self._clock())
            if result is not None:
                self._results.append(result)
                self.ready.set()
            self._changed.notify_all()
        if outcome.text:
            level = logging.DEBUG if outcome.kind == "dropped" else logging.WARNING
            _log.log(level, "previews of %s: %s", job.clip.path, outcome.text)
        if result is not None:
            self._wake()
