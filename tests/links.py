"""A crawler for sites, on the disk or behind a server: finds links that lead nowhere. Knows nothing of sitegen's code.

It reads what can hold links: pages, style sheets, JSON, feeds, calendars, playlists and the data scripts of footage;
and checks fragments (an id of the page it leads to) and byte ranges (within the file). What stands in <noscript> counts.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from link_readers import READERS, Link

_ATTRIBUTES = {"href", "src", "poster", "xlink:href", "action", "data"}
_FILE = re.compile(r"[\w%./~-]+\.(?:html|js|json|css|svg|png|jpg|mp4|m3u8?|atom|ics|webmanifest)(?:#.*)?\Z")
_IGNORED = ("announce/", "live/stream/")
"""Made by programs, not files."""


@dataclass
class Document(HTMLParser):
    """The links and ids of a page."""

    found: list[Link] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    alternates: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "link" and ("rel", "alternate") in attrs:
            self.alternates.append({name: value or "" for name, value in attrs})
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif value and (name in _ATTRIBUTES or (tag == "meta" and _FILE.match(value))):
                self.found.append(Link(value))
            elif value and name.startswith("data-") and _FILE.match(value):
                self.found.append(Link(value, anywhere=True))
            elif value and name == "srcset":
                self.found += [Link(part.split()[0]) for part in value.split(",")]


def document(data: bytes) -> Document:
    parser = Document()
    parser.feed(data.decode())
    parser.close()
    return parser


def links(path: str, data: bytes) -> list[Link]:
    """Return the links of a file as written there."""
    if path.endswith(".html"):
        return document(data).found
    reader = READERS.get(path.rpartition(".")[2])
    return list(reader(data.decode())) if reader and path not in {"build.json", "status.json"} else []


def places(page: str, link: Link, address: str = "") -> list[tuple[str, str]]:
    """Return the path from the site's root, and the fragment, that a link of a page leads to; nothing: it leaves the site.

    There are two for a link of which a page does not say from where it counts.
    """
    found = []
    url = link.url.replace(address, "http://site/", 1) if address else link.url
    for base in (page, "") if link.anywhere else (page,):
        target = urlsplit(urljoin(f"http://site/{quote(base)}", url))
        path = unquote(target.path).lstrip("/")
        path += "index.html" if path.endswith("/") or not path else ""
        if target.netloc == "site" and target.scheme == "http" and not path.startswith(_IGNORED):
            found.append((path, target.fragment))
    return found


class Disk:
    """A site in a folder."""

    def __init__(self, site: Path) -> None:
        self.site = site

    def text(self, path: str) -> bytes | None:
        """Return what a file says, b"" for one that has no links in it, None where there is no file."""
        file = self.site / path
        if not file.is_file():
            return None
        return file.read_bytes() if says(path) else b""

    def size(self, path: str) -> int:
        return (self.site / path).stat().st_size


class Server:
    """A site behind a server, for instance "http://127.0.0.1:8080/"."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.connection, self.prefix = HTTPConnection(parts.netloc, timeout=30), parts.path
        self.sizes: dict[str, int] = {}

    def close(self) -> None:
        self.connection.close()

    def text(self, path: str) -> bytes | None:
        self.connection.request("GET" if says(path) else "HEAD", self.prefix + quote(path))
        answer = self.connection.getresponse()
        data = answer.read()
        self.sizes[path] = int(answer.getheader("Content-Length") or 0)
        return data if answer.status == 200 else None

    def size(self, path: str) -> int:
        return self.sizes[path]


def says(path: str) -> bool:
    """Whether a file may have links in it."""
    return path.rpartition(".")[2] in {"html", *READERS}


@dataclass
class _Crawl:
    site: Disk | Server
    address: str
    reached: dict[str, bytes] = field(default_factory=dict)
    dead: list[str] = field(default_factory=list)
    ids: dict[str, set[str]] = field(default_factory=dict)

    def go(self, start: str, only: Collection[str]) -> None:
        waiting = [start] if self._there(start) else []
        while waiting:
            page = waiting.pop()
            if only and page.rpartition(".")[2] not in only:
                continue
            for link in links(page, self.reached[page]):
                waiting += self._follow(page, link)

    def _follow(self, page: str, link: Link) -> Iterator[str]:
        """Look where a link leads; yield it when it is new."""
        known = len(self.reached)
        candidates = places(page, link, self.address)
        for path, fragment in candidates:
            if self._there(path):
                if len(self.reached) > known:
                    yield path
                if not (self._has_id(path, fragment) and self._holds(path, link)):
                    self.dead.append(f"{page} -> {link.url}")
                return
        if candidates:
            self.dead.append(f"{page} -> {link.url}")

    def _there(self, path: str) -> bool:
        if path not in self.reached:
            data = self.site.text(path)
            if data is None:
                return False
            self.reached[path] = data
        return True

    def _has_id(self, path: str, fragment: str) -> bool:
        """A fragment is an id of the page; one with = is for its scripts, or a part of a picture or a time."""
        if not fragment or "=" in fragment or not path.endswith(".html"):
            return True
        if path not in self.ids:
            self.ids[path] = document(self.reached[path]).ids
        return unquote(fragment) in self.ids[path]

    def _holds(self, path: str, link: Link) -> bool:
        """Whether the file is as long as the byte range says; only playlists say."""
        return link.until is None or link.until <= self.site.size(path)


def crawl(
    site: Path | Server, start: str = "index.html", *, address: str = "", only: Collection[str] = ()
) -> tuple[set[str], list[str]]:
    """Follow every link from a page; return what was reached, and "page -> link" for each that leads nowhere.

    `address` is what the site calls itself where it writes whole addresses; other sites are not visited.
    `only`: the endings of files whose links are followed, when not all are.
    """
    crawl = _Crawl(Disk(site) if isinstance(site, Path) else site, address)
    crawl.go(start, only)
    return set(crawl.reached), crawl.dead
