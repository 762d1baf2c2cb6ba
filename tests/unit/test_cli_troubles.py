"""The command line when something is wrong, or it is told to stop: exit codes, one line each, no traceback."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest
from archives import configure, put_clip
from command_line import NOON, sitegen
from waiting import wait_until

from sitegen.build import Generator
from sitegen.settings import load


@pytest.fixture
def folder(tmp_path):
    configure(tmp_path)
    for minute in range(4):
        put_clip(tmp_path / "archive", NOON.replace(minute=minute))
    return tmp_path


def test_an_archive_that_has_gone_exits_with_1(folder):
    """P8: missing, emptied, more than half gone; `build --full` accepts the last and not the others."""
    sitegen("build", "--no-previews", cwd=folder)
    before = (folder / "site/build.json").read_bytes()
    archive = folder / "archive"
    archive.rename(folder / "away")
    for make, words in ((None, "it is missing"), (archive.mkdir, "it is empty")):
        if make:
            make()
        for options in ([], ["--full"]):
            done = sitegen("build", "--no-previews", *options, cwd=folder)
            assert (done.returncode, done.stdout) == (1, "")
            assert words in done.stderr
            assert "nothing was published" in done.stderr
    archive.rmdir()
    (folder / "away").rename(archive)
    for video in sorted(archive.rglob("*.mp4"))[:3]:
        video.unlink()
        video.with_suffix(".yaml").unlink()
    done = sitegen("build", "--no-previews", cwd=folder)
    assert done.returncode == 1
    assert "--full" in done.stderr
    assert (folder / "site/build.json").read_bytes() == before
    assert sitegen("build", "--no-previews", "--full", cwd=folder).returncode == 0
    assert json.loads((folder / "site/build.json").read_text())["clips"] == 1


def test_a_second_generator_exits_with_75(folder):
    """P13: it names the first, with its process."""
    first = Generator(load(folder / "sitegen.toml"))
    try:
        for command in ("build", "watch", "serve"):
            options = ["--listen", "127.0.0.1:0"] if command == "serve" else []
            done = sitegen(command, *options, cwd=folder)
            assert done.returncode == 75
            assert f"the generator (process {os.getpid()})" in done.stderr
    finally:
        first.close()
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0


@pytest.mark.parametrize("place", ["site/status.json", "site/build.json", "state/announcements.json"])
def test_what_is_no_file_is_not_waited_for(folder, place):
    """A fifo in the place of a file that a build reads: it is taken for not there, and replaced."""
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0
    (folder / place).unlink()
    os.mkfifo(folder / place)
    put_clip(folder / "archive", NOON.replace(minute=9))
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0
    assert (folder / place).is_file()


@pytest.mark.parametrize("place", ["index.html", "index.html.gz", "media", "cameras", "2026"])
@pytest.mark.parametrize("fresh", [True, False])
def test_what_is_in_the_way_is_named(folder, place, fresh):
    """A folder in the place of a file or link, a file in that of a folder: somebody may want it, so nothing is deleted."""
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0
    if fresh:
        shutil.rmtree(folder / "site")
        (folder / "site/.sitegen-tmp").mkdir(parents=True)
    at = folder / "site" / place
    if at.is_dir() and not at.is_symlink():
        shutil.rmtree(at)
    at.unlink(missing_ok=True)
    if place in {"cameras", "2026"}:
        at.write_text("mine")
        words = f"sitegen: {at}: a file is in the place of a folder of the site; move it away, or delete it"
    else:
        at.mkdir()
        (at / "mine").touch()
        words = f"sitegen: {at}: a folder is in the place of a file of the site; move it away, or delete it"
    put_clip(folder / "archive", NOON.replace(minute=9))
    done = sitegen("build", "--full", "--no-previews", cwd=folder)
    assert (done.returncode, done.stderr.strip().splitlines()[-1]) == (1, words)
    shutil.rmtree(at) if at.is_dir() else at.unlink()
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0


def test_troubles_of_the_machine_are_told_in_one_line(folder):
    """A file where a folder must be, a state folder that is none: exit code 1, its name, no traceback."""
    (folder / "site").write_text("a file")
    done = sitegen("build", "--no-previews", cwd=folder)
    assert done.returncode == 1
    assert str(folder / "site") in done.stderr
    (folder / "site").unlink()
    shutil.rmtree(folder / "state")
    (folder / "state").write_text("a file")
    done = sitegen("build", "--no-previews", cwd=folder)
    assert done.returncode == 1
    assert str(folder / "state") in done.stderr
    (folder / "state").unlink()
    (folder / "state/index.sqlite").mkdir(parents=True)
    done = sitegen("build", "--no-previews", cwd=folder)
    assert done.returncode == 1
    assert "index.sqlite" in done.stderr


def test_a_broken_theme_exits_with_2(folder):
    """The template's file and line are named, and the old site is up."""
    sitegen("build", "--no-previews", cwd=folder)
    home = (folder / "site/index.html").read_bytes()
    theme = folder / "themes/mine"
    (theme / "templates").mkdir(parents=True)
    (theme / "theme.toml").write_text('name = "mine"\ndescription = "x"\nextends = "default"\n')
    (theme / "templates/day.html").write_text("\n{{ nobody.knows }}")
    (folder / "sitegen.toml").write_text('[site]\ntheme = "mine"\n')
    done = sitegen("build", "--no-previews", cwd=folder)
    assert done.returncode == 2
    assert "day.html: line 2: 'nobody' is undefined" in done.stderr
    assert (folder / "site/index.html").read_bytes() == home


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watch_stops_by_signal_with_0(folder, number):
    """It keeps the site current until then, and gives its locks back."""
    command = [sys.executable, "-m", "sitegen.cli", "watch", "-q"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as watch:
        try:
            wait_until(lambda: (folder / "site/build.json").exists() or watch.poll() is not None)
            put_clip(folder / "archive", NOON.replace(minute=30))
            wait_until((folder / "site/2026/11/22/101-20261122T123000Z.html").exists)
            watch.send_signal(number)
            assert watch.wait(60) == 0
            assert "Traceback" not in watch.stderr.read()
        finally:
            watch.kill()
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0


def test_watch_reads_its_configuration_again(folder):
    """SIGHUP: another title is on the pages; a configuration that cannot be used changes nothing."""
    command = [sys.executable, "-m", "sitegen.cli", "watch"]
    config, home = folder / "sitegen.toml", folder / "site/index.html"
    log = folder / "log"
    with log.open("w") as stderr, subprocess.Popen(command, cwd=folder, stderr=stderr) as watch:
        try:
            wait_until((folder / "site/build.json").exists)
            good = config.read_text()
            config.write_text("[nonsense")
            watch.send_signal(signal.SIGHUP)
            wait_until(lambda: "going on with what was read before" in log.read_text())
            config.write_text(good.replace("[site]", '[site]\ntitle = "Another title"'))
            watch.send_signal(signal.SIGHUP)
            wait_until(lambda: "Another title" in home.read_text())
            watch.terminate()
            assert watch.wait(60) == 0
        finally:
            watch.kill()
    assert "Traceback" not in log.read_text()


def test_a_build_that_is_interrupted_exits_with_130(folder):
    """Ctrl-C: no traceback; the next build goes on."""
    for minute in range(4, 60):
        for second in range(20):
            put_clip(folder / "archive", NOON.replace(minute=minute, second=second))
    command = [sys.executable, "-m", "sitegen.cli", "build", "--no-previews"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as build:
        wait_until(lambda: list((folder / "site").glob("2026/11/22/*.html")))
        build.send_signal(signal.SIGINT)
        code, said = build.wait(60), build.stderr.read()
    assert code == 130, said
    assert "Traceback" not in said
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0
