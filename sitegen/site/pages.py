"""Which pages there are, where they lie, and which of them a change touches: the one place that says so. Pure.

A page is known by (kind, day, key); several files may belong to one page (a day's page and its day.json).

kind        day   key        files
clip        day   clip id    YYYY/MM/DD/<clip id>.html
playlist    day   camera id  cameras/<slug>/YYYY/MM/DD/playlist.m3u8, playlist-low.m3u8 (of a day with segments)
camera-day  day   camera id  cameras/<slug>/YYYY/MM/DD/index.html, clips.m3u, footage.js
day         day              YYYY/MM/DD/index.html, day.json
camera            camera id  cameras/<slug>/index.html, feeds/cameras/<slug>.json, .atom
content           path       <page>/index.html
cameras                      cameras/index.html
live                         live/index.html
home                         index.html, index.json, feeds/latest.json, .atom
calendar                     feeds/calendar.ics
shell                        sw.js, manifest.webmanifest
api               kind       event_api/events, event_api/events_by_date; likewise segment_api
status                       status/index.html, status.json, metrics.prom
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sitegen.clip import Camera


class Page(NamedTuple):
    """A page's key; `day` is "2026-11-22" or "", `key` a clip id, camera id, path or ""."""

    kind: str
    day: str = ""
    key: str = ""


ORDER = (
    *("clip", "playlist", "camera-day", "day", "camera", "content", "cameras", "live"),
    *("api", "calendar", "shell", "status", "home"),
)
"""In this order pages are written. Only the place of `home` is needed, the last: a first build is entered there.

All else readers cannot tell, for pages that are new come before those that link to them (sitegen.site.update).
"""


def day_folder(day: str) -> str:
    """Return "2026/11/22" for "2026-11-22"."""
    return day.replace("-", "/")


def html_path(page: Page, slugs: Mapping[str, str]) -> str:
    """Return the path of a page's HTML file ("" for playlists and the like, which have none)."""
    folder, key = day_folder(page.day), page.key
    match page.kind:
        case "clip":
            path = f"{folder}/{key}.html"
        case "camera-day":
            path = f"cameras/{slugs[key]}/{folder}/index.html"
        case "day":
            path = f"{folder}/index.html"
        case "camera":
            path = f"cameras/{slugs[key]}/index.html"
        case "content":
            path = key
        case "cameras" | "live" | "status":
            path = f"{page.kind}/index.html"
        case "home":
            path = "index.html"
        case _:
            path = ""
    return path


def paths(page: Page, slugs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths of all files of a page, in the order they are written."""
    match page.kind:
        case "playlist" | "camera-day":
            folder = f"cameras/{slugs[page.key]}/{day_folder(page.day)}"
            return tuple([f"{folder}/{name}" for name in _OF_CAMERA_DAY[page.kind]])
        case "home" | "calendar" | "shell":
            return _OF_THE_SITE[page.kind]
        case "api":
            return (f"{page.key}_api/events", f"{page.key}_api/events_by_date")
    return (*_data_of(page, slugs), html_path(page, slugs))


def _data_of(page: Page, slugs: Mapping[str, str]) -> tuple[str, ...]:
    """Return the files that come before a page's HTML."""
    match page.kind:
        case "day":
            return (f"{day_folder(page.day)}/day.json",)
        case "camera":
            feed = f"feeds/cameras/{slugs[page.key]}"
            return (f"{feed}.json", f"{feed}.atom")
        case "status":
            return ("status.json", "metrics.prom")
    return ()


_OF_CAMERA_DAY = {
    "playlist": ("playlist.m3u8", "playlist-low.m3u8"),
    "camera-day": ("clips.m3u", "footage.js", "index.html"),
}
_KIND_IN_CAMERA_DAY = {name: kind for kind, names in _OF_CAMERA_DAY.items() for name in names}
_OF_THE_SITE = {
    "home": ("index.json", "feeds/latest.json", "feeds/latest.atom", "index.html"),
    "calendar": ("feeds/calendar.ics",),
    "shell": ("manifest.webmanifest", "sw.js"),
}

_DAY = re.compile(r"([0-9]{4})/(\d{2})/(\d{2})/(index\.html|day\.json|([^/]+)\.html)\Z")
_CAMERA = re.compile(r"cameras/([^/]+)/(?:(\d{4})/(\d{2})/(\d{2})/)?([^/]+)\Z")
_FEED = re.compile(r"feeds/cameras/([^/]+)\.(?:json|atom)\Z")
_FIXED = {path: Page(kind) for kind, found in _OF_THE_SITE.items() for path in found} | {
    "live/index.html": Page("live"),
    "cameras/index.html": Page("cameras"),
    "status/index.html": Page("status"),
    "status.json": Page("status"),
    "metrics.prom": Page("status"),
    "event_api/events": Page("api", key="event"),
    "event_api/events_by_date": Page("api", key="event"),
    "segment_api/events": Page("api", key="segment"),
    "segment_api/events_by_date": Page("api", key="segment"),
}


def page_of(path: str, ids: Mapping[str, str]) -> Page:
    """Return the page that a file of the site belongs to, or its compressed twin; `ids` maps slugs to camera ids.

    What has no other page is taken for one of the owner's own.
    """
    path = path.removesuffix(".gz")
    if path in _FIXED:
        return _FIXED[path]
    if (match := _DAY.match(path)) and _is_day(match.group(1, 2, 3)):
        day = "-".join(match.group(1, 2, 3))
        return Page("clip", day, match[5]) if match[5] and match[4] != "index.html" else Page("day", day)
    if (match := _CAMERA.match(path)) and (page := _of_camera(match, ids)):
        return page
    if match := _FEED.match(path):
        return Page("camera", key=ids.get(match[1], ""))
    return Page("content", key=path)


def _of_camera(match: re.Match[str], ids: Mapping[str, str]) -> Page | None:
    camera, day, name = ids.get(match[1], ""), match.group(2, 3, 4), match[5]
    if not match[2]:
        return Page("camera", key=camera) if name == "index.html" else None
    kind = _KIND_IN_CAMERA_DAY.get(name)
    return Page(kind, "-".join(day), camera) if kind and _is_day(day) else None


def _is_day(parts: tuple[str, ...]) -> bool:
    try:
        date.fromisoformat("-".join(parts))
    except ValueError:
        return False
    return True


class Spot(NamedTuple):
    """Where a clip is, or was: all that the dependencies need to know of it."""

    id: str
    listed_as: str
    camera: str
    day: str
    event: str | None


def touched_by_clip(spots: Iterable[Spot]) -> set[Page]:
    """Return the pages that show a clip itself, for each place it was or is in."""
    pages: set[Page] = {Page("home"), Page("cameras"), Page("status")}
    for spot in spots:
        pages |= {
            Page("day", spot.day),
            Page("camera-day", spot.day, spot.camera),
            Page("camera", key=spot.camera),
        }
        if spot.listed_as != "other":
            pages.add(Page("api", key=spot.listed_as))
        if spot.listed_as == "event":
            pages.add(Page("calendar"))
        if spot.listed_as == "segment":
            pages.add(Page("playlist", spot.day, spot.camera))
        if spot.listed_as != "segment":
            pages.add(Page("clip", spot.day, spot.id))
    return pages


def clip_pages(clips: Iterable[Spot | None]) -> set[Page]:
    """Return the own pages of events: of neighbours, and of clips of the same Event."""
    return {Page("clip", s.day, s.id) for s in clips if s is not None and s.listed_as != "segment"}


def touched_by_gap(camera: str, days: Iterable[date]) -> set[Page]:
    """Return the pages that show a camera's gaps on these days."""
    pages = {Page("status")}
    for day in days:
        pages |= {Page("day", day.isoformat()), Page("camera-day", day.isoformat(), camera)}
    return pages


def touched_by_new_day(neighbours: Iterable[date | None], camera: str | None = None) -> set[Page]:
    """Return the pages that link to a day that came or went: its neighbours (of a camera, or of all)."""
    found = [d.isoformat() for d in neighbours if d is not None]
    if camera is None:
        return {Page("day", d) for d in found}
    return {Page("camera-day", d, camera) for d in found}


def slug_maps(cameras: Iterable[Camera]) -> tuple[dict[str, str], dict[str, str]]:
    """Return id → slug and slug → id."""
    by_id = {c.id: c.slug for c in cameras}
    return by_id, {slug: camera_id for camera_id, slug in by_id.items()}
