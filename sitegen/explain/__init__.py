"""`sitegen explain`: what is known of a file or clip, and why it is, or is not, on the site; reads only, takes no lock."""

from __future__ import annotations

from pathlib import Path

from sitegen.archive.index import Index, identity_of
from sitegen.archive.scan import printable
from sitegen.errors import IndexFailed
from sitegen.explain.explanation import Explanation, text
from sitegen.explain.gather import Looker, on_disk
from sitegen.explain.subject import Subject, subject_of
from sitegen.explain.verdict import Seen, verdict
from sitegen.settings import Settings

__all__ = ["Explanation", "explain", "text"]


def explain(settings: Settings, asked: str, *, working: Path) -> Explanation:
    """Return what is known of `asked`, a path or a clip id; `working` is the folder that paths may be relative to.

    Raises UsageError for what can be neither, and for a configuration of Motion's that cannot be read.
    """
    subject = subject_of(asked, root=settings.archive.root, output=settings.site.output, working=working)
    seen = _look(settings, subject)
    found = verdict(subject, seen)
    return Explanation(
        asked=printable(subject.asked),
        kind=subject.kind,
        on_site=not found.reason,
        path=printable(subject.path) if subject.path else seen.clip.video if seen.clip else None,
        reason=found.reason,
        remedy=found.remedy,
        remarks=found.remarks,
        clip=seen.clip,
        outage=seen.outage,
        problems=seen.problems,
    )


def _look(settings: Settings, subject: Subject) -> Seen:
    path = subject.path or ""
    if path and printable(path) != path:
        return on_disk(settings.archive.root, path)  # the index knows no such name
    identity = identity_of(settings.site.timezone, settings.archive.root)
    try:
        index = Index(settings.archive.state / "index.sqlite", identity=identity, read_only=True)
        try:
            with index.mended():
                return Looker(settings, index).look(subject)
        finally:
            index.close()
    except IndexFailed as error:
        seen = on_disk(settings.archive.root, path)
        return Seen(there=seen.there, now=seen.now, index_trouble=error.reason)
