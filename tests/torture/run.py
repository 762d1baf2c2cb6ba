"""The whole torture: what `make torture` runs. Prints a line for each campaign, and ends with 1 when a promise was broken.

Usage: python tests/torture/run.py [--minutes N] [--only NAME…]     (as root: it mounts small disks)

Campaigns that enumerate go through all of their points when the time allows, else through every second, third, … of them, and say so.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture import away, beside, disks, faults, hooks, kills, recorders, twins, waits  # noqa: E402 - found by the path above
from torture.tally import Tally  # noqa: E402
from torture.worlds import SCENARIOS, folder_of  # noqa: E402

WORKERS = 2
HOSTILE = Path(__file__).resolve().parents[1] / "hostile/run.py"
A_TRY_S = {
    "kill": 1.2,
    "fault": 1.2,
    "hook": 0.5,
    "recorder": 1.2,
    "preview": 4.0,
    "announcer": 4.0,
    "watch": 3.5,
}
"""What a try takes about, to share the time out; of a build with previews three times as long."""
_SHARES = {"kill": 0.3, "fault": 0.2}
_SHARES_OF_OTHERS = {
    "hook kills": 0.02,
    "hook faults": 0.07,
    "recorder": 0.02,
    "preview": 0.03,
    "announcer": 0.02,
    "watch": 0.1,
}
_HOSTILE_SHARE = 0.1
_RANDOM_ROUNDS = 30


def _enumerated(kind: str, name: str, base: Path, seconds: float) -> Tally:
    """Go through the points of one scenario, all of them if they can be tried in time."""
    world = SCENARIOS[name](folder_of(base, f"{kind} {name}"))
    points = kills.points(world) if kind == "kill" else faults.points(world)
    longer = 3 if name == "previews" else 1
    step = max(1, round(len(points) * A_TRY_S[kind] * longer / seconds))
    tally = Tally(f"{kind}s, {name}: {'all' if step == 1 else f'each {step}th'} of {len(points)} points")
    (kills.kill_at if kind == "kill" else faults.fail_at)(world, points[::step], tally)
    return tally


Prepared = tuple[Sequence[Any], Callable[[Sequence[Any], Tally], None]]
"""The points of a campaign, and what tries some of them."""


def _hooks_killed(folder: Path) -> Prepared:
    told = hooks.told(folder)

    def attempt(points: Sequence[Any], tally: Tally) -> None:
        hooks.sync(told, tally)
        hooks.disturb(told, points, tally)

    return hooks.kill_points(told), attempt


def _hooks_failing(folder: Path) -> Prepared:
    told = hooks.told(folder)
    return hooks.fault_points(told), partial(hooks.disturb, told)


def _recorder_killed(folder: Path) -> Prepared:
    def attempt(points: Sequence[Any], tally: Tally) -> None:
        recorders.sync(folder, tally)
        recorders.kill_at(folder, points, tally)

    return recorders.points(folder), attempt


def _previews_killed(folder: Path) -> Prepared:
    film = beside.one_film(folder)
    return beside.preview_points(film), partial(beside.kill_previews, film)


def _announcer_killed(folder: Path) -> Prepared:
    announced = beside.Announced(folder)
    return beside.announcer_points(announced), partial(beside.kill_announcer, announced)


def _watch_failing(folder: Path) -> Prepared:
    return waits.points(folder), partial(waits.fail_at, folder)


OTHERS: dict[str, tuple[Callable[[Path], Prepared], float, float]] = {
    "hooks killed": (_hooks_killed, 0.5, 0.02),
    "hooks failing": (_hooks_failing, 0.5, 0.07),
    "recorder killed": (_recorder_killed, 1.2, 0.02),
    "previews killed": (_previews_killed, 4.0, 0.02),
    "announcer killed": (_announcer_killed, 4.0, 0.02),
    "watch failing": (_watch_failing, 4.0, 0.12),
}
"""What works beside the build: how it is prepared, what a try takes about in seconds, and its share of the time."""


def _beside(name: str, base: Path, seconds: float) -> Tally:
    """Go through the points of one of the others, all of them if they can be tried in time."""
    prepare, a_try_s, _ = OTHERS[name]
    points, attempt = prepare(folder_of(base, name))
    step = max(1, round(len(points) * a_try_s / seconds))
    tally = Tally(f"{name}: {'all' if step == 1 else f'each {step}th'} of {len(points)} points")
    attempt(points[::step], tally)
    return tally


def _random(base: Path) -> Tally:
    tally = Tally("kill -9 of watch at random moments, under load")
    kills.kill_at_random(folder_of(base, "random"), tally, seed=int(time.time()), rounds=_RANDOM_ROUNDS)
    return tally


def _cases(base: Path) -> Tally:
    tally = Tally("archive taken away, full disks, two at once")
    away.take_away(base / "away", list(away.CASES), tally)
    disks.fill_up(base / "disks", list(disks.CASES), tally)
    twins.try_both(base / "twins", tally)
    return tally


def _hostile(minutes: float) -> Tally:
    """Run the campaign of hostile input, which prints counts of its own."""
    tally = Tally("hostile input (its counts above)")
    argv = [sys.executable, str(HOSTILE), "--minutes", f"{minutes:.2f}"]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    print(done.stdout, end="", flush=True)
    tally.add(
        "hostile input",
        hit=True,
        broken=[] if done.returncode == 0 else [done.stderr[-500:] or done.stdout[-500:]],
    )
    return tally


def _campaigns(base: Path, minutes: float) -> Iterator[tuple[str, Callable[..., Tally], tuple[object, ...]]]:
    seconds = minutes * 60 * WORKERS
    for kind, share in _SHARES.items():
        for name in SCENARIOS:
            yield f"{kind}s: {name}", _enumerated, (kind, name, base, seconds * share / len(SCENARIOS))
    for name, (_, _, share) in OTHERS.items():
        yield name, _beside, (name, base, seconds * share)
    yield "random", _random, (base,)
    yield "cases", _cases, (base,)
    yield "hostile", _hostile, (minutes * WORKERS * _HOSTILE_SHARE,)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=50)
    parser.add_argument("--only", nargs="+", help="words of the campaigns to run")
    chosen = parser.parse_args()
    if os.geteuid() != 0:
        print("torture: it mounts small disks: run it as root", file=sys.stderr)
        return 2
    began, violations = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="torture-") as folder, ProcessPoolExecutor(WORKERS) as pool:
        jobs = [
            pool.submit(work, *arguments)
            for name, work, arguments in _campaigns(Path(folder), chosen.minutes)
            if not chosen.only or any(word in name for word in chosen.only)
        ]
        for job in jobs:
            tally = job.result()
            print(tally.line(), flush=True)
            violations += tally.violations
            for one in tally.violations[:20]:
                print(f"    {one}", flush=True)
    print(f"{len(violations)} violations in {(time.monotonic() - began) / 60:.0f} minutes")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
