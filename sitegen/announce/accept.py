"""Takes connections for a server, never so many that it has no files left to open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
import time

from aiohttp import web

_BACKLOG = 1_024
_MOST_CONNECTIONS = 4_096
_AGAIN_AFTER_S = 1.0
_TELL_EVERY_S = 60.0

_log = logging.getLogger(__name__)


async def listening_sockets(host: str, port: int) -> list[socket.socket]:
    """Return sockets that listen at all addresses of `host`. Raises OSError."""
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port, start_serving=False)
    bound = [each.dup() for each in server.sockets]
    server.close()
    try:
        for each in bound:
            each.settimeout(0)
            each.listen(_BACKLOG)
    except OSError:
        for each in bound:
            each.close()
        raise
    return bound


async def accept_all(listening: list[socket.socket], server: web.Server) -> None:
    """Give `server` every connection there is room for, until cancelled; close the others at once.

    asyncio's own server takes all that wait before it looks at any, and logs a traceback for each that it cannot have.
    """
    most, refusals = most_connections(), _Refusals()
    await asyncio.gather(*(_accept(each, server, most, refusals) for each in listening))


def most_connections() -> int:
    """Return how many connections there may be: half of the files that may be open, the others are for reading."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else min(_MOST_CONNECTIONS, soft // 2)


async def _accept(listening: socket.socket, server: web.Server, most: int, refusals: _Refusals) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(0)  # neither call below need wait when there is a crowd
        try:
            connection, _ = await loop.sock_accept(listening)
        except ConnectionError:
            continue  # it was gone before it was taken
        except OSError as error:
            refusals.tell(error.strerror or str(error))
            await asyncio.sleep(_AGAIN_AFTER_S)
            continue
        if len(server.connections) >= most:
            connection.close()
            refusals.tell(f"{most} are open")
            continue
        try:
            await loop.connect_accepted_socket(server, connection)
        except OSError:
            with contextlib.suppress(OSError):
                connection.close()


class _Refusals:
    """Says once a minute at most that connections were refused."""

    def __init__(self) -> None:
        self._untold = 0
        self._told_at: float | None = None

    def tell(self, why: str) -> None:
        self._untold += 1
        now = time.monotonic()
        if self._told_at is None or now - self._told_at >= _TELL_EVERY_S:
            _log.warning("%d connections refused: %s", self._untold, why)
            self._untold, self._told_at = 0, now
