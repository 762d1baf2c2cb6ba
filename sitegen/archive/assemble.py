"""Decides what the files of one stem are together: a clip, an outage, or Problems. Pure but for the callables it is given.

A stem is a path without its last ending: `a.mp4`, `a.yaml` and `a.md` belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from sitegen.archive.note import read_note
from sitegen.archive.scan import NOTE_SUFFIX, SIDECAR_SUFFIX, FileEntry, stem_of, suffix_of
from sitegen.archive.sidecar import read_sidecar
from sitegen.clip import VIDEO_SUFFIXES, Clip, Note, Outage, Problem, Sidecar

_VIDEOS = frozenset(VIDEO_SUFFIXES)

Read = Callable[[str], bytes]
"""Returns the content of a file in the archive, by path; raises OSError."""

Parsed = TypeVar("Parsed", Sidecar, Note)

Adopt = Callable[[FileEntry], Sidecar | Problem | None]
"""Makes up a sidecar for a video that has none; None: not yet, it may still be written. Raises OSError."""


class Assembled(msgspec.Struct, frozen=True):
    """What the files of one stem came to."""

    clips: tuple[Clip, ...] = ()
    """Their `id` is not given yet: "" ."""
    outages: tuple[Outage, ...] = ()
    problems: tuple[Problem, ...] = ()
    wanted: tuple[str, ...] = ()
    """Files that the sidecar names besides its video, there or not: when one comes or goes, the stem is assembled again."""
    held: tuple[str, ...] = ()
    """Videos without a sidecar that may still be written."""
    unread: bool = False
    """True: the disk refused a file; it is asked again, for nothing about the file tells when that is over."""

    @property
    def is_plain(self) -> bool:
        """True: there is nothing to remember of the stem but its clips."""
        return not (self.outages or self.problems or self.wanted or self.held or self.unread)


def assemble(
    files: Sequence[FileEntry],
    *,
    read: Read,
    adopt: Adopt,
    size_of: Callable[[str], int | None],
    claimed: Callable[[str], bool] = lambda _: False,
) -> Assembled:
    """Judge the files of one stem. Never raises for what they hold.

    `size_of` gives the bytes of a file in the archive, None when it is not there; `claimed`, whether another sidecar
    names a video as its preview: such a one is no clip of its own.
    """
    by_suffix: dict[str, FileEntry] = {}
    videos: dict[str, FileEntry] = {}
    for file in files:
        suffix = suffix_of(file.path)
        by_suffix[suffix] = file
        if suffix in _VIDEOS:
            videos[file.path] = file
    found = _Findings()
    note = _read_note(by_suffix.get(NOTE_SUFFIX), read, found)
    sidecar_file = by_suffix.get(SIDECAR_SUFFIX)
    sidecar = _read_sidecar(sidecar_file, read, found)
    clips: list[Clip] = []
    outages: list[Outage] = []
    wanted: tuple[str, ...] = ()
    if sidecar is not None and sidecar_file is not None and sidecar.kind == "outage":
        outages.append(_outage(sidecar_file, sidecar))
    elif sidecar is not None and sidecar_file is not None:
        image, sub = _named(sidecar_file.path, sidecar.image), _named(sidecar_file.path, sidecar.preview)
        if image or sub:
            wanted = tuple(path for path in (image, sub) if path)
            image, sub = (path if path and size_of(path) is not None else None for path in (image, sub))
        video = _video(sidecar_file, sidecar, videos, found.problems)
        if video is not None:
            image_bytes = (size_of(image) if image else None) or 0
            clips.append(_make(video, sidecar, note=note, image=image, image_bytes=image_bytes, sub=sub))
            del videos[video.path]
    held: list[str] = []
    if videos:
        rest = sorted(path for path in videos if not claimed(path))
        held = [path for path in rest if not _adopt(videos[path], adopt, note, clips, found)]
    return Assembled(
        tuple(clips), tuple(outages), tuple(found.problems), wanted, tuple(held), bool(found.refused)
    )


class _Findings:
    """What was found to be wrong so far, and which files the disk refused."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.refused: list[str] = []

    def refuse(self, path: str, error: OSError) -> None:
        """Take note that a file could not be read."""
        self.refused.append(path)
        self.problems.append(
            Problem(path, "", f"cannot be read: {error.strerror}", "check its owner and the disk")
        )


def _adopt(video: FileEntry, adopt: Adopt, note: Note | None, clips: list[Clip], found: _Findings) -> bool:
    """Take in a video that has no sidecar; False: not yet."""
    try:
        adopted = adopt(video)
    except OSError as error:
        found.refuse(video.path, error)
        return True
    if isinstance(adopted, Problem):
        found.problems.append(adopted)
    elif adopted is not None:
        clips.append(_make(video, adopted, note=note, adopted=True))
    return adopted is not None


def _sibling(path: str, name: str) -> str:
    return path[: path.rfind("/") + 1] + name


def _named(path: str, name: str | None) -> str | None:
    return _sibling(path, name) if name else None


def _read_sidecar(file: FileEntry | None, read: Read, found: _Findings) -> Sidecar | None:
    return None if file is None else _parsed(file.path, read, read_sidecar, found)


def _read_note(file: FileEntry | None, read: Read, found: _Findings) -> Note | None:
    return None if file is None else _parsed(file.path, read, read_note, found)


def _parsed(
    path: str,
    read: Read,
    parse: Callable[[bytes, str], tuple[Parsed | None, tuple[Problem, ...]]],
    found: _Findings,
) -> Parsed | None:
    try:
        data = read(path)
    except OSError as error:
        found.refuse(path, error)
        return None
    parsed, wrong = parse(data, path)
    found.problems.extend(wrong)
    return parsed


def _video(
    file: FileEntry, sidecar: Sidecar, videos: Mapping[str, FileEntry], problems: list[Problem]
) -> FileEntry | None:
    """Return the video that a sidecar names, if it is of the same stem."""
    wanted = _sibling(file.path, sidecar.video or "-")
    video = videos.get(wanted)
    if video is None:
        same_stem = stem_of(wanted) == stem_of(file.path)
        reason = (
            f"its video {sidecar.video} is not there"
            if same_stem
            else f"it names {sidecar.video}, which is not its own stem"
        )
        remedy = (
            "put the video back or delete the sidecar"
            if same_stem
            else "give video and sidecar the same name before the ending"
        )
        problems.append(Problem(file.path, "video", reason, remedy))
    return video


def _outage(file: FileEntry, sidecar: Sidecar) -> Outage:
    return Outage(
        path=file.path,
        camera=sidecar.camera,
        start=sidecar.start,
        end=sidecar.end,
        end_reason=sidecar.end_reason,
    )


def _make(
    video: FileEntry,
    sidecar: Sidecar,
    *,
    note: Note | None,
    image: str | None = None,
    image_bytes: int = 0,
    sub: str | None = None,
    adopted: bool = False,
) -> Clip:
    recording = sidecar.end is None and not adopted
    return Clip(
        path=video.path,
        id="",
        kind="segment" if sidecar.kind == "segment" else "event",
        camera=sidecar.camera,
        start=sidecar.start,
        end=sidecar.end,
        # A growing file would change its page at every look; its size is shown when it is whole.
        bytes=0 if recording else video.size,
        mtime_ns=0 if recording else video.mtime_ns,
        image=image,
        image_bytes=image_bytes,
        sub=sub,
        event=sidecar.event,
        motion=sidecar.motion,
        end_reason=sidecar.end_reason,
        extra=sidecar.extra,
        note=note,
        adopted=adopted,
    )
