"""Kills a build just before each of its state-changing system calls, and looks at what is left and what the next build makes of it."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from changing_footage import WATCH, WITH_PREVIEWS, Footage
from readers import Reader
from torture import calls
from torture.tally import Tally
from torture.worlds import World, dead_links
from waiting import wait_until


def points(world: World) -> list[tuple[str, int]]:
    """Return every (call, number) of the world's command."""
    world.restore()
    found = calls.counted(world.argv, world.folder)
    return [(call, number) for call in sorted(found) for number in range(1, found[call] + 1)]


def kill_at(world: World, chosen: Iterable[tuple[str, int]], tally: Tally) -> None:
    """Try kill points: what lies there must be whole, and the next build must make it what a clean one makes."""
    for call, number in chosen:
        world.restore()
        hit = calls.killed(world.argv, world.folder, call, number)
        tally.add(
            f"{world.name}, killed at {call} {number}", hit=hit, broken=world.broken() + world.unhealed()
        )


def kill_at_random(folder: Path, tally: Tally, *, seed: int, rounds: int) -> None:
    """Kill `sitegen watch` at random moments while clips come and go, with a reader looking on all the time."""
    footage, pick = Footage(folder, seed), random.Random(seed)
    for _ in range(10):
        footage.add()
    for number in range(rounds):
        before = footage.revision()
        with Reader(footage.site, footage.deleted) as reader, subprocess.Popen(WATCH, cwd=folder) as watch:
            try:
                wait_until(lambda b=before: footage.revision() > b or not b or watch.poll())
                end = time.monotonic() + pick.uniform(0.05, 1.5)
                while time.monotonic() < end:
                    footage.change()
            finally:
                watch.kill()
        went_back = [] if footage.revision() >= before else [f"revision went back from {before}"]
        tally.add(f"random kill {seed}.{number}", hit=True, broken=reader.broken + went_back)
        footage.add()
    try:
        footage.equals_a_fresh_one(WITH_PREVIEWS)
    except AssertionError as error:
        tally.violations.append(f"random kills {seed}: not as a clean build has it: {str(error)[:300]}")
    tally.violations += dead_links(footage.site)


def sample(points_of: list[tuple[str, int]], seed: int, count: int) -> Iterator[tuple[str, int]]:
    """Yield some of the points, each kind of call among them."""
    pick = random.Random(seed)
    kinds = sorted({call for call, _ in points_of})
    for kind in kinds:
        yield pick.choice([point for point in points_of if point[0] == kind])
    yield from pick.sample(points_of, min(count, len(points_of)))
