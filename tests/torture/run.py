"""The whole torture: what `make torture` runs. Prints a line for each campaign, and ends with 1 when a promise was broken.

Usage: python tests/torture/run.py [--minutes N] [--only NAME…]     (as root: it mounts small disks)

Campaigns that enumerate say how many points there are, and try them in an order by chance until their share of the time is over;
of the kills of three builds all are tried.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from torture import away, beside, disks, faults, hooks, instants, kills, recorders, twins, waits  # noqa: E402 - found by the path above
from torture.tally import Tally  # noqa: E402
from torture.worlds import SCENARIOS, folder_of  # noqa: E402

WORKERS = 2
HOSTILE = Path(__file__).resolve().parents[1] / "hostile/run.py"
_SHARES = {"kill": 0.1, "fault": 0.04}
"""Of the time, for each scenario."""
_SHARES_OF_OTHERS = {
    "hooks killed": 0.02,
    "hooks failing": 0.07,
    "recorder killed": 0.02,
    "previews killed": 0.02,
    "announcer killed": 0.02,
    "watch failing": 0.1,
}
_HOSTILE_SHARE = 0.1
_RANDOM_ROUNDS = 30
_WHOLE = {("kill", "first build"), ("kill", "one new clip"), ("kill", "clips deleted and changed")}
"""Of these every point is tried, however long it takes (half an hour), when there is time for that."""
_TIME_FOR_WHOLE_MINUTES = 45

Prepared = tuple[Sequence[Any], Callable[[Iterable[Any], Tally], None]]
"""The points of a campaign, and what tries some of them."""


def _go_through(name: str, prepared: Prepared, seconds: float) -> Tally:
    """Try points in an order by chance, always the same one, until the time is over or there are no more."""
    points, attempt = list(prepared[0]), prepared[1]
    random.Random(len(points)).shuffle(points)
    tally, end = Tally(f"{name}: of {len(points)} points"), time.monotonic() + seconds
    attempt(takewhile(lambda _: time.monotonic() < end, points), tally)
    return tally


def _enumerated(kind: str, name: str, base: Path, seconds: float) -> Tally:
    """Go through the points of one scenario."""
    world = SCENARIOS[name](folder_of(base, f"{kind} {name}"))
    if kind == "kill":
        prepared: Prepared = kills.points(world), partial(kills.kill_at, world)
    else:
        prepared = faults.points(world), partial(faults.fail_at, world)
    return _go_through(f"{kind}s, {name}", prepared, seconds)


def _hooks_killed(folder: Path) -> Prepared:
    told = hooks.told(folder)

    def attempt(points: Iterable[Any], tally: Tally) -> None:
        hooks.sync(told, tally)
        hooks.disturb(told, points, tally)

    return hooks.kill_points(told), attempt


def _hooks_failing(folder: Path) -> Prepared:
    told = hooks.told(folder)
    return hooks.fault_points(told), partial(hooks.disturb, told)


def _recorder_killed(folder: Path) -> Prepared:
    def attempt(points: Iterable[Any], tally: Tally) -> None:
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


OTHERS: dict[str, Callable[[Path], Prepared]] = {
    "hooks killed": _hooks_killed,
    "hooks failing": _hooks_failing,
    "recorder killed": _recorder_killed,
    "previews killed": _previews_killed,
    "announcer killed": _announcer_killed,
    "watch failing": _watch_failing,
}
"""What works beside the build, and how its campaign is prepared."""


def _beside(name: str, base: Path, seconds: float) -> Tally:
    """Go through the points of one of the others."""
    return _go_through(name, OTHERS[name](folder_of(base, name)), seconds)


def _looked_at(base: Path) -> Tally:
    tally = Tally("builds looked at after each change")
    for name, scenario in SCENARIOS.items():
        if name != "previews":  # whose pages are built again after build.json
            instants.look_at(scenario(folder_of(base, f"instants {name}")), tally)
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
            whole = (kind, name) in _WHOLE and minutes >= _TIME_FOR_WHOLE_MINUTES
            yield f"{kind}s: {name}", _enumerated, (kind, name, base, math.inf if whole else seconds * share)
    for name, share in _SHARES_OF_OTHERS.items():
        yield name, _beside, (name, base, seconds * share)
    yield "instants", _looked_at, (base,)
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
        for job in as_completed(jobs):
            tally = job.result()
            print(tally.line(), flush=True)
            violations += tally.violations
            for one in tally.violations[:20]:
                print(f"    {one}", flush=True)
    print(f"{len(violations)} violations in {(time.monotonic() - began) / 60:.0f} minutes")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
