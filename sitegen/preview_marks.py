"""Keeps what the index knows of previews in step with what was made, found or lost; writes the index only."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sitegen.archive.index import Index
from sitegen.archive.refresh import Change
from sitegen.clip import Clip
from sitegen.previews.plan import fingerprint
from sitegen.previews.pool import PreviewResult, made_stage
from sitegen.previews.store import made_with
from sitegen.settings import PreviewSettings


def take_over(index: Index, results: Iterable[PreviewResult]) -> list[Change]:
    """Remember what became of previews; return the clips that this changes."""
    changes = []
    for result in results:
        old = index.clip(result.path)
        if old is None:
            continue
        made = None if result.error else result.mtime_ns
        # A poster that was made stays, though the rest could not be.
        poster = made or (old.clip.mtime_ns if old.clip.poster and result.stage == "all" else None)
        whole = made if result.stage == "all" else None
        index.set_previews(result.path, poster_ns=poster, preview_ns=whole, error=result.error)
        changes.append(Change(old, index.clip(result.path)))
    return [change for change in changes if change.old != change.new]


def forget(index: Index, paths: Iterable[str]) -> list[Change]:
    """Remember that previews of videos are gone; return the clips that this changes."""
    changes = []
    for path in paths:
        old = index.clip(path)
        if old is not None:
            index.set_previews(path, poster_ns=None, preview_ns=None, error=None)
            changes.append(Change(old, index.clip(path)))
    return changes


def are_of(index: Index, state: Path, settings: PreviewSettings) -> bool:
    """Say whether the previews on the site were made with these settings, as far as is known."""
    return index.meta("remake") is None and made_with(state) in {None, fingerprint(settings)}


def recognise(index: Index, output: Path, settings: PreviewSettings) -> None:
    """Take over the previews that are on the site: an index that was lost must not cost them.

    One look at each folder of the archive, and four at each clip whose folder has previews.
    """
    for folder in index.folders():
        if not (output / "previews" / folder).is_dir():
            continue
        found = [(clip, _made(clip, output, settings)) for clip in index.clips_in(folder)]
        for clip, (poster_ns, preview_ns) in found:
            if poster_ns is not None:
                index.set_previews(clip.path, poster_ns=poster_ns, preview_ns=preview_ns, error=None)


def _made(clip: Clip, output: Path, settings: PreviewSettings) -> tuple[int | None, int | None]:
    stage = made_stage(output, clip, settings) if clip.end else ""
    return clip.mtime_ns if stage else None, clip.mtime_ns if stage == "all" else None
