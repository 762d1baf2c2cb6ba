"""The status page beside the way of a clip: what it says that no page else does, and why no build can be done.

It writes status.json, metrics.prom and status/index.html, and nothing else. What it says of a trouble it has from the page
that was written last: the index may be of no use then, or ahead of the site.
"""

from __future__ import annotations

import html
import posixpath
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from sitegen import news
from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.errors import IndexFailed, ThemeError
from sitegen.lock import Lock
from sitegen.regular import read_regular
from sitegen.settings import Settings
from sitegen.site import feeds
from sitegen.site.metrics import with_trouble
from sitegen.site.pages import Page, paths
from sitegen.site.publish import Publisher
from sitegen.site.render import Files, Renderer, Volatile, status_files
from sitegen.site.status_facts import is_low
from sitegen.site.theme import Theme
from sitegen.site.views import SiteView, StatusView, TroubleView
from sitegen.trouble import trouble_of

_JSON, _METRICS, _PAGE = paths(Page("status"), {})
_LINK = re.compile(rb'(?:href|src)="([^"]*)"')


class StatusPage:
    """Knows what the status page said last, and whether it tells of a trouble."""

    def __init__(
        self,
        index: Index,
        publisher: Publisher,
        settings: Settings,
        *,
        theme: Theme,
        now: Callable[[], datetime],
        as_it_was: Callable[[], Renderer],
    ) -> None:
        """`as_it_was` gives what makes pages from the index alone, as of the last build."""
        self._index, self._publisher, self._settings, self._theme = index, publisher, settings, theme
        self.now, self._renderer = now, as_it_was
        self._last: tuple[SiteView, StatusView] | None = None
        self.troubled = "trouble" in _document(self._publisher.output)
        """True: the site tells of a trouble; the next build is to take that away."""

    def volatile(self, revision: int) -> Volatile:
        """Return what does not follow from the archive, now."""
        return self._volatile(self.now(), revision, self._disk())

    def as_it_was(self) -> Volatile:
        """Return what does not follow from the archive, as of the time that the site's status has."""
        last = news.last_build(self._publisher.output)
        said = _document(self._publisher.output).get("built_at") or (last.built_at if last else "")
        return self._volatile(datetime.fromisoformat(str(said)), last.revision if last else 0, (0, 0))

    def _volatile(self, now: datetime, revision: int, disk: tuple[int, int]) -> Volatile:
        segments = self._settings.previews.segments != "none"
        backlog = counts.waiting_for_previews(self._index, segments=segments)
        return Volatile(now, revision, *disk, self._index.problems(), backlog)

    def _disk(self) -> tuple[int, int]:
        disk = shutil.disk_usage(self._settings.archive.root)
        return disk.total, disk.free

    @contextmanager
    def remembering(self, renderer: Renderer) -> Iterator[None]:
        """Remember what the status page says that is made inside, also when there is an error."""
        try:
            yield
        finally:
            if renderer.said is not None:
                self._last = renderer.model.site, renderer.said

    def tell(self, trouble: TroubleView) -> None:
        """Say why no build can be done, where there is a site to say it on.

        Raises OSError when that cannot be written either: what is written by then is whole.
        """
        if news.last_build(self._publisher.output) is None:
            return
        files = self._files(trouble)
        self.troubled = True
        for path, data in files.items():
            self._publisher.write(path, data)

    def _files(self, trouble: TroubleView) -> Files:
        try:
            with self._index.mended():
                known = self._last or self._from_index()
            if known is not None:
                return self._rendered(*known, trouble)
        except (IndexFailed, ThemeError):
            pass  # the two for programs can be told of it without either
        return _added(self._publisher.output, trouble)

    def _from_index(self) -> tuple[SiteView, StatusView] | None:
        if self._index.fresh:
            return None
        renderer = self._renderer()
        return renderer.model.site, renderer.status()

    def _rendered(self, site: SiteView, status: StatusView, trouble: TroubleView) -> Files:
        total, free = self._disk_in(trouble)
        said = msgspec.structs.replace(
            status,
            trouble=trouble,
            disk_total_bytes=total,
            disk_free_bytes=free,
            disk_low=is_low(total, free),
        )
        files = status_files(self._theme, site, said)
        if not self._leads_to_files(files[_PAGE]):
            del files[_PAGE]
        return files

    def _disk_in(self, trouble: TroubleView) -> tuple[int, int]:
        """Return the room on the archive's disk; an archive that cannot be trusted may be on another one now."""
        if trouble.what == "archive":
            return 0, 0
        try:
            return self._disk()
        except OSError:
            return 0, 0

    def _leads_to_files(self, page: object) -> bool:
        """Say whether all that the page links to is on the site: a camera or theme may be new, and not published yet."""
        if not isinstance(page, bytes):
            return False
        for link in _LINK.findall(page):
            url = urlsplit(html.unescape(link.decode()))
            if url.scheme or url.netloc or not url.path:
                continue
            place = posixpath.normpath(posixpath.join(posixpath.dirname(_PAGE), unquote(url.path)))
            if not self._publisher.exists(place):
                return False
        return True


def tell_at_start(settings: Settings, error: Exception, now: datetime) -> None:
    """Say why not even a generator could be made; of the three, those for programs, if nobody else is at the site.

    Raises LockHeld, OSError. One that starts again and again does not write the same again and again.
    """
    output = settings.site.output
    if news.last_build(output) is None:
        return
    with closing(Lock(output)), closing(Publisher(output, now_ns=time.time_ns)) as publisher:
        trouble, said = trouble_of(error, settings, now), _document(output).get("trouble")
        if not isinstance(said, dict) or said.get("reason") != trouble.reason:
            for path, data in _added(output, trouble).items():
                publisher.write(path, data)


def _added(output: Path, trouble: TroubleView) -> Files:
    """Return status.json and metrics.prom as they are on the site, and the trouble; what is not there stays away."""
    files: Files = {}
    if document := _document(output):
        files[_JSON] = feeds.encode(document | {"trouble": feeds.trouble_entry(trouble)})
    with suppress(FileNotFoundError):
        files[_METRICS] = with_trouble(read_regular(output / _METRICS))
    return files


def _document(output: Path) -> dict[str, object]:
    """Return status.json as it is on the site; {}: there is none that can be read."""
    try:
        return msgspec.json.decode(read_regular(output / _JSON), type=dict[str, object])
    except (OSError, msgspec.DecodeError):
        return {}
