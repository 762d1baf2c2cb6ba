"""Tells how many bytes a browser gets before a reader sees a day of 300 events and 8 cameras; prints the rows.

Usage: python bench/page_weight.py [--json]     (needs nginx: deploy/setup.sh bench)

Each file is asked of nginx with the shipped configuration as a browser asks, with gzip; what counts is the body's bytes.
What a page loads at once counts: its HTML, and the style sheets and scripts in it. hls.js and what the viewer brings when
it is opened come later, when somebody plays.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Iterator
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from day_sites import PAGE, day_site, served
from rows import Row, information, print_rows, within

EVENTS = 300
_PORT = 18_082
_STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPT = re.compile(r'<script defer src="([^"]+)"')


def answer(url: str) -> tuple[int, str]:
    """Return how many bytes came, and what they say."""
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"}), timeout=30) as response:  # our own nginx
        data = response.read()
        packed = response.headers.get("Content-Encoding") == "gzip"
    return len(data), (gzip.decompress(data) if packed else data).decode()


def weights(page: str) -> dict[str, dict[str, int]]:
    """Return kind → file → bytes of a page and what it loads at once."""
    size, html = answer(page)
    found = {"HTML": {page: size}}
    for kind, pattern in (("CSS", _STYLE), ("JS", _SCRIPT)):
        found[kind] = {url: answer(urljoin(page, url))[0] for url in pattern.findall(html)}
    return found


def measure() -> Iterator[Row]:
    with served(day_site(EVENTS), _PORT) as address:
        found = weights(address + PAGE)
        bare = weights(address + "cameras/driveway/" + PAGE)
    sums = {kind: sum(files.values()) / 1000 for kind, files in found.items()}
    figure = f"first view of a day of {EVENTS} events and 8 cameras, recorded all day"
    yield within(f"{figure}: HTML, CSS and JS, gzip", sum(sums.values()), "KB", 60)
    yield within(f"{figure}: JS", sums["JS"], "KB", 30)
    yield information(f"{figure}: HTML", sums["HTML"], "KB")
    yield information(f"{figure}: CSS", sums["CSS"], "KB")
    total = sum(sum(files.values()) for files in bare.values()) / 1000
    js = sum(bare["JS"].values()) / 1000
    yield within(
        "first view of a camera's day, recorded all day, with its player: HTML, CSS and JS, gzip",
        total,
        "KB",
        60,
    )
    yield within("the same: JS without hls.js", js, "KB", 30)
    if "-v" in sys.argv:
        for kind, files in found.items():
            for url, size in files.items():
                print(f"{kind:4} {size:6} {url}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
