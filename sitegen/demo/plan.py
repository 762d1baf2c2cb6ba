"""What the demo consists of: its cameras, its folders, its ports, its programs; data and pure functions, but for finding free ports."""

from __future__ import annotations

import socket
import sys
from contextlib import ExitStack
from pathlib import Path

import msgspec

from sitegen.errors import UsageError
from sitegen.nginx import nginx_argv
from sitegen.process import find

LOOPBACK = "127.0.0.1"


class DemoCamera(msgspec.Struct, frozen=True):
    """A simulated camera: its scene, and in which seconds of its loop somebody comes by."""

    id: str
    scene: str
    title: str
    seconds: float
    windows: tuple[tuple[float, float], ...]
    outage: tuple[float, float] | None = None
    """Seconds it is there, seconds it is away; None: it stays."""
    has_sub: bool = False
    """It sends a second, smaller stream as well."""

    @property
    def sub(self) -> str:
        """What the simulator calls its second stream, and its footage."""
        return f"{self.id}-sub"


SIZE, SUB_SIZE = (640, 360), (320, 180)
"""Pictures of a camera's stream and of its second one, in pixels."""


CAMERAS = (
    DemoCamera(
        "101",
        "driveway",
        "Driveway",
        160,
        ((14, 20), (28, 40), (47, 53), (58, 64), (70, 82), (120, 126)),
        has_sub=True,
    ),
    DemoCamera("102", "yard", "Back yard", 100, ((20, 26), (66, 78)), has_sub=True),
    DemoCamera("103", "shop", "Shop", 70, ((30, 36), (48, 54)), outage=(150, 35)),
    DemoCamera("104", "gate", "Gate", 130, ((35, 41), (90, 96))),
)


class Ports(msgspec.Struct, frozen=True):
    """Where everything listens, on loopback."""

    http: int
    rtsp: int
    camera_control: int
    motion_control: int
    motion_stream: int
    announce: int


class Folders(msgspec.Struct, frozen=True):
    """Where the demo keeps its things, all below one folder."""

    root: Path
    archive: Path
    site: Path
    state: Path
    footage: Path
    cameras: Path
    """Motion's camera_dir."""
    logs: Path
    run: Path
    settings: Path
    nginx_conf: Path
    supervisor_conf: Path
    motion_conf: Path


def folders_below(root: Path) -> Folders:
    """Return the demo's folders and files below an absolute path."""
    return Folders(
        root=root,
        archive=root / "archive",
        site=root / "site",
        state=root / "state",
        footage=root / "footage",
        cameras=root / "motion" / "cameras",
        logs=root / "logs",
        run=root / "run",
        settings=root / "sitegen.toml",
        nginx_conf=root / "nginx.conf",
        supervisor_conf=root / "supervisord.conf",
        motion_conf=root / "motion" / "motion.conf",
    )


class Program(msgspec.Struct, frozen=True):
    """One program under the supervisor; the least `order` starts first and stops last."""

    name: str
    argv: tuple[str, ...]
    order: int
    utc: bool = False


def choose_ports(http: int) -> Ports:
    """Return the ports to use; raise UsageError when the one for the site is taken."""
    with ExitStack() as held:
        site = held.enter_context(socket.socket())
        site.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            site.bind((LOOPBACK, http))
        except (OSError, OverflowError) as error:
            reason = f"port {http} on {LOOPBACK} cannot be used: {error}"
            remedy = f"stop what uses it, or choose another: SITEGEN_DEMO_PORT={http % 60_000 + 10} make demo"
            raise UsageError("demo", "", reason, remedy) from None
        free = [held.enter_context(socket.create_server((LOOPBACK, 0))) for _ in range(5)]
        return Ports(*(one.getsockname()[1] for one in (site, *free)))


def sitegen_command() -> list[str]:
    """Return how this very sitegen is called."""
    beside = Path(sys.executable).with_name("sitegen")
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "sitegen.cli"]


def programs(folders: Folders, ports: Ports) -> tuple[Program, ...]:
    """Return everything that runs in the demo; raise ToolMissing when something is not installed."""
    sitegen = [*sitegen_command(), "-c", str(folders.settings)]
    nginx = nginx_argv(folders.nginx_conf, folders.run)
    after_cameras = (sys.executable, "-m", "sitegen.demo.when_listening", str(ports.rtsp))
    motion = (*after_cameras, find("motion"), "-n", "-c", str(folders.motion_conf))
    return (
        Program("cameras", tuple(_simulator(folders, ports)), 10),
        Program("announce", (*sitegen, "announce"), 20),
        Program("watch", (*sitegen, "watch"), 20),
        Program("nginx", (find(nginx[0]), *nginx[1:]), 30),
        Program("record", (*sitegen, "record"), 40),
        Program("motion", motion, 40, utc=True),
    )


def _simulator(folders: Folders, ports: Ports) -> list[str]:
    argv = [sys.executable, "-m", "sitegen.demo.camera_server"]
    argv += ["--port", str(ports.rtsp), "--control-port", str(ports.camera_control)]
    for camera in CAMERAS:
        argv += ["--camera", f"{camera.id}={folders.footage / camera.scene}.mp4"]
        if camera.has_sub:
            argv += ["--camera", f"{camera.sub}={folders.footage / camera.scene}-sub.mp4"]
        if camera.outage:
            argv += ["--outage", f"{camera.id}={camera.outage[0]:g}/{camera.outage[1]:g}"]
    return argv
