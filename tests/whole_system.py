"""The whole system as real processes below one folder: a simulated camera, Motion, recorder, generator, announcer, nginx."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from announcement_clients import SocketClient, StreamClient
from nginx_server import Answer, ask, free_port, listens, running_nginx
from page_history import History
from simulator import Cameras, start_cameras
from waiting import wait_until

from sitegen import process
from sitegen.demo.configuration import replace_options
from sitegen.demo.footage import make_footage
from sitegen.demo.scenes import SCENES

CAMERA, TITLE, SLUG, SCENE = "101", "Back gate", "back-gate", "gate"
USER, PASSWORD = "canaryuser", "canaryPW-7Q"
SIZE = (640, 360)
LOOP_S, FROM_S, TO_S, FPS = 20, 9, 15, 20
"""The camera's footage, and when in it the visitor crosses the picture.

At 20 pictures a second: Motion reads one more than the camera sends, and only so makes up for what it missed while it
connected. At 10 its times would be two seconds late in the first event.
"""
EVENT_GAP_S, CAPTURE_S, SEGMENT_S = 3, 2, 10
"""CAPTURE_S: so much from before the motion, and from after it, is in a movie, by the shipped motion.conf."""
_TAIL_LINES = 40


@dataclass
class Program:
    """A running program and what it says."""

    name: str
    child: subprocess.Popen
    log: Path


def noon_zone() -> str:
    """A time zone, other than UTC, in which it is the middle of the day: no test runs over midnight."""
    ahead_h = 14 - datetime.now(UTC).hour or 1
    return f"Etc/GMT{-ahead_h:+d}"  # those names count to the west


def uncomment(text: str, section: str, **values: object) -> str:
    """Set keys of a section in a sitegen.toml as `sitegen init` writes it: remove the # and change the value."""
    head, title, rest = text.partition(f"\n[{section}]\n")
    assert title, section
    for key, value in values.items():
        rest, count = re.subn(rf"(?m)^# {key} = .*$", f"{key} = {json.dumps(value)}", rest, count=1)
        assert count == 1, f"{key} of [{section}]"
    return head + title + rest


class WholeSystem:
    """Everything, from the camera to nginx; start it with `with`. Logs are in `logs`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.zone = folder / "cctv", noon_zone()
        self.archive, self.site = self.folder / "archive", self.folder / "site"
        self.logs, self.run = folder / "logs", folder / "nginx"
        self.toml = self.folder / "sitegen.toml"
        self.programs: dict[str, Program] = {}
        self.stack = ExitStack()
        self.http, self.announce, self.stream, self.rtsp = (free_port() for _ in range(4))
        self.cameras: Cameras | None = None

    def __enter__(self) -> Self:
        self.logs.mkdir()
        try:
            self._start()
        except BaseException:
            print(self.tails())
            self.stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    # setting up, as a user does it

    def _start(self) -> None:
        path, windows = self.logs.parent / "gate.mp4", ((FROM_S, TO_S),)
        footage = make_footage(path, SCENE, windows, seconds=LOOP_S, fps=FPS)
        done = process.run(self._sitegen("init", str(self.folder)), timeout_s=60)
        assert done.returncode == 0, done.stderr
        self._configure()
        self.stack.callback(self._stop_all)
        self.start("watch", self._sitegen("watch"))
        self.start("announce", self._sitegen("announce"))
        self.wait(lambda: listens(self.announce), 60, "the announcer")
        self.wait((self.site / "build.json").exists, 60, "the first build")
        addresses = {"announce": f"127.0.0.1:{self.announce}", "motion_stream": f"127.0.0.1:{self.stream}"}
        self.stack.enter_context(
            running_nginx(self.site, self.archive, self.run, port=self.http, **addresses)
        )
        self._listen()
        self.cameras = self.stack.enter_context(
            start_cameras(self.logs, {"gate": footage}, user=USER, password=PASSWORD, port=self.rtsp)
        )
        motion = ["motion", "-n", "-c", str(self.folder / "motion/motion.conf")]
        self.start("motion", motion, env={**os.environ, "TZ": "UTC"})
        self.start("record", self._sitegen("record"))

    def _configure(self) -> None:
        text = self.toml.read_text()
        text = uncomment(text, "site", title="End to end", timezone=self.zone)
        text = uncomment(text, "motion", config="motion/motion.conf")
        text = uncomment(text, "record", segment_seconds=SEGMENT_S)
        text = uncomment(text, "announce", listen=f"127.0.0.1:{self.announce}")
        self.toml.write_text(text)
        conf = self.folder / "motion/motion.conf"
        options = {"webcontrol_port": "0", "stream_port": str(self.stream), "event_gap": str(EVENT_GAP_S)}
        conf.write_text(replace_options(conf.read_text(), options))
        example = self.folder / "motion/cameras/camera-101.conf.example"
        options = {
            "camera_name": TITLE,
            "netcam_url": f"rtsp://127.0.0.1:{self.rtsp}/gate",
            "netcam_userpass": f"{USER}:{PASSWORD}",
            "width": str(SIZE[0]),
            "height": str(SIZE[1]),
        }
        example.with_suffix("").write_text(replace_options(example.read_text(), options))

    def _listen(self) -> None:
        """Connect readers through nginx, before there is anything to tell."""
        self.sse = StreamClient(self.http, "/announce/events")
        self.stack.callback(self.sse.close)
        self.legacy = StreamClient(self.http, "/event_api/stream")
        self.stack.callback(self.legacy.close)
        self.socket = SocketClient(self.http, "/announce/ws")
        self.stack.callback(self.socket.close)
        self.history = History(self.http, self.today())
        self.stack.callback(self.history.close)

    # running

    def _sitegen(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "sitegen.cli", "-c", str(self.toml), *words]

    def start(self, name: str, argv: list[str], env: dict[str, str] | None = None) -> None:
        log = self.logs / f"{name}.log"
        with log.open("wb") as sink:
            self.programs[name] = Program(name, process.start(argv, stdout=sink, stderr=sink, env=env), log)

    def check(self) -> None:
        """Fail when a program has ended by itself."""
        for program in self.programs.values():
            assert program.child.poll() is None, f"{program.name} ended\n{self.tails()}"

    def wait(self, predicate, timeout_s: float, what: str):
        """Wait for something while everything runs; tell what all programs said when it does not come."""

        def look() -> object:
            self.check()
            return predicate()

        try:
            return wait_until(look, timeout_s, what)
        except AssertionError:
            print(self.tails())
            raise

    def build(self) -> process.Finished:
        """Do one `sitegen build`, as a process."""
        return process.run(self._sitegen("build", "--strict", "--json"), timeout_s=120)

    # stopping

    def terminate(self) -> dict[str, int]:
        """SIGTERM to everything but the camera, at once; return how each ended. Hooks that still run are waited for."""
        self.history.close()
        for client in (self.sse, self.legacy, self.socket):
            client.close()
        for program in self.programs.values():
            program.child.send_signal(signal.SIGTERM)
        os.kill(int((self.run / "nginx.pid").read_text()), signal.SIGTERM)
        codes = {program.name: program.child.wait(40) for program in self.programs.values()}
        wait_until(lambda: not self.left_over(), 30, "the end of all hooks and children")
        self.cameras.stop()
        return codes

    def left_over(self) -> list[str]:
        """Command lines of running programs that have to do with this folder."""
        lines = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in line or str(self.run) in line:
                lines.append(line)
        return lines

    def _stop_all(self) -> None:
        for program in self.programs.values():
            if program.child.poll() is None:
                program.child.send_signal(signal.SIGTERM)
        for program in self.programs.values():
            try:
                program.child.wait(20)
            except subprocess.TimeoutExpired:
                process.stop(program.child)
                program.child.wait(20)

    def tails(self) -> str:
        """The ends of all logs."""
        parts = []
        for log in sorted([*self.logs.glob("*.log"), self.run / "error.log", self.run / "nginx.out"]):
            if log.exists():
                lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
                parts.append("\n".join([f"--- {log.name}", *lines]))
        return "\n".join(parts)

    # looking

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """Ask nginx."""
        return ask(self.http, f"/{path}", method, **headers)

    def today(self) -> str:
        """The local date, as it stands in the site's addresses."""
        return f"{self.local(datetime.now(UTC)):%Y/%m/%d}"

    def local(self, when: datetime) -> datetime:
        return when.astimezone(ZoneInfo(self.zone))

    def day(self) -> dict:
        """Today's day.json, through nginx."""
        return self.history.newest_day()

    def day_path(self, url: str) -> str:
        """A link of day.json as a path from the site's root."""
        return url.removeprefix("../../../")

    def crossing(self, near: datetime) -> tuple[datetime, datetime]:
        """When, by the clock, the visitor crossed the picture: the crossing that begins closest to a time."""
        first = datetime.fromtimestamp(self.cameras.started_at + FROM_S, UTC)
        rounds = round((near - first) / timedelta(seconds=LOOP_S))
        begun = first + timedelta(seconds=rounds * LOOP_S)
        return begun, begun + timedelta(seconds=TO_S - FROM_S)

    def passed(self, centre: float) -> timedelta:
        """How long the visitor has been crossing the picture when his middle is at `centre` (0 to 1)."""
        width = SCENES[SCENE].visitor.width
        return (centre + width / 2) / (1 + width) * timedelta(seconds=TO_S - FROM_S)
