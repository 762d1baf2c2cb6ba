"""Looks a file or clip up: on the disk, in the index (read-only, beside a generator at work), and in the site's folder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive import counts
from sitegen.archive.index import Index, Placed
from sitegen.archive.layout import preview_paths
from sitegen.archive.scan import NOTE_SUFFIX, SIDECAR_SUFFIX, look, stem_of
from sitegen.capture.adopt import is_time_in_path
from sitegen.capture.cameras import recorded_cameras
from sitegen.clip import Clip, Outage
from sitegen.days import local_day
from sitegen.explain.explanation import ClipFacts, OutageFacts, PreviewState, SiteFile, local
from sitegen.explain.subject import Subject
from sitegen.explain.verdict import Seen
from sitegen.settings import PreviewSettings, Settings
from sitegen.site.cameras import site_cameras
from sitegen.site.pages import Page, html_path, paths, slug_maps


class Looker:
    """Answers from one index and one site folder."""

    def __init__(self, settings: Settings, index: Index) -> None:
        """`index` may be read-only. Raises UsageError when Motion's configuration cannot be read."""
        self.index, self.root, self.output = index, settings.archive.root, settings.site.output
        self.previews: PreviewSettings = settings.previews
        self.zone = ZoneInfo(settings.site.timezone)
        configured = [(c.id, c.title, c.order) for c in recorded_cameras(settings)]
        self.cameras = {c.id: c for c in site_cameras(configured, counts.camera_ids(index))}
        self.slugs, _ = slug_maps(self.cameras.values())

    def look(self, subject: Subject) -> Seen:
        """Gather everything about a subject."""
        if subject.path is None:
            placed = self.index.clip_by_id(subject.asked) if subject.kind == "id" else None
            path = placed.clip.path if placed else ""
            outage = None
        else:
            path = subject.path
            placed = self._placed(subject)
            outage = next((o for o in self.index.outages_of_stem(stem_of(path)) if o.path == path), None)
        clip = self._clip(placed) if placed is not None else None
        seen = on_disk(self.root, path)
        own = (clip.video, clip.sidecar, clip.note, clip.image, clip.sub) if clip else ()
        about = {path, *own}
        return msgspec.structs.replace(
            seen,
            known=self.index.file(path),
            held=stem_of(path) in self.index.held_stems(),
            clip=clip,
            belongs=clip is None or path in own,
            outage=self._outage(outage) if outage else None,
            problems=tuple(p for p in self.index.problems() if p.path in about),
            published=self._is_published(placed, outage),
        )

    def _placed(self, subject: Subject) -> Placed | None:
        """Return the clip that a file is, or may be a part of."""
        path, index = subject.path or "", self.index
        if subject.kind == "video" and (clip := index.clip(path)) is not None:
            return clip
        named = subject.kind in {"image", "video"}
        stems = index.stems_wanting(path) if named else [stem_of(path)]
        placed = [p for stem in stems for p in index.clips_of_stem(stem)]
        whole = [p for p in placed if not p.clip.adopted]
        return next(iter(whole or placed), None)

    # the clip

    def _clip(self, placed: Placed) -> ClipFacts:
        clip, stem = placed.clip, stem_of(placed.clip.path)
        files = {file.path for file in self.index.files_of(stem)}
        return ClipFacts(
            id=clip.id,
            kind=clip.kind if clip.movie == "motion" else clip.movie,
            camera=clip.camera,
            camera_title=self.cameras[clip.camera].title,
            start=clip.start,
            start_local=local(clip.start, self.zone),
            end=clip.end,
            end_local=local(clip.end, self.zone) if clip.end else None,
            end_reason=clip.end_reason,
            event=clip.event,
            video=clip.path,
            bytes=clip.bytes,
            sidecar=None if clip.adopted else stem + SIDECAR_SUFFIX,
            adopted=_adopted(clip, stem + SIDECAR_SUFFIX in files) if clip.adopted else None,
            note=stem + NOTE_SUFFIX if clip.note else None,
            image=clip.image,
            sub=clip.sub,
            day=placed.day,
            pages=self._files(self._clip_pages(placed)),
            previews=self._preview_state(clip),
        )

    def _clip_pages(self, placed: Placed) -> list[str]:
        """Return the pages that show a clip for good; it may be on the newest ones (home, feeds) as well."""
        day, camera = placed.day.isoformat(), placed.clip.camera
        own = [] if placed.clip.listed_as == "segment" else [Page("clip", day, placed.clip.id)]
        pages = (*own, Page("camera-day", day, camera), Page("day", day))
        return [html_path(page, self.slugs) for page in pages] + [_day_json(placed.day)]

    def _preview_state(self, clip: Clip) -> PreviewState:
        if clip.preview_error is not None:
            return PreviewState("failed", clip.preview_error)
        if clip.previews:
            return PreviewState("made", files=self._files(preview_paths(clip.path).values()))
        if clip.end is None:
            return PreviewState("none", "it is being recorded")
        if clip.kind == "segment" and self.previews.segments == "none":
            return PreviewState("none", 'previews.segments is "none"')
        return PreviewState("waiting")

    def _outage(self, outage: Outage) -> OutageFacts:
        day = local_day(outage.start, self.zone)
        pages = (Page("camera-day", day.isoformat(), outage.camera), Page("day", day.isoformat()))
        return OutageFacts(
            camera=outage.camera,
            start=outage.start,
            start_local=local(outage.start, self.zone),
            end=outage.end,
            end_local=local(outage.end, self.zone) if outage.end else None,
            day=day,
            pages=self._files(p for page in pages for p in paths(page, self.slugs)),
        )

    # the site

    def _files(self, found: Iterable[str]) -> tuple[SiteFile, ...]:
        return tuple(SiteFile(path, (self.output / path).is_file()) for path in found)

    def _is_published(self, placed: Placed | None, outage: Outage | None) -> bool:
        """Say whether the site really shows it: its page is there, and its day's document names it."""
        if placed is not None:
            page = (self.output / self._clip_pages(placed)[0]).is_file()
            return page and placed.clip.id in {clip.id for clip in self._document(placed.day).clips}
        if outage is None:
            return False
        gaps = self._document(local_day(outage.start, self.zone)).gaps
        return any(gap.touches(outage) for gap in gaps)

    def _document(self, day: date) -> _Day:
        try:
            return msgspec.json.decode((self.output / _day_json(day)).read_bytes(), type=_Day)
        except (OSError, msgspec.DecodeError):
            return _Day()


class _Named(msgspec.Struct):
    id: str


class _Gap(msgspec.Struct):
    camera: str
    start: datetime
    end: datetime | None = None

    def touches(self, outage: Outage) -> bool:
        before = self.end is None or outage.start <= self.end
        return self.camera == outage.camera and before and (outage.end is None or self.start <= outage.end)


class _Day(msgspec.Struct):
    """So much of day.json as is looked at."""

    clips: tuple[_Named, ...] = ()
    gaps: tuple[_Gap, ...] = ()


def on_disk(root: Path, path: str) -> Seen:
    """Look at a file as a scan would."""
    return Seen(there=bool(path) and os.path.lexists(root / path), now=look(root, path) if path else None)


def _day_json(day: date) -> str:
    return paths(Page("day", day.isoformat()), {})[0]


def _adopted(clip: Clip, has_sidecar: bool) -> str:  # noqa: FBT001 - said by its name
    why = "its sidecar cannot be used" if has_sidecar else "it has no sidecar"
    if is_time_in_path(clip.path):
        return f"{why}: camera and start are from its path, the end from its length or last change"
    return f"{why}: the camera is from its path, the end is its last change, the start that less its length"
