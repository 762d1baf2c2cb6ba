"""The promises, shown on real processes: read while it is built, killed at any moment, and never a write to the archive."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from archives import make_video, put_clip, put_outage
from changing_footage import BUILD, FIRST, WATCH, WITH_PREVIEWS, Footage, assert_sound
from readers import Reader
from waiting import wait_until


def test_no_reader_meets_a_dead_link_or_a_torn_file_while_the_site_changes(tmp_path):
    """P3, P4: two readers follow every link while a watch process publishes additions, notes and deletions."""
    footage = Footage(tmp_path, 1)
    for _ in range(20):
        footage.add()
    with subprocess.Popen(WATCH, cwd=tmp_path) as watch:
        try:
            wait_until(footage.revision)
            with Reader(footage.site, footage.deleted) as one, Reader(footage.site, footage.deleted) as two:
                change_for(footage, 3, until=lambda: one.broken or two.broken)
        finally:
            watch.terminate()
            assert watch.wait(60) == 0
    assert (one.broken, two.broken) == ([], [])
    assert one.looks + two.looks > 200
    footage.equals_a_fresh_one(WITH_PREVIEWS)


def change_for(footage: Footage, seconds: float, until: Callable[[], object]) -> None:
    """Change the archive, wait until that is seen, and again, for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not until():
        before = footage.revision()
        footage.change()
        if footage.pick.random() < 0.2:
            shutil.rmtree(footage.root / "outages", ignore_errors=True)
            put_outage(footage.root, FIRST + timedelta(hours=footage.pick.randrange(30)), None, "102")
        wait_until(lambda b=before: footage.revision() > b or until())


def strace(*options: str, command: list[str], cwd: Path, out: Path) -> int:
    """Run a command under strace; return its exit code, negative for a signal."""
    argv = ["strace", "-f", "-qq", "-o", str(out), *options, "--", *command]
    return subprocess.run(argv, cwd=cwd, check=False, capture_output=True, timeout=120).returncode


def killed_at(footage: Footage, calls: str, number: int, command: list[str]) -> bool:
    """Build, and kill the process just before its Nth such call; say whether it came to that."""
    inject = f"inject={calls}:signal=KILL:when={number}"
    code = strace(
        "-e",
        f"trace={calls}",
        "-e",
        inject,
        command=command,
        cwd=footage.folder,
        out=footage.folder / "trace",
    )
    assert code in {0, -signal.SIGKILL, 128 + signal.SIGKILL}, code
    return code != 0


RENAMES = "rename,renameat,renameat2"
KILLS = [
    *((RENAMES, n) for n in (1, 3, 7, 12)),  # between any two files
    ("unlink,unlinkat,rmdir", 1),  # while deleting
    ("unlink,unlinkat,rmdir", 2),
    ("pwrite64", 9),  # in the middle of the index
    ("pwrite64", 40),
    ("mkdir,mkdirat", 2),
]


def test_a_build_that_was_killed_at_any_moment_is_taken_up(tmp_path):
    """P3, P4, P5, P7: after each kill the site is sound; the next build makes what one from scratch makes."""
    footage = Footage(tmp_path, 2)
    for _ in range(16):
        footage.add()
    footage.build()
    revisions, kills = [footage.revision()], 0
    moments = [*KILLS, *((RENAMES, footage.pick.randrange(1, 30)) for _ in range(3))]
    for calls, number in moments:
        footage.change()
        kills += killed_at(footage, calls, number, [*BUILD, "--no-previews", "-q"])
        reader = Reader(footage.site, footage.deleted)
        reader.round()
        assert not reader.broken, (calls, number)
        revisions.append(footage.revision())
    assert kills >= 8
    footage.build()
    revisions.append(footage.revision())
    assert revisions == sorted(revisions)
    assert revisions[-1] > revisions[0]
    assert_sound(footage.site)
    footage.equals_a_fresh_one()


def test_a_first_build_that_was_killed_is_taken_up(tmp_path):
    """From the first folder to the last file: nothing that is left behind stops the next build."""
    footage = Footage(tmp_path, 3)
    for _ in range(6):
        footage.add()
    for calls, number in [
        ("mkdir,mkdirat", 1),
        ("mkdir,mkdirat", 3),
        ("pwrite64", 5),
        (RENAMES, 1),
        (RENAMES, 9),
        (RENAMES, 25),
    ]:
        assert killed_at(footage, calls, number, [*BUILD, "--no-previews", "-q"]), (calls, number)
    footage.build()
    assert footage.revision() == 1
    assert_sound(footage.site)
    footage.equals_a_fresh_one()


def test_a_build_killed_while_it_makes_previews_is_taken_up(tmp_path):
    """Half a preview is never linked; what was made is not made again, what was not is made."""
    footage = Footage(tmp_path, 4)
    film = make_video(tmp_path / "film.mp4", 1)
    for _ in range(4):
        footage.add(video=film)
    footage.build()
    for number in (2, 6, 11):  # counted in each thread: the first ones are previews
        assert killed_at(footage, RENAMES, number, [*BUILD, "-q"])
        assert_sound(footage.site)
    done = subprocess.run([*BUILD, "-q"], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert_sound(footage.site)
    clips = [c for d in footage.site.glob("2*/*/*/day.json") for c in json.loads(d.read_text())["clips"]]
    assert len(clips) == 4
    assert all(len(c["preview"]) == 4 for c in clips)
    assert not list((footage.site / ".sitegen-tmp").glob("*"))


def test_a_watch_that_was_killed_is_taken_up(tmp_path):
    """kill -9 in the middle of a burst, three times; revisions only grow, and the last site equals a fresh one."""
    footage = Footage(tmp_path, 5)
    for _ in range(8):
        footage.add()
    revisions = []
    for _ in range(3):
        with subprocess.Popen(WATCH, cwd=tmp_path) as watch:
            try:
                before = footage.revision()
                wait_until(lambda b=before: footage.revision() > b or not b)
                for _ in range(30):
                    footage.add()
                wait_until(lambda b=before: footage.revision() > b)
            finally:
                watch.kill()
        revisions.append(footage.revision())
        reader = Reader(footage.site)
        reader.round()
        assert not reader.broken
        footage.add()
    assert revisions == sorted(revisions)
    footage.equals_a_fresh_one(WITH_PREVIEWS)


def test_nothing_in_the_archive_is_opened_for_writing(tmp_path):
    """P1: a whole build with adoption, Problems and previews, ffmpeg included, asks the kernel only to read there."""
    footage = Footage(tmp_path, 6)
    film = make_video(tmp_path / "film.mp4", 1)
    footage.add(video=film)
    put_clip(footage.root, FIRST, sidecar=False, video=film, token="adopted")
    put_clip(footage.root, FIRST, kind="segment", video=film, token="s")
    (footage.root / "bad.yaml").write_text("nonsense: [")
    trace = tmp_path / "trace"
    assert strace("-e", "trace=%file", command=[*BUILD, "-q"], cwd=tmp_path, out=trace) == 0
    text = trace.read_text(errors="replace")
    below = re.compile(rf'"(?:{re.escape(str(footage.root))}|(?:\.\./)*archive)[/"]|"[^"]*site/media/')
    touching = [line for line in text.splitlines() if below.search(line)]
    assert any(".yaml" in line for line in touching)
    writes = re.compile(
        r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND| (unlink|rename|mkdir|rmdir|chmod|fchmodat|chown|utime|utimensat|truncate|mknod|setxattr)"
    )
    harmless = re.compile(r" symlink(at)?\(")  # the site's link names the archive, and lies elsewhere
    assert [line for line in touching if writes.search(line) and not harmless.search(line)] == []
    clips = [c for d in footage.site.glob("2*/*/*/day.json") for c in json.loads(d.read_text())["clips"]]
    assert all("preview" in c for c in clips)


@pytest.mark.parametrize("calls", [RENAMES, "pwrite64", "mkdir,mkdirat"])
def test_a_full_disk_leaves_the_old_site_up(tmp_path, calls):
    """ENOSPC from any of these on: exit code 1, one line, no traceback, a sound site; with room again it goes on."""
    footage = Footage(tmp_path, 7)
    for _ in range(8):
        footage.add()
    footage.build()
    revision = footage.revision()
    footage.change()
    put_clip(footage.root, FIRST - timedelta(days=9))
    codes = []
    for number in (2, 9):
        inject = f"inject={calls}:error=ENOSPC:when={number}+"
        argv = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={calls}", "-e", inject, "--"]
        done = subprocess.run(
            [*argv, *BUILD, "--no-previews"], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        codes.append(done.returncode)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or re.search(
            r"^sitegen: .*(No space left|is full|I/O)", done.stderr, re.MULTILINE
        )
        reader = Reader(footage.site, footage.deleted)
        reader.round()
        assert not reader.broken
    assert set(codes) <= {0, 1}
    assert 1 in codes
    footage.build()
    assert footage.revision() > revision
    assert_sound(footage.site)
    footage.equals_a_fresh_one()
