"""What is told of a revision: build.json, and what it changed. Reads the index and build.json, writes nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from sitegen.announcements import LONGEST, Announcement
from sitegen.archive.index import Index
from sitegen.regular import read_regular
from sitegen.site.legacy_json import api_record
from sitegen.site.model import Model


class Built(msgspec.Struct, frozen=True):
    """What a build did."""

    revision: int
    published: bool
    """False: nothing had changed, nothing was written."""
    written: int
    deleted: int
    clips: int
    problems: int


class BuildRecord(msgspec.Struct, frozen=True):
    """build.json: the site's last revision; written last."""

    schema: int
    revision: int
    built_at: str
    clips: int
    problems: int


def last_build(output: Path) -> BuildRecord | None:
    """Return what build.json says; None: there is no site, or none that can be trusted."""
    try:
        return msgspec.json.decode(read_regular(output / "build.json"), type=BuildRecord)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def announcement(revision: int, index: Index, model: Model) -> Announcement:
    """Return what a revision changed; of very many clips only the newest are named."""
    rows = index.changed()
    named = sorted(rows, key=lambda r: (r[2], r[1]))[-LONGEST:]
    new: dict[str, list[dict[str, str]]] = {"event": [], "segment": [], "other": []}
    for path, _, _, _, is_new in named:
        placed = index.clip(path)
        if is_new and placed is not None:
            clip, title = placed.clip, model.by_id[placed.clip.camera].title
            new[clip.listed_as].append(api_record(clip, title, model.zone, full_video=model.site.full_video))
    return Announcement(
        revision=revision,
        clips=sorted(r[1] for r in named),
        days=sorted({r[2] for r in rows}),
        cameras=sorted({model.slugs[r[3]] for r in rows if r[3] in model.slugs}),
        new_events=new["event"],
        new_segments=new["segment"],
    )
