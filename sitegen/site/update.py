"""Brings the published files in step with the pages marked in the index, in an order that never shows a dead link.

1. Assets and the link to the archive.  2. Pages that are new: nothing links to them yet.  3. Pages that are replaced:
all that they link to is there now.  4. Deletions: nothing links to these any more. A pass that was killed is taken up
where it stopped, since a page's mark is taken away only when its files are written.
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

log = logging.getLogger("sitegen.publish")

_BATCH = 500
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
        for kind in ORDER:
            for batch in self._batches(kind):
                due = [page for page in batch if not new or self._is_new(page)]
                done = [page for page in due if self._write(page)]
                with self.index.transaction():
                    self.index.unmark(done)

    def _batches(self, kind: str) -> Iterator[list[Page]]:
        after: tuple[str, str] | None = None
        while batch := [Page(*row) for row in self.index.dirty(kind, after, _BATCH)]:
            yield batch
            after = (batch[-1].day, batch[-1].key)

    def _is_new(self, page: Page) -> bool:
        paths = self.renderer.paths(page)
        return bool(paths) and not self.publisher.exists(paths[-1]) and self.renderer.exists(page)

    def _write(self, page: Page) -> bool:
        """Write a page's files; False: it is no more, and keeps its mark until its files are deleted."""
        files = self.renderer.files(page)
        if files is None:
            self._gone += self.renderer.paths(page)
            return False
        for path, data in files.items():
            if self.publisher.write(path, data):
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
