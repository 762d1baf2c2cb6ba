"""Tells what pages of another generator's site hold otherwise than sitegen's: links, times, bars, words; it only reads.

Usage: python bench/same.py OURS THEIRS [FILES]     (both made from the same archive; prints the differences, exits 1 if any)
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

_ASSET = re.compile(r"(assets/[a-z]+)\.[0-9a-f]{10}\.")
_FACTS = re.compile(r'(?:href|src|datetime|data-start|data-end|x|width|y|height)="([^"]*)"|>([^<>]+)<')
OURS_ONLY = (
    "assets/",
    "event_api/",
    "segment_api/",
    "status",
    "index.json",
    "build.json",
    "metrics.prom",
    "media/",
)
"""Files of sitegen that the peers do not make."""


def facts(page: Path) -> Counter[str]:
    """Return what a page or a JSON document holds, however it is written."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".json":
        return Counter(leaves(json.loads(text)))
    found = (" ".join((one or other).split()) for one, other in _FACTS.findall(_ASSET.sub(r"\1.", text)))
    return Counter(unquote(unescape(fact)) for fact in found if fact)


def leaves(document: object, path: str = "") -> Iterator[str]:
    """Return the values of a JSON document with their keys; times in seconds are rounded."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield from leaves(value, f"{path}.{key}")
    elif isinstance(document, list):
        for value in document:
            yield from leaves(value, path)
    else:
        yield f"{path}={round(document, 2) if isinstance(document, float) else document}"


def pages(site: Path) -> set[str]:
    names = {
        str(p.relative_to(site)) for p in site.rglob("*") if p.is_file() and p.suffix in {".html", ".json"}
    }
    return {name for name in names if not name.startswith(OURS_ONLY)}


def differences(ours: Path, theirs: Path, most: int = 10) -> list[str]:
    """Return what differs, at most `most` lines."""
    here, there = pages(ours), pages(theirs)
    lines = [f"{name}: only in {ours if name in here else theirs}" for name in sorted(here ^ there)]
    for name in sorted(here & there):
        one, other = facts(ours / name), facts(theirs / name)
        if one != other:
            lines.append(
                f"{name}: ours {dict((one - other).most_common(4))} theirs {dict((other - one).most_common(4))}"
            )
    return lines[:most]


if __name__ == "__main__":
    found = differences(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else 10)
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
