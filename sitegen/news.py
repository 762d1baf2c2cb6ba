"""Says what a revision changed: from the index's list of changed clips to an announcement. Reads the index only."""

from __future__ import annotations

from sitegen.announcements import LONGEST, Announcement
from sitegen.archive.index import Index
from sitegen.site.feeds import api_record
from sitegen.site.model import Model


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
