"""The announcer as an aiohttp application: event streams and websockets, fed by a Hub that follows one file."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import WSMsgType, web

from sitegen.announce.hub import MOST_CLIENTS, Client, Hub, TooManyClients
from sitegen.announce.messages import CHANNELS, Channel
from sitegen.announce.source import LOOK_EVERY_S, Source

COMMENT_EVERY_S = 15.0
RETRY_MS = 3_000
_MOST_FRAME_BYTES = 1_024
_MOST_DIGITS = 18
_STREAM_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build_app(
    announcements: Path,
    *,
    comment_every_s: float = COMMENT_EVERY_S,
    look_every_s: float = LOOK_EVERY_S,
    most_clients: int = MOST_CLIENTS,
) -> web.Application:
    """Return the application that `sitegen announce` runs; run it with `sitegen.announce.serve_app`.

    It tells what the file `announcements` says, which may come later, and says something every `comment_every_s` seconds.
    """
    app = web.Application()
    hub, source = Hub(most_clients), Source(announcements)
    _follow(app, hub, source, look_every_s)
    _add_routes(app, hub, source, comment_every_s)
    return app


def add_announcements(app: web.Application, announcements: Path) -> None:
    """Give an application of another purpose the same routes, and the task that follows the file."""
    hub, source = Hub(), Source(announcements)
    _follow(app, hub, source, LOOK_EVERY_S)
    _add_routes(app, hub, source, COMMENT_EVERY_S)


def _follow(app: web.Application, hub: Hub, source: Source, look_every_s: float) -> None:
    """Have the file followed while the application runs, and all streams ended when it stops."""

    async def following(_app: web.Application) -> AsyncIterator[None]:
        hub.update(source.changed() or ())
        task = asyncio.create_task(source.follow(hub.update, look_every_s))
        yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def closing(_app: web.Application) -> None:
        hub.close()

    app.cleanup_ctx.append(following)
    app.on_shutdown.append(closing)


def _add_routes(app: web.Application, hub: Hub, source: Source, comment_every_s: float) -> None:
    async def health(_request: web.Request) -> web.Response:
        body = {"revision": hub.newest, "clients": hub.clients(), "announcements": source.state}
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    streams = {channel: _stream(hub, channel, comment_every_s) for channel in CHANNELS}
    sockets = {channel: _socket(hub, channel, comment_every_s) for channel in CHANNELS}
    for path, handler in (
        ("/announce/health", health),
        ("/announce/events", streams["site"]),
        ("/announce/ws", sockets["site"]),
        ("/event_api/stream", _either(sockets["events"], streams["events"])),
        ("/segment_api/stream", _either(sockets["segments"], streams["segments"])),
    ):
        app.router.add_get(path, handler, allow_head=False)


def same_origin(origin: str | None, hosts: list[str]) -> bool:
    """Say whether announcements may be asked for: by a page of one of the `hosts` it was asked from, or by no page at all."""
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
        asked = parts.netloc.lower().removesuffix(":443" if parts.scheme == "https" else ":80")
    except ValueError:
        return False
    port = ":443" if parts.scheme == "https" else ":80"
    return asked != "" and asked in {host.strip().lower().removesuffix(port) for host in hosts}


def asked_from_elsewhere(request: web.BaseRequest) -> bool:
    """Say whether a page of another host asks.

    Websockets know no same-origin rule, so that it must be checked here. For event streams browsers have one, but it
    bears only on reading the answer: a page of anybody's could open streams without end and take every reader's place.
    With `Sec-Fetch-Site` browsers tell also where a request without `Origin` comes from, an <img> for instance.
    """
    hosts = [request.headers.get(name, "") for name in ("Host", "X-Forwarded-Host")]
    elsewhere = request.headers.get("Sec-Fetch-Site", "none") in {"cross-site", "same-site"}
    return elsewhere or not same_origin(request.headers.get("Origin"), hosts)


def seen_revision(request: web.BaseRequest) -> int | None:
    """Return the revision that a client has seen: `Last-Event-ID`, or `?since=` where no header can be sent."""
    text = request.headers.get("Last-Event-ID") or request.query.get("since") or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def _stream(hub: Hub, channel: Channel, comment_every_s: float) -> Handler:
    """Return the handler of an event stream."""

    async def handle(request: web.Request) -> web.StreamResponse:
        with _joined(hub, channel, request) as client:
            response = web.StreamResponse(headers=_STREAM_HEADERS)
            await response.prepare(request)
            await response.write(f"retry: {RETRY_MS}\n\n".encode())
            while True:
                batch = await client.next(comment_every_s)
                if batch is None and client.closed:
                    return response
                await response.write(b": nothing new\n\n" if batch is None else batch.stream)

    return handle


def _socket(hub: Hub, channel: Channel, ping_every_s: float) -> Handler:
    """Return the handler of a websocket; what clients say is read, for their pongs, and thrown away."""

    async def handle(request: web.Request) -> web.StreamResponse:
        with _joined(hub, channel, request) as client:
            socket = web.WebSocketResponse(
                heartbeat=ping_every_s, max_msg_size=_MOST_FRAME_BYTES, compress=False
            )
            await socket.prepare(request)
            sender = asyncio.create_task(_send(socket, client))
            try:
                while (await socket.receive()).type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                    pass
            finally:
                sender.cancel()
            return socket

    return handle


async def _send(socket: web.WebSocketResponse, client: Client) -> None:
    """Send what comes for a client until it is closed; a connection that is gone ends it too."""
    with contextlib.suppress(ConnectionError):
        while True:
            batch = await client.next(3_600)
            if batch is None and client.closed:
                await socket.close(code=1001, message=b"the announcer stops")
                return
            for text in batch.texts if batch else ():
                await socket.send_str(text)


def _either(socket: Handler, stream: Handler) -> Handler:
    """Return a handler that answers an upgrade with a websocket and everything else with an event stream."""

    async def handle(request: web.Request) -> web.StreamResponse:
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        return await (socket if upgrade else stream)(request)

    return handle


@contextlib.contextmanager
def _joined(hub: Hub, channel: Channel, request: web.Request) -> Iterator[Client]:
    """Connect the client of a request for as long as the block runs; it is cut off when it is too slow.

    Raises HTTPForbidden for pages of other hosts, and HTTPServiceUnavailable.
    """
    if asked_from_elsewhere(request):
        raise web.HTTPForbidden(text="A page of another host may not ask for announcements.\n")

    def drop() -> None:
        if request.transport is not None:
            request.transport.abort()

    try:
        client = hub.join(channel, seen_revision(request), drop)
    except TooManyClients:
        text = "All places are taken; come back later.\n"
        raise web.HTTPServiceUnavailable(text=text, headers={"Retry-After": "30"}) from None
    try:
        yield client
    finally:
        hub.leave(channel, client)
