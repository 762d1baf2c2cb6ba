"""Decides which clip is next, and what becomes of one whose previews could not be made; pure state, `now` is given.

Posters of events before everything, then the rest of events, posters of segments, the rest of segments; newest first
in each. A clip that fails is tried three times, later each time. A clip whose ffmpeg was killed is tried more often.
A fault of the machine is nobody's failure: everything waits for a while.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable

import msgspec

from sitegen.clip import Clip
from sitegen.previews.outcome import Outcome, Stopper
from sitegen.previews.plan import Stage, first_stage

_MOST_FAILURES, _MOST_KILLS = 3, 10
_LONGEST_PAUSE_S = 300.0

_MOST_KEPT = 1000
"""With more clips than this, the last one is let go when a poster is made: it is asked for again in its turn."""

_Rank = tuple[int, float, str, int]


class PreviewResult(msgspec.Struct, frozen=True):
    """What became of a stage of a clip, for good: its previews are there, or `error` says why there will be none."""

    path: str
    """The video's."""
    mtime_ns: int
    """The video's, when this was tried."""
    error: str | None
    """Not None: no further stage is tried."""
    attempts: int
    """0: the previews were there already."""
    stage: Stage
    """poster: poster and still are there, the rest follows. all: the clip is finished, well or with an error."""


class Job:
    """One clip that waits or runs."""

    def __init__(self, clip: Clip, number: int, *, remake: bool) -> None:
        self.clip, self.remake, self.number = clip, remake, number
        self.stopper, self.runs = Stopper(), False
        self.begin(first_stage(clip))

    def begin(self, stage: Stage) -> None:
        """Turn to a stage, with no attempts at it so far."""
        self.stage = stage
        self.failures = self.kills = 0
        clip = self.clip
        tier = 2 * (clip.kind != "event") + (stage == "all")
        self.rank: _Rank = (tier, -clip.start.timestamp(), clip.path, self.number)


class Queue:
    """The clips that wait for previews or are at it; times are seconds of any one clock."""

    def __init__(self, retry_s: float = 5.0) -> None:
        """`retry_s`: the wait after a first failure; later ones are longer."""
        self._retry_s = retry_s
        self._jobs: dict[str, Job] = {}
        self._ready: list[tuple[_Rank, Job]] = []
        self._later: list[tuple[float, _Rank, Job]] = []
        self._numbers = itertools.count()
        self._faults = 0
        self._paused_until = float("-inf")
        self.fault: str | None = None
        """What is wrong with the machine, for the user; None: nothing known."""

    def __len__(self) -> int:
        """Clips that wait or are at it."""
        return len(self._jobs)

    @property
    def foremost(self) -> int:
        """How many clips are in the first of the four tiers that has any: how soon the queue should be filled up."""
        tiers = [job.rank[0] for job in self._jobs.values()]
        return tiers.count(min(tiers)) if tiers else 0

    def knows(self, path: str) -> bool:
        """Say whether a clip waits or is at it."""
        return path in self._jobs

    def add(self, clip: Clip, *, remake: bool = False) -> None:
        """Queue a clip, unless just this version of it is queued or at it; work on another version is stopped."""
        known = self._jobs.get(clip.path)
        if known is not None and known.clip.mtime_ns == clip.mtime_ns:
            return
        self.cancel([clip.path])
        job = Job(clip, next(self._numbers), remake=remake)
        self._jobs[clip.path] = job
        heapq.heappush(self._ready, (job.rank, job))

    def cancel(self, paths: Iterable[str]) -> None:
        """Forget clips, and stop work on them."""
        for path in paths:
            job = self._jobs.pop(path, None)
            if job is not None:
                job.stopper.stop()

    def take(self, now: float) -> Job | None:
        """Return the next job to run now, or None."""
        if now < self._paused_until:
            return None
        while self._later and self._later[0][0] <= now:
            _, rank, job = heapq.heappop(self._later)
            heapq.heappush(self._ready, (rank, job))
        while self._ready:
            job = heapq.heappop(self._ready)[1]
            if self._jobs.get(job.clip.path) is job:  # else it was cancelled or let go meanwhile
                job.runs = True
                return job
        return None

    def wait_s(self, now: float) -> float | None:
        """Return after how many seconds `take` may have something; None: not before something is added."""
        if self._ready:
            return max(0.0, self._paused_until - now)
        if self._later:
            return max(0.0, max(self._later[0][0], self._paused_until) - now)
        return None

    def finish(self, job: Job, outcome: Outcome, now: float) -> PreviewResult | None:
        """Note how a job ended; return the result of its stage, None when it is tried again or not wanted any more."""
        job.runs = False
        if self._jobs.get(job.clip.path) is not job:
            return None
        if outcome.kind == "fault":
            self._pause(outcome.text, now)
            heapq.heappush(self._ready, (job.rank, job))
            return None
        if outcome.kind in {"made", "found"}:
            self._faults, self.fault = 0, None
        job.failures += outcome.kind == "failed"
        job.kills += outcome.kind == "killed"
        if outcome.kind in {"failed", "killed"} and job.failures < _MOST_FAILURES and job.kills < _MOST_KILLS:
            heapq.heappush(self._later, (now + self._delay_s(job), job.rank, job))
            return None
        if outcome.kind == "dropped":
            del self._jobs[job.clip.path]
            return None
        return self._result(job, outcome)

    def _result(self, job: Job, outcome: Outcome) -> PreviewResult:
        """Return what is final about the job's stage; the clip goes on to the next one, or leaves the queue."""
        clip, good = job.clip, outcome.kind in {"made", "found"}
        attempts = job.failures + job.kills + (outcome.kind == "made")
        first = job.stage == "poster" and good
        if first:
            job.begin("all")
            heapq.heappush(self._ready, (job.rank, job))
            self._let_last_go()
        else:
            del self._jobs[clip.path]
        error = None if good else outcome.text
        return PreviewResult(clip.path, clip.mtime_ns, error, attempts, "poster" if first else "all")

    def _let_last_go(self) -> None:
        if len(self._jobs) > _MOST_KEPT:
            last = max((job for job in self._jobs.values() if not job.runs), key=lambda job: job.rank)
            del self._jobs[last.clip.path]

    def _delay_s(self, job: Job) -> float:
        return min(_LONGEST_PAUSE_S, self._retry_s * 5.0 ** (job.failures + job.kills - 1))

    def _pause(self, text: str, now: float) -> None:
        """Let everything wait: 5 seconds at first, then twice as long each time, up to five minutes."""
        self.fault = text
        if now >= self._paused_until:  # several workers meet one fault: it counts once
            self._paused_until = now + min(_LONGEST_PAUSE_S, self._retry_s * 2.0**self._faults)
            self._faults = min(self._faults + 1, 30)
