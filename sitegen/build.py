"""One build, from archive to published site: refresh, decide, write, announce. Read `Generator.build` from top to bottom.

It reads the archive, and writes only below the site's folder and the state folder.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sitegen import header_marks, marks, news, preview_marks
from sitegen.announcements import Announcements
from sitegen.archive import counts
from sitegen.archive.container import read_container
from sitegen.archive.index import Index, identity_of
from sitegen.archive.refresh import Change, Refreshed, Source, refresh_all, refresh_paths
from sitegen.archive.scan import FileEntry
from sitegen.archive.watch import Hints
from sitegen.capture.adopt import Quiet, adopt
from sitegen.capture.cameras import recorded_cameras
from sitegen.clip import Camera, Problem, Sidecar
from sitegen.errors import IndexFailed, UsageError
from sitegen.lock import Lock
from sitegen.pace import Pace
from sitegen.previews.pool import PreviewResult
from sitegen.previews.store import remove_previews
from sitegen.settings import Settings
from sitegen.site.cameras import site_cameras
from sitegen.site.feeds import encode
from sitegen.site.model import Model
from sitegen.site.pages import Page
from sitegen.site.prose import Content, ContentFolder
from sitegen.site.publish import Publisher
from sitegen.site.render import Renderer, Volatile
from sitegen.site.shares import ThemeSource
from sitegen.site.theme import load_theme
from sitegen.site.times import stamp
from sitegen.site.update import Update
from sitegen.status_page import StatusPage

log = logging.getLogger("sitegen.build")

EVERYTHING = Hints(everything=True)

_OWN_FOLDER = "choose another, or empty it: sitegen deletes what it does not know in its own folder"


class Generator:
    """Keeps one site in step with one archive; holds both locks from `__init__` to `close`.

    `settle_s`: a video without sidecar is adopted when it has not grown for so many seconds (0: at once).
    `pace_s`: documents that nearly every clip changes are written at most so often; see `pace`. `now` gives the time, aware, in UTC.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        full: bool = False,
        settle_s: float = 0.0,
        pace_s: float = 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the locks and open the index. Raises LockHeld, UsageError."""
        self.settings, self._now, self._trust = settings, now, full
        self._quiet = Quiet(settle_s, now_ns=time.time_ns, monotonic=time.monotonic)
        self.zone = ZoneInfo(settings.site.timezone)
        self.output, self.state = settings.site.output, settings.archive.state
        self.theme = load_theme(settings.site.theme, search=(settings.file.parent,), zone=self.zone)
        configured = recorded_cameras(settings)
        self._configured = [(c.id, c.title, c.order) for c in configured]
        with ExitStack() as held:
            self._open(held, full=full)
            self._held = held.pop_all()
        self.status = StatusPage(
            self.index, self.publisher, settings, theme=self.theme, now=now, as_it_was=self._as_it_was
        )
        self.source = Source(settings.archive.root, self.zone, self._adopt)
        self.content = ContentFolder(settings.site.content)
        self._times_lie = False
        self.pace = Pace(pace_s, time.monotonic)
        self.has_more = False
        """True: another build is due at once, to read the headers of further videos."""
        self.touched: list[str] = []
        """Videos whose clips changed; whoever makes previews takes them from here."""
        self.announcements = Announcements(self.state / "announcements.json")

    def _open(self, held: ExitStack, *, full: bool) -> None:
        for path, holder in ((self.state / "generator.lock", "the generator"), (self.output, "")):
            held.callback(Lock(path, holder).close)
        self.publisher = Publisher(self.output, now_ns=time.time_ns)
        if not self.publisher.is_ours():
            reason = f"the folder {self.output} is not empty, and holds no site"
            raise UsageError(self.settings.file, "site.output", reason, _OWN_FOLDER)
        self.publisher.prepare()
        held.callback(self.publisher.close)
        if full:
            for left in self.state.glob("index.sqlite*"):
                left.unlink()
        identity = identity_of(self.settings.site.timezone, self.settings.archive.root)
        self.index = Index(self.state / "index.sqlite", identity=identity)
        held.callback(self.index.close)

    def close(self) -> None:
        """Give the locks back."""
        self._held.close()

    def build(self, hints: Hints = EVERYTHING) -> news.Built:
        """Do one build: look at what the hints name, or at the whole archive, and publish what follows.

        Raises ArchiveGone when the archive cannot be trusted, ThemeError, IndexFailed, OSError; the old site stays up.
        """
        self.publisher.lost_folders = False
        try:
            with self.index.mended():
                built = self._build(hints)
            if not self.publisher.lost_folders:
                return built
        except IndexFailed:
            if not self.index.fresh:
                raise
        with self.index.mended():
            return self._build(EVERYTHING)

    def _build(self, hints: Hints) -> news.Built:
        with self.index.transaction():
            refreshed = self._refresh(hints)
            if not self.index.held_stems():
                self._quiet.forget()
            if self.index.fresh and preview_marks.are_of(self.index, self.state, self.settings.previews):
                preview_marks.recognise(self.index, self.output, self.settings.previews)
            cameras = site_cameras(self._configured, counts.camera_ids(self.index))
            content = self._content(cameras)
            self._mark(refreshed, cameras, content)
            if self.status.troubled:
                self.index.mark([Page("status")])
            if hints.everything and not self.index.fresh:
                gone = marks.mark_missing(self.index, self.output, cameras, content, files=self._files())
                self._mark_changes(preview_marks.forget(self.index, gone))
            if hints.everything:
                self.index.ask_refused_again()
            header_marks.read_unread(self.index, self.settings.archive.root, self.output)
            self.has_more = self.index.has_unread()
        return self._publish(cameras, content)

    def previews_changed(self, results: Iterable[PreviewResult]) -> None:
        """Take over what became of previews; the next `build` shows it."""
        with self.index.transaction():
            self._mark_changes(preview_marks.take_over(self.index, results))

    def _mark_changes(self, changes: Sequence[Change]) -> None:
        self.touched += marks.mark_changes(self.index, changes)

    def forget_previews(self) -> None:
        """Take all previews for not made: their pages are written again without them, then with the new ones."""
        with self.index.transaction():
            self.index.forget_previews()
            self.index.set_meta("look", "")

    # refresh

    def _refresh(self, hints: Hints) -> tuple[Refreshed, ...]:
        index, source, last = self.index, self.source, news.last_build(self.output)
        before = counts.clip_count(index) or (last.clips if last else 0)
        if hints.everything or index.fresh:
            quick = hints.quick and not hints.folders and not self._times_lie
            found = refresh_all(index, source, before=before, trust=self._trust, quick=quick)
            if found.times_lie and not self._times_lie:
                log.info(
                    "folders of the archive keep their time when files come or go: every scan lists them all"
                )
            self._times_lie |= found.times_lie
            if not quick or not hints.paths:
                return (found,)
            return (found, refresh_paths(index, source, sorted(hints.paths), before=before))
        below = [refresh_all(index, source, before=before, below=f) for f in sorted(hints.folders)]
        return (*below, refresh_paths(index, source, sorted(hints.paths), before=before))

    def _adopt(self, file: FileEntry) -> Sidecar | Problem | None:
        if not self._quiet.is_quiet(file.path, file.size, file.mtime_ns):
            return None
        container = read_container(str(self.settings.archive.root / file.path))
        return adopt(
            file.path,
            file.size,
            file.mtime_ns,
            container,
            known_cameras=[c[0] for c in self._configured],
            zone=self.zone,
        )

    def _content(self, cameras: tuple[Camera, ...]) -> Content:
        found = self.content.content(cameras)
        if self.index.set_problems("content:", found.problems):
            self.index.mark([Page("status")])
        return found

    # decide

    def _mark(self, refreshed: tuple[Refreshed, ...], cameras: tuple[Camera, ...], content: Content) -> None:
        """Remember every page that must be written."""
        known = {c[0] for c in self._configured}
        named = [c for c in cameras if c.id in known]
        site = marks.site_view(self.settings, content)
        parts = [self.theme.fingerprint, *marks.look_parts(site, named)]
        last = news.last_build(self.output)
        marks.mark_look(self.index, parts, cameras, content, revision=last.revision if last else None)
        marks.mark_listed(self.index, cameras, content)
        changes: list[Change] = []
        for part in refreshed:
            changes += part.changes
            marks.mark_outages(self.index, part.outages)
            if part.problems:
                self.index.mark([Page("status")])
                self.index.set_meta("problems changed", "1")
        self._mark_changes(changes)

    # write

    def _publish(self, cameras: tuple[Camera, ...], content: Content) -> news.Built:
        last = news.last_build(self.output)
        revision = max(last.revision if last else 0, int(self.index.meta("revision") or 0))
        later = self.pace.later(self.index)
        if not self.index.is_dirty(but=later) and self.index.meta("publishing") is None:
            return self._built(revision, published=False)
        taken_up = self.index.meta("publishing") is not None
        self.index.set_meta("publishing", "1")
        told = self.status.volatile
        renderer = self._renderer(cameras, content, lambda: told(revision + update.brings_news()))
        written, deleted = self.publisher.written, self.publisher.deleted
        source = ThemeSource(self.settings.site.theme, (str(self.settings.file.parent),))
        problems_changed = self.index.meta("problems changed") is not None and "status" not in later
        certain = taken_up or problems_changed or last is None
        update = Update(self.publisher, renderer, self.index, theme=source, news=certain)
        with self.status.remembering(renderer):
            update.run(self.settings.archive.root, sweep=self.index.meta("sweep") is not None, later=later)
        for video in self.index.dirty_previews():
            remove_previews(self.output, video)
        if update.news:
            revision += 1
            self._announce(renderer, revision)
        with self.index.transaction():
            self.index.clean(but=later)
            for key in ("publishing", "sweep", *(["problems changed"] if problems_changed else [])):
                self.index.drop_meta(key)
            self.index.set_meta("revision", str(revision))
        self.index.fresh = False
        self.status.troubled &= "status" in later
        return self._built(
            revision,
            published=True,
            written=self.publisher.written - written,
            deleted=self.publisher.deleted - deleted,
        )

    def _files(self) -> list[str]:
        """Return what the site has beside its pages, whatever is recorded."""
        link = ["media"] if self.settings.site.full_video else []
        return [*(a.path for a in self.theme.assets()), *link]

    def _renderer(
        self, cameras: tuple[Camera, ...], content: Content, volatile: Callable[[], Volatile]
    ) -> Renderer:
        model = Model(self.index, cameras, self.zone, marks.site_view(self.settings, content))
        return Renderer(model, self.theme, content, volatile, self.publisher.size)

    def _as_it_was(self) -> Renderer:
        cameras = site_cameras(self._configured, counts.camera_ids(self.index))
        return self._renderer(cameras, self.content.content(cameras), self.status.as_it_was)

    def _announce(self, renderer: Renderer, revision: int) -> None:
        """Write build.json, which makes the revision, and then what it changed."""
        record = news.BuildRecord(
            schema=1,
            revision=revision,
            built_at=stamp(self._now()),
            clips=counts.clip_count(self.index),
            problems=self.index.problem_count(),
        )
        self.publisher.write("build.json", encode(record))
        self.announcements.add(news.announcement(revision, self.index, renderer.model))

    def _built(self, revision: int, *, published: bool, written: int = 0, deleted: int = 0) -> news.Built:
        return news.Built(
            revision=revision,
            published=published,
            written=written,
            deleted=deleted,
            clips=counts.clip_count(self.index),
            problems=self.index.problem_count(),
        )
