"""What a hook takes and refuses, what it survives, and what it costs."""

import os
import subprocess

import pytest
from hook_archive import HOOK, WRONG, read
from hook_archive import archive as archive
from hook_archive import movie as movie
from hook_calls import EVENT, FIRST, FOLDER, STORY, at, call, run, sidecars

from sitegen.capture import hook
from sitegen.capture.hook import main
from sitegen.capture.hook_facts import sidecar_of
from sitegen.clip import VIDEO_SUFFIXES


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


@pytest.mark.parametrize("hook", ["movie-start", "movie-end"])
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("events/101.d/clip", "is no video"),
        ("events/101.mp4/clip", "is no video"),
        ("events/101/clip.yaml", "is no video"),
        ("events/101/.mp4", "hidden part"),
        ("events/.101/clip.mp4", "hidden part"),
        (".hooks/101/clip.mp4", "hidden part"),
    ],
)
def test_a_file_that_can_have_no_sidecar_beside_it_is_refused(archive, capfd, hook, file, reason):
    """Whatever dots its folders have: nothing is written outside them, and nothing is noted."""
    place = archive / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"x")
    before = sorted(archive.rglob("*"))
    arguments = at(archive, call(hook, "03:55:03", kind=8, file=FIRST))
    assert main([*arguments[:-1], str(place)]) == 2
    assert reason in capfd.readouterr().err
    assert sorted(archive.rglob("*")) == before


def test_a_sidecar_is_beside_its_movie():
    """Only an ending of the last part is taken off."""
    assert sidecar_of("events/101.d/clip.mp4") == "events/101.d/clip.yaml"
    assert sidecar_of("events/101.d/clip") == "events/101.d/clip.yaml"


def test_the_hook_knows_the_videos_that_sitegen_knows():
    """The list stands twice, for the hook imports little."""
    assert hook._VIDEOS == VIDEO_SUFFIXES


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


def test_old_facts_that_cannot_be_swept_keep_no_new_day_from_beginning(archive):
    """What is new is worth more: the sweep is left to the next day."""
    (archive / ".hooks/101/20261101/120000").mkdir(parents=True)
    os.utime(archive / ".hooks/101/20261101/120000", (1, 1))
    assert run(archive, STORY[1]) == 0
    assert read(archive, FIRST)["video"] == FIRST


def test_what_a_killed_hook_left_half_written_goes_with_the_next_of_its_event(archive):
    """And if there is none, with the event's facts, after a week."""
    left = archive / FOLDER / f".{FIRST.replace('.mp4', '.yaml')}.tmp"
    assert run(archive, STORY[1]) == 0
    left.write_text("schema: ")
    assert run(archive, STORY[1]) == 0
    assert not left.exists()
    left.write_text("schema: ")
    os.utime(archive / ".hooks/101/20261122/035503", (1, 1))
    assert run(archive, call("event-start", "03:55:03", event="0010120261130035503")) == 0
    assert not left.exists()


def test_a_hook_that_is_said_again_makes_the_names_durable(archive, monkeypatch):
    """P12: the one before may have been killed between the rename and the fsync of the folder."""
    import sitegen.capture.hook_facts as module

    synced = []
    monkeypatch.setattr(module, "sync_folder", synced.append)
    assert run(archive, STORY[1]) == 0
    assert synced == []
    assert run(archive, STORY[1]) == 0
    assert synced == [f"{archive.resolve()}/{FOLDER}"]


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


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
@pytest.mark.parametrize("hook", ["movie-start", "movie-end"])
def test_what_motion_cannot_have_written_is_refused_and_not_waited_for(archive, capfd, make, hook):
    """A pipe or a folder called like a movie: exit code 2 at once, no sidecar."""
    make(archive / FOLDER / "odd.mp4")
    assert run(archive, call(hook, "03:55:03", kind=8, file="odd.mp4")) == 2
    assert "no file that Motion wrote" in capfd.readouterr().err
    assert sidecars(archive) == {}
