"""Talks RTSP with one client over its TCP connection, and sends it the camera's pictures when they are due."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Mapping

from sitegen.demo import rtp, rtsp
from sitegen.demo.camera import Camera

_TOO_LATE_SECONDS = 5.0
_KEEPALIVE_SECONDS = 60


class Session:
    """One connection: it lives as long as the client, the camera and the network let it."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        account: rtsp.Account | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Serve the cameras to whoever is at the other end, if the account lets them in."""
        self._cameras, self._account = cameras, account
        self._reader, self._writer = reader, writer
        self._camera: Camera | None = None
        self._id = secrets.token_hex(8)
        self._channel: int | None = None
        self._sequence = secrets.randbelow(1 << 16)
        self._offset_ticks = secrets.randbelow(1 << 32)
        self._source = secrets.randbelow(1 << 32)
        self._sender: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Answer requests until one side closes."""
        try:
            while (request := await self._read_request()) is not None:
                if not await self._answer(request):
                    break
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # it hung up, or does not speak RTSP: either way the conversation is over
        finally:
            await self._close()

    async def _close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
        if self._camera is not None:
            self._camera.connections.discard(self._writer)
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _read_request(self) -> rtsp.Request | None:
        """Return the next request; skip the client's own RTCP packets between them."""
        while True:
            first = await self._reader.read(1)
            if first != b"$":
                break
            head = await self._reader.readexactly(3)
            await self._reader.readexactly(int.from_bytes(head[1:]))
        if not first:
            return None
        request = rtsp.parse(first + await self._reader.readuntil(b"\r\n\r\n"))
        await self._reader.readexactly(int(request.headers.get("content-length", "0")))
        return request

    async def _answer(self, request: rtsp.Request) -> bool:
        """Answer one request; False: hang up after it."""
        camera = self._cameras.get(request.camera)
        if request.method == "OPTIONS" and camera is None:
            return await self._reply(request, 200, {"Public": rtsp.METHODS})
        if camera is None or camera.mode == "refuse":
            await self._reply(request, 404)
            return False
        self._camera = camera
        camera.connections.add(self._writer)
        await camera.flowing.wait()
        if request.method == "OPTIONS":
            return await self._reply(request, 200, {"Public": rtsp.METHODS})
        if not rtsp.allowed(request, self._account):
            asked = rtsp.challenge(self._account) if self._account else ""
            return await self._reply(request, 401, {"WWW-Authenticate": asked})
        return await self._act(request, camera)

    async def _act(self, request: rtsp.Request, camera: Camera) -> bool:
        session = {"Session": f"{self._id};timeout={_KEEPALIVE_SECONDS}"}
        match request.method:
            case "DESCRIBE":
                headers = {"Content-Base": request.url.rstrip("/") + "/", "Content-Type": "application/sdp"}
                return await self._reply(request, 200, headers, rtsp.describe(camera.name, camera.footage))
            case "SETUP":
                return await self._set_up(request, session)
            case "PLAY":
                return await self._play(request, camera, session)
            case "GET_PARAMETER":
                return await self._reply(request, 200, session)
            case "TEARDOWN":
                await self._reply(request, 200, session)
                return False
            case _:
                return await self._reply(request, 501)

    async def _set_up(self, request: rtsp.Request, session: dict[str, str]) -> bool:
        """Agree on interleaved TCP, the only transport there is."""
        wanted = [part.strip() for part in request.headers.get("transport", "").split(";")]
        if "RTP/AVP/TCP" not in wanted:
            return await self._reply(request, 461)
        channels = next((part for part in wanted if part.startswith("interleaved=")), "interleaved=0-1")
        self._channel = int(channels.removeprefix("interleaved=").split("-")[0])
        transport = f"RTP/AVP/TCP;unicast;{channels};ssrc={self._source:08X}"
        return await self._reply(request, 200, {**session, "Transport": transport})

    async def _play(self, request: rtsp.Request, camera: Camera, session: dict[str, str]) -> bool:
        if self._channel is None:
            return await self._reply(request, 455)
        number = camera.next_key(time.monotonic())
        stamp = (self._offset_ticks + camera.picture(number).ticks) & 0xFFFFFFFF
        info = f"url={request.url.rstrip('/')}/track0;seq={self._sequence};rtptime={stamp}"
        await self._reply(request, 200, {**session, "Range": "npt=0.000-", "RTP-Info": info})
        if self._sender is None:
            self._sender = asyncio.create_task(self._send(camera, self._channel, number))
        return True

    async def _send(self, camera: Camera, channel: int, number: int) -> None:
        """Send pictures from this number on, each when it is due."""
        with contextlib.suppress(OSError):
            while True:
                picture = camera.picture(number)
                await asyncio.sleep(picture.due - time.monotonic())
                if not camera.flowing.is_set() or time.monotonic() - picture.due > _TOO_LATE_SECONDS:
                    await camera.flowing.wait()
                    number = camera.next_key(time.monotonic())
                    continue
                self._writer.write(self._packets(camera, channel, number))
                await self._writer.drain()
                number += 1

    def _packets(self, camera: Camera, channel: int, number: int) -> bytes:
        picture = camera.picture(number)
        sets = (camera.footage.sps, camera.footage.pps) if picture.frame.key else ()
        packets = rtp.interleaved(
            (*sets, *picture.frame.slices),
            sequence=self._sequence,
            ticks=self._offset_ticks + picture.ticks,
            source=self._source,
            channel=channel,
        )
        self._sequence = (self._sequence + len(packets)) & 0xFFFF
        return b"".join(packets)

    async def _reply(
        self, request: rtsp.Request, status: int, headers: dict[str, str] | None = None, body: str = ""
    ) -> bool:
        self._writer.write(rtsp.reply(request, status, headers, body))
        await self._writer.drain()
        return True
