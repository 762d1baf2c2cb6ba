"""Lets system calls of `sitegen watch` fail for a while, or once, while clips come: it says so, waits, and goes on by itself.

strace is attached to a watch that runs, and detached again: so the fault comes and goes, and the program stays.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from archives import site_bytes
from changing_footage import WITH_PREVIEWS, Footage
from readers import Reader
from torture import calls
from torture.away import PATIENCE_S, clips_of
from torture.faults import ERRORS
from torture.tally import Tally
from waiting import wait_until

PROGRAM = """
import functools, sys
import sitegen.watch_loop as loop
from sitegen.cli import main
loop.RETRY_S = 1.0
loop.PreviewWork = functools.partial(loop.PreviewWork, retry_s=2.0)
sys.argv[1:] = ["watch", "-v"]
sys.exit(main())
"""
"""The real watch, but that it waits less before it tries again, a build or a preview: there are hundreds of tries."""
_CLIPS = 3
_LOOK_S = 1.5
"""A fault lasts so long at least, when it keeps a clip from the site."""
_PUBLISHED_S = 4.0
_OF_THE_INDEX = ("fdatasync", "pwrite64")
"""Calls that SQLite alone makes: while they fail the site can still be written, and must say what the trouble is."""

_OF_EVERY_OPEN = ("EMFILE",)
"""Of the others, a video that cannot be opened three times is given up for previews: that lies with the video, as it seems."""
_SWEEPING = ("unlink", "rmdir")
"""While these fail, a temporary file stays until the next start."""


class Point(NamedTuple):
    """The Nth of a call since the fault came, and whether each later one fails as well."""

    call: str
    number: int
    error: str
    for_ever: bool


class Watched:
    """Footage that a watch process looks after; one process for many tries."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.footage = Footage(folder, seed)
        for _ in range(4):
            self.footage.add()
        self.log = folder / "watch.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM], cwd=folder, stderr=log, process_group=0
            )
        wait_until(lambda: self.is_current() or self.process.poll() is not None, PATIENCE_S, "a first build")
        assert self.process.poll() is None, self.log.read_text()

    def is_current(self) -> bool:
        """Whether each video is on the site."""
        clips = clips_of(self.footage) if self.footage.revision() else 0
        return clips == len(self.footage.videos())

    def trouble(self) -> str:
        """What status.json says of a trouble; "" when it says of none."""
        said = self._status().get("trouble")
        return json.dumps(said) if said else ""

    def _status(self) -> dict[str, object]:
        try:
            return json.loads((self.footage.site / "status.json").read_text())
        except FileNotFoundError:
            return {}

    @contextmanager
    def under(self, *options: str) -> Iterator[None]:
        """Attach strace to all threads, and detach it at the end."""
        said = self.footage.folder / "strace.log"
        with (
            said.open("wb") as log,
            subprocess.Popen(["strace", "-f", "-p", str(self.process.pid), *options], stderr=log) as strace,
        ):
            try:
                wait_until(lambda: b"attached" in said.read_bytes() or strace.poll(), PATIENCE_S, "strace")
                yield
            finally:
                strace.send_signal(signal.SIGINT)
                strace.wait(PATIENCE_S)

    def end(self, *, swept: bool = True) -> list[str]:
        """Stop the watch, and say what of its site is not as a clean build makes it; not `swept`: but for temporary files."""
        wait_until(
            lambda: self._status().get("backlog") == 0, PATIENCE_S, "the end of the previews, which are none"
        )
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        made = site_bytes(self.footage.site)
        found = [] if code == 0 else [f"watch ended with {code}: {self.log.read_text()[-500:]}"]
        try:
            self.footage.equals_a_fresh_one(WITH_PREVIEWS)
        except AssertionError as error:
            found.append(f"not as a clean build has it, after one more: {str(error)[:300]}")
        clean = site_bytes(self.footage.site)
        differ = [path for path in made.keys() | clean.keys() if made.get(path) != clean.get(path)]
        differ = [path for path in differ if swept or not path.startswith(".sitegen-tmp/")]
        return found + [f"not as a clean build has it: {path}" for path in sorted(differ)[:10]]

    def kill(self) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def points(folder: Path) -> list[Point]:
    """Return a try for every error of each call, for a while, and one for every Nth call of what a new clip needs."""
    folder = folder / "counted"
    folder.mkdir(parents=True)
    watched, trace = Watched(folder, 40), folder / "trace"
    try:
        with watched.under("-o", str(trace), "-e", f"trace={','.join(ERRORS)}"):
            watched.footage.add()
            wait_until(watched.is_current, PATIENCE_S, "a clip")
    finally:
        watched.kill()
    counts = {call: n for call, n in calls.counts_in(trace).items() if call in ERRORS}
    lasting = [
        Point(call, 1, error, for_ever=True)
        for call in sorted(counts)
        for error in ERRORS[call]
        if call != "openat" or error in _OF_EVERY_OPEN
    ]
    once = [
        Point(call, number, ERRORS[call][number % len(ERRORS[call])], for_ever=False)
        for call in sorted(counts)
        for number in range(1, counts[call] + 1)
    ]
    return lasting + once


def fail_at(folder: Path, chosen: Iterable[Point], tally: Tally, *, each: int = 12) -> None:
    """Try points, a dozen with one process; then its site must be what a clean build makes."""
    waiting, number = iter(chosen), 0
    while batch := list(islice(waiting, each)):
        number += 1
        swept = not any(point.call in _SWEEPING for point in batch)
        place = folder / f"watched-{number}"
        place.mkdir(parents=True)
        watched = Watched(place, number + 40)
        try:
            for point in batch:
                hit, broken = _failed(watched, point)
                tally.add(f"watch, {point}", hit=hit, broken=broken)
                if watched.process.poll() is not None:
                    break
            tally.violations += [
                f"watch, after {batch[0]} to {batch[-1]}: {one}" for one in watched.end(swept=swept)
            ]
        finally:
            watched.kill()


def _failed(watched: Watched, point: Point) -> tuple[bool, list[str]]:
    """Let a call fail while clips come, look, let the fault go, and wait until all of them are on the site."""
    before = watched.log.stat().st_size
    when = f"{point.number}+" if point.for_ever else str(point.number)
    inject = f"inject={point.call}:error={point.error}:when={when}"
    found = []
    trace = watched.footage.folder / "trace"
    with watched.under("-o", str(trace), "-e", f"trace={point.call}", "-e", inject):
        for _ in range(_CLIPS):
            watched.footage.add()
        until = time.monotonic() + _PUBLISHED_S
        while time.monotonic() < until and not watched.is_current() and not watched.trouble():
            time.sleep(0.05)
        if point.for_ever and not watched.is_current():
            time.sleep(_LOOK_S)
            if point.call in _OF_THE_INDEX and not watched.trouble():
                found.append("status.json does not say what the trouble is")
        reader = Reader(watched.footage.site, watched.footage.deleted)
        reader.round()
        found += reader.broken
    try:
        wait_until(
            lambda: (watched.is_current() and not watched.trouble()) or watched.process.poll() is not None,
            PATIENCE_S,
            "a recovery",
        )
    except AssertionError as error:
        found.append(f"{error}; {watched.trouble()}")
    said = watched.log.read_bytes()[before:].decode(errors="replace")
    if "Traceback" in said or watched.process.poll() is not None:
        found.append(
            f"ended with {watched.process.poll()}, or a traceback: {said[said.find('Traceback') :][:900]}"
        )
    return "(INJECTED)" in trace.read_text(errors="replace"), found
