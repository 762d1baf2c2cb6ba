"""How tests get cameras: the simulator as a process of its own, with a handle to make the cameras misbehave."""

import json
import select
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sitegen import process


class Cameras:
    """A running simulator; `started_at` (Unix time) is when every camera's loop began."""

    def __init__(self, child: subprocess.Popen[bytes], ready: dict, login: str = "") -> None:
        self._child, self._login = child, login
        self.port: int = ready["port"]
        self.control_port: int = ready["control_port"]
        self.started_at: float = ready["started_at"]
        self.pid = child.pid

    def url(self, name: str, *, login: str | None = None) -> str:
        """The camera's address; `login` ("user:password") instead of the simulator's own."""
        login = self._login if login is None else login
        return f"rtsp://{login + '@' if login else ''}127.0.0.1:{self.port}/{name}"

    def control(self, name: str, action: str) -> dict:
        """Say freeze, drop, refuse or normal; return the camera's state."""
        return self._get(f"/control/{name}/{action}")[name]

    def state(self, name: str) -> dict:
        """mode, connections, seconds, loop_seconds."""
        return self._get("/control")[name]

    @property
    def returncode(self) -> int | None:
        """How it ended; None: it runs."""
        return self._child.poll()

    def stop(self) -> None:
        """Stop the simulator; may be called twice."""
        if self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(10)
            except subprocess.TimeoutExpired:
                process.stop(self._child)
                self._child.wait(10)

    def _get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.control_port}{path}", timeout=10) as answer:
            return json.load(answer)


@contextmanager
def start_cameras(
    tmp_path: Path,
    cameras: dict[str, Path],
    *,
    user: str = "",
    password: str = "",
    auth: str = "digest",
    port: int = 0,
    options: tuple[str, ...] = (),
) -> Iterator[Cameras]:
    """Start the simulator with these cameras (name: file of footage) and stop it at the end."""
    argv = [sys.executable, "-m", "sitegen.demo.camera_server", "--port", str(port), "--control-port", "0"]
    for name, path in cameras.items():
        argv += ["--camera", f"{name}={path}"]
    if user:
        argv += ["--user", user, "--password", password, "--auth", auth]
    log = tmp_path / f"cameras-{time.monotonic_ns()}.log"
    with log.open("wb") as errors:
        child = process.start([*argv, *options], stderr=errors)
    assert child.stdout is not None
    try:
        with child.stdout:
            readable, _, _ = select.select([child.stdout], [], [], 60)
            line = child.stdout.readline() if readable else b""
        assert line, f"the simulator did not start: {log.read_text()}"
        running = Cameras(child, json.loads(line), f"{user}:{password}" if user else "")
        yield running
    finally:
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            process.stop(child)
            child.wait(10)
