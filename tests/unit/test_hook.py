"""Each hook alone, in every form of call, writes what it should; what cannot be used is told in one line."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hook_calls import EVENT, FIRST, FOLDER, SECOND, STORY, at, call, make_archive, run, sidecars

from sitegen.archive.sidecar import read_sidecar
from sitegen.capture.hook import main

HOOK = Path(__file__).parents[2] / "hooks" / "sitegen-hook"
MOTION = {"noise": 12, "labels": 3, "x": 310, "y": 190, "width": 120, "height": 80}


@pytest.fixture(scope="session")
def movie(tmp_path_factory):
    """A movie of 19.5 seconds, written at one known second."""
    path = tmp_path_factory.mktemp("movie") / "movie.mp4"
    source = ["-f", "lavfi", "-i", "color=size=64x48:rate=10:duration=19.5"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *source, str(path)], check=True, timeout=60)
    os.utime(path, (1_795_319_840, 1_795_319_840))
    return path


@pytest.fixture
def archive(tmp_path, movie):
    return make_archive(tmp_path / "archive", movie)


def read(archive, name):
    return yaml.safe_load((archive / FOLDER / name).with_suffix(".yaml").read_bytes())


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


@pytest.mark.parametrize("quote", ["'{}'", '"{}"', "{}"])
def test_quotes_of_a_motion_without_a_shell(archive, quote):
    """One pair of quotes is taken off, from a file as from any other value; in place of the dash, _ will do."""
    path = f"{archive}/{FOLDER}/{FIRST}"
    arguments = ["movie_start", "--archive", quote.format(archive), f"--event={EVENT}", "--type=8"]
    arguments += [f"--camera={quote.format(101)}", f"--time={quote.format('2026-11-22T03:55:03Z')}"]
    assert main([*arguments, "--file", quote.format(path)]) == 0
    assert read(archive, FIRST)["camera"] == "101"


def test_names_of_every_kind(archive):
    """Spaces, quotes and characters of any script in a name are kept; a file that is cut at spaces is put together."""
    name = "a 'b' \"c\" \\ $(touch x) ; é 😀 20261122T035501Z.mp4"
    os.link(archive / FOLDER / FIRST, archive / FOLDER / name)
    start = call("movie-start", "03:55:03", kind=8, file=name)
    assert run(archive, start) == 0
    assert read(archive, name)["video"] == name
    arguments = at(archive, call("movie-end", "03:55:21", kind=8, file=name))
    assert main([*arguments[:-1], *arguments[-1].split(" ")]) == 0
    assert "end" in read(archive, name)


def test_a_linked_archive(archive, tmp_path):
    """The archive may be reached through a link, in the option or in Motion's paths."""
    (tmp_path / "link").symlink_to(archive)
    for root, files in ((tmp_path / "link", archive), (archive, tmp_path / "link")):
        arguments = at(files, STORY[1])
        arguments[2] = str(root)
        assert main(arguments) == 0
    assert list(sidecars(archive)) == [f"{FOLDER}/{FIRST}".replace(".mp4", ".yaml")]


WRONG = [
    ([], "is no hook"),
    (["movie"], "is no hook"),
    (["movie-end", "--colour=red"], "is no option"),
    (["movie-end", "stray"], "is no option"),
    (["movie-end"], "--archive is missing"),
    (["movie-end", "--archive", "ROOT"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=../x"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=a/b"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=.."], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=x\ny"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=" + "9" * 65], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=1"], "is no time"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "--time=now"], "is no time"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--event=}"], "is no event id"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--pixels=many"], "is no whole number"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--pixels=--1-"], "is no whole number"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "TIME"], "is no absolute path"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "TIME", "--file", "x.mp4"], "is no absolute path"),
    (
        ["movie-end", "--archive", "ROOT", "--camera=1", "TIME", "--file", "/etc/passwd"],
        "is not in the archive",
    ),
    (
        ["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT/../x"],
        "is not in the archive",
    ),
    (["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT"], "is not in the archive"),
    (["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT/\udcff.mp4"], "no UTF-8"),
]


@pytest.mark.parametrize(("arguments", "reason"), WRONG)
def test_what_cannot_be_used_is_told_in_one_line(archive, capfd, arguments, reason):
    """Bad arguments end with exit code 2 and one line that says which, and nothing is written."""
    filled = [
        each.replace("ROOT", str(archive)).replace("TIME", "--time=2026-11-22T03:55:03Z")
        for each in arguments
    ]
    assert main(filled) == 2
    said = capfd.readouterr().err
    assert reason in said
    assert said.count("\n") == 1
    assert sidecars(archive) == {}
    assert not (archive / ".hooks").exists()


def test_a_link_out_of_the_archive_is_refused(archive, tmp_path, capfd):
    """Real paths are compared: a link in the archive does not make a file elsewhere part of it."""
    (tmp_path / "elsewhere").mkdir()
    (archive / "events" / "out").symlink_to(tmp_path / "elsewhere")
    arguments = at(archive, STORY[1])
    assert main([*arguments[:-1], f"{archive}/events/out/x.mp4"]) == 2
    assert "is not in the archive" in capfd.readouterr().err


@pytest.mark.parametrize("name", ["movie-start", "movie-end", "camera-lost"])
def test_a_disk_that_will_not(archive, name, capfd):
    """Where nothing can be written there is exit code 1 and one line that names the file."""
    (archive / ".hooks").write_text("in the way")
    assert run(archive, call(name, "03:55:03", kind=8, file=FIRST if name != "camera-lost" else None)) == 1
    said = capfd.readouterr().err
    assert said == f"sitegen-hook: Not a directory: {os.path.realpath(archive)}/.hooks/101\n"


def test_a_movie_that_is_not_there(archive, capfd):
    """A movie that has ended and does not exist cannot be described."""
    assert run(archive, call("movie-end", "03:55:21", kind=8, file="gone.mp4")) == 1
    assert "No such file or directory" in capfd.readouterr().err


def test_an_archive_that_is_not_mounted(tmp_path, capfd):
    """A missing archive is not made, and said to be missing."""
    assert run(tmp_path / "mount", STORY[0]) == 1
    assert "is its disk mounted?" in capfd.readouterr().err
    assert not (tmp_path / "mount").exists()


def test_a_hook_after_its_facts_were_swept_harms_nothing(archive):
    """Whatever Motion says again after a week, complete sidecars stay as they are."""
    for each in STORY:
        run(archive, each)
    before = sidecars(archive)
    for each in STORY:
        for facts in (archive / ".hooks").rglob("*"):
            if facts.is_file():
                facts.unlink()
        assert run(archive, each) == 0
        assert sidecars(archive) == before, each


def test_an_open_sidecar_is_completed_after_its_facts_were_swept(archive):
    """What it said is kept, what it lacks is added."""
    run(archive, STORY[1])
    run(archive, STORY[2])
    (archive / ".hooks/101/20261122/035503").unlink()
    run(archive, call("movie-end", "03:55:21", kind=8, file=FIRST))
    found = read(archive, FIRST)
    assert (found["image"], found["end"]) == ("101-34-20261122T035503Z-04.jpg", "2026-11-22T03:55:20.500Z")
    assert found["motion"]["changed_pixels"] == 1500


def test_what_a_person_changed_is_left_alone(archive):
    """A sidecar that is not of our own writing stays."""
    path = archive / FOLDER / FIRST.replace(".mp4", ".yaml")
    path.write_text("# mine\nschema: 1\n")
    run(archive, STORY[5])
    assert path.read_text() == "# mine\nschema: 1\n"


def test_a_new_day_sweeps_what_is_a_week_old(archive):
    """Facts are deleted after a week, on the occasion of a new day; younger ones are kept."""
    for day in ("20261101", "20261102"):
        run(archive, call("event-start", "03:55:03", event=f"00101{day}035503"))
    os.utime(archive / ".hooks/101/20261101/035503", (1, 1))
    run(archive, STORY[0])
    assert sorted(path.name for path in (archive / ".hooks/101").iterdir()) == ["20261102", "20261122"]


def test_a_torn_line_is_no_fact(archive):
    """What a killed hook began to write is passed over, wherever it was torn; the next line is whole."""
    run(archive, STORY[0])
    facts = archive / ".hooks/101/20261122/035503"
    run(archive, STORY[1])
    whole, expected = facts.read_bytes(), sidecars(archive)
    line = whole.rstrip(b"\n").rindex(b"\n") + 1
    for length in range(line, len(whole), 7):
        facts.write_bytes(whole[:length])
        (archive / FOLDER / FIRST).with_suffix(".yaml").unlink(missing_ok=True)
        assert run(archive, STORY[1]) == 0
        assert sidecars(archive) == expected
        (archive / FOLDER / FIRST).with_suffix(".yaml").unlink()
        assert run(archive, STORY[0]) == 0
        assert sidecars(archive) == expected, "what followed the torn line is lost"


def test_the_file_in_hooks_runs_from_anywhere(archive, tmp_path):
    """It needs no environment, no folder to be in, and works through a link; it has a help."""
    (tmp_path / "link").symlink_to(HOOK)
    for entry in (HOOK, tmp_path / "link"):
        done = subprocess.run(
            [entry, *at(archive, STORY[1])], cwd="/", env={}, capture_output=True, check=False, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert subprocess.run([HOOK, "--help"], capture_output=True, check=True, timeout=60).stdout.startswith(
        b"sitegen-hook"
    )
    assert list(sidecars(archive)) == [f"{FOLDER}/{FIRST}".replace(".mp4", ".yaml")]


def test_the_hook_imports_nothing_heavy(archive):
    """Of the standard library only what is light: the time it takes is mostly that of its imports."""
    for each in (STORY[5], STORY[13]):
        done = subprocess.run(
            ["/usr/bin/python3", "-IS", "-X", "importtime", HOOK, *at(archive, each)],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        modules = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines()}
        heavy = {
            "re",
            "json",
            "datetime",
            "pathlib",
            "argparse",
            "subprocess",
            "typing",
            "collections",
            "enum",
            "yaml",
        }
        assert not modules & heavy
        assert {module for module in modules if "." not in module} >= {"sitegen"}
