"""Decides whether something is on the site, and if not, why: the first reason of a fixed order; pure."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from sitegen.archive.scan import FileEntry
from sitegen.clip import Problem
from sitegen.explain.explanation import ClipFacts, OutageFacts
from sitegen.explain.subject import Subject

_BUILD = "run sitegen build; sitegen watch does it by itself"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on the disk, in the index and on the site."""

    there: bool = True
    """Something is at the path."""
    now: FileEntry | Problem | None = None
    """As a scan would see it."""
    known: FileEntry | None = None
    """As the last scan saw it."""
    index_trouble: str = ""
    """Why the index could not be asked."""
    held: bool = False
    """It was seen, and left for later: it may still be written."""
    clip: ClipFacts | None = None
    belongs: bool = True
    """The clip uses the file: a sidecar that is read, a note, an image or a preview that the sidecar names."""
    outage: OutageFacts | None = None
    problems: tuple[Problem, ...] = ()
    published: bool = False
    """The site has the clip's page, and its day.json names it; for an outage: its day.json has a gap there."""


class Verdict(NamedTuple):
    """The answer; `reason` is "" for what is on the site."""

    reason: str = ""
    remedy: str = ""
    remarks: tuple[str, ...] = ()


def verdict(subject: Subject, seen: Seen) -> Verdict:
    """Return why something is not on the site, or that it is."""
    found = None if subject.kind == "id" else _by_path(subject) or _by_disk(subject, seen)
    return found or _by_index(subject, seen) or _by_site(seen)


def _by_path(subject: Subject) -> Verdict | None:
    if subject.path is None:
        return Verdict("it lies outside the archive", "put it into the archive, or correct archive.root")
    if any(part.startswith(".") for part in subject.path.split("/")):
        return Verdict("hidden files and folders are passed over", "give it a name that begins with no dot")
    return None


def _by_disk(subject: Subject, seen: Seen) -> Verdict | None:
    if not seen.there and (seen.known is not None or seen.clip is not None):
        return Verdict("it was deleted; the next build takes it off the site", _BUILD)
    if not seen.there:
        return Verdict("there is no such file", "check its name, or ask for the clip by its id")
    if isinstance(seen.now, Problem):
        return Verdict(seen.now.reason, seen.now.remedy)
    if subject.kind == "other":
        reason = "it is no video, image, sidecar (.yaml) or note (.md): sitegen does not look at it"
        return Verdict(reason, "give it the ending of what it is, if it is one of them")
    return None


def _by_index(subject: Subject, seen: Seen) -> Verdict | None:
    if seen.index_trouble:
        remedy = "run sitegen build, as the user whom the state folder belongs to"
        return Verdict(f"the index cannot tell: {seen.index_trouble}", remedy)
    if subject.kind == "id" and seen.clip is None:
        return Verdict("no clip has this id, or its file was not scanned yet", _BUILD)
    if subject.kind != "id" and seen.known is None:
        return Verdict("it was not scanned yet: the index is older than the file", _BUILD)
    if seen.outage is None and (seen.clip is None or not seen.belongs):
        return _unused(subject, seen)
    return None


def _by_site(seen: Seen) -> Verdict:
    if seen.published:
        return Verdict(remarks=tuple(_remarks(seen)))
    if seen.outage is None:
        return Verdict("its page is not written yet, or not again since it changed", _BUILD)
    reason = "its day shows no gap there: segments cover it, the day has no clips, or it is not written yet"
    return Verdict(reason, _BUILD)


def _unused(subject: Subject, seen: Seen) -> Verdict:
    """Say why the index knows the file and makes nothing of it."""
    if _changed(seen):
        return Verdict("it was changed after the last scan", _BUILD)
    own = [problem for problem in seen.problems if problem.path == subject.path]
    if own:
        return Verdict(": ".join(filter(None, (own[0].key, own[0].reason))), own[0].remedy)
    if seen.held:
        return Verdict(
            "it has no sidecar and may still be written",
            "wait: half a minute after its last change sitegen watch takes it; sitegen build takes it at once",
        )
    if subject.kind == "image":
        return Verdict(
            "no sidecar names it as its image", "nothing: posters are made from the video where there is none"
        )
    if subject.kind == "note":
        return Verdict("there is no clip of the same name", "give it the video's name, with the ending .md")
    return Verdict("the index knows it and has no clip of it", "run sitegen build --full")


def _remarks(seen: Seen) -> list[str]:
    clip = seen.clip
    remarks = []
    if clip is not None and clip.end is None:
        remarks.append("it is being recorded: its page says so until its sidecar has an end")
    elif _changed(seen):
        remarks.append(f"it was changed after the last scan, and is shown as it was: {_BUILD}")
    if clip is not None and any(not file.there for file in (*clip.pages, *clip.previews.files)):
        remarks.append("some of its files are missing in the site's folder: run sitegen build --full")
    return remarks


def _changed(seen: Seen) -> bool:
    return seen.known is not None and isinstance(seen.now, FileEntry) and seen.now != seen.known
