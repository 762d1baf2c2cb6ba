"""Kills the hooks, and lets their calls fail, at every state-changing call: what was acknowledged is there, and nothing is torn or stays.

A hook has acknowledged what it was told when it ends with 0. P12 then promises that this is in the sidecars, whatever
happened to hooks before and after it. A hook that was killed, or said that it failed, has promised nothing: its fact may
be in a sidecar or not. So two ways are judged from each point: Motion says it again, and then all sidecars are what they
are in an undisturbed run; or it does not, and then each sidecar is what it is with that hook or without it.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from hook_calls import FIRST, STORY, at, call, make_archive, run, sidecars
from torture import calls
from torture.faults import ERRORS
from torture.tally import Tally

from sitegen.archive.sidecar import read_sidecar

HOOK = str(Path(__file__).resolve().parents[2] / "hooks/sitegen-hook")
_EIGHT_DAYS_S = 8 * 86_400
_OLD = "events/101/20261101/101-1-20261101T120000Z"
"""An event of long ago, of which a killed hook has left a temporary file: the first hook of a new day sweeps it."""


class Point(NamedTuple):
    """The Nth of a call of one hook of the story; `error` "": it is killed there."""

    hook: int
    call: str
    number: int
    error: str = ""
    for_ever: bool = False


@dataclass
class Hooks:
    """The archive before each hook of the story, and the sidecars in which the story ends, also without each one hook."""

    folder: Path
    before: list[Path] = field(default_factory=list)
    whole: dict[str, bytes] = field(default_factory=dict)
    without: list[dict[str, bytes]] = field(default_factory=list)

    @property
    def archive(self) -> Path:
        """Where hooks are tried."""
        return self.folder / "archive"

    def put_back(self, kept: Path) -> None:
        """Make the archive what it was."""
        shutil.rmtree(self.archive, ignore_errors=True)
        shutil.copytree(kept, self.archive)

    def keep(self, name: str) -> Path:
        """Remember the archive as it is."""
        kept = self.folder / "kept" / name
        shutil.rmtree(kept, ignore_errors=True)
        return Path(shutil.copytree(self.archive, kept))

    def argv(self, hook: int) -> list[str]:
        return [HOOK, *at(self.archive, STORY[hook])]


def told(folder: Path) -> Hooks:
    """Tell the story undisturbed, and once without each hook."""
    hooks = Hooks(folder)
    make_archive(hooks.archive, _movie(folder / "movie.mp4"))
    _leave_old_things(hooks.archive)
    for number, each in enumerate(STORY):
        hooks.before.append(hooks.keep(f"before-{number}"))
        assert run(hooks.archive, each) == 0
    hooks.whole = sidecars(hooks.archive)
    for number, kept in enumerate(hooks.before):
        hooks.put_back(kept)
        assert _say(hooks.archive, STORY[number + 1 :]) == []
        hooks.without.append(sidecars(hooks.archive))
    return hooks


def _movie(path: Path) -> Path:
    source = ["-f", "lavfi", "-i", "color=size=64x48:rate=10:duration=19.5"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *source, str(path)], check=True, timeout=60)
    os.utime(path, (1_795_319_840, 1_795_319_840))
    return path


def _leave_old_things(archive: Path) -> None:
    movie = archive / f"{_OLD}.mp4"
    movie.parent.mkdir(parents=True)
    movie.write_bytes(b"")
    old = [
        "movie-end", "--archive", str(archive), "--camera=101", "--event=0010120261101120000",
        "--time=2026-11-01T12:00:09+0000", "--type=8", "--file", str(movie),
    ]  # fmt: skip
    subprocess.run([HOOK, *old], check=True, timeout=60)
    movie.with_name(f".{movie.stem}.yaml.tmp").write_bytes(b"torn")
    _make_facts_old(archive)


def _make_facts_old(archive: Path) -> None:
    then = time.time() - _EIGHT_DAYS_S
    for facts in archive.glob(".hooks/*/*/*"):
        os.utime(facts, (then, then))


def kill_points(hooks: Hooks) -> list[Point]:
    """Return each state-changing call of each hook of the story."""
    return [
        Point(hook, name, number)
        for hook, name, count in _counted(hooks, calls.CHANGING)
        for number in range(1, count + 1)
    ]


def fault_points(hooks: Hooks) -> list[Point]:
    """Return every error at each call of each hook that can fail, once, and the first of a hook's calls for ever."""
    found = []
    for hook, name, count in _counted(hooks, tuple(name for name in ERRORS if name != "openat")):
        for number in range(1, count + 1):
            found += [Point(hook, name, number, error) for error in ERRORS[name]]
        found += [Point(hook, name, 1, error, for_ever=True) for error in ERRORS[name]]
    for hook, kept in enumerate(hooks.before):
        hooks.put_back(kept)
        own = calls.own_opens(hooks.argv(hook), hooks.folder, ("archive",))
        found += [Point(hook, "openat", number, error) for number in own for error in ERRORS["openat"]]
    return found


def one_of_each(points: list[Point], seed: int) -> list[Point]:
    """Return a point of each kind of call."""
    pick = random.Random(seed)
    kinds = sorted({point.call for point in points})
    return [pick.choice([point for point in points if point.call == kind]) for kind in kinds]


def _counted(hooks: Hooks, names: tuple[str, ...]) -> Iterator[tuple[int, str, int]]:
    for hook, kept in enumerate(hooks.before):
        hooks.put_back(kept)
        for name, count in sorted(calls.counted(hooks.argv(hook), hooks.folder, names).items()):
            yield hook, name, count


def sync(hooks: Hooks, tally: Tally) -> None:
    """Look at each hook of the story that nothing disturbs, whether what it writes is durable when it ends (P12)."""
    for hook, kept in enumerate(hooks.before):
        hooks.put_back(kept)
        broken = calls.unsynced(calls.traced(calls.SYNCING, hooks.argv(hook), hooks.folder))
        tally.add(f"hook {STORY[hook][0]}, undisturbed", hit=True, broken=broken)


def disturb(hooks: Hooks, points: Iterable[Point], tally: Tally) -> None:
    """Try points: kill the hook there, or let the call fail, and judge both ways on from it."""
    for point in points:
        hooks.put_back(hooks.before[point.hook])
        argv = hooks.argv(point.hook)
        if point.error:
            outcome = calls.failing(
                argv, hooks.folder, point.call, point.number, point.error, for_ever=point.for_ever
            )
            broken, acknowledged = _said_wrongly(point, outcome), outcome.code == 0
        else:
            acknowledged = not calls.killed(argv, hooks.folder, point.call, point.number)
            broken = []
        broken += _torn(hooks.archive) + _judged(hooks, point.hook, acknowledged=acknowledged)
        tally.add(f"hook {STORY[point.hook][0]} {point}", hit=not acknowledged, broken=broken)


def _said_wrongly(point: Point, outcome: calls.Outcome) -> list[str]:
    if "Traceback" in outcome.said:
        return [f"traceback: {outcome.said[-600:]}"]
    if outcome.code not in {0, 1}:
        return [f"exit {outcome.code}: {outcome.said[-300:]}"]
    mute = point.call == "write" and point.for_ever  # it cannot say anything either
    return ["exit 1 without a word"] if outcome.code and not outcome.said.strip() and not mute else []


def _judged(hooks: Hooks, hook: int, *, acknowledged: bool) -> list[str]:
    """Go both ways on, and say what is not as it must be."""
    kept = hooks.keep("disturbed")
    found = _say(hooks.archive, STORY[hook + 1 :])
    allowed = [hooks.whole] if acknowledged else [hooks.whole, hooks.without[hook]]
    found += [f"not repeated: {one}" for one in _differ(hooks.archive, allowed)]
    found += _left_after_sweep(hooks.archive)
    hooks.put_back(kept)
    found += _say(hooks.archive, STORY[hook:])
    found += [f"repeated: {one}" for one in _differ(hooks.archive, [hooks.whole])]
    left = [path for path in hooks.archive.rglob(".*.tmp") if path.parent != (hooks.archive / _OLD).parent]
    return found + [f"repeated, left behind: {path.name}" for path in left]


def _say(archive: Path, story: Sequence[list[str]]) -> list[str]:
    """Call hooks that nothing disturbs; return which of them failed."""
    return [f"undisturbed {each[0]} failed" for each in story if run(archive, each) != 0]


def _torn(archive: Path) -> list[str]:
    """Say which sidecars cannot be read."""
    found = []
    for path, data in sidecars(archive).items():
        sidecar, problems = read_sidecar(data, path.rpartition("/")[2])
        if sidecar is None or problems or not data.endswith(b"\n"):
            found.append(f"torn: {path}: {data[-60:]!r}")
    return found


def _differ(archive: Path, allowed: list[dict[str, bytes]]) -> list[str]:
    """Return the sidecars that are none of those that are allowed, there or not there."""
    made = sidecars(archive)
    paths = made.keys() | {path for each in allowed for path in each}
    return [
        f"{path}: {made.get(path)!r}"
        for path in sorted(paths)
        if made.get(path) not in [each.get(path) for each in allowed]
    ]


def _left_after_sweep(archive: Path) -> list[str]:
    """Let a week pass and new hooks come, and return the temporary files that are still there, and old facts."""
    _make_facts_old(archive)
    later = [call("event-start", "06:00:00", event="0010120261130060000"), call("camera-found", "06:00:00")]
    found = _say(archive, later)
    left = [
        *archive.rglob(".*.tmp"),
        *archive.glob(".hooks/101/20261101/*"),
        *archive.glob(f".hooks/101/movies/*{FIRST}"),
    ]
    return found + [f"left behind for ever: {path.relative_to(archive)}" for path in left]
