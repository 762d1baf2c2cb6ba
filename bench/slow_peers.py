"""First builds by generators that are too slow for a hundred thousand clips, or have fewer pages than ours; rows without a goal.

Usage: python bench/slow_peers.py [--json]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import generators
from generators import fresh
from measure import Used, in_turn, run
from places import CACHE, CLIPS, SMALL, archive_of, log_of
from rows import Row, information, print_rows

MAKERS = {"sitegen": generators.sitegen, "Pelican": generators.pelican, "sigal": generators.sigal}
FEWER = {
    "Pelican": "days and cameras only: no page of a camera's day, no JSON, no feeds",
    "sigal": "a page for each folder only: no days, no JSON, no feeds",
}


def build(name: str, archive: Path) -> Used:
    command = fresh(MAKERS[name], archive, name)
    return run(command.once, log_of(name), env=command.env, cwd=command.cwd)


def measured() -> Iterator[Row]:
    generators.set_up()
    for clips in (SMALL, min(CLIPS, 10_000)):
        archive = archive_of(clips, "segment")
        taken = in_turn({name: partial(build, name, archive) for name in MAKERS}, 1 if clips > SMALL else 3)
        for peer, remark in FEWER.items():
            figure = f"first build, N = {clips:,}, no clip pages, CPU: {peer}"
            yield information(figure, taken["sitegen"].cpu_s, "s", taken[peer].cpu_s, remark=remark)


if __name__ == "__main__":
    CACHE.mkdir(exist_ok=True)
    sys.exit(print_rows(measured()))
