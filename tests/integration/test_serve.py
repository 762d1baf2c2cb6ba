"""`sitegen serve`: one process that watches, serves the site with Range and announces; no nginx."""

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import urljoin

import pytest
from archives import configure, make_video, put_clip
from links import crawl
from waiting import wait_until

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Served:
    """A running `sitegen serve`."""

    def __init__(self, process, log) -> None:
        self.process, self._log = process, log
        self.address = ""

    def said(self) -> str:
        return self._log.read_text()

    def wait_for_address(self) -> None:
        def found():
            assert self.process.poll() is None, self.said()
            return re.search(r"^http://127\.0\.0\.1:\d+/$", self.said(), re.MULTILINE)

        self.address = wait_until(found, what="the address")[0]

    def get(self, path, **headers):
        request = urllib.request.Request(self.address + path, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, dict(answer.headers), answer.read()


@contextmanager
def serving(folder):
    log = folder / "log"
    command = [sys.executable, "-m", "sitegen.cli", "serve", "--listen", "127.0.0.1:0"]
    with log.open("w") as stderr, subprocess.Popen(command, cwd=folder, stderr=stderr) as process:
        served = Served(process, log)
        try:
            served.wait_for_address()
            yield served
        finally:
            process.terminate()
            try:
                process.wait(60)
            finally:
                process.kill()
    assert process.returncode == 0, served.said()
    assert "Traceback" not in served.said()


@pytest.fixture
def folder(tmp_path):
    configure(tmp_path)
    film = make_video(tmp_path / "film.mp4", 2)
    put_clip(tmp_path / "archive", NOON, video=film)
    return tmp_path


def events(served, found, ready):
    """Read server-sent events until the process goes."""
    request = urllib.request.Request(served.address + "announce/events")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            ready.set()
            for line in answer:
                if line.startswith(b"data: "):
                    found.append(json.loads(line[6:]))
    except (OSError, ValueError):
        return


def test_an_existing_archive_can_be_looked_at(folder):
    """The address is told when there is a page to see; pages, feeds, video by Range, previews; then news of a clip."""
    with serving(folder) as served:
        status, headers, body = served.get("")
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert b"Driveway" in body
        day = json.loads(served.get("2026/11/22/day.json")[2])
        video = urljoin("/2026/11/22/day.json", day["clips"][0]["video"]["url"]).removeprefix("/")
        status, headers, body = served.get(video, Range="bytes=4-7")
        assert (status, body) == (206, b"ftyp")
        assert headers["Content-Type"] == "video/mp4"
        assert served.get("event_api/events")[1]["Access-Control-Allow-Origin"] == "*"
        for path in (
            "2026/11/23/index.html",
            "media/",
            ".sitegen-tmp/",
            "media/events/101/20261122/../../../../sitegen.toml",
        ):
            with pytest.raises(urllib.error.HTTPError) as raised:
                served.get(path)
            assert raised.value.code == 404
            raised.value.close()

        found, ready = [], threading.Event()
        reader = threading.Thread(target=events, args=(served, found, ready))
        reader.start()
        assert ready.wait(60)
        put_clip(folder / "archive", NOON.replace(minute=5), camera="102")
        news = wait_until(lambda: [e for e in found if "102-20261122T120500Z" in e["clips"]])
        assert news[0]["days"] == ["2026-11-22"]
        assert b"102-20261122T120500Z" in served.get("2026/11/22/day.json")[2]
        wait_until(lambda: b"preview" in served.get("2026/11/22/day.json")[2], timeout_s=60)
        served.process.send_signal(signal.SIGINT)
        served.process.wait(60)
        reader.join(60)
        assert not reader.is_alive()
    _, dead = crawl(folder / "site")
    assert not dead


def test_what_an_earlier_build_published_is_served_while_the_archive_is_away(folder):
    """P8: it says what is wrong and goes on serving; when the archive is back, so are new clips."""
    with serving(folder):
        pass
    archive = folder / "archive"
    archive.rename(folder / "away")
    log = folder / "log"
    command = [sys.executable, "-m", "sitegen.cli", "serve", "--listen", "127.0.0.1:0"]
    with log.open("w") as stderr, subprocess.Popen(command, cwd=folder, stderr=stderr) as process:
        try:
            wait_until(lambda: "it is missing" in log.read_text())
            assert process.poll() is None
            assert (folder / "site/index.html").exists()
        finally:
            process.terminate()
            assert process.wait(60) == 0


def test_an_address_in_use_is_told_in_one_line(folder):
    """Exit code 1, with port and remedy; the locks are given back."""
    with serving(folder) as served:
        port = served.address.rstrip("/").rpartition(":")[2]
        other = folder / "other"
        configure(other)
        command = [sys.executable, "-m", "sitegen.cli", "serve", "--listen", f"127.0.0.1:{port}"]
        done = subprocess.run(command, cwd=other, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr
