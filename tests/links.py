"""A crawler for sites on the disk: finds links of pages and documents that lead nowhere. Knows nothing of sitegen."""

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

_ATTRIBUTES = {
    "href",
    "src",
    "poster",
    "data-src",
    "data-low",
    "data-poster",
    "data-sprite",
    "xlink:href",
    "content",
}
_KEYS = {
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
}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if value and name in _ATTRIBUTES and (name != "content" or tag != "meta"):
                self.found.append(value)
            if name == "srcset" and value:
                self.found += [part.split()[0] for part in value.split(",")]


def links(path: Path) -> list[str]:
    """Return the links of an HTML or JSON file as written there."""
    if path.suffix == ".html":
        parser = _Links()
        parser.feed(path.read_text())
        return parser.found
    if path.suffix == ".json" and path.name not in {"build.json", "status.json"}:
        return list(_json_links(json.loads(path.read_text())))
    return []


def _json_links(value: object, key: str = ""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _json_links(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_links(inner, key)
    elif isinstance(value, str) and key in _KEYS:
        yield value


def crawl(site: Path, start: str = "index.html") -> tuple[set[str], list[str]]:
    """Follow every link from a page; return what was reached, and "page -> link" for each that leads nowhere."""
    reached, dead, waiting = {start}, [], [start]
    while waiting:
        page = waiting.pop()
        for link in links(site / page):
            target = urlsplit(urljoin(f"http://site/{page}", link))
            if target.netloc != "site":
                continue
            path = unquote(target.path).lstrip("/")
            if path.endswith("/") or not path:
                path += "index.html"
            if path == "announce/events":
                continue
            if not (site / path).exists():
                dead.append(f"{page} -> {link}")
            elif path not in reached:
                reached.add(path)
                waiting.append(path)
    return reached, dead
