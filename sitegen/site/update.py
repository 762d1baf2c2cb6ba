"""Brings the published files in step with the pages marked in the index, in an order that never shows a dead link.

1. Assets and the link to the archive.  2. Pages that are new: nothing links to them yet; those of new days in one piece
each, and of a new site the home page last.  3. Pages that are replaced: all that they link to is there now.  4. Deletions: nothing links to these any more.
Days come one after another with all their pages, since these are made of the same clips. A pass that was killed is
taken up where it stopped: a page's mark is taken away only when its files are in their places. When there is very much
to do, other processes do some of the days.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from sitegen.archive import counts
from sitegen.archive.index import Index, identity_of
from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.site.pages import ORDER, Page, day_folder, page_of, slug_maps
from sitegen.site.publish import Publisher
from sitegen.site.render import Renderer
from sitegen.site.shares import Share, ThemeSource, others, started
from sitegen.site.stage import Stage

log = logging.getLogger("sitegen.publish")

_DAYS_AT_ONCE = 8
"""So many days, if they are new, are put on the site together, and lose their marks together."""
_RANK = {kind: rank for rank, kind in enumerate(ORDER)}
_VOLATILE = frozenset(("status.json", "metrics.prom", "status/index.html"))
"""Files that differ at every writing; that they do is no news."""


class Update:
    """One pass over the marked pages."""

    def __init__(
        self,
        publisher: Publisher,
        renderer: Renderer,
        index: Index,
        *,
        theme: ThemeSource | None = None,
        news: bool = False,
    ) -> None:
        """`theme`: where the renderer's theme comes from, for processes that share the work; None: this one does all.

        `news`: it is known beforehand that there is a new revision.
        """
        self.publisher, self.renderer, self.index, self._theme = publisher, renderer, index, theme
        self.news = news
        """True: a reader can see that something changed."""
        self._gone: list[str] = []
        self._later: frozenset[str] = frozenset()
        self._status_too = True

    def run(self, archive_root: Path, *, sweep: bool, later: frozenset[str] = frozenset()) -> None:
        """Write every marked page, but those of the kinds that come `later`.

        `sweep` looks for files that no page has any more.
        """
        self._later = later
        self.publisher.look_again()
        sweep = sweep and not self.publisher.is_empty()
        for asset in self.renderer.theme.assets():
            self.news |= self.publisher.write(asset.path, asset.data)
        self._lead_to(archive_root)
        for new in (True, False):
            self._share(archive_root, new=new)
            self._status_too = new
            self._pass(new=new)
        if sweep:
            self._gone += self._strays()
        if self._gone and self._later:  # what waits may link to what goes
            self._later = frozenset()
            self._unmark(self.write_days([""], new=False))
        self._write_status()
        for path in reversed(self._gone):  # what links to others goes before them
            self.news |= self.publisher.delete(path)

    def brings_news(self) -> bool:
        """Say whether there is a new revision, as far as that is certain yet; it is when the status page is written."""
        return self.news or any(self.publisher.exists(path) for path in self._gone)

    def _write_status(self) -> None:
        """Write the status page, which names the revision: after all other pages, before its links to them are dead."""
        self._status_too = True
        page = Page("status")
        if page in self.pages(""):
            with self.publisher.stage() as stage:
                if self._write(page, stage, new=False):
                    self._unmark({"": [page]})

    def _lead_to(self, archive_root: Path) -> None:
        """Link to the archive; of a site that offers only previews the link goes, after all that led through it."""
        if self.renderer.model.site.full_video:
            self.news |= self.publisher.link("media", archive_root)
        elif (self.publisher.output / "media").is_symlink():
            self._gone.append("media")

    def _pass(self, *, new: bool) -> None:
        after = ""
        while days := self.index.dirty_days(after, _DAYS_AT_ONCE):
            self._unmark(self.write_days(days, new=new))
            after = days[-1]
        self._unmark(self.write_days([""], new=new))  # pages of no day

    def _share(self, archive_root: Path, *, new: bool) -> None:
        """Let other processes write some of the days, when there are so many that it pays; the pass does what is left."""
        days = self.index.dirty_days("", -1)
        if self._theme is None or len(days) <= _DAYS_AT_ONCE:
            return
        if new:
            days = [day for day in days if not self.publisher.exists(day_folder(day))]
        wanted = frozenset(days)
        clips = (c.events + c.segments for c in counts.days(self.index) if c.day.isoformat() in wanted)
        number = others(sum(clips))
        own, *rest = (days[n :: number + 1] for n in range(number + 1))
        if not rest:
            return
        shares = [self._share_of(part, self._theme, archive_root, new=new) for part in rest]
        with started(shares, Path(self.publisher.temporary_name())) as said:
            for group in groups(own):
                self._unmark(self.write_days(group, new=new))
            for done in said:
                self._unmark({day: self.pages(day) for day in done.days})
                self.publisher.written += done.written
                self.news |= done.news
                self.publisher.lost_folders |= done.lost_folders

    def _share_of(self, days: list[str], theme: ThemeSource, archive_root: Path, *, new: bool) -> Share:
        model = self.renderer.model
        return Share(
            days=days,
            new=new,
            index=str(self.index.path),
            identity=identity_of(model.site.timezone, archive_root),
            output=str(self.publisher.output),
            cameras=model.cameras,
            view=model.site,
            theme=theme,
            fingerprint=self.renderer.theme.fingerprint,
        )

    def write_days(self, days: list[str], *, new: bool) -> dict[str, list[Page]]:
        """Write the marked pages of some days, or only those that the site lacks; return which, by day."""
        with self.publisher.stage() as stage:
            return {day: [p for p in self.pages(day) if self._write(p, stage, new=new)] for day in days}

    def pages(self, day: str) -> list[Page]:
        """Return the marked pages of a day ("": of none) in the order in which they are written."""
        found = (Page(*row) for row in self.index.dirty_of_day(day))
        put_off = self._later if self._status_too else self._later | {"status"}
        due = (page for page in found if page.kind in _RANK and page.kind not in put_off)
        return sorted(due, key=lambda page: _RANK[page.kind])

    def _unmark(self, written: dict[str, list[Page]]) -> None:
        with self.index.transaction():
            for day, pages in written.items():
                if day:
                    self.index.written(day, pages)
                else:
                    self.index.unmark(pages)

    def _write(self, page: Page, stage: Stage, *, new: bool) -> bool:
        """Write a page's files; False: it keeps its mark, for the next pass or until its files are deleted."""
        paths = self.renderer.paths(page)
        staged = new and page.day != "" and bool(paths) and stage.takes(paths[-1])
        if new and not staged and (not paths or self.publisher.exists(paths[-1])):
            return False
        files = self.renderer.files(page)
        if files is None:
            self._gone += paths
            return False
        for path, data in files.items():
            if staged:
                stage.put(path, data)
            elif not self.publisher.write(path, data):
                continue
            self.news |= path not in _VOLATILE
            log.debug("wrote %s", path)
        # A status page that was missing is there now; the revision it names is known only later.
        return page.kind != "status" or not new or self.news

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


def groups(days: list[str]) -> Iterator[list[str]]:
    """Yield the days in groups of those that are put on the site together."""
    for start in range(0, len(days), _DAYS_AT_ONCE):
        yield days[start : start + _DAYS_AT_ONCE]


def stray_previews(output: Path, index: Index) -> Iterator[str]:
    """Yield the paths of previews whose video is no clip any more."""
    for path in sorted((output / "previews").rglob("*.*")):
        shown = path.relative_to(output / "previews").as_posix()
        video = next((shown.removesuffix(e) for e in PREVIEW_ENDINGS.values() if shown.endswith(e)), "")
        if path.is_file() and index.clip(video) is None:
            yield f"previews/{shown}"
