"""Reads a sidecar: checks bytes that anybody may have written and returns data or Problems, never an exception.

Touches no disk. SidecarKeys says everything about the keys; the reference page and the JSON Schema are made from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from sitegen.archive.sidecar_fast import read_own_form
from sitegen.archive.yaml_check import Refused, load_plain
from sitegen.clip import VIDEO_SUFFIXES, Motion, Problem, Sidecar, SidecarKind
from sitegen.sections import is_optional, key, reason, unwrap

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".ppm")
"""Endings (lower case) that make a file a picture."""
LONGEST_CLIP = timedelta(days=31)
LONGEST_OUTAGE = timedelta(days=3_660)
_FIRST_YEAR, _LAST_YEAR = 1970, 2199

_NAME_MAX_BYTES = 255
_SHOWN, _SHOWN_NAMES = 64, 5

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_LINE: dict[str, Any] = {
    "pattern": rf"^[^{_CONTROLS}]+$(?!\n)",
    "max_length": 200,
    "form": "text on one line",
}
_FILE: dict[str, Any] = {
    "pattern": rf"^[^./{_CONTROLS}][^/{_CONTROLS}]*$(?!\n)",
    "max_length": 255,
    "form": "a bare file name: no folder, no leading dot",
}
_TIME: dict[str, Any] = {
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$(?!\n)",
    "extra_json_schema": {"format": "date-time"},
    "form": "a time as RFC 3339 has it, with its offset",
}


class SidecarKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a sidecar as the file has them."""

    schema: Annotated[Literal[1], key("The version of this form.", example=1)]
    kind: Annotated[SidecarKind, key("What the video is; an outage has none.", example="event")]
    camera: Annotated[
        str,
        key(
            "The camera's id: Motion's camera_id.",
            example="101",
            pattern=r"^(?!\.{1,2}$)[A-Za-z0-9_.-]{1,64}$(?!\n)",
            form="text in quotes of 1 to 64 letters, digits, dots, - and _",
        ),
    ]
    start: Annotated[str, key("The first frame's time.", example="2026-11-22T03:55:03.120Z", **_TIME)]
    end: (
        Annotated[
            str,
            key(
                "The last frame's time. Absent while it is being recorded (an outage: while it lasts).",
                example="2026-11-22T03:55:41.020Z",
                **_TIME,
            ),
        ]
        | None
    ) = None
    video: (
        Annotated[str, key("The video, in this folder.", example="101-34-20261122T035503Z.mp4", **_FILE)]
        | None
    ) = None
    image: (
        Annotated[
            str, key("A picture of it, in this folder.", example="101-34-20261122T035507Z.jpg", **_FILE)
        ]
        | None
    ) = None
    preview: (
        Annotated[
            str,
            key(
                "A small video of the same time, in this folder: the camera's sub-stream. It is no clip of its own.",
                example="101-20261122T035500Z-1a2b.sub.mp4",
                **_FILE,
            ),
        ]
        | None
    ) = None
    event: (
        Annotated[str, key("Clips of one Event share this text.", example="101-20261122T035503Z", **_LINE)]
        | None
    ) = None
    motion: (
        Annotated[
            Motion,
            key(
                "What Motion measured at the strongest moment: whole numbers.",
                example={"changed_pixels": 5210, "x": 310, "y": 190, "width": 120, "height": 80},
            ),
        ]
        | None
    ) = None
    end_reason: (
        Annotated[
            str,
            key(
                "Why it ended; segments: rotated, stopped, camera_lost, killed or disk_full.",
                example="motion_stopped",
                **_LINE,
            ),
        ]
        | None
    ) = None
    extra: Annotated[dict[str, Any], key("Anything else; kept, and shown as text.", example={})] | None = None


_HINTS = get_type_hints(SidecarKeys, include_extras=True)
_MOTION_HINTS = get_type_hints(Motion)
_Found = list[tuple[str, str, str]]
"""Key, reason and remedy of each thing that is wrong."""


def read_sidecar(data: bytes, name: str) -> tuple[Sidecar | None, tuple[Problem, ...]]:
    """Return a sidecar's content, or None when it cannot be used, and what is wrong with it.

    `name` is what Problems call the file. Unknown keys make a Problem and are ignored.
    """
    own = read_own_form(data)
    return read_any_form(data, name) if own is None else (own, ())


def read_any_form(data: bytes, name: str) -> tuple[Sidecar | None, tuple[Problem, ...]]:
    """Return what `read_sidecar` returns, whatever YAML it is, at some fifteen times the cost of our own form."""
    found: _Found = []
    try:
        tree = load_plain(data)
    except Refused as refused:
        return None, (Problem(name, refused.key, refused.reason, refused.remedy),)
    sidecar = _sidecar(tree, found)
    return (
        sidecar,
        tuple(Problem(name, where, wrong, remedy) for where, wrong, remedy in found),
    )


def _sidecar(tree: Any, found: _Found) -> Sidecar | None:
    if not isinstance(tree, dict):
        found.append(("", "has no keys", "write it as the reference of sidecars says"))
        return None
    tree = {name: value for name, value in tree.items() if value is not None}
    try:
        keys = msgspec.convert(tree, SidecarKeys)
    except msgspec.ValidationError:
        found += _wrong_keys(tree, _HINTS, "")
        return None
    start, end = _time("start", keys.start, found), _time("end", keys.end, found)
    found += _wrong_span(keys, start, end)
    found += _wrong_files(keys)
    if found or start is None:
        return None
    found += _unknown(tree)
    return Sidecar(
        kind=keys.kind,
        camera=keys.camera,
        start=start,
        end=end,
        video=keys.video,
        image=keys.image,
        preview=keys.preview,
        event=keys.event,
        motion=keys.motion,
        end_reason=keys.end_reason,
        extra=keys.extra or {},
    )


def _wrong_keys(tree: Mapping[str, object], hints: Mapping[str, Any], where: str) -> _Found:
    """Say which keys are missing or have values of a wrong form; the whole has been found wrong already."""
    found: _Found = []
    for name, hint in hints.items():
        if name not in tree:
            if not is_optional(hint):
                found.append((where + name, "is missing", _example(name, hint)))
            continue
        value = tree[name]
        if unwrap(hint)[0] is Motion and isinstance(value, dict):
            found += _wrong_keys(value, _MOTION_HINTS, f"{name}.")
            continue
        try:
            msgspec.convert(value, hint)
        except msgspec.ValidationError:
            quotes = unwrap(hint)[0] is str and isinstance(value, bool | int | float)
            found.append(
                (where + name, reason(value, hint), "put it in quotes" if quotes else _example(name, hint))
            )
    return found


def _example(name: str, hint: Any) -> str:
    examples = unwrap(hint)[1].examples
    if not examples:
        return "correct or remove it"
    return f"write, for instance: {name}: {msgspec.json.encode(examples[0]).decode()}"


def _time(name: str, text: str | None, found: _Found) -> datetime | None:
    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        found.append((name, "is no time that there is", "correct it"))
        return None
    if not _FIRST_YEAR <= when.year <= _LAST_YEAR:
        found.append((name, f"is not in the years {_FIRST_YEAR} to {_LAST_YEAR}", "set the recorder's clock"))
        return None
    return when


def _wrong_span(
    keys: SidecarKeys, start: datetime | None, end: datetime | None
) -> Iterator[tuple[str, str, str]]:
    if start is None or end is None:
        return
    longest = LONGEST_OUTAGE if keys.kind == "outage" else LONGEST_CLIP
    if end < start:
        yield "end", "is before start", "correct the two times"
    elif end - start > longest:
        yield "end", f"is more than {longest.days} days after start", "correct the two times"


def _wrong_files(keys: SidecarKeys) -> Iterator[tuple[str, str, str]]:
    if keys.kind == "outage" and keys.video is not None:
        yield "video", "is given, and an outage has none", "remove it, or correct kind"
    if keys.kind != "outage" and keys.video is None:
        yield "video", "is missing", "write the video's file name, or remove this file"
    if keys.preview is not None and keys.kind == "outage":
        yield "preview", "is given, and an outage has none", "remove it, or correct kind"
    elif keys.preview is not None and keys.preview == keys.video:
        yield "preview", "is the video itself", "write the small video's file name, or remove it"
    for name, value, suffixes in (
        ("video", keys.video, VIDEO_SUFFIXES),
        ("image", keys.image, IMAGE_SUFFIXES),
        ("preview", keys.preview, VIDEO_SUFFIXES),
    ):
        if value is None:
            continue
        if not value.lower().endswith(suffixes):
            yield name, "does not end like one: " + ", ".join(suffixes), "correct the file name"
        if len(value.encode()) > _NAME_MAX_BYTES:
            yield name, f"is longer than {_NAME_MAX_BYTES} bytes", "rename the file"


def _unknown(tree: Mapping[str, Any]) -> _Found:
    """Return one finding for all unknown keys together."""
    names = [name for name in tree if name not in _HINTS]
    names += [f"motion.{name}" for name in tree.get("motion", {}) if name not in _MOTION_HINTS]
    if not names:
        return []
    shown = ", ".join(name[:_SHOWN] for name in names[:_SHOWN_NAMES])
    return [(shown, "is not known here, and ignored", "put what is your own under extra")]
