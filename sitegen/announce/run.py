"""Runs an aiohttp application until it is told to stop; opens the listening socket and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import resource
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from sitegen.announce.accept import accept_all, listening_sockets
from sitegen.announce.app import build_app
from sitegen.announce.server_log import ServerLog
from sitegen.errors import CannotListen

_FILES_WANTED = 8_192
_LOOK_AT_STOP_EVERY_S = 0.1
_GRACE_S = 2.0
_HEADER_WITHIN_S = 10.0

_log = logging.getLogger(__name__)


def run_announcer(announcements: Path, host: str, port: int) -> int:
    """Announce what the file says until SIGTERM or SIGINT; return the exit code. For the main thread.

    Raises CannotListen.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    _allow_many_connections()

    def ready(bound: int) -> None:
        _log.info("announcing on http://%s:%d/announce/events", host, bound)

    serve_app(build_app(announcements), host, port, stop, ready)
    return 0


def serve_app(
    app: web.Application,
    host: str,
    port: int,
    stop: threading.Event,
    ready: Callable[[int], None] | None = None,
    *,
    header_within_s: float = _HEADER_WITHIN_S,
) -> None:
    """Serve `app` until `stop` is set; for any thread, it sets no signal handlers.

    `port` 0 takes a free one; `ready` is called with the port once connections are accepted. A connection that has not
    sent a whole header `header_within_s` seconds after it was opened, or after its last answer, is closed. Open streams
    are ended and get 2 s to go. Raises CannotListen.
    """
    asyncio.run(_serve(app, host, port, stop, ready, header_within_s=header_within_s))


async def _serve(
    app: web.Application,
    host: str,
    port: int,
    stop: threading.Event,
    ready: Callable[[int], None] | None,
    *,
    header_within_s: float,
) -> None:
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=ServerLog(),
        handler_cancellation=True,
        shutdown_timeout=_GRACE_S,
        keepalive_timeout=header_within_s,  # aiohttp counts it from the connection's beginning too
    )
    await runner.setup()
    try:
        if runner.server is None:
            raise RuntimeError("aiohttp made no server")
        try:
            listening = await listening_sockets(host, port)
        except OSError as error:
            raise CannotListen(host, port, _reason(error)) from error
        accepting = asyncio.create_task(accept_all(listening, runner.server))
        try:
            if ready is not None:
                ready(int(listening[0].getsockname()[1]))
            while not stop.is_set() and not accepting.done():  # noqa: ASYNC110 - a threading.Event cannot be awaited
                await asyncio.sleep(_LOOK_AT_STOP_EVERY_S)
        finally:
            accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await accepting
            for each in listening:
                each.close()
    finally:
        await runner.cleanup()


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "another program uses it"
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno)


def _allow_many_connections() -> None:
    """Raise the soft limit of open files, which is 1,024 on most systems and less than the clients there may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_WANTED if hard == resource.RLIM_INFINITY else min(_FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
