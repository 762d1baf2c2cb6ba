"""sitegen.doctor.gather: the facts of this very machine and of folders made for it."""

import os
import stat
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
from waiting import wait_until

from sitegen.doctor import examine
from sitegen.doctor.gather import gather
from sitegen.doctor.kernel import inotify_trouble
from sitegen.lock import Lock
from sitegen.settings import load


def facts_of(folder, text=""):
    (folder / "sitegen.toml").write_text(text)
    return gather(load(folder / "sitegen.toml"))


def test_programs_of_this_machine_are_found_with_their_versions(tmp_path):
    """Each installed program tells its version, ffmpeg also what is built into it."""
    programs = facts_of(tmp_path).programs
    assert {name: bool(p.version) and not p.trouble for name, p in programs.items()} == {
        "ffmpeg": True,
        "cpulimit": True,
        "motion": True,
        "nginx": True,
    }
    assert {"libx264", "zscale"} <= programs["ffmpeg"].parts


def test_a_program_that_is_missing_or_broken_is_a_fact(tmp_path, monkeypatch):
    """Neither raises: one is not installed, the other tells why it does not run."""
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    broken = bin_folder / "ffmpeg"
    broken.write_text("#!/bin/sh\necho 'cannot open shared object' >&2\nexit 127\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{bin_folder}:/bin/nothing")
    programs = facts_of(tmp_path).programs
    assert (programs["ffmpeg"].version, programs["ffmpeg"].trouble) == ("", "cannot open shared object")
    assert programs["motion"].version is None


def test_folders_are_tried(tmp_path):
    """A folder that is to be made is as good as the one above it; a file in its place is a trouble; nothing is left."""
    (tmp_path / "archive/events/101").mkdir(parents=True)
    (tmp_path / "archive/.hooks").mkdir()
    (tmp_path / "archive/events/101/a.MP4").touch()
    (tmp_path / "state").write_text("a file")
    facts, root = facts_of(tmp_path), (tmp_path / "archive").stat()
    assert (facts.root.trouble, facts.output.trouble, facts.state.trouble) == ("", "", "Not a directory")
    assert not facts.output.there
    assert facts.root.above[0] == (root.st_dev, root.st_ino)
    assert facts.root.above[1] == facts.output.above[0]
    assert (facts.archive.folders, facts.archive.videos) == (4, 1)
    assert facts.archive.names == {"events", ".hooks"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["archive", "sitegen.toml", "state"]


def test_an_archive_that_is_missing_is_a_fact(tmp_path):
    """It is not there and cannot be read."""
    facts = facts_of(tmp_path)
    assert facts.root.trouble == "cannot be read: No such file or directory"
    assert not facts.root.there
    assert facts.archive.videos == 0


def test_disks_time_zone_and_limits_are_those_of_this_machine(tmp_path):
    """One file system is told once; the time zones tell their version; the limit of inotify is read."""
    facts = facts_of(tmp_path, '[site]\ntimezone = "Europe/Berlin"\n')
    (disk,) = facts.disks
    assert 0 < disk.free_bytes <= disk.total_bytes
    assert "version 20" in facts.tzdata or facts.tzdata.endswith("tzdata")
    assert facts.most_watches is None or facts.most_watches > 0


def test_a_theme_that_does_not_compile_is_a_fact(tmp_path):
    """The template's file is named."""
    (tmp_path / "mine/templates").mkdir(parents=True)
    (tmp_path / "mine/theme.toml").write_text('name = "mine"\nextends = "default"\n')
    (tmp_path / "mine/templates/day.html").write_text("{% if %}")
    trouble = facts_of(tmp_path, '[site]\ntheme = "./mine"\n').theme_trouble
    assert trouble is not None
    assert "day.html" in trouble.where


def test_cameras_never_show_their_address(tmp_path):
    """Whether a camera has an address is known, not which; Motion's files that cannot be read are a trouble."""
    text = (
        '[camera.7]\nurl = "rtsp://admin:hunter2@192.0.2.7/"\n[camera.8]\n[motion]\nconfig = "missing.conf"\n'
    )
    facts = facts_of(tmp_path, text)
    assert facts.cameras_trouble is not None
    facts = facts_of(tmp_path, text.partition("[motion]")[0])
    assert [(c.id, c.has_address) for c in facts.cameras] == [("7", True), ("8", False)]
    assert "hunter2" not in repr(facts)
    two = '[camera.7]\nurl = "rtsp://u:hunter2@h/1"\nsub_url = "rtsp://u:hunter2@h/{}"\n'
    for number, state in ((1, "same"), (2, "other")):
        facts = facts_of(tmp_path, two.format(number))
        assert [camera.sub_stream for camera in facts.cameras] == [state]
        assert "hunter2" not in repr(facts)


@pytest.mark.parametrize("missing", ["motion.conf", "cameras"])
def test_motions_configuration_that_cannot_be_read_is_one_finding(tmp_path, missing):
    """It is told once, and everything else is checked as well."""
    (tmp_path / "archive/events").mkdir(parents=True)
    if missing == "cameras":
        (tmp_path / "motion.conf").write_text("camera_dir cameras\n")
    (tmp_path / "sitegen.toml").write_text('[motion]\nconfig = "motion.conf"\n')
    told = examine(load(tmp_path / "sitegen.toml"))
    errors = [f for c in told.checks for f in c.findings if f.level == "error"]
    assert len(errors) == 1
    assert missing in errors[0].what + errors[0].reason
    assert len(told.checks) > 10


def test_who_holds_the_locks_is_seen_without_taking_them(tmp_path):
    """A file that is left is no lock; one that another program holds is, with its process; so is the site's folder."""
    for made in ("site", "state", "archive"):
        (tmp_path / made).mkdir()
    lock = tmp_path / "state/generator.lock"
    lock.write_text("the generator (process 1)\n")
    assert facts_of(tmp_path).holders == ()
    with subprocess.Popen(["flock", lock, "sleep", "60"]) as other, closing(Lock(tmp_path / "site")):
        try:
            held = wait_until(lambda: [h for h in facts_of(tmp_path).holders if h.place == lock])
            assert [(h.name, h.ours) for h in held] == [("flock", False)]
            assert held[0].pid == other.pid
            places = {h.place: h.pid for h in facts_of(tmp_path).holders}
            assert places == {tmp_path / "site": os.getpid(), lock: other.pid}
        finally:
            subprocess.run(["pkill", "-P", str(other.pid)], check=True)
    with closing(Lock(lock, "the generator")):  # it is free: nothing of the doctor's holds it
        (mine,) = facts_of(tmp_path).holders
        assert mine.pid == os.getpid()


def test_a_running_sitegen_is_known_as_such(tmp_path):
    """Its locks are no finding."""
    (tmp_path / "archive/events").mkdir(parents=True)
    (tmp_path / "sitegen.toml").touch()
    with subprocess.Popen([sys.executable, "-m", "sitegen.cli", "watch"], cwd=tmp_path) as watching:
        try:
            wait_until(lambda: len(facts_of(tmp_path).holders) == 2, what="both locks")
            assert all(h.ours and h.pid == watching.pid for h in facts_of(tmp_path).holders)
        finally:
            watching.terminate()


def test_a_limit_of_inotify_that_is_reached_is_a_fact(tmp_path):
    """In a user namespace where there is none left."""
    assert inotify_trouble() == ""
    script = "from sitegen.doctor.kernel import inotify_trouble as t; print(t())"
    line = f"echo 0 > /proc/sys/user/max_inotify_instances && exec {sys.executable} -c '{script}'"
    argv = ["unshare", "--user", "--map-root-user", "sh", "-c", line]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "all instances are in use"


def test_footage_of_the_future_and_the_clocks_keeper_are_facts(tmp_path):
    """The newest folder's time is seen; whether the clock is kept is what the kernel says."""
    day = tmp_path / "archive/events/101/20301122"
    day.mkdir(parents=True)
    os.utime(day, (2e9, 2e9))
    facts = facts_of(tmp_path)
    assert facts.archive.newest_s == 2e9
    assert abs((datetime.now(UTC) - facts.now).total_seconds()) < 60
    assert facts.clock_kept in {True, False, None}
