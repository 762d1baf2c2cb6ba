"""Whatever happens in whatever order, no clip is lost, doubled, or worked on in an old version."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sitegen.clip import Clip
from sitegen.previews.outcome import Outcome
from sitegen.previews.queue import Queue

START = datetime(2026, 1, 2, tzinfo=UTC)
PATHS = st.sampled_from(["a", "b", "c", "d"])


class QueueMachine(RuleBasedStateMachine):
    """The queue against a dictionary of what is still owed."""

    def __init__(self):
        super().__init__()
        self.queue = Queue(retry_s=1)
        self.now = 0.0
        self.owed = {}
        self.running = []

    @rule(path=PATHS, version=st.integers(1, 3), kind=st.sampled_from(["event", "segment"]))
    def add(self, path, version, kind):
        clip = Clip(
            path=path,
            id=path,
            kind=kind,
            camera="1",
            start=START + timedelta(minutes=version),
            mtime_ns=version,
        )
        self.queue.add(clip)
        self.owed[path] = version

    @rule(path=PATHS)
    def cancel(self, path):
        self.queue.cancel([path])
        self.owed.pop(path, None)

    @rule()
    def take(self):
        job = self.queue.take(self.now)
        if job is not None:
            assert self.owed[job.clip.path] == job.clip.mtime_ns
            self.running.append(job)

    @rule(
        which=st.integers(0, 9),
        kind=st.sampled_from(["made", "found", "failed", "killed", "fault", "dropped"]),
    )
    def finish(self, which, kind):
        if not self.running:
            return
        job = self.running.pop(which % len(self.running))
        wanted, stage = not job.stopper.stopped.is_set(), job.stage
        result = self.queue.finish(job, Outcome(kind, "why"), self.now)
        assert wanted or result is None
        if result is not None:
            assert (result.error is None) == (kind in {"made", "found"})
            assert (result.stage == "poster") == (stage == "poster" and kind in {"made", "found"})
        if wanted and (kind == "dropped" or (result is not None and result.stage == "all")):
            assert self.owed.pop(job.clip.path) == job.clip.mtime_ns

    @rule(seconds=st.floats(0, 1000))
    def wait(self, seconds):
        self.now += seconds

    @invariant()
    def nothing_is_lost_or_doubled(self):
        assert len(self.queue) == len(self.owed)
        live = [job.clip.path for job in self.running if not job.stopper.stopped.is_set()]
        assert len(live) == len(set(live))

    def teardown(self):
        """With everything made from now on, all that is owed comes, newest version only."""
        while self.running:
            self.finish(0, "made")
        while self.owed:
            wait_s = self.queue.wait_s(self.now)
            assert wait_s is not None
            self.now += wait_s + 1e-6
            self.take()
            self.finish(0, "made")


TestQueue = QueueMachine.TestCase
