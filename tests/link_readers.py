"""What links there are in files that are no pages: style sheets, JSON, feeds, calendars, playlists, footage's data scripts."""

import json
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple


class Link(NamedTuple):
    """A link as it is written."""

    url: str
    anywhere: bool = False
    """A script may read it from the site's root instead of from the page."""
    until: int | None = None
    """So many bytes of it are used at least."""


_KEYS = {
    *(
        "url",
        "image",
        "video",
        "poster",
        "sprite",
        "still",
        "feed",
        "json",
        "home_page_url",
        "feed_url",
        "latest",
    ),
    *("atom", "calendar", "playlist", "playlist_low", "clips", "footage", "src", "start_url"),
}


def of_json(text: str) -> Iterator[Link]:
    return _leaves(json.loads(text), "")


def _leaves(value: object, key: str) -> Iterator[Link]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif isinstance(value, str) and value and key in _KEYS:
        yield Link(value)


def of_css(text: str) -> Iterator[Link]:
    return (Link(url) for url in re.findall(r"""url\(["']?([^"')]+)""", text))


def of_atom(text: str) -> Iterator[Link]:
    for url in re.findall(r'\s(?:href|src)="([^"]*)"|<(?:icon|logo|uri)>([^<]*)<', text):
        yield Link((url[0] or url[1]).replace("&amp;", "&"))


def of_calendar(text: str) -> Iterator[Link]:
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    return (Link(url) for url in re.findall(r"^(?:URL|ATTACH)[^:\n]*:(\S+)", unfolded, re.MULTILINE))


def of_playlist(text: str) -> Iterator[Link]:
    """Yield the files of an HLS playlist or of a list for players; what an EXT-X-GAP stands for need not be there."""
    gap, until = False, None
    for line in text.splitlines():
        if line.startswith("#EXT-X-MAP:"):
            size = re.search(r'BYTERANGE="(\d+)@(\d+)"', line)
            yield Link(_quoted(line), until=int(size[1]) + int(size[2]) if size else None)
        elif line.startswith("#EXT-X-BYTERANGE:"):
            size, _, offset = line.partition(":")[2].partition("@")
            until = int(size) + int(offset)
        elif line.startswith("#EXT-X-GAP"):
            gap = True
        elif line and not line.startswith("#"):
            if not gap:
                yield Link(line, until=until)
            gap, until = False, None


def _quoted(line: str) -> str:
    found = re.search(r'URI="([^"]*)"', line)
    assert found, line
    return found[1]


def of_script(text: str) -> Iterator[Link]:
    """Yield what a camera's day's data script (footage.js) and the service worker's list name; other scripts name nothing."""
    if found := re.match(r"(?:.*\n)?sitegen\.footage\.put\((.*)\);\s*\Z", text, re.DOTALL):
        _, _, day = json.loads(f"[{found[1]}]")
        for _, _, _, flags, path in day["clips"]:
            yield from (Link(f"/{url}") for url in _of_clip(day["endings"], flags, path))
    elif found := re.match(r"(?://.*\n)*const SHELL = (\{.*\});", text):
        yield from (Link(f"/{url}") for url in json.loads(found[1])["files"])


def _of_clip(endings: dict[str, str], flags: int, path: str) -> Iterator[str]:
    if flags & 1:
        yield f"media/{path}"
    for flag, kind in ((2, "video"), (4, "sprite"), (8, "still")):
        if flags & flag:
            yield f"previews/{path}{endings[kind]}"


READERS: dict[str, Callable[[str], Iterator[Link]]] = {
    "json": of_json,
    "webmanifest": of_json,
    "css": of_css,
    "atom": of_atom,
    "ics": of_calendar,
    "m3u8": of_playlist,
    "m3u": of_playlist,
    "js": of_script,
}
