"""Decides what the files of one stem are together: a clip, an outage, or Problems. Pure but for the callables it is given.

A stem is a path without its last ending: `a.mp4`, `a.yaml` and `a.md` belong together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TypeVar

import msgspec

from sitegen.archive.note import read_note
from sitegen.archive.scan import NOTE_SUFFIX, SIDECAR_SUFFIX, FileEntry, suffix_of
from sitegen.archive.sidecar import read_sidecar
from sitegen.clip import VIDEO_SUFFIXES, Clip, Note, Outage, Problem, Sidecar

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
    wanted_image: str | None = None
    """The image that the sidecar names, there or not: when it comes or goes, the stem is assembled again."""
    held: tuple[str, ...] = ()
    """Videos without a sidecar that may still be written."""
    unread: bool = False
    """True: the disk refused a file; it is asked again, for nothing about the file tells when that is over."""


def assemble(
    files: Sequence[FileEntry], *, read: Read, adopt: Adopt, exists: Callable[[str], bool]
) -> Assembled:
    """Judge the files of one stem. Never raises for what they hold."""
    by_suffix = {suffix_of(f.path): f for f in files}
    videos = {f.path: f for f in files if suffix_of(f.path) in VIDEO_SUFFIXES}
    problems: list[Problem] = []
    refused: list[str] = []
    note = _read_note(by_suffix.get(NOTE_SUFFIX), read, problems, refused)
    sidecar_file = by_suffix.get(SIDECAR_SUFFIX)
    sidecar = _read_sidecar(sidecar_file, read, problems, refused)
    clips: list[Clip] = []
    outages: list[Outage] = []
    wanted = None
    if sidecar is not None and sidecar_file is not None and sidecar.kind == "outage":
        outages.append(_outage(sidecar_file, sidecar))
    elif sidecar is not None and sidecar_file is not None:
        wanted = _sibling(sidecar_file.path, sidecar.image) if sidecar.image else None
        image = wanted if wanted and exists(wanted) else None
        clip = _clip(sidecar_file, sidecar, videos, problems, note=note, image=image)
        if clip is not None:
            clips.append(clip)
            del videos[clip.path]
    held = []
    for video in sorted(videos.values(), key=lambda f: f.path):
        try:
            adopted = adopt(video)
        except OSError as error:
            adopted = _refused(video.path, error, refused)
        if adopted is None:
            held.append(video.path)
        elif isinstance(adopted, Problem):
            problems.append(adopted)
        else:
            clips.append(_make(video, adopted, note=note, image=None, adopted=True))
    return Assembled(tuple(clips), tuple(outages), tuple(problems), wanted, tuple(held), bool(refused))


def _sibling(path: str, name: str) -> str:
    return str(PurePosixPath(path).with_name(name))


def _read_sidecar(
    file: FileEntry | None, read: Read, problems: list[Problem], refused: list[str]
) -> Sidecar | None:
    return None if file is None else _parsed(file.path, read, read_sidecar, problems, refused)


def _read_note(
    file: FileEntry | None, read: Read, problems: list[Problem], refused: list[str]
) -> Note | None:
    return None if file is None else _parsed(file.path, read, read_note, problems, refused)


def _parsed(
    path: str,
    read: Read,
    parse: Callable[[bytes, str], tuple[Parsed | None, tuple[Problem, ...]]],
    problems: list[Problem],
    refused: list[str],
) -> Parsed | None:
    try:
        data = read(path)
    except OSError as error:
        problems.append(_refused(path, error, refused))
        return None
    parsed, found = parse(data, path)
    problems.extend(found)
    return parsed


def _refused(path: str, error: OSError, refused: list[str]) -> Problem:
    refused.append(path)
    return Problem(path, "", f"cannot be read: {error.strerror}", "check its owner and the disk")


def _clip(
    file: FileEntry,
    sidecar: Sidecar,
    videos: Mapping[str, FileEntry],
    problems: list[Problem],
    *,
    note: Note | None,
    image: str | None,
) -> Clip | None:
    wanted = _sibling(file.path, sidecar.video or "-")
    video = videos.get(wanted)
    if video is None:
        same_stem = str(PurePosixPath(wanted).with_suffix("")) == str(
            PurePosixPath(file.path).with_suffix("")
        )
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
        return None
    return _make(video, sidecar, note=note, image=image, adopted=False)


def _outage(file: FileEntry, sidecar: Sidecar) -> Outage:
    return Outage(
        path=file.path,
        camera=sidecar.camera,
        start=sidecar.start,
        end=sidecar.end,
        end_reason=sidecar.end_reason,
    )


def _make(video: FileEntry, sidecar: Sidecar, *, note: Note | None, image: str | None, adopted: bool) -> Clip:
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
        event=sidecar.event,
        motion=sidecar.motion,
        end_reason=sidecar.end_reason,
        extra=sidecar.extra,
        note=note,
        adopted=adopted,
    )
