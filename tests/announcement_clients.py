"""Clients of the announcer for tests: an event stream and a websocket, each read in a thread of its own."""

import asyncio
import http.client
import json
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp
from aiohttp import web
from waiting import wait_until

from sitegen.announce import serve_app


@contextmanager
def serving(app: web.Application, **more: float) -> Iterator[int]:
    """Serve an application in a thread of this process; yields the port."""
    stop, ports = threading.Event(), list[int]()
    arguments = (app, "127.0.0.1", 0, stop, ports.append)
    thread = threading.Thread(target=serve_app, args=arguments, kwargs=more)
    thread.start()
    try:
        yield wait_until(lambda: ports and ports[0], 30, "the application")
    finally:
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def announce(path: Path, *revisions: int, **more) -> None:
    """Replace announcements.json as the generator does; each revision tells of one clip."""
    items = [
        {"revision": n, "clips": [f"101-{n}"], "days": ["2026-11-22"], "cameras": ["driveway"], **more}
        for n in revisions
    ]
    new = path.with_name(f".{path.name}.new")
    new.write_text(json.dumps({"announcements": items}))
    new.replace(path)


def said(n: int) -> dict:
    """What clients get for a revision of `announce`."""
    return {"revision": n, "clips": [f"101-{n}"], "days": ["2026-11-22"], "cameras": ["driveway"]}


class StreamClient:
    """An EventSource: `messages` are (id or None, data)."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        self.response = self.connection.getresponse()
        self.socket = self.connection.sock
        self.headers = {name.lower(): value for name, value in self.response.getheaders()}
        self.messages: list[tuple[int | None, object]] = []
        self.comments = 0
        self.retry: int | None = None
        self.ended = False
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        identity = None
        try:
            for raw in self.response:
                name, _, value = raw.decode().rstrip("\n").partition(":")
                if name == "id":
                    identity = int(value)
                elif name == "retry":
                    self.retry = int(value)
                elif name == "data":
                    self.messages.append((identity, json.loads(value)))
                    identity = None
                elif value:
                    self.comments += 1
        except (OSError, http.client.HTTPException, ValueError, AttributeError):
            pass
        self.ended = True

    @property
    def data(self) -> list[object]:
        return [data for _, data in self.messages]

    def close(self) -> None:
        if self.socket is not None:
            with suppress(OSError):  # it has ended by itself
                self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(30)
        self.response.close()
        self.connection.close()


class SocketClient:
    """A websocket: `data` are the texts received, as JSON; `status` when it was refused."""

    def __init__(self, port: int, path: str, **headers: str) -> None:
        self.url = f"http://127.0.0.1:{port}{path}"
        self.headers = {k.replace("_", "-"): v for k, v in headers.items()}
        self.data: list[object] = []
        self.opened = threading.Event()
        self.status: int | None = None
        self.ended = False
        self.close_code: int | None = None
        self.loop = asyncio.new_event_loop()
        self.stop = asyncio.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.opened.wait(30)

    def _run(self) -> None:
        try:
            self.loop.run_until_complete(self._read())
        finally:
            self.ended = True
            self.opened.set()
            self.loop.close()

    async def _read(self) -> None:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(self.url, headers=self.headers) as connected:
                    self.status = 101
                    self.opened.set()
                    stopping = asyncio.ensure_future(self.stop.wait())
                    while not stopping.done():
                        receiving = asyncio.ensure_future(connected.receive())
                        await asyncio.wait({receiving, stopping}, return_when=asyncio.FIRST_COMPLETED)
                        if not receiving.done():
                            receiving.cancel()
                            break
                        if receiving.result().type is not aiohttp.WSMsgType.TEXT:
                            self.close_code = connected.close_code
                            break
                        self.data.append(json.loads(receiving.result().data))
                    stopping.cancel()
            except aiohttp.WSServerHandshakeError as error:
                self.status = error.status
            except aiohttp.ClientError:
                self.status = 0

    def close(self) -> None:
        if not self.ended:
            with suppress(RuntimeError):  # its loop has just ended
                self.loop.call_soon_threadsafe(self.stop.set)
        self.thread.join(30)


CROWD = """
import asyncio, resource, sys
port, count = int(sys.argv[1]), int(sys.argv[2])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4 * count), hard))

async def reader(told):
    stream, sink = await asyncio.open_connection("127.0.0.1", port)
    sink.write(b"GET /announce/events HTTP/1.1\\r\\nHost: crowd\\r\\nConnection: close\\r\\n\\r\\n")
    while line := await stream.readline():
        if line.startswith(b"id: "):
            revision = int(line[4:])
            told[revision] = told.get(revision, 0) + 1
            if told[revision] == count:
                print(revision, count, flush=True)

async def main():
    told = {}
    await asyncio.gather(*(reader(told) for _ in range(count)))

asyncio.run(main())
"""


class Crowd:
    """Many event streams in one process."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child

    def told(self, revision: int, timeout_s: float = 60) -> int:
        """Wait until everybody was told of a revision, once; return how many that are."""
        assert self._child.stdout is not None
        readable, _, _ = select.select([self._child.stdout], [], [], timeout_s)
        assert readable, f"not everybody was told of {revision} within {timeout_s} s"
        number, count = self._child.stdout.readline().split()
        assert int(number) == revision
        return int(count)


@contextmanager
def a_crowd(port: int, count: int, folder: Path) -> Iterator[Crowd]:
    """Open so many event streams at once, in a process of its own: one has not files enough for both ends."""
    with (folder / "crowd.log").open("wb") as log:
        argv = [sys.executable, "-c", CROWD, str(port), str(count)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log) as child:
            try:
                yield Crowd(child)
            finally:
                child.kill()


@contextmanager
def clients(*made):
    """Close all clients at the end."""
    try:
        yield made
    finally:
        for client in made:
            client.close()
