"""Real ffmpeg keeps simulated cameras' sub-streams beside their main ones while one or the other fails; one story, many claims."""

from itertools import pairwise

from recorder_story import CANARY, FRAGMENT_S, SEGMENT_S, SLACK_S, _token, decoded_frames
from sub_stream_story import CAMERAS, FAULTS
from sub_stream_story import story as story

from sitegen.archive.container import read_container
from sitegen.capture.recorder_names import parse_name, parse_sub_name, slot_of


def test_a_segments_preview_lies_beside_it_and_is_of_its_run_and_slot(story):
    """Every preview that is named is there, in the same folder, and by its name of the same run and slot."""
    count = 0
    for camera in CAMERAS:
        for each in story.recorder.sidecars(camera):
            if each.preview is not None:
                count += 1
                assert story.recorder.video(each).with_name(each.preview).exists()
                main, sub = parse_name(each.video), parse_sub_name(each.preview)
                assert slot_of(main, SEGMENT_S) == slot_of(sub, SEGMENT_S)
    assert count > 2 * len(CAMERAS)


def test_no_file_is_the_preview_of_two_segments(story):
    """Restarts and reconnects pair each file once."""
    for camera in CAMERAS:
        assert len(story.named(camera)) == len(set(story.named(camera)))


def test_a_preview_lasts_as_long_as_its_segment(story):
    """In an undisturbed run both begin at the first key frame of the slot and end at that of the next.

    Not the run's first file: it begins with what ffmpeg had read before it opened it.
    """
    run = [each for each in story.recorder.whole("steady") if each.preview and each.end_reason == "rotated"]
    run = [each for each in run if _token(each) == _token(run[0])][1:]
    assert len(run) >= 3
    for each in run:
        video = story.recorder.video(each)
        seconds = [read_container(path).seconds for path in (video, video.with_name(each.preview))]
        assert abs(seconds[0] - seconds[1]) < FRAGMENT_S + SLACK_S


def test_the_packets_of_the_sub_stream_are_copied(story):
    """What is in the files, put together, is the sub-stream's footage, frame for frame; it is not the main stream's."""
    token = parse_sub_name(story.subs("steady")[0].name).token
    run = [path for path in story.subs("steady") if parse_sub_name(path.name).token == token][:-1]
    seen = [frame for path in run for frame in decoded_frames(path)]
    loop = decoded_frames(story.small)
    first = loop.index(seen[0])
    assert len(run) >= 2
    assert seen == [loop[(first + place) % len(loop)] for place in range(len(seen))]
    assert seen[0] not in decoded_frames(story.footage)


def test_a_segment_names_its_preview_while_it_is_being_recorded(story):
    """So that nobody takes the growing file for a clip."""
    assert story.previews_of_open[0] in story.named("steady")


def test_whatever_becomes_of_a_sub_stream_the_main_one_goes_on(story):
    """Frozen, refused, dropped, killed: the main stream's ffmpeg is the same, and no segment is short or missing."""
    for name in (*FAULTS, "killed"):
        assert story.pids_before[name] == story.pids_after[name]
        assert story.pids_before[f"{name}.sub"] != story.pids_after[f"{name}.sub"]
        run = [each for each in story.recorder.whole(name) if each.end_reason == "rotated"]
        run = [each for each in run if _token(each) == _token(run[0])]
        assert all(before.end == after.start for before, after in pairwise(run))
        assert set(story.recorder.reasons(name)) <= {"rotated", "killed", "stopped"}


def test_a_sub_stream_that_was_lost_keeps_what_it_had_and_comes_back_with_a_later_segment(story):
    """The segment of the fault names the part that there is, one file; a later segment has its own."""
    for name, video in story.segments_at_fault.items():
        sidecars = story.recorder.sidecars(name)
        hurt = next(each for each in sidecars if each.video == video)
        assert read_container(story.recorder.video(hurt).with_name(hurt.preview)).seconds
        assert any(each.preview for each in sidecars if each.start > hurt.start)
        same = slot_of(parse_name(video), SEGMENT_S)
        assert [p.name for p in story.subs(name) if slot_of(parse_sub_name(p.name), SEGMENT_S) == same] == [
            hurt.preview
        ]


def test_a_main_stream_that_is_lost_leaves_its_sub_stream_recording(story):
    """What it holds then is nobody's preview: it is the only footage. The main stream's next run has its own."""
    assert story.alone
    assert not story.alone & set(story.named("mainless"))
    for name in story.alone:
        [path] = [each for each in story.subs("mainless") if each.name == name]
        assert read_container(path).seconds
    lost = next(e for e in story.recorder.whole("mainless") if e.end_reason == "camera_lost")
    later = [each for each in story.recorder.whole("mainless") if each.start > lost.end and each.preview]
    assert {_token(each) == _token(lost) for each in later} == {False}


def test_a_killed_recorder_loses_no_pair(story):
    """kill -9: the segment's sidecar, finished at the next start, still names its preview; new ones are of the new run."""
    for name, before in story.open_after_kill.items():
        after = next(each for each in story.recorder.sidecars(name) if each.video == before.video)
        assert (after.end_reason, after.preview) == ("killed", before.preview)
    last = [each for each in story.recorder.whole("steady") if each.preview][-1]
    assert parse_sub_name(last.preview).run != parse_sub_name(story.open_after_kill["steady"].preview).run


def test_nothing_without_a_frame_stays_behind(story):
    """After SIGTERM: no empty file, but what a kill -9 of the recorder left; exit code 0, no sidecar is open."""
    assert story.exit_code == 0
    killed = {each.preview for each in story.open_after_kill.values()}
    for camera in CAMERAS:
        assert [each.video for each in story.recorder.sidecars(camera) if each.end is None] == []
        for path in story.subs(camera):
            assert path.name in killed or read_container(path).seconds, path


def test_the_password_is_nowhere(story):
    """P10: the sub-stream's address is as secret as the main one's."""
    files = [path for path in story.recorder.folder.rglob("*") if path.name != "sitegen.toml"]
    told = [path.name for path in files if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert told == []
    assert b", sub-stream: " in story.recorder.log.read_bytes()
