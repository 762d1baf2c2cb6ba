"""The pool: real ffmpeg on tiny clips; order, changes, deletions, kills, faults and the end."""

import errno
import os
import shutil
import signal
import threading
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from preview_footage import clip_of
from preview_pools import SETTINGS, START, collect, ffmpegs, put, work_left
from preview_pools import archive as archive
from preview_pools import long as long
from preview_pools import output as output
from preview_pools import pool_of as pool_of
from preview_pools import tiny as tiny
from waiting import wait_until

from sitegen.archive.layout import preview_paths
from sitegen.errors import ToolMissing
from sitegen.previews.make import attempt
from sitegen.previews.outcome import Outcome, Stopper
from sitegen.previews.pool import have_previews, made_stage
from sitegen.settings import PreviewSettings


def test_newest_events_come_first_then_segments(archive, output, pool_of, tiny):
    """Results tell the order; each wakes the main loop; a second submit of the same clips does nothing."""
    clips = [
        put(archive, tiny, f"{kind}{minute}.mp4", kind=kind, start=START + timedelta(minutes=minute))
        for kind, minute in (("segment", 9), ("event", 1), ("event", 5))
    ]
    wakes = []
    pool = pool_of(wake=lambda: wakes.append(threading.current_thread().name))
    pool.submit(clips)
    pool.submit(clips)
    results = collect(pool, 3)
    assert [(r.path, r.error, r.attempts) for r in results] == [
        ("event5.mp4", None, 1),
        ("event1.mp4", None, 1),
        ("segment9.mp4", None, 1),
    ]
    assert [r.mtime_ns for r in results] == [clips[2].mtime_ns, clips[1].mtime_ns, clips[0].mtime_ns]
    wait_until(lambda: len(wakes) == 6)
    assert (pool.backlog, pool.results(), pool.ready.is_set()) == (0, [], False)
    assert all(have_previews(output, clip, SETTINGS) for clip in clips)
    assert work_left(output) == []


def test_work_done_is_not_done_again_unless_asked(archive, output, pool_of, tiny):
    """Previews that are there are found by their mtime; `remake` makes them anew."""
    clip = put(archive, tiny, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    assert collect(pool, 1)[0].attempts == 1
    video = output / preview_paths("a.mp4")["video"]
    before = video.stat().st_ino
    pool.submit([clip])
    assert collect(pool, 1)[0].attempts == 0
    assert video.stat().st_ino == before
    pool.submit([clip], remake=True)
    assert collect(pool, 1)[0].attempts == 1
    assert video.stat().st_ino != before


def test_a_broken_clip_fails_three_times_and_others_go_on(archive, output, pool_of, tiny):
    """The result says why, for the user; nothing of it is in the site."""
    (archive / "bad.mp4").write_bytes(b"no video at all" * 100)
    bad = clip_of(archive, "bad.mp4", start=START + timedelta(minutes=1))
    good = put(archive, tiny, "good.mp4", start=START)
    pool = pool_of()
    pool.submit([bad, good])
    results = {result.path: result for result in collect(pool, 2)}
    assert results["good.mp4"].error is None
    assert results["bad.mp4"].attempts == 3
    assert "not a video that sitegen knows" in results["bad.mp4"].error
    assert [path.name.split(".")[0] for path in (output / "previews").iterdir()].count("bad") == 0


def test_a_clip_whose_result_waits_to_be_fetched_is_not_queued_again(archive, pool_of, tiny):
    """Else a broken clip would be tried three times more, each time the caller is a little late."""
    clip = put(archive, tiny, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    wait_until(lambda: pool.backlog == 0, 60)
    pool.submit([clip], remake=True)
    assert (pool.backlog, [result.stage for result in pool.results()]) == (0, ["poster", "all"])
    pool.submit([clip], remake=True)
    assert pool.backlog == 1


def test_a_clip_stopped_at_the_last_moment_does_not_appear(archive, output, tiny, monkeypatch):
    """Once stop has returned nothing is moved into the site: its previews may have just been removed."""
    clip, stopper = put(archive, tiny, "a.mp4"), Stopper()
    monkeypatch.setattr("sitegen.previews.make.settle", lambda *_: stopper.stop())
    assert attempt(clip, archive, output, SETTINGS, stopper=stopper, stage="poster").kind == "dropped"
    assert not (output / "previews").exists()


def test_a_clip_still_recorded_or_not_wanted_is_left_out(archive, pool_of, tiny):
    """It counts for no backlog."""
    clip = put(archive, tiny, "a.mp4", kind="segment")
    pool = pool_of(PreviewSettings(segments="none"))
    pool.submit([clip, msgspec.structs.replace(clip, end=None, kind="event")])
    assert pool.backlog == 0


def test_ffmpeg_killed_from_outside_is_tried_again_and_not_the_clips_fault(archive, output, pool_of, long):
    """kill -9 midway, twice: previews come all the same."""
    clip = put(archive, long, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    killed = set()
    while len(killed) < 2:
        pid = wait_until(lambda: [pid for pid in ffmpegs() if pid not in killed], 60, "ffmpeg")[0]
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
    results = collect(pool, 2, stages=("poster", "all"))
    assert [result.error for result in results] == [None, None]
    assert sum(result.attempts for result in results) == 4
    assert have_previews(output, clip, SETTINGS)
    assert work_left(output) == []


def test_ffmpeg_runs_at_idle_priority_and_never_more_than_the_workers(archive, pool_of, long):
    """Read from the kernel: nice 19, SCHED_IDLE, for every thread of the child."""
    clips = [put(archive, long, f"{n}.mp4") for n in range(3)]
    pool = pool_of(PreviewSettings(workers=2))
    pool.submit(clips)
    pids = wait_until(lambda: found if len(found := ffmpegs()) == 2 else None, 60, "two ffmpeg")
    assert pool.backlog == 3
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            assert (int(fields[16]), int(fields[38])) == (19, os.SCHED_IDLE)


def test_deleted_clips_are_cancelled_also_while_they_are_made(archive, output, pool_of, long):
    """ffmpeg ends soon; no preview and no result appears."""
    clip = put(archive, long, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    wait_until(ffmpegs, 60, "ffmpeg")
    pool.cancel(["a.mp4", "never-heard-of.mp4"])
    assert pool.backlog == 0
    wait_until(lambda: not ffmpegs() and not work_left(output), 60, "the end of the work")
    assert pool.results() == []
    assert not (output / "previews").exists()


def test_a_video_that_changes_meanwhile_gets_previews_of_the_new_one(archive, output, pool_of, long, tiny):
    """The old work is dropped."""
    old = put(archive, long, "a.mp4")
    pool = pool_of()
    pool.submit([old])
    wait_until(ffmpegs, 60, "ffmpeg")
    new = put(archive, tiny, "a.mp4")
    assert new.mtime_ns != old.mtime_ns
    pool.submit([new])
    assert [(r.mtime_ns, r.error) for r in collect(pool, 1)] == [(new.mtime_ns, None)]
    assert have_previews(output, new, SETTINGS)
    assert not have_previews(output, old, SETTINGS)


def test_a_video_that_has_gone_is_dropped_without_a_word(archive, output, pool_of, tiny):
    """The next scan will tell; there is nothing wrong with the clip."""
    clip = put(archive, tiny, "a.mp4")
    (archive / "a.mp4").unlink()
    pool = pool_of()
    pool.submit([clip])
    wait_until(lambda: pool.backlog == 0)
    assert pool.results() == []


def test_closing_kills_what_runs_and_leaves_nothing(archive, output, pool_of, long):
    """No ffmpeg, no thread, no temporary folder."""
    pool = pool_of()
    pool.submit([put(archive, long, "a.mp4"), put(archive, long, "b.mp4")])
    wait_until(ffmpegs, 60, "ffmpeg")
    pool.close()
    assert ffmpegs() == []
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("previews-")]
    assert work_left(output) == []


def test_closing_gently_finishes_what_runs(archive, output, pool_of, tiny):
    """With kill=False the stage that is being made appears."""
    clip = put(archive, tiny, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    wait_until(lambda: ffmpegs() or made_stage(output, clip, SETTINGS), 60)
    pool.close(kill=False)
    assert made_stage(output, clip, SETTINGS)


def test_a_missing_ffmpeg_is_a_fault_that_ends_when_it_is_installed(archive, pool_of, tiny, monkeypatch):
    """It is told as such, and the clip has not failed."""
    installed = threading.Event()

    def find(program):
        if not installed.is_set():
            raise ToolMissing(program, "ffmpeg")
        return shutil.which(program)

    monkeypatch.setattr("sitegen.process.find", find)
    pool = pool_of()
    pool.submit([put(archive, tiny, "a.mp4")])
    assert "apt install ffmpeg" in wait_until(lambda: pool.fault)
    installed.set()
    assert (collect(pool, 1)[0].error, pool.fault) == (None, None)


def test_a_bug_over_one_clip_does_not_stop_the_others(archive, pool_of, tiny, monkeypatch, caplog):
    """It is logged with its traceback and ends as that clip's error."""

    def buggy(clip, *others, **stage):
        if clip.path == "bug.mp4":
            raise ZeroDivisionError
        return attempt(clip, *others, **stage)

    monkeypatch.setattr("sitegen.previews.pool.attempt", buggy)
    pool = pool_of()
    pool.submit([put(archive, tiny, "bug.mp4"), put(archive, tiny, "a.mp4")])
    assert {result.path: result.error is None for result in collect(pool, 2)} == {
        "a.mp4": True,
        "bug.mp4": False,
    }
    assert "ZeroDivisionError" in caplog.text


def test_what_a_killed_instance_left_is_swept_at_the_start(output, pool_of):
    """Its working folders are of no use to anybody."""
    (output / ".sitegen-tmp/previews-old").mkdir(parents=True)
    (output / ".sitegen-tmp/previews-old/low.mp4").write_bytes(b"half")
    pool_of()
    assert work_left(output) == []


def test_the_back_off_follows_the_clock_that_is_given(archive, pool_of, tiny):
    """A failed clip waits for the clock, not for real time."""
    (archive / "bad.mp4").write_bytes(b"no video")
    now = [0.0]
    pool = pool_of(clock=lambda: now[0])
    pool.submit([clip_of(archive, "bad.mp4")])
    wait_until(lambda: pool._queue.wait_s(0.0), what="the wait for the second attempt")
    other = put(archive, tiny, "a.mp4")
    pool.submit([other])
    assert [result.path for result in collect(pool, 1)] == ["a.mp4"]
    assert pool.backlog == 1
    now[0] = 1.0
    wait_until(lambda: pool._queue.wait_s(1.0) == pytest.approx(0.25), what="the wait for the third attempt")
    now[0] = 2.0
    assert collect(pool, 1)[0].attempts == 3


def test_no_files_left_to_open_is_the_machines_fault(archive, output, tiny, monkeypatch):
    """The video is not to be given up for it."""
    import sitegen.previews.look as module

    def refused(_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(module, "read_container", refused)
    clip = put(archive, tiny, "a.mp4")
    assert attempt(clip, archive, output, SETTINGS, stopper=Stopper(), stage="all").kind == "fault"


def test_a_machine_fault_keeps_the_clip(archive, pool_of, tiny, monkeypatch):
    """A disk that fills up and is freed again: the clip gets its previews, with no failure counted."""
    full = threading.Event()
    full.set()

    def on_a_full_disk(*arguments, **stage):
        return Outcome("fault", "disk full") if full.is_set() else attempt(*arguments, **stage)

    monkeypatch.setattr("sitegen.previews.pool.attempt", on_a_full_disk)
    pool = pool_of()
    pool.submit([put(archive, tiny, "a.mp4")])
    wait_until(lambda: pool.fault == "disk full")
    full.clear()
    assert collect(pool, 1)[0].attempts == 1


def test_workers_share_the_cap(archive, pool_of, long):
    """60 % of a core for two workers is 30 % for each."""
    pool = pool_of(PreviewSettings(workers=2, cpu_percent=60))
    pool.submit([put(archive, long, f"{n}.mp4") for n in range(2)])

    def caps():
        found = [
            entry.read_bytes().split(b"\0")
            for entry in Path("/proc").glob("[0-9]*/cmdline")
            if entry.exists()
        ]
        mine = {str(pid).encode() for pid in ffmpegs()}
        return [words[4] for words in found if words[0].endswith(b"cpulimit") and words[2] in mine]

    wait_until(lambda: caps() == [b"30", b"30"], 60, "two cpulimit at 30 %")
