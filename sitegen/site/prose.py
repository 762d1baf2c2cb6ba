"""Markdown to HTML: the owner's own pages from `content/`, and notes, which are not trusted."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

import markdown
import msgspec
import nh3

from sitegen.archive.note import read_front_matter
from sitegen.archive.scan import printable
from sitegen.clip import Camera, Problem

_EXTENSIONS = ["tables", "fenced_code", "sane_lists"]
_LONGEST_PROSE = 20_000
_MOST_STEPS = 5_000_000
_heading = re.compile(r"(</?h)([1-5])(?=[\s>])", re.IGNORECASE)
_WHOLE_ADDRESS = re.compile(r"(?:https?|mailto):", re.IGNORECASE)
_RESERVED = frozenset(
    (
        "cameras",
        "live",
        "status",
        "feeds",
        "event_api",
        "segment_api",
        "previews",
        "media",
        "assets",
        "announce",
    )
) | {"index", "index.html", "index.json", "build.json", "status.json", "metrics.prom"}
"""What a page at the top may not be called: the site has it already, or will have."""


_CAMERAS = "cameras"


class ContentPage(msgspec.Struct, frozen=True):
    """One of the owner's pages, or what the owner wrote of a camera, for that camera's page."""

    path: str
    """Its file, relative to the site's root: `about us/index.html`."""
    title: str
    body_html: str
    digest: str
    """Changes when its text does."""

    @property
    def url(self) -> str:
        """Its address, relative to the site's root: `about%20us/index.html`."""
        return quote(self.path)


class Content(msgspec.Struct, frozen=True):
    """What the owner wrote."""

    pages: tuple[ContentPage, ...] = ()
    of_cameras: dict[str, ContentPage] = {}
    """By camera id: `content/cameras/<slug>.md`."""
    problems: tuple[Problem, ...] = ()


def note_html(text: str) -> str:
    """Return a note's prose as HTML in which nothing can run, no picture is fetched from elsewhere and no link is dead.

    What is too long or too intricate for Markdown is shown as it was typed.
    """
    if not text.strip():
        return ""
    try:
        html = f"<pre>{escape(text)}</pre>" if _is_too_much(text) else _markdown(text)
    except RecursionError:
        html = f"<pre>{escape(text)}</pre>"
    safe = nh3.clean(
        html,
        tags=nh3.ALLOWED_TAGS - {"img", "map", "area"},
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_without_own_links,
    )
    return _lowered(safe)


def _without_own_links(_tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value; None for an address within the site: nobody keeps what it leads to there."""
    return value if name not in {"href", "cite"} or _WHOLE_ADDRESS.match(value) else None


def _lowered(html: str) -> str:
    """Return HTML with its headings one level lower: it stands below the one heading of its page."""
    return _heading.sub(lambda found: f"{found[1]}{int(found[2]) + 1}", html)


def _markdown(text: str) -> str:
    return markdown.markdown(text, extensions=_EXTENSIONS)


def _is_too_much(text: str) -> bool:
    """Say whether Markdown could take long: for each opening bracket it may read all of the rest (0.1 µs a character)."""
    return len(text) > _LONGEST_PROSE or (text.count("[") + text.count("<")) * len(text) > _MOST_STEPS


def signature(folder: Path) -> tuple[object, ...]:
    """Return what tells whether the owner's pages changed, without reading them."""
    found = []
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else []:
        with contextlib.suppress(OSError):
            seen = path.lstat()
            found.append((str(path), seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return tuple(found)


def content_pages(folder: Path) -> tuple[tuple[ContentPage, ...], tuple[Problem, ...]]:
    """Read the owner's pages; a folder that is not there holds none. Their HTML is the owner's own and is kept."""
    pages, problems = [], []
    for path in sorted(folder.rglob("*.md")) if folder.is_dir() else []:
        parts = path.relative_to(folder).with_suffix("").parts
        if any(p.startswith(".") for p in parts):
            continue
        shown = printable(f"{folder.name}/{path.relative_to(folder).as_posix()}")
        if (found := _objection(path, parts)) is not None:
            problems.append(Problem(shown, "", *found))
            continue
        try:
            pages.append(_read(path, parts))
        except (OSError, UnicodeDecodeError, RecursionError) as error:
            problems.append(
                Problem(shown, "", f"cannot be read: {error}", "save it as UTF-8, with the right to read it")
            )
    return tuple(pages), tuple(problems)


def divided(
    found: tuple[ContentPage, ...], problems: Iterable[Problem], folder: str, cameras: Iterable[Camera]
) -> Content:
    """Tell the owner's pages from what is about cameras; what is about a camera that nobody knows is a Problem.

    `folder` is how the owner's folder is called in Problems.
    """
    ids = {camera.slug: camera.id for camera in cameras}
    about = {page.path.split("/")[1]: page for page in found if _is_of_camera(page.path)}
    remedy = f"name it after a camera's slug: {', '.join(f'{slug}.md' for slug in sorted(ids)) or 'there is none yet'}"
    unknown = [
        Problem(f"{folder}/{_CAMERAS}/{slug}.md", "", "there is no camera of this slug", remedy)
        for slug in about
        if slug not in ids
    ]
    return Content(
        pages=tuple(page for page in found if not _is_of_camera(page.path)),
        of_cameras={
            ids[slug]: msgspec.structs.replace(page, body_html=_lowered(page.body_html))
            for slug, page in about.items()
            if slug in ids
        },
        problems=(*problems, *unknown),
    )


def _is_of_camera(path: str) -> bool:
    return path.startswith(f"{_CAMERAS}/")


class ContentFolder:
    """The owner's folder; it is read again when a file in it is another than before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[object, ...] | None = None
        self._found: tuple[ContentPage, ...] = ()
        self._problems: tuple[Problem, ...] = ()

    def changed(self) -> bool:
        """Say whether anything is other than when it was read."""
        return signature(self._folder) != self._seen

    def content(self, cameras: Iterable[Camera]) -> Content:
        """Return what is there, for a site with these cameras."""
        now = signature(self._folder)
        if now != self._seen:
            self._found, self._problems = content_pages(self._folder)
            self._seen = now
        return divided(self._found, self._problems, self._folder.name, cameras)


def _objection(path: Path, parts: tuple[str, ...]) -> tuple[str, str] | None:
    """Return why a file can be no page, and what to do; None: it can."""
    is_of_camera = parts[0] == _CAMERAS and len(parts) == len(("cameras", "slug"))
    if (parts[0] in _RESERVED and not is_of_camera) or parts[0].isdecimal() or parts[-1] == "index.html":
        return f"{parts[0]} is a name of the site's own", "give the page another name"
    if printable("/".join(parts)) != "/".join(parts):
        return "its name is not UTF-8 or has control characters", "rename it"
    if not path.is_file():
        return "not a regular file", "put the file itself there"
    return None


def _read(path: Path, parts: tuple[str, ...]) -> ContentPage:
    data = path.read_bytes()
    front, text = read_front_matter(data.decode("utf-8-sig"))
    title = front.get("title")
    return ContentPage(
        path="/".join((*parts, "index.html")),
        title=title if isinstance(title, str) and title else parts[-1].replace("-", " ").capitalize(),
        body_html=_markdown(text),
        digest=hashlib.sha256(data).hexdigest()[:16],
    )


def top_pages(pages: tuple[ContentPage, ...]) -> Iterator[ContentPage]:
    """Yield the pages that stand in the navigation: those directly in `content/`."""
    return (p for p in pages if p.path.count("/") == 1)
