"""Tells what Lighthouse, with its defaults of a slow phone, thinks of four kinds of pages; prints the rows.

Usage: python bench/lighthouse.py [--json]     (needs nginx, chromium-headless-shell and bench/node: deploy/setup.sh bench)

The site is the one of bench/page_weight.py, behind nginx; the score is the median of RUNS looks.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from day_sites import PAGE, day_site, served
from opening import FLAGS
from page_weight import EVENTS
from places import CACHE, NODE
from rows import Row, print_rows

RUNS = 3
_PORT = 18_085
_PROGRAM = Path(__file__).resolve().parent / "node/node_modules/lighthouse/cli/index.js"
_CHROMIUM = " ".join(["--headless", *FLAGS])


def scores(url: str) -> dict[str, float]:
    """Return category → score, 0 to 100."""
    said = CACHE / "lighthouse.json"
    command = [NODE, str(_PROGRAM), url, "--quiet", "--output=json", f"--output-path={said}"]
    command += ["--only-categories=performance,accessibility", f"--chrome-flags={_CHROMIUM}"]
    subprocess.run(
        [*command, f"--chrome-path={shutil.which('chromium-headless-shell')}"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    found = json.loads(said.read_text(encoding="utf-8"))["categories"]
    return {name: category["score"] * 100 for name, category in found.items()}


def measure() -> Iterator[Row]:
    folder = day_site(EVENTS)
    event = min((folder / "site" / PAGE).parent.glob("1*.html")).name
    pages = {
        "home": "index.html",
        "day of 300 events": PAGE,
        "event": PAGE.replace("index.html", event),
        "camera's day": f"cameras/driveway/{PAGE}",
    }
    with served(folder, _PORT) as address:
        for name, path in pages.items():
            looks = [scores(address + path) for _ in range(RUNS)]
            for category in looks[0]:
                score = statistics.median(look[category] for look in looks)
                yield Row(
                    f"Lighthouse, {category}: {name}", score, None, "", None, "at least 95", score >= 95
                )


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
