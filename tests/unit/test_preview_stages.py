"""The two stages of a clip's previews: the poster at once, the rest in its turn, and nothing twice."""

from datetime import timedelta

import msgspec
import pytest
from preview_footage import copy
from preview_pools import SETTINGS, START, collect, ffmpegs, put, work_left
from preview_pools import archive as archive
from preview_pools import long as long
from preview_pools import output as output
from preview_pools import pool_of as pool_of
from preview_pools import tiny as tiny
from waiting import wait_until

from sitegen.archive.layout import preview_paths
from sitegen.previews.make import attempt
from sitegen.previews.plan import fingerprint
from sitegen.previews.pool import made_stage
from sitegen.settings import PreviewSettings

BOTH = ("poster", "all")


@pytest.fixture
def begun(monkeypatch):
    """Which stages of which clips were really worked at, in order."""
    stages = []

    def watched(clip, *others, stopper, stage):
        stages.append((clip.path, stage))
        return attempt(clip, *others, stopper=stopper, stage=stage)

    monkeypatch.setattr("sitegen.previews.pool.attempt", watched)
    return stages


def inodes(output, name):
    return {
        kind: (output / path).stat().st_ino
        for kind, path in preview_paths(name).items()
        if (output / path).exists()
    }


def test_posters_of_events_are_made_before_any_video(archive, pool_of, tiny, long, begun):
    """Also when a video's turn had come before: what arrives later is looked at first."""
    first = put(archive, long, "old.mp4", start=START)
    segment = put(archive, tiny, "s.mp4", kind="segment", start=START + timedelta(hours=1))
    pool = pool_of()
    pool.submit([first, segment])
    wait_until(lambda: ("old.mp4", "all") in begun, 60)
    pool.submit([put(archive, tiny, f"{n}.mp4", start=START + timedelta(minutes=n)) for n in (1, 2)])
    results = collect(pool, 8, stages=BOTH)
    order = [("2.mp4", "poster"), ("1.mp4", "poster"), ("2.mp4", "all"), ("1.mp4", "all")]
    segments = [("s.mp4", "poster"), ("s.mp4", "all")]
    assert begun == [("old.mp4", "poster"), ("old.mp4", "all"), *order, *segments]
    assert [(result.path, result.stage) for result in results] == begun
    assert {result.error for result in results} == {None}


def test_a_poster_is_there_before_its_video_and_is_left_alone(archive, output, pool_of, long):
    """It is on the disk while ffmpeg is still at the video, and the same file afterwards."""
    clip = put(archive, long, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    assert collect(pool, 1, stages=BOTH)[0].stage == "poster"
    assert made_stage(output, clip, SETTINGS) == "poster"
    first = inodes(output, "a.mp4")
    assert set(first) == {"poster", "still"}
    collect(pool, 1)
    assert made_stage(output, clip, SETTINGS) == "all"
    assert first.items() < inodes(output, "a.mp4").items()


@pytest.mark.parametrize("marked", [True, False], ids=["the index knows", "the index was lost"])
def test_work_killed_between_the_stages_goes_on_there(archive, output, pool_of, long, *, begun, marked):
    """The poster is not made again; the video that was half made is, and of the half nothing is left."""
    clip = put(archive, long, "a.mp4")
    killed = pool_of()
    killed.submit([clip])
    collect(killed, 1, stages=BOTH)
    wait_until(ffmpegs, 60, "ffmpeg at the video")
    killed.close()
    assert (made_stage(output, clip, SETTINGS), work_left(output)) == ("poster", [])
    first = inodes(output, "a.mp4")
    pool = pool_of()
    pool.submit([msgspec.structs.replace(clip, poster=marked)])
    results = collect(pool, 1 if marked else 2, stages=BOTH)
    assert [(r.stage, r.attempts) for r in results] == [("poster", 0), ("all", 1)][marked:]
    assert begun == [("a.mp4", "poster"), ("a.mp4", "all"), ("a.mp4", "all")]
    assert first.items() < inodes(output, "a.mp4").items()


def test_a_video_that_lost_its_poster_gets_only_that(archive, output, pool_of, tiny, begun):
    """Somebody deleted a picture: the small video, which is dear, stays."""
    clip = put(archive, tiny, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    collect(pool, 1)
    (output / preview_paths("a.mp4")["poster"]).unlink()
    before = inodes(output, "a.mp4")
    assert made_stage(output, clip, SETTINGS) == ""
    pool.submit([clip])
    assert [(r.stage, r.attempts) for r in collect(pool, 2, stages=BOTH)] == [("poster", 1), ("all", 0)]
    assert begun[2:] == [("a.mp4", "poster")]
    assert inodes(output, "a.mp4")["video"] == before["video"]


def test_a_remake_that_was_stopped_goes_on_where_it_was(archive, output, pool_of, tiny, begun):
    """Settings have changed: what carries the mark is of the new ones, the rest is made again though it is there."""
    clip = put(archive, tiny, "a.mp4")
    pool = pool_of()
    pool.submit([clip])
    collect(pool, 1)
    before = inodes(output, "a.mp4")
    wide = PreviewSettings(width=320)
    assert fingerprint(wide) != fingerprint(SETTINGS)
    later = pool_of(wide)
    later.submit([msgspec.structs.replace(clip, poster=True)], remake=True)
    collect(later, 1)
    after = inodes(output, "a.mp4")
    assert begun[2:] == [("a.mp4", "all")]
    assert {kind for kind in after if after[kind] == before[kind]} == {"poster", "still"}


def test_a_cut_video_shows_what_is_in_it(archive, output, pool_of, tiny, begun):
    """Its poster is reported, then the error, which is final."""
    clip = put(archive, tiny, "whole.mp4")
    (archive / "cut.mp4").write_bytes(faststart_half(archive / clip.path))
    cut = msgspec.structs.replace(clip, path="cut.mp4", mtime_ns=(archive / "cut.mp4").stat().st_mtime_ns)
    pool = pool_of()
    pool.submit([cut])
    results = collect(pool, 2, stages=BOTH)
    assert [(r.stage, r.error is None, r.attempts) for r in results] == [
        ("poster", True, 1),
        ("all", False, 3),
    ]
    assert made_stage(output, cut, SETTINGS) == "poster"


def faststart_half(video):
    front = copy(video.with_name("front.mp4"), "-i", str(video), "-c", "copy", "-movflags", "+faststart")
    data = front.read_bytes()
    return data[: len(data) * 2 // 3]
