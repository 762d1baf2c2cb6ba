"""The demo as a whole: every real program, from nothing to a page with events, stopped, started again, and killed."""

import json
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from waiting import wait_until

from sitegen import process


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


def command(folder, port):
    return [sys.executable, "-m", "sitegen.cli", "demo", "--folder", str(folder), "--port", str(port)]


@contextmanager
def demo(folder, port, log):
    """The demo as a process; whatever happens in the test, it is stopped at the end."""
    env = {name: value for name, value in os.environ.items() if name != "SITEGEN_DEMO_PORT"}
    with (
        log.open("wb") as out,
        process.start(command(folder, port), stdout=out, stderr=out, env=env) as child,
    ):
        try:
            yield child
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait(60)


def get(port, path):
    """What the site has there; None: nothing yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=10) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        error.close()
        return None
    except OSError:
        return None


def clips(port):
    """The newest days' clips as the site has them, by kind: only those whose recording has ended."""
    found = {"event": [], "segment": []}
    for day in (datetime.now(UTC), datetime.now(UTC) - timedelta(days=1)):
        listed = json.loads(get(port, f"{day:%Y/%m/%d}/day.json") or '{"clips": []}')["clips"]
        for clip in listed:
            if "end" in clip:
                found[clip["kind"]].append(clip)
    return found


def left_over(folder):
    """Command lines of running programs that have to do with the demo's folder."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


def test_from_nothing_to_events_and_segments_and_on_after_a_stop(tmp_path):
    """Within 90 s an event and a closed segment are on pages; a stop leaves no process; a second start goes on; a kill leaves none."""
    folder, port, log = tmp_path / "demo", free_port(), tmp_path / "demo.log"
    with demo(folder, port, log) as running:
        wait_until(lambda: f"http://127.0.0.1:{port}/ is there" in log.read_text(), 90, "the home page")
        both = wait_until(lambda: all(clips(port).values()) and clips(port), 90, "an event and a segment")
        event, segment = both["event"][0], both["segment"][0]
        for clip in (event, segment):
            sidecars = [path.read_text() for path in (folder / "archive").rglob("*.yaml")]
            assert any(f'camera: "{clip["camera"]}"' in text for text in sidecars)
        wait_until(lambda: event["id"] in (get(port, "index.html") or ""), 30, "the event on the home page")
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 0, log.read_text()
    assert left_over(folder) == []
    known = json.loads((folder / "site" / "build.json").read_text())
    with demo(folder, port, log) as running:
        again = wait_until(lambda: get(port, "build.json"), 60, "the site after the second start")
        assert json.loads(again)["revision"] >= known["revision"]
        assert event["id"] in {clip["id"] for clip in clips(port)["event"]}
        wait_until(lambda: "is there" in log.read_text(), 60, "the second start")
        assert "making" not in log.read_text()
        running.kill()
        running.wait(10)
        wait_until(lambda: left_over(folder) == [], 30, "the end of everything after a kill")


def test_a_port_that_is_taken_is_told_by_number(tmp_path):
    """The demo ends with 2 at once, names the port and how to choose another; SITEGEN_DEMO_PORT does."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        argv = [sys.executable, "-m", "sitegen.cli", "demo", "--folder", str(tmp_path / "demo")]
        done = process.run(argv, timeout_s=60, env={**os.environ, "SITEGEN_DEMO_PORT": str(port)})
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "SITEGEN_DEMO_PORT=" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_demos_in_one_folder_exclude_each_other(tmp_path):
    """The second one ends with 75 and says who holds the folder."""
    from sitegen.lock import Lock

    held = Lock(tmp_path / "demo" / "run" / "lock", "another demo")
    try:
        done = process.run(command(tmp_path / "demo", free_port()), timeout_s=60)
    finally:
        held.close()
    assert done.returncode == 75
    assert "another demo" in done.stderr
