"""Brings the published files in step with the pages marked in the index, in an order that never shows a dead link.

1. Assets and the link to the archive.  2. Pages that are new: nothing links to them yet; those of new days in one piece
each.  3. Pages that are replaced: all that they link to is there now.  4. Deletions: nothing links to these any more.
Days come one after another with all their pages, since these are made of the same clips. A pass that was killed is
taken up where it stopped: a page's mark is taken away only when its files are in their places.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from sitegen.archive.index import Index
from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.site.pages import ORDER, Page, page_of, slug_maps
from sitegen.site.publish import Publisher
from sitegen.site.render import Renderer
from sitegen.site.stage import Stage

log = logging.getLogger("sitegen.publish")

_DAYS_AT_ONCE = 8
"""So many days, if they are new, are put on the site together, and lose their marks together."""
_RANK = {kind: rank for rank, kind in enumerate(ORDER)}
_VOLATILE = frozenset(("status.json", "status/index.html"))
"""Files that differ at every writing; that they do is no news."""


class Update:
    """One pass over the marked pages."""

    def __init__(self, publisher: Publisher, renderer: Renderer, index: Index) -> None:
        self.publisher, self.renderer, self.index = publisher, renderer, index
        self.news = False
        """True: a reader can see that something changed."""
        self._gone: list[str] = []

    def run(self, archive_root: Path, *, sweep: bool) -> None:
        """Write every marked page; `sweep` looks for files that no page has any more."""
        sweep = sweep and not self.publisher.is_empty()
        for asset in self.renderer.theme.assets():
            self.news |= self.publisher.write(asset.path, asset.data)
        self.news |= self.publisher.link("media", archive_root)
        self._pass(new=True)
        self._pass(new=False)
        if sweep:
            self._gone += self._strays()
        for path in reversed(self._gone):  # what links to others goes before them
            self.news |= self.publisher.delete(path)

    def _pass(self, *, new: bool) -> None:
        after = ""
        while days := self.index.dirty_days(after, _DAYS_AT_ONCE):
            self._write_days(days, new=new)
            after = days[-1]
        self._write_days([""], new=new)  # pages of no day

    def _write_days(self, days: list[str], *, new: bool) -> None:
        with self.publisher.stage() as stage:
            done = {day: [p for p in self._pages(day) if self._write(p, stage, new=new)] for day in days}
        with self.index.transaction():
            for day, pages in done.items():
                if day:
                    self.index.written(day, pages)
                else:
                    self.index.unmark(pages)

    def _pages(self, day: str) -> list[Page]:
        found = (Page(*row) for row in self.index.dirty_of_day(day))
        return sorted((page for page in found if page.kind in _RANK), key=lambda page: _RANK[page.kind])

    def _write(self, page: Page, stage: Stage, *, new: bool) -> bool:
        """Write a page's files; False: it keeps its mark, for the next pass or until its files are deleted."""
        paths = self.renderer.paths(page)
        staged = new and page.day != "" and bool(paths) and stage.takes(paths[-1])
        if new and not staged and (not paths or self.publisher.exists(paths[-1])):
            return False
        files = self.renderer.files(page)
        if files is None:
            self._gone += () if new else paths
            return False
        for path, data in files.items():
            if staged:
                stage.put(path, data)
            elif not self.publisher.write(path, data):
                continue
            self.news |= path not in _VOLATILE
            log.debug("wrote %s", path)
        return True

    def _strays(self) -> Iterator[str]:
        """Yield files of pages that are no more, for instance after a camera got another slug."""
        _, ids = slug_maps(self.renderer.model.cameras)
        kept = {"build.json", *(a.path for a in self.renderer.theme.assets())}
        for path in list(self.publisher.files()):
            if path in kept:
                continue
            page = page_of(path, ids) if path.isprintable() else Page("content", key="")
            if path not in self.renderer.paths(page) or not self.renderer.exists(page):
                yield path
        yield from stray_previews(self.publisher.output, self.index)


def stray_previews(output: Path, index: Index) -> Iterator[str]:
    """Yield the paths of previews whose video is no clip any more."""
    for path in sorted((output / "previews").rglob("*.*")):
        shown = path.relative_to(output / "previews").as_posix()
        video = next((shown.removesuffix(e) for e in PREVIEW_ENDINGS.values() if shown.endswith(e)), "")
        if path.is_file() and index.clip(video) is None:
            yield f"previews/{shown}"
