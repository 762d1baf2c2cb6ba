"""Serves looped H.264 files as cameras over RTSP, until it is told to stop; says its ports in one JSON line on stdout.

    python -m sitegen.demo.camera_server --port 0 --control-port 0 --camera yard=yard.mp4 --camera shop=shop.mp4

The control URL makes a camera misbehave: `freeze` keeps connections and sends nothing, `drop` closes them once,
`refuse` closes them and answers 404 until `normal`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import msgspec

from sitegen.demo import camera_control
from sitegen.demo.camera import Camera
from sitegen.demo.h264 import read_footage
from sitegen.demo.rtsp import Account
from sitegen.demo.rtsp_session import Session


class Options(msgspec.Struct, frozen=True):
    """What the command line asks for."""

    cameras: dict[str, Path]
    outages: dict[str, tuple[float, float]]
    """By camera: seconds it is there, seconds it is away."""
    port: int = 0
    control_port: int = 0
    fps: float = 10.0
    account: Account | None = None


async def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT."""
    started = time.monotonic()
    cameras = {
        name: Camera(name, read_footage(path, options.fps), started) for name, path in options.cameras.items()
    }

    talks: set[asyncio.StreamWriter] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(writer)
        await Session(cameras, options.account, reader, writer).run()
        talks.discard(writer)

    server = await asyncio.start_server(talk, "127.0.0.1", options.port)
    control = await camera_control.serve(cameras, options.control_port)
    outages = [
        asyncio.create_task(cameras[name].go_away_now_and_then(*times))
        for name, times in options.outages.items()
    ]
    _say_ready(server, control, list(cameras))
    stopping = asyncio.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sig, stopping.set)
    await stopping.wait()
    for task in outages:
        task.cancel()
    for camera in cameras.values():
        camera.set_mode("refuse")
    for writer in talks:
        writer.transport.abort()
    while talks:  # noqa: ASYNC110 - a handful of turns; a conversation cancelled instead would complain
        await asyncio.sleep(0.01)


def _say_ready(server: asyncio.Server, control: asyncio.Server, names: list[str]) -> None:
    port = server.sockets[0].getsockname()[1]
    ready = {
        "port": port,
        "control_port": control.sockets[0].getsockname()[1],
        "cameras": {name: f"rtsp://127.0.0.1:{port}/{name}" for name in names},
        "started_at": time.time(),
    }
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


def _named_file(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    return name, Path(path)


def _named_outage(text: str) -> tuple[str, tuple[float, float]]:
    name, _, times = text.partition("=")
    every, _, lasting = times.partition("/")
    return name, (float(every), float(lasting))


def _options(argv: list[str] | None) -> Options:
    parser = argparse.ArgumentParser(prog="python -m sitegen.demo.camera_server", description=__doc__)
    parser.add_argument("--camera", type=_named_file, action="append", required=True, metavar="NAME=FILE")
    parser.add_argument(
        "--outage", type=_named_outage, action="append", default=[], metavar="NAME=EVERY_S/FOR_S"
    )
    parser.add_argument("--port", type=int, default=0, help="RTSP; 0: a free one")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--fps", type=float, default=10.0, help="of .h264 files, which do not say it")
    parser.add_argument("--user", default="")
    parser.add_argument("--password", default="")
    parser.add_argument("--auth", choices=("digest", "basic"), default="digest")
    given = parser.parse_args(argv)
    if unknown := [name for name, _ in given.outage if name not in dict(given.camera)]:
        parser.error(f"--outage names no camera: {unknown[0]}")
    account = Account(given.user, given.password, given.auth) if given.user else None
    return Options(dict(given.camera), dict(given.outage), given.port, given.control_port, given.fps, account)


def main(argv: list[str] | None = None) -> int:
    """Run the server; return 0 when it was told to stop, 1 when a file or port cannot be used."""
    try:
        asyncio.run(serve(_options(argv)))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"simulated cameras: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
