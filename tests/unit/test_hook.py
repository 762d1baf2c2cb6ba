"""Each hook alone, in every form of call, writes what it should; what cannot be used is told in one line."""

import os

import pytest
import yaml
from hook_archive import MOTION, read
from hook_archive import archive as archive
from hook_archive import movie as movie
from hook_calls import FIRST, FOLDER, SECOND, STORY, call, run, sidecars

from sitegen.archive.sidecar import read_sidecar


def test_movie_start_writes_a_sidecar_without_an_end(archive):
    """From its first second a clip is known as being recorded."""
    assert run(archive, STORY[1]) == 0
    assert read(archive, FIRST) == {
        "schema": 1,
        "kind": "event",
        "camera": "101",
        "start": "2026-11-22T03:55:01.000Z",
        "video": FIRST,
        "event": "101-20261122T035503Z",
        "motion": {"changed_pixels": 1500, **MOTION},
    }


def test_movie_end_alone_writes_the_whole_sidecar(archive):
    """If Motion called no other hook, times and end are there all the same; zeros are no measurement."""
    run(archive, call("movie-end", "03:55:21", kind=8, file=FIRST))
    assert read(archive, FIRST) == {
        "schema": 1,
        "kind": "event",
        "camera": "101",
        "start": "2026-11-22T03:55:01.000Z",
        "end": "2026-11-22T03:55:20.500Z",
        "video": FIRST,
        "event": "101-20261122T035503Z",
        "end_reason": "motion_stopped",
    }


@pytest.mark.parametrize("hook", ["event-start", "event-end"])
def test_event_hooks_alone_write_no_sidecar(archive, hook):
    """Without a movie there is nothing to describe."""
    assert run(archive, call(hook, "03:55:03", pixels=1)) == 0
    assert sidecars(archive) == {}


def test_a_picture_alone_writes_no_sidecar(archive):
    """Nor is a picture a clip."""
    assert run(archive, STORY[2]) == 0
    assert sidecars(archive) == {}


def test_the_whole_story(archive):
    """An event that was cut is two clips of one event, each with its picture and its strongest motion."""
    for each in STORY:
        assert run(archive, each) == 0
    first, second = read(archive, FIRST), read(archive, SECOND)
    assert (first["event"], second["event"]) == ("101-20261122T035503Z",) * 2
    assert (first["image"], second["image"]) == (
        "101-34-20261122T035509Z-02.jpg",
        "101-34-20261122T035703Z-00.jpg",
    )
    assert (first["motion"]["changed_pixels"], second["motion"]["changed_pixels"]) == (5210, 900)
    assert (first["end_reason"], second["end_reason"]) == ("rotated", "motion_stopped")
    assert second["end"] == "2026-11-22T03:57:20.500Z"
    for path, data in sidecars(archive).items():
        assert read_sidecar(data, path)[1] == (), path


def test_other_movies_are_told_apart(archive):
    """A debug movie stays with its event, a time-lapse does not; neither has a picture."""
    for each in STORY:
        run(archive, each)
    debug = read(archive, FIRST.replace("Z.", "Zm."))
    assert (debug["extra"], debug["event"]) == ({"movie": "debug"}, "101-20261122T035503Z")
    lapse = read(archive, "101-20261122T000000Z-timelapse.avi")
    assert (lapse["extra"], lapse["start"]) == ({"movie": "timelapse"}, "2026-11-22T00:00:00.000Z")
    assert not {"event", "image", "motion"} & set(lapse)
    assert "image" not in debug


def test_a_timelapse_ends_when_it_was_last_written(archive):
    """Its length in the file says nothing of the hours that it shows."""
    path = archive / FOLDER / "101-20261122T000000Z-timelapse.avi"
    os.utime(path, (1_795_348_799, 1_795_348_799))
    run(archive, STORY[12])
    assert read(archive, path.name)["end"] == "2026-11-22T11:59:59.000Z"


def test_motion_in_another_zone(archive):
    """With an offset, file name and event id are local and the sidecar is UTC, whatever letter the name has."""
    run(archive, call("movie-start", "03:55:03", zone="+0530", kind=8, pixels=5, file=FIRST))
    found = read(archive, FIRST)
    assert (found["start"], found["event"]) == ("2026-11-21T22:25:01.000Z", "101-20261121T222503Z")


def test_the_clocks_go_back_within_an_event(archive):
    """An event over a change of the clocks keeps one event id and the right length."""
    name = "101-01-20261101T015950Z.mp4"
    os.link(archive / FOLDER / FIRST, archive / FOLDER / name)
    event = "0010120261101015952"
    calls = [
        ["event-start", "--time=2026-11-01T01:59:52-0400"],
        ["movie-start", "--time=2026-11-01T01:59:52-0400", "--type=8", "--file", f"{FOLDER}/{name}"],
        ["movie-end", "--time=2026-11-01T01:00:10-0500", "--type=8", "--file", f"{FOLDER}/{name}"],
    ]
    for each in reversed(calls):
        assert run(archive, [each[0], "--camera=101", f"--event={event}", *each[1:]]) == 0
        found = read(archive, name)
        assert (found["start"], found["end"]) == ("2026-11-01T05:59:50.000Z", "2026-11-01T06:00:09.500Z")
        assert found["event"] == "101-20261101T055952Z"


def test_names_without_a_time(archive):
    """Then the first frame is when movie-start was called; without that, the file's time less its length."""
    os.link(archive / FOLDER / FIRST, archive / FOLDER / "x.mp4")
    run(archive, call("movie-end", "03:57:30", kind=8, file="x.mp4"))
    assert read(archive, "x.mp4")["start"] == "2026-11-22T03:57:00.500Z"
    assert read(archive, "x.mp4")["end"] == "2026-11-22T03:57:20.000Z"
    run(archive, call("movie-start", "03:57:02", kind=8, file="x.mp4"))
    assert read(archive, "x.mp4")["start"] == "2026-11-22T03:57:02.000Z"


def test_a_movie_that_tells_no_length_ends_when_it_was_written(archive):
    """Where the container says nothing, the file's time does; where that is absurd, the hook's."""
    path = archive / FOLDER / FIRST
    path.write_bytes(path.read_bytes()[:48])
    os.utime(path, (1_795_319_718, 1_795_319_718))
    run(archive, call("movie-end", "03:55:21", kind=8, file=FIRST))
    assert read(archive, FIRST)["end"] == "2026-11-22T03:55:18.000Z"
    os.utime(archive / FOLDER / SECOND, (0, 0))
    (archive / FOLDER / SECOND).write_bytes(b"?")
    os.utime(archive / FOLDER / SECOND, (1, 1))
    run(archive, call("movie-end", "03:57:20", kind=8, file=SECOND))
    assert read(archive, SECOND)["end"] == "2026-11-22T03:57:20.000Z"


def test_a_movie_without_an_event_id_is_a_clip_of_its_own(archive):
    """An event id that is none costs the clip its `event`, no more."""
    assert run(archive, call("movie-end", "03:55:21", event="}", kind=8, file=FIRST)) == 0
    assert "event" not in read(archive, FIRST)


def test_stopped_during_motion(archive):
    """Motion to the last frame and an event that is over: Motion was stopped."""
    run(archive, call("movie-end", "03:55:21", kind=8, pixels=900, file=FIRST))
    assert "end_reason" not in read(archive, FIRST)
    run(archive, call("event-end", "03:55:21", pixels=900))
    assert read(archive, FIRST)["end_reason"] == "stopped"


def test_a_flicker_at_a_normal_end_is_no_stop(archive):
    """Motion closes a movie event_gap after its last frames; what it measures then, below its threshold, ends nothing."""
    run(archive, call("movie-end", "03:55:31", kind=8, pixels=900, file=FIRST))
    run(archive, call("event-end", "03:55:31", pixels=900))
    assert read(archive, FIRST)["end"] < "2026-11-22T03:55:27"
    assert read(archive, FIRST)["end_reason"] == "motion_stopped"


def test_outages(archive):
    """A loss opens an outage, a find closes it, and losses without a find between are one, however they arrive."""
    folder = archive / "outages" / "101" / "20261122"
    run(archive, call("camera-lost", "04:00:30"))
    run(archive, call("camera-lost", "04:00:00"))
    assert [path.name for path in folder.iterdir()] == ["101-20261122T040000Z.yaml"]
    run(archive, call("camera-found", "04:02:00"))
    assert yaml.safe_load(next(folder.iterdir()).read_text()) == {
        "schema": 1,
        "kind": "outage",
        "camera": "101",
        "start": "2026-11-22T04:00:00.000Z",
        "end": "2026-11-22T04:02:00.000Z",
        "end_reason": "camera_found",
    }


def test_what_is_said_again_is_kept_once(archive):
    """A camera that is lost for days says so again and again: what is kept of it does not grow."""
    for each in (STORY[1], call("camera-lost", "04:00:00")):
        sizes = set()
        for _ in range(3):
            assert run(archive, each) == 0
            sizes.add(sum(path.stat().st_size for path in (archive / ".hooks").rglob("*")))
        assert len(sizes) == 1


def test_found_before_lost(archive):
    """Times decide: a find that overtook its loss closes it."""
    run(archive, call("camera-found", "04:02:00"))
    assert sidecars(archive) == {}
    run(archive, call("camera-lost", "04:00:00"))
    assert b"\nend: " in sidecars(archive)["outages/101/20261122/101-20261122T040000Z.yaml"]


def test_an_outage_ends_though_the_facts_are_lost(archive):
    """What stands in the newest outage's sidecar is taken up again."""
    run(archive, call("camera-lost", "04:00:00"))
    (archive / ".hooks/101/outages").unlink()
    run(archive, call("camera-found", "04:02:00"))
    assert b"\nend: " in sidecars(archive)["outages/101/20261122/101-20261122T040000Z.yaml"]


def test_many_outages_keep_their_sidecars(archive):
    """The facts of long ago are forgotten; their sidecars stay, also when Motion says them again."""
    for minute in range(70):
        run(archive, call("camera-lost", f"{minute // 60:02}:{minute % 60:02}:00"))
        run(archive, call("camera-found", f"{minute // 60:02}:{minute % 60:02}:40"))
    before = sidecars(archive)
    assert len(before) == 70
    assert len((archive / ".hooks/101/outages").read_text().split()) < 62 * 16
    run(archive, call("camera-lost", "00:00:30"))
    run(archive, call("camera-found", "00:02:00"))
    assert sidecars(archive) == before
