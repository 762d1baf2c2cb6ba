"""The disk of the site, or of the state folder, is full, really: a small tmpfs in a mount namespace, under a real `sitegen watch`."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from archives import configure, put_clip, site_bytes
from links import crawl
from metrics import read_metrics
from waiting import wait_until

from sitegen.settings import load
from sitegen.watch_loop import build_once

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOM = 150_000
"""Bytes: enough for the status page, not for 30 more days."""
CONFIG = '[site]\ntimezone = "Europe/Berlin"\n[previews]\nsegments = "none"\n'
WATCH = "from sitegen import cli, watch_loop; watch_loop.RETRY_S = 0.2; cli.main()"


class Disk:
    """The site as the watching process sees it, and one of its folders, which is a disk of 4 MB."""

    def __init__(self, folder: Path, process: subprocess.Popen, mounted: str) -> None:
        self.folder, self.process = folder, process
        self.site = Path(f"/proc/{process.pid}/root{folder}/site")
        self.filler = self.site.parent / mounted / ".filler"

    def said(self) -> dict:
        return json.loads((self.site / "status.json").read_text())

    def leave(self, room: int) -> None:
        """Let so many bytes be free, by a file that the site's readers do not see."""
        disk = os.statvfs(self.filler.parent)
        with self.filler.open("ab") as file:
            more = disk.f_bavail * disk.f_frsize - room
            if more > 0:
                file.write(bytes(more))
            else:
                file.truncate(file.tell() + more)


@contextmanager
def watching(folder: Path, mounted: str = "site"):
    """`sitegen watch` in a namespace of its own, where one folder is a tmpfs."""
    configure(folder, CONFIG)
    (folder / mounted).mkdir()
    command = f'mount -t tmpfs -o size=4m none {mounted} && exec "{sys.executable}" -c "{WATCH}" watch'
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "--map-root-user", "sh", "-c", command], cwd=folder, stderr=log
        )
    try:
        yield Disk(folder, process, mounted)
    finally:
        process.terminate()
        code = process.wait(30)
    said = (folder / "log").read_text()
    assert code == 0, said
    assert "Traceback" not in said


def log(disk: Disk) -> str:
    return (disk.folder / "log").read_text()


def test_a_full_disk_is_told_and_waited_out(tmp_path):
    """The old site stays whole; as soon as there is a little room it says why it stands still; with more it goes on (P3, P4, P5)."""
    with watching(tmp_path) as disk:
        wait_until((disk.site / "build.json").exists, what="the first build")
        put_clip(tmp_path / "archive", NOON, kind="segment")
        wait_until(lambda: disk.said()["clips"] == 1, what="the first clip")
        before, revision = (
            site_bytes(disk.site),
            json.loads((disk.site / "build.json").read_text())["revision"],
        )
        disk.leave(0)
        for day in range(1, 31):
            put_clip(tmp_path / "archive", NOON - timedelta(days=day), kind="segment")
        wait_until(lambda: "No space left on device" in log(disk), what="the trouble in the log")
        assert_whole(disk)
        disk.leave(ROOM)
        wait_until(lambda: "trouble" in disk.said(), what="the trouble on the site")
        assert "No space left on device" in disk.said()["trouble"]["reason"]
        wait_until(
            lambda: "No space left" in (disk.site / "status/index.html").read_text(), what="its notice"
        )
        metrics = read_metrics((disk.site / "metrics.prom").read_text())
        assert metrics["sitegen_trouble"] == {(): 1}
        assert metrics["sitegen_build_revision"] == {(): revision}
        assert_whole(disk)
        assert (disk.site / "build.json").read_text().count(f'"revision":{revision},') == 1
        assert before.items() - site_bytes(disk.site).items() == set()
        disk.filler.unlink()
        wait_until(lambda: disk.said().get("clips") == 31 and "trouble" not in disk.said(), what="recovery")
        wait_until(
            lambda: len(json.loads((disk.site / "index.json").read_text())["days"]) == 31, what="all days"
        )
        wait_until(lambda: json.loads((disk.site / "build.json").read_text())["revision"] > revision)
        assert_whole(disk)
        after = site_bytes(disk.site)
    shutil.rmtree(tmp_path / "state")
    build_once(load(tmp_path / "sitegen.toml"), full=True, previews=False, progress=lambda _: None)
    assert site_bytes(tmp_path / "site") == after


def test_a_full_state_folder_is_told_and_waited_out(tmp_path):
    """The index cannot be written: the site stays and says so at once, since its own disk has room; then it goes on (P5)."""
    with watching(tmp_path, "state") as disk:
        wait_until((disk.site / "build.json").exists, what="the first build")
        put_clip(tmp_path / "archive", NOON, kind="segment")
        wait_until(lambda: disk.said()["clips"] == 1, what="the first clip")
        before, record = site_bytes(disk.site), (disk.site / "build.json").read_bytes()
        disk.leave(0)
        for minute in range(400):
            put_clip(
                tmp_path / "archive", NOON + timedelta(minutes=minute), kind="segment", token=str(minute)
            )
        wait_until(lambda: "trouble" in disk.said(), what="the trouble on the site")
        assert disk.said()["trouble"]["what"] in {"index", "state"}
        assert disk.said()["clips"] == 1
        assert site_bytes(disk.site) == before
        assert (disk.site / "build.json").read_bytes() == record
        assert_whole(disk)
        disk.filler.unlink()
        wait_until(lambda: disk.said()["clips"] == 401 and "trouble" not in disk.said(), what="recovery")
        wait_until(lambda: (disk.site / "build.json").read_bytes() != record, what="a revision")
        after = site_bytes(disk.site)
    shutil.rmtree(tmp_path / "site")
    build_once(load(tmp_path / "sitegen.toml"), full=True, previews=False, progress=lambda _: None)
    assert site_bytes(tmp_path / "site") == after


def assert_whole(disk: Disk) -> None:
    _, dead = crawl(disk.site)
    assert [link for link in dead if "media/" not in link] == []
