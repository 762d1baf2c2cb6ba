"""Finds out what a person means by FILE or ID: a path in the archive, a clip id, or something else; looks at paths only."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.archive.scan import IMAGE_SUFFIXES, NOTE_SUFFIX, SIDECAR_SUFFIX, suffix_of
from sitegen.clip import VIDEO_SUFFIXES
from sitegen.errors import UsageError
from sitegen.explain.explanation import SubjectKind


class Subject(msgspec.Struct, frozen=True):
    """What was asked for."""

    asked: str
    kind: SubjectKind
    path: str | None = None
    """Relative to the archive's root; None: it lies elsewhere, or is an id."""


def subject_of(asked: str, *, root: Path, output: Path, working: Path) -> Subject:
    """Return what `asked` means; raise UsageError for what can be neither a file nor an id.

    A relative path is looked for in the archive, then in the folder `working`. A preview stands for its video.
    """
    if not asked or "\0" in asked:
        raise UsageError("FILE|ID", "", "is empty", "name a file of the archive, or a clip id")
    candidates = [root / asked, working / asked]
    found = next((path for path in candidates if os.path.lexists(path)), None)
    if found is None and _is_id(asked):
        return Subject(asked, "id")
    path = candidates[0] if found is None else found
    if path.is_dir() and not path.is_symlink():
        raise UsageError(asked, "", "is a folder", "name a file in it, or a clip id")
    inside = _below(path, root)
    if inside is None:
        inside = _previewed(_below(path, output))
    return Subject(asked, kind_of(inside or asked), inside)


def kind_of(path: str) -> SubjectKind:
    """Say by its ending what a file is."""
    suffix = suffix_of(path)
    kinds: dict[str, SubjectKind] = {SIDECAR_SUFFIX: "sidecar", NOTE_SUFFIX: "note"}
    if suffix in VIDEO_SUFFIXES:
        return "video"
    return "image" if suffix in IMAGE_SUFFIXES else kinds.get(suffix, "other")


def _is_id(asked: str) -> bool:
    return "/" not in asked and kind_of(asked) == "other"


def _below(path: Path, folder: Path) -> str | None:
    """Return a path relative to a folder, whatever links lead to it; None: it is not below it.

    A link at the path's own end is not followed: it is what lies in the archive.
    """
    plain = Path(os.path.normpath(path))
    real = Path(os.path.realpath(plain.parent)) / plain.name
    for one, other in ((plain, folder), (real, Path(os.path.realpath(folder)))):
        if one.is_relative_to(other) and one != other:
            return one.relative_to(other).as_posix()
    return None


def _previewed(path: str | None) -> str | None:
    """Return the video of which a file of the site is a preview."""
    video = (path or "").removeprefix("previews/")
    ending = next((e for e in PREVIEW_ENDINGS.values() if video.endswith(e)), None)
    return video.removesuffix(ending) if path != video and ending else None
