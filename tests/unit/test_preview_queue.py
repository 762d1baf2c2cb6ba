"""Which clip is next, and when a failed one is tried again; no clock but the one in the test."""

from datetime import UTC, datetime, timedelta

import msgspec

from sitegen.clip import Clip
from sitegen.previews.outcome import Outcome
from sitegen.previews.queue import PreviewResult, Queue

START = datetime(2026, 1, 2, tzinfo=UTC)


def clip(name, kind="event", minute=0, mtime_ns=1):
    start = START + timedelta(minutes=minute)
    return Clip(
        path=name,
        id=name,
        kind=kind,
        camera="1",
        start=start,
        end=start + timedelta(seconds=9),
        mtime_ns=mtime_ns,
    )


def posted(name, **facts):
    """A clip that has its poster."""
    return msgspec.structs.replace(clip(name, **facts), poster=True)


def queue_of(*clips):
    queue = Queue(retry_s=5)
    for each in clips:
        queue.add(each)
    return queue


def taken(queue, now=0.0):
    names = []
    while (job := queue.take(now)) is not None:
        names.append(job.clip.path)
    return names


def test_posters_come_before_everything_and_events_before_segments():
    """Newest first in each of the four tiers: somebody who looks now sees pictures of the latest events first."""
    queue = queue_of(
        *(clip("s2", "segment", 9), clip("e1", minute=1), clip("e2", minute=2), clip("s1", "segment", 1)),
        *(posted("E1", minute=1), posted("S9", kind="segment", minute=9), posted("E9", minute=9)),
    )
    assert queue.foremost == 2
    assert taken(queue) == ["e2", "e1", "E9", "E1", "s2", "s1", "S9"]


def test_a_clip_goes_on_with_its_video_and_lets_all_posters_pass():
    """A poster that is made sends its clip back behind the posters of other events; attempts are counted by stage."""
    queue = queue_of(clip("new", minute=2), clip("old", minute=1), clip("s", "segment"))
    order, results = [], []
    while (job := queue.take(0)) is not None:
        order.append((job.clip.path, job.stage))
        results.append(queue.finish(job, Outcome("made"), 0))
    stages = ("poster", "all")
    events = [(name, stage) for stage in stages for name in ("new", "old")]
    assert order == [*events, ("s", "poster"), ("s", "all")]
    assert [(r.path, r.stage, r.attempts) for r in results] == [(*each, 1) for each in order]
    assert (len(queue), queue.foremost) == (0, 0)


def test_a_poster_that_cannot_be_made_ends_the_clip():
    """Its result is final, with the error; no video is tried. Failures of one stage do not count for the next."""
    queue = queue_of(clip("a"))
    for now, outcome in ((0, "failed"), (100, "failed"), (1000, "made"), (2000, "failed"), (3000, "failed")):
        job = queue.take(now)
        queue.finish(job, Outcome(outcome, "broken"), now)
    assert (job.stage, len(queue)) == ("all", 1)
    assert queue.finish(queue.take(4000), Outcome("failed", "broken"), 4000).stage == "all"
    assert len(queue) == 0
    queue = queue_of(clip("b"))
    results = [queue.finish(queue.take(now), Outcome("failed", "no"), now) for now in (0, 100, 1000)]
    assert results == [None, None, PreviewResult("b", 1, "no", 3, "all")]
    assert len(queue) == 0


def test_the_backlog_stays_bounded_while_posters_go_before():
    """Of very many clips the oldest are let go, never one at work: the index asks for them again in their turn."""
    queue = queue_of(*(clip(f"{n:04}", minute=n) for n in range(1050)))
    oldest = [queue.take(0) for _ in range(1050)][-1]
    for job in list(queue._jobs.values())[1:]:
        assert queue.finish(job, Outcome("made"), 0).stage == "poster"
    assert len(queue) == 1000
    assert queue.finish(oldest, Outcome("made"), 0).stage == "poster"
    assert taken(queue) == [f"{n:04}" for n in range(1049, 50, -1)] + ["0000"]


def test_the_same_version_is_queued_once_waiting_or_running():
    """A scan that names a clip again changes nothing."""
    queue = queue_of(clip("a"), clip("a"))
    job = queue.take(0)
    queue.add(clip("a"))
    assert (len(queue), taken(queue)) == (1, [])
    assert queue.finish(job, Outcome("made"), 0) == PreviewResult("a", 1, None, 1, "poster")
    queue.add(clip("a"))
    assert (len(queue), taken(queue)) == (1, ["a"])
    assert queue.finish(job, Outcome("made"), 0) == PreviewResult("a", 1, None, 1, "all")
    assert len(queue) == 0


def test_a_changed_video_stops_the_work_on_the_old_one():
    """What was made of the old video is not wanted any more."""
    queue = queue_of(clip("a"))
    old = queue.take(0)
    queue.add(clip("a", mtime_ns=2))
    assert old.stopper.stopped.is_set()
    assert queue.finish(old, Outcome("made"), 0) is None
    new = queue.take(0)
    assert (new.clip.mtime_ns, len(queue)) == (2, 1)


def test_three_failures_are_final_with_growing_waits():
    """The first two are tried again after 5 and 25 seconds."""
    queue = queue_of(clip("a"))
    now = 100.0
    for wait in (5.0, 25.0):
        assert queue.finish(queue.take(now), Outcome("failed", "broken"), now) is None
        assert queue.take(now + wait - 0.1) is None
        assert queue.wait_s(now) == wait
        now += wait
    assert queue.finish(queue.take(now), Outcome("failed", "broken"), now) == PreviewResult(
        "a", 1, "broken", 3, "all"
    )
    assert (len(queue), queue.wait_s(now)) == (0, None)


def test_a_failed_clip_lets_others_pass():
    """Waiting is for the clip alone."""
    queue = queue_of(clip("old"), clip("new", minute=1))
    queue.finish(queue.take(0), Outcome("failed", "broken"), 0)
    assert taken(queue) == ["old"]
    assert taken(queue, 6) == ["new"]


def test_being_killed_is_not_failing_but_does_not_last_for_ever():
    """Ten kills end it: memory that this clip does not fit into, perhaps."""
    queue = queue_of(clip("a"))
    now, results = 0.0, []
    for _ in range(10):
        now += 1000
        results.append(queue.finish(queue.take(now), Outcome("killed", "killed"), now))
    assert results == [None] * 9 + [PreviewResult("a", 1, "killed", 10, "all")]


def test_a_fault_of_the_machine_pauses_everything_and_counts_for_nobody():
    """A disk that is full for a day leaves no clip without previews."""
    queue = queue_of(clip("a"), clip("b", minute=1))
    now = 0.0
    for _ in range(50):
        job = queue.take(now)
        assert job.clip.path == "b"
        assert queue.finish(job, Outcome("fault", "disk full"), now) is None
        assert queue.fault == "disk full"
        wait = queue.wait_s(now)
        assert 5 <= wait <= 300
        assert queue.take(now + wait - 0.1) is None
        now += wait
    assert queue.finish(queue.take(now), Outcome("made"), now) == PreviewResult("b", 1, None, 1, "poster")
    assert queue.fault is None


def test_two_workers_that_meet_one_fault_pause_once():
    """The second report does not double the wait."""
    queue = queue_of(clip("a"), clip("b"))
    jobs = [queue.take(0), queue.take(0)]
    for job in jobs:
        queue.finish(job, Outcome("fault", "disk full"), 1)
    assert queue.wait_s(1) == 5


def test_cancelled_clips_are_forgotten_wherever_they_are():
    """Waiting, running or to be tried later."""
    queue = queue_of(clip("later"))
    queue.finish(queue.take(0), Outcome("failed", "x"), 0)
    queue.add(clip("runs"))
    job = queue.take(0)
    queue.add(clip("waits"))
    queue.cancel(["later", "runs", "waits", "unknown"])
    assert (len(queue), taken(queue, 1000)) == (0, [])
    assert job.stopper.stopped.is_set()
    assert queue.finish(job, Outcome("failed", "x"), 0) is None


def test_a_dropped_clip_leaves_no_result():
    """It has changed or gone: the next scan will say."""
    queue = queue_of(clip("a"))
    assert queue.finish(queue.take(0), Outcome("dropped", "gone"), 0) is None
    assert len(queue) == 0


def test_previews_that_were_there_cost_no_attempt():
    """Work done is not done twice."""
    queue = queue_of(msgspec.structs.replace(clip("a"), mtime_ns=7))
    for stage in ("poster", "all"):
        assert queue.finish(queue.take(0), Outcome("found"), 0) == PreviewResult("a", 7, None, 0, stage)
