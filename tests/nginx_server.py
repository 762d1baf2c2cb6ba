"""Starts a real nginx with the shipped configuration, and a real announcer, for tests."""

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from waiting import wait_until

from sitegen.nginx import nginx_argv, nginx_config
from sitegen.process import find

ANNOUNCER = "import sys; from pathlib import Path; from sitegen.announce import run_announcer; "
ANNOUNCER += "sys.exit(run_announcer(Path(sys.argv[1]), '127.0.0.1', int(sys.argv[2])))"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(argv: list[str], port: int, log: Path) -> Iterator[subprocess.Popen]:
    """Run a program that listens on `port`; fail with what it said when it does not come up."""
    with (
        log.open("ab") as sink,
        subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink) as child,
    ):
        try:
            wait_until(lambda: child.poll() is not None or listens(port), 30, f"port {port}")
            assert child.poll() is None, f"{argv[0]} ended with {child.returncode}: {log.read_text()}"
            yield child
        finally:
            child.terminate()
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()


@contextmanager
def running_nginx(
    site: Path,
    archive: Path,
    run: Path,
    *,
    announce: str = "127.0.0.1:9",
    motion_stream: str | None = None,
    port: int | None = None,
    options: Path | None = None,
    changed: Callable[[str], str] = str,
    prefix: tuple[str, ...] = (),
) -> Iterator[int]:
    """Serve `site` with the shipped configuration; yields the port. Logs are below `run`, which is made.

    `changed` gives the configuration another text; `prefix` is a command that starts nginx, as somebody else perhaps.
    """
    port = port or free_port()
    run.mkdir(parents=True, exist_ok=True)
    config = run / "nginx.conf"
    text = nginx_config(
        site=site,
        archive=archive,
        run=run,
        listen=f"127.0.0.1:{port}",
        announce=announce,
        motion_stream=motion_stream,
        options=options,
        # pytest's folders are closed to everybody else
        user="root" if os.geteuid() == 0 and not prefix else None,
    )
    config.write_text(changed(text))
    argv = nginx_argv(config, run)
    with running([*prefix, find(argv[0]), *argv[1:]], port, run / "nginx.out"):
        yield port


def running_announcer(announcements: Path, port: int, log: Path):
    """Run the announcer as a process of its own on `port`; a context manager that yields it."""
    return running([sys.executable, "-c", ANNOUNCER, str(announcements), str(port)], port, log)


class Answer:
    """Status, headers (names in lower case) and body of one answer."""

    def __init__(self, response: http.client.HTTPResponse, body: bytes) -> None:
        self.status, self.body = response.status, body
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.names = [name.lower() for name, _ in response.getheaders()]


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Send one request with the path as it stands; `_` in header names becomes `-`."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()
