"""Makes the files of one page: key in, bytes out, or the word that the page is no more. Writes no file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sitegen.archive import counts
from sitegen.clip import Camera, Problem
from sitegen.site import calendar, contexts, feed_links, feeds, films, legacy_json, shell, status_facts
from sitegen.site.addresses import quoted
from sitegen.site.atom import atom_feed
from sitegen.site.json_feed import json_feed
from sitegen.site.metrics import metrics_text
from sitegen.site.model import Model
from sitegen.site.one_day import ended
from sitegen.site.pages import Page, html_path, paths
from sitegen.site.prose import Content
from sitegen.site.theme import Theme
from sitegen.site.twins import Content as Bytes
from sitegen.site.views import ClipView, FeedLink, SiteView, StatusView

Files = dict[str, Bytes]


class Volatile(NamedTuple):
    """What the status page says that does not follow from the archive."""

    now: datetime
    revision: int
    disk_total_bytes: int
    disk_free_bytes: int
    problems: Sequence[Problem]
    backlog: int


class Renderer:
    """Makes pages from the model with a theme."""

    def __init__(
        self,
        model: Model,
        theme: Theme,
        content: Content,
        volatile: Callable[[], Volatile],
        size: Callable[[str], int],
    ) -> None:
        """`size` gives the bytes of a file of the site by its path, as it is on the disk; 0: it is not there."""
        self.model, self.theme, self._volatile, self._size = model, theme, volatile, size
        self.said: StatusView | None = None
        """What the status page said when it was made last; None: it was not."""
        self.content, self._of_cameras = {p.path: p for p in content.pages}, content.of_cameras
        self._makers: Mapping[str, Callable[[Page], Files]] = {
            "clip": self._clip,
            "camera-day": self._camera_day,
            "day": self._day,
            "camera": self._camera,
            "content": self._content_page,
            "cameras": self._cameras,
            "api": self._api,
            "status": self._status,
            "home": self._home,
            "live": self._live,
            "playlist": self._playlist,
            "calendar": self._calendar,
            "shell": self._shell,
        }

    def exists(self, page: Page) -> bool:
        """Say whether the archive (or the owner) still has what a page shows."""
        model = self.model
        match page.kind:
            case "clip":
                placed = model.one_day(date.fromisoformat(page.day)).by_id.get(page.key)
                known = placed is not None and placed.clip.kind == "event"
            case "camera-day":
                known = page.key in model.by_id and counts.has_day(
                    model.index, date.fromisoformat(page.day), page.key
                )
            case "playlist":
                known = page.key in model.by_id and counts.has_segments(
                    model.index, date.fromisoformat(page.day), page.key
                )
            case "day":
                known = counts.has_day(model.index, date.fromisoformat(page.day))
            case "camera":
                known = page.key in model.by_id
            case "content":
                known = page.key in self.content
            case _:
                known = True
        return known

    def paths(self, page: Page) -> tuple[str, ...]:
        """Return where a page's files lie; () for the page of a camera that nobody knows any more."""
        if page.kind in {"camera", "camera-day", "playlist"} and page.key not in self.model.by_id:
            return ()
        return paths(page, self.model.slugs)

    def files(self, page: Page) -> Files | None:
        """Return the files of a page by path, in the order they are to be written; None: the page is no more."""
        return self._makers[page.kind](page) if self.exists(page) else None

    def _html(
        self, template: str, page: Page, context: dict[str, Any], links: tuple[FeedLink, ...] = ()
    ) -> Files:
        path = html_path(page, self.model.slugs)
        return _html_file(self.theme, self.model.site, template, path, context, links=links)

    def _clip(self, page: Page) -> Files:
        placed = self.model.one_day(date.fromisoformat(page.day)).by_id[page.key]
        return self._html("clip.html", page, contexts.clip(self.model, placed, self._size))

    def _day(self, page: Page) -> Files:
        facts = contexts.DayFacts(self.model, date.fromisoformat(page.day))
        data = feeds.day_json(self.model, page.day, facts.views(), facts.all_gaps())
        html = self._html("day.html", page, contexts.day(self.model, facts))
        return {self.paths(page)[0]: data} | html

    def _camera_day(self, page: Page) -> Files:
        facts, camera = (
            contexts.DayFacts(self.model, date.fromisoformat(page.day), page.key),
            self._known(page),
        )
        *data, path = self.paths(page)
        made = films.lists(self.model, facts, camera, _root(path))
        context = contexts.camera_day(self.model, facts, camera)
        links = feed_links.of_camera_day(
            self.model.site.title, camera, quoted(path), playlist=bool(context["segments"])
        )
        return dict(zip(data, made, strict=True)) | self._html("camera-day.html", page, context, links)

    def _camera(self, page: Page) -> Files:
        camera = self._known(page)
        title = self.model.site.title
        context = contexts.camera(self.model, camera, self._of_cameras.get(camera.id))
        made = self._feeds(self.paths(page), self.model.newest_events(camera.id), f"{title}: {camera.title}")
        return made | self._html("camera.html", page, context, feed_links.of_camera(title, camera))

    def _feeds(self, found: tuple[str, ...], events: tuple[ClipView, ...], title: str) -> Files:
        """Return the feeds, JSON and Atom, of a page; its files are these two and the HTML."""
        json, atom, page = found
        return {
            json: json_feed(self.model, events, title=title, page=page, feed=json),
            atom: atom_feed(self.model, events, title=title, page=page, feed=atom),
        }

    def _known(self, page: Page) -> Camera:
        return self.model.by_id[page.key]

    def _content_page(self, page: Page) -> Files:
        found = self.content[page.key]
        return self._html("page.html", page, {"title": found.title, "body_html": found.body_html})

    def _cameras(self, page: Page) -> Files:
        return self._html("cameras.html", page, contexts.cameras(self.model))

    def _live(self, page: Page) -> Files:
        return self._html("live.html", page, contexts.live(self.model))

    def _playlist(self, page: Page) -> Files:
        found = self.paths(page)
        made = films.playlists(self.model, date.fromisoformat(page.day), self._known(page), _root(found[0]))
        return dict(zip(found, made, strict=True))

    def _calendar(self, page: Page) -> Files:
        index = self.model.index
        events = index.newest("event", calendar.EVENTS)
        outages = (ended(self.model, outage) for outage in index.newest_outages(calendar.OUTAGES))
        return {self.paths(page)[0]: calendar.calendar_ics(self.model, events, outages)}

    def _shell(self, page: Page) -> Files:
        assets = self.theme.assets()
        found = {asset.name: asset.path for asset in assets}
        script = next((asset.data.decode() for asset in assets if asset.name == shell.SCRIPT), "")
        made = shell.manifest(self.model.site, found), shell.service_worker(shell.shell_files(found), script)
        return dict(zip(self.paths(page), made, strict=True))

    def _api(self, page: Page) -> Files:
        pieces = list(self._api_pieces(page.key))
        documents = (legacy_json.events(pieces), legacy_json.events_by_date(pieces))
        return {path: list(parts) for path, parts in zip(self.paths(page), documents, strict=True)}

    def _api_pieces(self, kind: str) -> Iterator[legacy_json.DayPiece]:
        """Yield the newest days' pieces of the predecessor's JSON, newest day first, until the list is long enough."""
        index, left = self.model.index, legacy_json.API_LENGTH
        for count in reversed(self.model.days):
            listed = count.events if kind == "event" else count.segments
            if not listed:
                continue
            piece = self._api_piece(kind, count.day)
            yield count.day, piece if listed <= left else legacy_json.newest_of(piece, left)
            left -= listed
            if left <= 0:
                index.drop_pieces(kind, count.day.isoformat())
                break

    def _api_piece(self, kind: str, day: date) -> bytes:
        """Return what the index keeps of a day; it forgets that when a clip of the day changes."""
        index = self.model.index
        piece = index.piece(kind, day.isoformat())
        if piece is None:
            listed = [p for p in reversed(index.clips_of_day(day)) if p.clip.listed_as == kind]
            piece = legacy_json.api_day(self.model, listed)
            index.put_piece(kind, day.isoformat(), piece)
        return piece

    def status(self) -> StatusView:
        """Return what the status page says now."""
        return status_facts.status(self.model, **self._volatile()._asdict())

    def _status(self, _: Page) -> Files:
        self.said = self.status()
        return status_files(self.theme, self.model.site, self.said)

    def _home(self, page: Page) -> Files:
        index, *found = self.paths(page)
        made = self._feeds(tuple(found), self.model.newest_events(), self.model.site.title)
        html = self._html("home.html", page, contexts.home(self.model))
        return {index: feeds.index_json(self.model)} | made | html


def status_files(theme: Theme, site: SiteView, status: StatusView) -> Files:
    """Return the files that say how it is, in the order they are to be written: all from one StatusView."""
    context = {"title": "Status", "status": status}
    json, metrics, path = paths(Page("status"), {})
    return {
        json: feeds.status_json(status),
        metrics: metrics_text(status),
        **_html_file(theme, site, "status.html", path, context),
    }


def _html_file(
    theme: Theme,
    site: SiteView,
    template: str,
    path: str,
    context: dict[str, Any],
    *,
    links: tuple[FeedLink, ...] = (),
) -> Files:
    names = {"site": site, "here": quoted(path), "feeds": links or feed_links.of_site(site.title)}
    return {path: theme.render(template, _root(path), **names, **context).encode()}


def _root(path: str) -> str:
    """Return what leads from a file to the site's root."""
    return "../" * path.count("/")
