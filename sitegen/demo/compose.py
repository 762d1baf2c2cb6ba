"""Runs the whole system with simulated cameras under supervisord, below one folder, until it is told to stop."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from sitegen.demo import configuration
from sitegen.demo.footage import make_footage
from sitegen.demo.plan import (
    CAMERAS,
    LOOPBACK,
    SIZE,
    SUB_SIZE,
    Folders,
    Ports,
    choose_ports,
    folders_below,
    programs,
)
from sitegen.errors import UsageError
from sitegen.lock import Lock
from sitegen.process import start, stop

_POLL_SECONDS = 0.2
_SLOW_SECONDS = 60.0
_STOP_SECONDS = 45.0


def run_demo(folder: Path, *, http_port: int = 8080) -> int:
    """Run the demo in `folder` until SIGINT or SIGTERM; return 0 when it was stopped so, 1 when it fell over.

    SITEGEN_DEMO_PORT in the environment comes before `http_port`. What is in the folder from an earlier run goes
    on. Raises UsageError when the port is taken, ToolMissing, LockHeld when a demo runs in the folder.
    """
    folders = folders_below(Path(os.path.abspath(folder)))  # noqa: PTH100 - links stay as the user named them
    folders.run.mkdir(parents=True, exist_ok=True)
    with closing(Lock(folders.run / "lock", "sitegen demo")), _stop_signals() as stopping:
        port = _port(http_port)
        choose_ports(port)  # a port that is taken is told before the footage is made, which takes its time
        _make_footage(folders, stopping)
        if stopping.is_set():
            return 0
        ports = choose_ports(port)
        _write_files(folders, ports)
        with start(
            ["supervisord", "-c", str(folders.supervisor_conf)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as supervisor:
            try:
                return _attend(supervisor, folders, ports, stopping)
            finally:
                _bring_down(supervisor)


def _port(default: int) -> int:
    text = os.environ.get("SITEGEN_DEMO_PORT", "") or str(default)
    if not text.isdecimal():
        raise UsageError(
            "demo", "SITEGEN_DEMO_PORT", f"{text!r} is no port", "use a number, for instance 8090"
        )
    return int(text)


@contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Turn SIGINT and SIGTERM into an event, for as long as the demo runs."""
    stopping = threading.Event()
    before = {sig: signal.signal(sig, lambda *_: stopping.set()) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)


def _make_footage(folders: Folders, stopping: threading.Event) -> None:
    for camera in CAMERAS:
        if stopping.is_set():
            return
        path = folders.footage / f"{camera.scene}.mp4"
        if not path.exists():
            click.echo(f"demo: making the footage of {camera.title}")
        make_footage(path, camera.scene, camera.windows, seconds=camera.seconds, size=SIZE)
        if camera.has_sub:
            small = path.with_stem(f"{camera.scene}-sub")
            make_footage(small, camera.scene, camera.windows, seconds=camera.seconds, size=SUB_SIZE)


def _write_files(folders: Folders, ports: Ports) -> None:
    """Make the folders and write every configuration anew; footage, archive, site and state stay."""
    needed = (
        folders.archive / "events",
        folders.archive / "segments",
        folders.state,
        folders.logs,
        folders.cameras,
    )
    for path in needed:
        path.mkdir(parents=True, exist_ok=True)
    folders.motion_conf.write_text(configuration.motion_text(folders, ports))
    for camera in CAMERAS:
        (folders.cameras / f"{camera.id}.conf").write_text(configuration.camera_text(camera, ports))
    folders.settings.write_text(configuration.settings_text(folders, ports))
    folders.nginx_conf.write_text(configuration.nginx_text(folders, ports))
    text = configuration.supervisor_text(folders, programs(folders, ports))
    folders.supervisor_conf.write_text(text)


def _attend(
    supervisor: subprocess.Popen[bytes], folders: Folders, ports: Ports, stopping: threading.Event
) -> int:
    """Say when the site is there, and wait for the end; return the exit code."""
    address = f"http://{LOOPBACK}:{ports.http}/"
    click.echo(f"demo: starting; logs are in {folders.logs}")
    began, shown, warned = time.monotonic(), False, False
    while not stopping.wait(_POLL_SECONDS):
        if supervisor.poll() is not None:
            click.echo(f"demo: the supervisor ended; see {folders.logs / 'supervisord.log'}", err=True)
            return 1
        if not shown and _answers(ports.http):
            shown = True
            click.echo(
                f"demo: {address} is there; events and segments follow within a minute. Ctrl-C stops it"
            )
        elif not shown and not warned and time.monotonic() - began > _SLOW_SECONDS:
            warned = True
            click.echo(f"demo: {address} does not answer yet; look into {folders.logs}", err=True)
    click.echo("demo: stopping")
    return 0


def _answers(port: int) -> bool:
    """Tell whether the home page can be read."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _bring_down(supervisor: subprocess.Popen[bytes]) -> None:
    """Ask the supervisor to stop everything; force it when it does not."""
    if supervisor.poll() is None:
        supervisor.terminate()
        try:
            supervisor.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            stop(supervisor)
