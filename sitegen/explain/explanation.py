"""What `sitegen explain` says, as plain data and as text; touches nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from sitegen.clip import Problem

SubjectKind = Literal["video", "sidecar", "note", "image", "other", "id"]


class SiteFile(msgspec.Struct, frozen=True):
    """A file that the site should have, relative to its folder, and whether it is there."""

    path: str
    there: bool


class PreviewState(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the previews of a clip are; `reason` says why there are none."""

    state: Literal["made", "waiting", "failed", "none"]
    reason: str = ""
    files: tuple[SiteFile, ...] = ()


class ClipFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A clip as the index has it; paths are relative to the archive's root. Absent is what there is not."""

    id: str
    kind: str
    """ "event", "segment", "timelapse" or "debug"."""
    camera: str
    camera_title: str
    start: datetime
    start_local: str
    end: datetime | None = None
    """Absent: it is being recorded."""
    end_local: str | None = None
    end_reason: str | None = None
    event: str | None = None
    video: str
    bytes: int = 0
    sidecar: str | None = None
    adopted: str | None = None
    """Where its camera and times come from, when it has no sidecar that can be used."""
    note: str | None = None
    image: str | None = None
    sub: str | None = None
    """Recorded from the camera's sub-stream at the same time: its small video."""
    day: date
    pages: tuple[SiteFile, ...]
    previews: PreviewState


class OutageFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A stretch in which Motion had lost a camera; its sidecar has no video."""

    camera: str
    start: datetime
    start_local: str
    end: datetime | None = None
    end_local: str | None = None
    day: date
    pages: tuple[SiteFile, ...]


class Explanation(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The answer: what was asked for, whether it is on the site, and if not, why not and what to do."""

    asked: str
    kind: SubjectKind
    on_site: bool
    path: str | None = None
    """In the archive; absent for an id that nobody has, and outside."""
    reason: str = ""
    remedy: str = ""
    remarks: tuple[str, ...] = ()
    """What is worth knowing though it is on the site."""
    clip: ClipFacts | None = None
    outage: OutageFacts | None = None
    problems: tuple[Problem, ...] = ()


def local(when: datetime, zone: ZoneInfo) -> str:
    """Return a time as the site shows it, with its zone."""
    return f"{when.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}"


def text(told: Explanation) -> str:
    """Return the answer for people: the verdict first, then a line a fact."""
    name = told.path or told.asked
    lines = [f"{name}: on the site" if told.on_site else f"{name}: not on the site: {told.reason}"]
    if told.remedy:
        lines.append(_line("remedy", told.remedy))
    lines += [_line("remark", remark) for remark in told.remarks]
    if told.clip is not None:
        lines += _clip(told.clip)
    if told.outage is not None:
        lines += _outage(told.outage)
    for problem in told.problems:
        key = f" {problem.key}:" if problem.key else ""
        lines.append(_line("Problem", f"{problem.path}:{key} {problem.reason}; {problem.remedy}"))
    return "\n".join(lines)


def _line(name: str, value: object) -> str:
    return f"  {name:<9} {value}"


def _clip(clip: ClipFacts) -> list[str]:
    lines = [
        _line("clip", f"{clip.id}, {clip.kind} of camera {clip.camera} ({clip.camera_title})"),
        _line("start", _both(clip.start, clip.start_local)),
        _line("end", _both(clip.end, clip.end_local)),
    ]
    given = {
        "because": clip.end_reason,
        "event": clip.event,
        "video": f"{clip.video}, {clip.bytes} bytes" if clip.end else clip.video,
        "sidecar": clip.sidecar,
        "adopted": clip.adopted,
        "note": clip.note,
        "image": clip.image,
        "preview": clip.sub,
        "day": clip.day,
    }
    lines += [_line(name, value) for name, value in given.items() if value is not None]
    why = f": {clip.previews.reason}" if clip.previews.reason else ""
    files = (*(("page", f) for f in clip.pages), *(("preview", f) for f in clip.previews.files))
    return [
        *lines,
        _line("previews", clip.previews.state + why),
        *(_line(what, _file(file)) for what, file in files),
    ]


def _outage(outage: OutageFacts) -> list[str]:
    return [
        _line("outage", f"of camera {outage.camera}"),
        _line("start", _both(outage.start, outage.start_local)),
        _line("end", _both(outage.end, outage.end_local)),
        _line("day", outage.day),
        *(_line("page", _file(file)) for file in outage.pages),
    ]


def _both(when: datetime | None, shown: str | None) -> str:
    if when is None:
        return "not yet"
    return f"{when.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}, {shown}"


def _file(file: SiteFile) -> str:
    return file.path if file.there else f"{file.path} (not there)"
