"""Tells whether pages of another generator's site lead to other clips, days and cameras than sitegen's; it only reads.

Usage: python bench/same.py OURS THEIRS [FILES]     (both made from the same archive; prints the differences, exits 1 if any)

A page is compared by what it leads to, among the pages and videos that both sites have: the set of these, without fragments. Ours hold more beside
(filter and viewer, heat maps, feeds of each camera, playlists, `footage.js`); what the peers do not make is listed in OURS_ONLY.
"""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

_LINK = re.compile(r'\s(?:href|src)="([^"#?]+)')
OURS_ONLY = (
    *("assets/", "event_api/", "segment_api/", "status", "live/", "feeds/", "media/", "previews/"),
    *("index.json", "build.json", "metrics.prom", "manifest.webmanifest"),
)
"""Files of sitegen that the peers do not make, or make in a form of their own."""


def leads_to(site: Path, page: str, common: set[str]) -> set[str]:
    """Return the pages and videos that a page links to, of those that both sites have."""
    found = set()
    for link in _LINK.findall((site / page).read_text(encoding="utf-8")):
        target = urlsplit(urljoin(f"http://site/{page}", unescape(link)))
        path = unquote(target.path).lstrip("/")
        if path in common or (path.startswith("media/") and path.endswith(".mp4")):
            found.add(path)
    return found


def pages(site: Path) -> set[str]:
    names = {p.relative_to(site).as_posix() for p in site.rglob("*.html") if p.is_file()}
    return {name for name in names if not name.startswith(OURS_ONLY)}


def differences(ours: Path, theirs: Path, most: int = 10) -> list[str]:
    """Return what differs, at most `most` lines."""
    here, there = pages(ours), pages(theirs)
    lines = [f"{name}: only in {ours if name in here else theirs}" for name in sorted(here ^ there)]
    for name in sorted(here & there):
        one, other = (leads_to(site, name, here & there) for site in (ours, theirs))
        if one != other:
            lines.append(
                f"{name}: only ours {sorted(one - other)[:4]}, only theirs {sorted(other - one)[:4]}"
            )
    return lines[:most]


if __name__ == "__main__":
    found = differences(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if sys.argv[3:] else 10)
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
