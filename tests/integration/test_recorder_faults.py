"""Real ffmpeg records simulated cameras that freeze, vanish and refuse, while things are killed; one story, many claims."""

import resource
import signal
import statistics
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from recorder_story import (
    CAMERAS,
    CANARY,
    FPS,
    FRAGMENT_S,
    SEGMENT_S,
    SLACK_S,
    _first_run,
    _limit_files,
    _token,
    _with_reason,
    decoded_frames,
    make_footage,
    recording,
)
from recorder_story import story as story
from waiting import wait_until

from sitegen.archive.container import read_container


def test_nothing_is_lost_or_doubled_at_a_border(story):
    """The segments of one run, put together, are the footage, frame for frame."""
    steady = story.recorder.sidecars("steady")
    run = [each for each in steady if _token(each) == _token(steady[0])][:-1]  # the last was cut by kill -9
    assert len(run) >= 3
    seen = [frame for each in run for frame in decoded_frames(story.recorder.video(each))]
    loop = decoded_frames(story.footage)
    first = loop.index(seen[0])
    assert seen == [loop[(first + place) % len(loop)] for place in range(len(seen))]


def test_segments_begin_at_whole_multiples_of_their_length(story):
    """Every segment but the first of a run begins with the first key frame after a multiple of segment_seconds."""
    run = _first_run(story, "steady")
    late = [each.start.timestamp() % SEGMENT_S for each in run[1:]]
    assert all(each < FRAGMENT_S + SLACK_S for each in late), late


def test_sidecars_follow_one_another_without_gap_or_overlap(story):
    """Within a run a segment begins when the one before it ended, and lasts as long as its video."""
    run = _first_run(story, "steady")
    for before, after in pairwise(run):
        assert before.end == after.start
    for each in run[:-1]:
        seconds = read_container(story.recorder.video(each)).seconds
        assert abs((each.end - each.start).total_seconds() - seconds) < 1.0


def test_names_are_utc_and_carry_the_camera_and_a_token(story):
    """`<camera>-<time>Z-<token>.mp4`, in the folder of its day; the time is when it was opened."""
    for each in story.recorder.sidecars("steady"):
        video = story.recorder.video(each)
        opened = datetime.strptime(each.video[len("steady-") :][:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(opened - each.start) < timedelta(seconds=5)
        assert video.parent.name == f"{opened:%Y%m%d}"
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert (story.recorder.archive / "segments/steady" / f"{tomorrow:%Y%m%d}").is_dir()


def test_a_sidecar_is_whole_within_100_ms_of_its_segment(story):
    """From the last write to the video to the last write to its sidecar, in the median of all that rotated."""
    late = []
    for name in ("steady", "added"):
        for each in story.recorder.whole(name):
            if each.end_reason == "rotated":
                video = story.recorder.video(each)
                late.append(video.with_suffix(".yaml").stat().st_mtime - video.stat().st_mtime)
    assert len(late) >= 4
    assert 0 <= statistics.median(late) < 0.1, late


def test_a_segment_has_an_open_sidecar_while_it_is_recorded(story):
    """So that the site shows it as being recorded, and nobody adopts it."""
    [begun] = story.open_while_recording
    assert begun.end_reason is None
    later = next(each for each in story.recorder.sidecars("steady") if each.video == begun.video)
    assert abs(later.start - begun.start) < timedelta(seconds=0.5)


def test_a_frozen_camera_is_lost_when_it_fell_silent(story):
    """end_reason camera_lost; the end is that of the last frames, not of the waiting; it is recorded again later."""
    lost = _with_reason(story, "frozen", "camera_lost")
    assert abs(lost.end - story.fault_at) < timedelta(seconds=2.5)
    assert story.recorder.whole("frozen")[-1].start > lost.end


def test_a_camera_that_drops_or_refuses_is_recorded_again(story):
    """end_reason camera_lost at the time of the fault; the footage up to it is there; later segments follow."""
    for name in ("dropped", "refused"):
        lost = _with_reason(story, name, "camera_lost")
        assert abs(lost.end - story.fault_at) < timedelta(seconds=2)
        assert read_container(story.recorder.video(lost)).complete
        assert story.recorder.whole(name)[-1].start >= lost.end


def test_a_killed_ffmpeg_loses_one_fragment_at_most(story):
    """kill -9: end_reason killed; what can be played reaches up to one fragment before the kill."""
    killed = _with_reason(story, "killed", "killed")
    assert -0.1 < (story.ffmpeg_killed_at - killed.end).total_seconds() < FRAGMENT_S + SLACK_S
    seconds = len(decoded_frames(story.recorder.video(killed))) / FPS
    assert abs((killed.end - killed.start).total_seconds() - seconds) < 0.2


def test_a_reload_leaves_the_other_cameras_alone(story):
    """SIGHUP: what is not changed goes on in the same process; a bad file changes nothing."""
    before, after = story.pids_before_reload, story.pids_after_reload
    for name in ("steady", "frozen", "refused", "killed"):
        assert before[name] == after[name]
    assert "added" not in before
    assert "dropped" not in after


def test_a_camera_that_is_removed_ends_with_stopped(story):
    """Its last segment is closed, whole and says why it ended."""
    last = story.recorder.sidecars("dropped")[-1]
    assert last.end_reason == "stopped"
    assert abs(last.end - story.removed_at) < timedelta(seconds=3)
    assert read_container(story.recorder.video(last)).complete


def test_a_killed_recorder_takes_its_ffmpegs_along_and_is_finished_later(story):
    """kill -9: every open segment gets its end at the next start, one fragment at most before the kill."""
    assert set(story.open_after_kill) == set(story.pids_after_reload)
    for name, before in story.open_after_kill.items():
        after = next(each for each in story.recorder.sidecars(name) if each.video == before.video)
        assert after.end_reason == "killed"
        assert -0.1 < (story.recorder_killed_at - after.end).total_seconds() < FRAGMENT_S + SLACK_S
        video = story.recorder.video(after)
        if read_container(video).seconds is None:  # killed before its first fragment
            assert after.end == after.start
        else:
            seconds = len(decoded_frames(video)) / FPS
            assert abs((after.end - after.start).total_seconds() - seconds) < 0.2


def test_stop_closes_the_last_segments(story):
    """SIGTERM: exit code 0, soon; no sidecar stays open; the last ones say stopped."""
    assert story.exit_code == 0
    assert story.stop_took_s < 10
    for name in CAMERAS:
        sidecars = story.recorder.sidecars(name)
        assert [each.video for each in sidecars if each.end is None] == []
        assert sidecars[-1].end_reason == "stopped"
        assert all(before.end <= after.start for before, after in pairwise(sidecars))


def test_the_password_is_nowhere(story):
    """P10: in no log, no sidecar, no name; not in the videos either."""
    files = [path for path in story.recorder.folder.rglob("*") if path.name != "sitegen.toml"]
    assert story.recorder.log in files
    assert all(CANARY not in path.name for path in files)
    told = [path.name for path in files if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert told == []
    assert story.recorder.log.read_bytes().count(b"camera") > 5


def test_every_video_is_with_its_sidecar(story):
    """No file without a frame stays behind, and no sidecar without a video."""
    videos = {path.with_suffix("") for path in story.recorder.archive.rglob("*.mp4")}
    sidecars = {path.with_suffix("") for path in story.recorder.archive.rglob("*.yaml")}
    assert videos == sidecars
    assert not [path for path in story.recorder.archive.rglob("*") if path.name.startswith(".")]


def test_sound_that_mp4_cannot_hold_does_not_stop_the_recording(tmp_path):
    """A camera with G.711 is recorded without sound; it is said once."""
    footage = make_footage(tmp_path / "a.mkv", "-f", "lavfi", "-i", "sine=r=8000", "-c:a", "pcm_alaw")
    with recording(tmp_path / "site", {"1": f"file://{footage}"}) as recorder:
        wait_until(lambda: len(recorder.whole("1")) >= 2)
        assert recorder.end(signal.SIGTERM) == 0
    assert set(recorder.reasons("1")) == {"rotated", "stopped"}
    assert recorder.log.read_bytes().count(b"recorded without") == 1


def test_a_file_that_may_not_grow_ends_with_disk_full_and_recording_comes_back(tmp_path):
    """No room: end_reason disk_full, tried again with pauses; with room again it goes on."""
    footage = make_footage(tmp_path / "a.mp4")
    with recording(tmp_path / "site", {"1": f"file://{footage}"}) as recorder:
        wait_until(lambda: recorder.whole("1"))
        size = recorder.video(recorder.whole("1")[0]).stat().st_size
        _limit_files(recorder, 20_000 if size > 20_000 else size // 2)
        wait_until(lambda: "disk_full" in recorder.reasons("1"), what="disk_full")
        _limit_files(recorder, resource.RLIM_INFINITY)
        full = len(recorder.whole("1"))
        wait_until(lambda: "rotated" in recorder.reasons("1")[full:], what="recording again")
        assert recorder.end(signal.SIGTERM) == 0
