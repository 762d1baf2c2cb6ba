"""Decides which pages a build must write, says why, and marks them in the index. Writes nothing else."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import msgspec

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.archive.refresh import Change
from sitegen.clip import Camera, Outage
from sitegen.settings import Settings
from sitegen.site import consequences
from sitegen.site.heal import missing_pages, missing_previews
from sitegen.site.pages import Page
from sitegen.site.prose import Content, top_pages
from sitegen.site.timeline import silent_after_s
from sitegen.site.views import PageLink, SiteView

log = logging.getLogger("sitegen.build")


def site_view(settings: Settings, content: Content) -> SiteView:
    """Return what all pages show of the settings, and of the owner's pages."""
    site = settings.site
    return SiteView(
        title=site.title,
        language=site.language,
        timezone=site.timezone,
        full_video=site.full_video,
        pages=tuple(PageLink(p.title, p.url) for p in top_pages(content.pages)),
        url=site.url,
        silent_after_seconds=silent_after_s(settings.record.segment_seconds),
    )


def look_parts(site: SiteView, cameras: Iterable[Camera]) -> list[str]:
    """Return, as text, what all pages show of the site as a whole, and of the cameras that are named in the settings."""
    return [
        *(site.title, site.language, site.url, str(site.full_video), str(site.silent_after_seconds)),
        *(f"{p.url} {p.title}" for p in site.pages),
        *(f"{c.id} {c.slug} {c.title} {c.order}" for c in cameras),
    ]


def mark_look(
    index: Index,
    parts: Iterable[str],
    cameras: Sequence[Camera],
    content: Content,
    *,
    revision: int | None,
) -> None:
    """Mark every page when what all pages depend on (`parts`, and the code) is not what it was at the last build.

    Likewise when the site's `revision` (None: there is no site) is not the one that the index was left with; and when
    the machine was started anew: pages are not synced, so after a power cut the last ones may be empty.
    """
    look = hashlib.sha256("\n".join((code_digest(), boot(), *parts)).encode()).hexdigest()
    if index.meta("look") != look or revision is None or index.meta("revision") != str(revision):
        log.info(
            "render everything: theme, settings, version or site are not what the index knows, or the machine was started"
        )
        index.mark_all_days()
        index.drop_pieces()
        index.mark(consequences.everything([c.id for c in cameras], [p.path for p in content.pages]))
        index.set_meta("sweep", "1")
    index.set_meta("look", look)


def mark_missing(
    index: Index,
    output: Path,
    cameras: Sequence[Camera],
    content: Content,
    *,
    files: Iterable[str],
) -> list[str]:
    """Mark pages that somebody deleted from the site, and return the videos whose previews are gone.

    `files`: what is to be there beside the pages.
    """
    others = consequences.everything([c.id for c in cameras], [p.path for p in content.pages])
    pages = list(missing_pages(output, index, others, {c.id: c.slug for c in cameras}))
    if not all((output / path).exists() for path in files):
        pages.append(Page("home"))  # they are written with any page
    previews = list(missing_previews(output, index))
    if pages or previews:
        log.warning(
            "missing on the site: %d pages, previews of %d clips; making them", len(pages), len(previews)
        )
    index.mark(pages)
    return previews


def mark_listed(index: Index, cameras: Sequence[Camera], content: Content) -> None:
    """Mark pages that stand in a list kept between builds: the cameras, and what the owner wrote."""
    listed = {f"camera {c.id}": c.slug for c in cameras}
    listed |= {f"content {p.path}": p.digest for p in content.pages}
    listed |= {f"prose {camera}": p.digest for camera, p in content.of_cameras.items()}
    before = msgspec.json.decode(index.meta("listed") or "{}", type=dict[str, str])
    for entry in listed.keys() | before.keys():
        if listed.get(entry) == before.get(entry):
            continue
        kind, _, key = entry.partition(" ")
        log.debug("render %s: it is new, gone or another one", entry)
        index.mark([Page("camera" if kind == "prose" else kind, key=key)])
        if kind == "camera":
            _mark_camera(index, key, is_new=entry not in before)
    index.set_meta("listed", msgspec.json.encode(listed).decode())


def _mark_camera(index: Index, camera: str, *, is_new: bool) -> None:
    if not is_new:
        index.set_meta("sweep", "1")  # its pages under the old slug are nobody's
    index.mark([Page("home"), Page("cameras"), Page("live"), Page("status")])
    for day in counts.days(index, camera):
        text = day.day.isoformat()
        index.mark([Page("camera-day", text, camera), Page("day", text)])


def mark_changes(index: Index, changes: Sequence[Change]) -> list[str]:
    """Mark the pages that changed clips touch, all that changed together; return the paths of their videos."""
    touched = []
    index.mark(consequences.of_days(index, changes))
    for change in changes:
        placed = change.new or change.old
        if placed is None:
            continue
        index.mark(consequences.of_change(index, change))
        old, new = (None if p is None else p.clip for p in (change.old, change.new))
        index.note_change(placed, new=consequences.became_whole(old, new))
        touched.append(placed.clip.path)
        if change.new is None:
            index.mark([Page("previews", key=placed.clip.path)])
        log.debug("render %s: clip %s %s", placed.day, placed.clip.id, _what(change))
    return touched


def mark_outages(index: Index, outages: Iterable[Outage]) -> None:
    """Mark the pages that outages touch."""
    for outage in outages:
        index.mark(consequences.of_outage(index, outage))


def boot() -> str:
    """Return a text that changes with each start of the machine; "" where the kernel has none (random(4))."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()
    except OSError:
        return ""


@cache
def code_digest() -> str:
    """Return a text that changes with the code that makes pages."""
    digest = hashlib.sha256(version("sitegen").encode())
    for path in sorted((Path(__file__).parent / "site").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _what(change: Change) -> str:
    return "added" if change.old is None else "removed" if change.new is None else "changed"
