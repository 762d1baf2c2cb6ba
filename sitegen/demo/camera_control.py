"""The control URL of the simulated cameras: GET /control and GET /control/<camera>/<action>, on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping

from sitegen.demo.camera import ACTIONS, Camera

_CAMERA_AND_ACTION = 2


async def serve(cameras: Mapping[str, Camera], port: int) -> asyncio.Server:
    """Start the control server; 0 as port takes a free one."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = await reader.readuntil(b"\r\n\r\n")
            status, body = _act(cameras, head.split(b" ")[1].decode("ascii", "replace"))
            text = json.dumps(body).encode()
            lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close")
            writer.write("\r\n".join((*lines, f"Content-Length: {len(text)}", "", "")).encode() + text)
            await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", port)


def _act(cameras: Mapping[str, Camera], path: str) -> tuple[str, dict[str, object]]:
    """Do what a URL's path asks for, and return the status and what to say."""
    match path.strip("/").split("/"):
        case ["control"]:
            return "200 OK", {name: camera.report() for name, camera in cameras.items()}
        case ["control", name, action] if name in cameras and action in ACTIONS:
            cameras[name].set_mode(action)
            return "200 OK", {name: cameras[name].report()}
        case _:
            return "404 Not Found", {"cameras": list(cameras), "actions": list(ACTIONS)}
