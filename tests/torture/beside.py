"""Kills what works beside the generator: the ffmpeg that makes previews, and the announcer. Neither harms the site or a build.

ffmpeg is killed at its writes, by a program of its name that comes before it in PATH: no torn preview may be published,
and the next build makes the one that is missing. The announcer is killed at each call by which it changes anything or
talks: the build that goes on meanwhile does not fail, and the announcer's next start tells what was missed.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from announcement_clients import StreamClient
from archives import site_bytes
from torture import calls
from torture.tally import Tally
from torture.worlds import CLEAN_S, World, one_new_clip, with_previews
from waiting import wait_until

RUNS = (1, 2)
"""ffmpeg runs twice for a clip: for its stills, and for the rest."""
EVERY_RUN = 0
TALKING = ("bind", "listen", "accept4", "setsockopt", "sendto", "sendmsg", "recvfrom", "shutdown")
PATIENCE_S = 30
_STAND_IN = """#!/bin/sh
n=$(($(cat "{count}" 2>/dev/null || echo 0) + 1))
echo "$n" > "{count}"
[ {run} = 0 ] || [ {run} = "$n" ] || exec "{ffmpeg}" "$@"
exec strace -f -qq -o "{trace}" {expression} -- "{ffmpeg}" "$@"
"""


def one_film(folder: Path) -> World:
    """A film without previews."""
    return with_previews(folder, clips=1)


def preview_points(world: World) -> list[tuple[int, str, int]]:
    """Return each (run, call, number) of ffmpeg; those of `EVERY_RUN` are killed in whatever run comes to them."""
    found = []
    for run in RUNS:
        world.restore()
        _build_with(world, run, f"-e trace={','.join(calls.CHANGING)}")
        counts = calls.counts_in(world.folder / "ffmpeg.trace")
        found += [(run, call, n) for call in sorted(counts) for n in range(1, counts[call] + 1)]
    return found + [(EVERY_RUN, call, number) for run, call, number in found if run == RUNS[0]]


def kill_previews(world: World, points: Iterable[tuple[int, str, int]], tally: Tally) -> None:
    """Try points: what is published then is whole, and the next build makes what is missing."""
    for run, call, number in points:
        world.restore()
        trace = f"-e trace={call} -e inject={call}:signal=KILL:when={number}"
        done = _build_with(world, run, trace)
        broken = world.broken()
        if done.returncode not in {0, 1} or b"Traceback" in done.stderr:
            broken.append(f"exit {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        made = site_bytes(world.footage.site)
        broken += [
            f"another preview than a clean build makes: {path}"
            for path, data in made.items()
            if path.startswith("previews/") and data != world.clean.get(path)
        ]
        hit = "killed by SIGKILL" in (world.folder / "ffmpeg.trace").read_text(errors="replace")
        what = "each ffmpeg" if run == EVERY_RUN else f"ffmpeg {run}"
        tally.add(f"{what}, killed at {call} {number}", hit=hit, broken=broken + world.unhealed())


def _build_with(world: World, run: int, expression: str) -> subprocess.CompletedProcess[bytes]:
    """Build with a stand-in for ffmpeg that runs the real one under strace, in its nth run."""
    programs, ffmpeg = world.folder / "programs", shutil.which("ffmpeg")
    programs.mkdir(exist_ok=True)
    names = {"count": programs / "count", "trace": world.folder / "ffmpeg.trace", "ffmpeg": ffmpeg}
    for name in ("count", "trace"):
        Path(str(names[name])).unlink(missing_ok=True)
    stand_in = programs / "ffmpeg"
    stand_in.write_text(_STAND_IN.format(run=run, expression=expression, **names))
    stand_in.chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        world.argv,
        cwd=world.folder,
        env={**os.environ, "PATH": path},
        check=False,
        capture_output=True,
        timeout=CLEAN_S,
    )


class Announced:
    """A world in which one clip is new, and an announcer that is to tell of it."""

    def __init__(self, folder: Path) -> None:
        self.world = one_new_clip(folder, clips=8)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with (folder / "sitegen.toml").open("a") as settings:
            settings.write(f'[announce]\nlisten = "127.0.0.1:{self.port}"\n')
        self.argv = [sys.executable, "-m", "sitegen.cli", "announce"]
        self.log = folder / "announce.log"

    @contextmanager
    def running(self, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        """An announcer that listens, or has ended."""
        with (
            self.log.open("wb") as log,
            subprocess.Popen(command, cwd=self.world.folder, stderr=log) as announcer,
        ):
            try:
                wait_until(
                    lambda: announcer.poll() is not None or b"announcing on" in self.log.read_bytes(),
                    PATIENCE_S,
                    "an announcer",
                )
                yield announcer
                announcer.terminate()
                announcer.wait(PATIENCE_S)
            finally:
                announcer.kill()

    def disturbed(self, command: list[str]) -> tuple[int, list[str]]:
        """Build while a client listens to an announcer; return how that one ended, and what the build said."""
        self.world.restore()
        with self.running(command) as announcer:
            client = self._client()
            failed = self.world.rebuild()
            if client is not None:
                wait_until(
                    lambda: client.messages or client.ended or announcer.poll() is not None,
                    PATIENCE_S,
                    "an announcement",
                )
                client.close()
        return announcer.returncode, [f"the build failed: {failed}"] if failed else []

    def _client(self) -> StreamClient | None:
        with suppress(OSError, ValueError):
            return StreamClient(self.port, "/announce/events")
        return None

    def missed(self) -> list[str]:
        """Start an announcer that nothing disturbs, and say what it does not tell of the last revision."""
        with self.running(self.argv) as announcer:
            if announcer.poll() is not None:
                return [f"it does not start again: {self.log.read_text()[-300:]}"]
            client = StreamClient(self.port, "/announce/events", Last_Event_ID=str(self.world.revision))
            try:
                wait_until(lambda: client.messages, PATIENCE_S, "what was missed")
            finally:
                client.close()
        revisions = [identity for identity, _ in client.messages]
        wanted = self.world.footage.revision()
        return [] if revisions == [wanted] else [f"revisions {revisions} are told of instead of {wanted}"]


def announcer_points(announced: Announced) -> list[tuple[str, int]]:
    """Return each (call, number) of an announcer that tells one client of one revision."""
    trace = announced.world.folder / "trace"
    names = (*calls.CHANGING, *TALKING)
    code, failed = announced.disturbed(calls.alone(f"-e trace={','.join(names)}", announced.argv, trace))
    assert (code, failed) == (0, []), announced.log.read_text()
    found = calls.counts_in(trace)
    return [(call, number) for call in sorted(found) for number in range(1, found[call] + 1)]


def kill_announcer(announced: Announced, points: Iterable[tuple[str, int]], tally: Tally) -> None:
    """Try points: the build does not fail, the site is as ever, and the next announcer tells what was missed."""
    for call, number in points:
        expression = f"-e trace={call} -e inject={call}:signal=KILL:when={number}"
        code, broken = announced.disturbed(calls.alone(expression, announced.argv))
        broken += announced.world.broken()
        try:
            broken += announced.missed()
        except (AssertionError, OSError) as error:
            broken.append(f"after it was started again: {error}")
        broken += announced.world.unhealed()
        tally.add(f"announcer, killed at {call} {number}", hit=code != 0, broken=broken)
