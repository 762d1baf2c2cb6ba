"""Lets system calls of a build fail, one by one or from one on for ever: the old site stays whole, and it heals by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from torture import calls
from torture.tally import Tally
from torture.worlds import World

ERRORS = {
    "write": ("ENOSPC", "EIO", "EDQUOT"),
    "pwrite64": ("ENOSPC", "EIO", "EDQUOT"),
    "writev": ("ENOSPC", "EIO", "EDQUOT"),
    "ftruncate": ("EIO", "ENOSPC"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "rename": ("ENOSPC", "EACCES", "EROFS", "EIO", "EDQUOT"),
    "mkdir": ("ENOSPC", "EACCES", "EROFS", "EDQUOT"),
    "symlink": ("ENOSPC", "EACCES", "EROFS"),
    "link": ("ENOSPC", "EACCES", "EROFS"),
    "unlink": ("EACCES", "EROFS", "EIO"),
    "rmdir": ("EACCES", "EROFS", "EIO"),
    "utimensat": ("EACCES", "EROFS", "EIO"),
    "openat": ("EMFILE", "EACCES", "EROFS", "ENOSPC", "EIO"),
}
FOR_EVER_EACH = 5
"""Of five tries at the same call one fails for ever from then on."""
_CODES = {0, 1, 75}


class Point(NamedTuple):
    """The Nth of a call, its error, and whether each later one fails as well."""

    call: str
    number: int
    error: str
    for_ever: bool


def points(world: World) -> list[Point]:
    """Return a try for every Nth call that can fail, with the errors in turn."""
    world.restore()
    numbers = {
        call: range(1, n + 1) for call, n in calls.counted(world.argv, world.folder, tuple(ERRORS)).items()
    }
    world.restore()
    numbers["openat"] = calls.own_opens(world.argv, world.folder, ("archive", "site", "state"))
    return [
        Point(call, number, ERRORS[call][number % len(ERRORS[call])], number % FOR_EVER_EACH == 0)
        for call in sorted(numbers)
        for number in numbers[call]
    ]


def fail_at(world: World, chosen: Iterable[Point], tally: Tally) -> None:
    """Try points: a clear word and no traceback, a whole site, and the next build heals it."""
    for call, number, error, for_ever in chosen:
        world.restore()
        outcome = calls.failing(world.argv, world.folder, call, number, error, for_ever=for_ever)
        what = f"{world.name}, {error} at {call} {number}{'+' if for_ever else ''}"
        broken = world.broken()
        if "Traceback" in outcome.said:
            broken.append(f"traceback: {outcome.said[-600:]}")
        if outcome.code not in _CODES:
            broken.append(f"exit {outcome.code}: {outcome.said[-300:]}")
        mute = for_ever and call.startswith("write")  # it cannot say anything either
        if outcome.code and not outcome.said.strip() and not mute:
            broken.append(f"exit {outcome.code} without a word")
        tally.add(what, hit=outcome.code != 0, broken=broken + world.unhealed())


def every(points_of: list[Point], step: int, first: int = 0) -> list[Point]:
    """Return each `step`th of the points."""
    return points_of[first::step]
