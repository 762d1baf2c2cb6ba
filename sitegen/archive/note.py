"""Reads a note: Markdown that a person wrote beside a video, with optional front matter; never an exception.

Touches no disk. What is wrong in the front matter costs only that part: the prose is used all the same.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, get_type_hints

import msgspec

from sitegen.archive.yaml_check import UNWANTED, Refused, load_plain
from sitegen.clip import Note, Problem
from sitegen.sections import key, reason, unwrap

MAX_BYTES = 256 * 1024
_FRONT = re.compile(r"---[ \t]*\n(?:(.*?)\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MEANS_KEEP = re.compile(
    r"^\s*[\"']?keep[\"']?\s*:(?!\s*[\"']?(false|no|off|n)\b)", re.MULTILINE | re.IGNORECASE
)
_ONE_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$(?!\n)"

_Tag = Annotated[str, msgspec.Meta(pattern=_ONE_LINE, max_length=64)]


class NoteKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of a note's front matter."""

    keep: Annotated[bool, key("true: the clip is never deleted by retention.", example=True)] = False
    tags: Annotated[
        tuple[_Tag, ...],
        key(
            "Words to find it by.",
            example=["parcel"],
            form="a list of at most 64 texts, each at most 64 characters",
            max_length=64,
        ),
    ] = ()
    title: (
        Annotated[
            str,
            key(
                "What the clip is called on its page.",
                example="The parcel",
                form="text on one line",
                pattern=_ONE_LINE,
                max_length=200,
            ),
        ]
        | None
    ) = None


_HINTS = get_type_hints(NoteKeys, include_extras=True)


def read_note(data: bytes, name: str) -> tuple[Note | None, tuple[Problem, ...]]:
    """Return a note's content, and what is wrong with it; None when there is nothing in it.

    `name` is what Problems call the file. When the front matter cannot be read but seems to say `keep`, the
    clip is kept: a slip of the pen must not cost footage.
    """
    found: list[Problem] = []
    if len(data) > MAX_BYTES:
        found.append(
            Problem(
                name, "", f"is larger than {MAX_BYTES // 1024} KiB; the rest is ignored", "make it shorter"
            )
        )
        data = data[: data.rfind(b"\n", 0, MAX_BYTES) + 1]
    text = _text(data, name, found)
    if not text.strip():
        return None, tuple(found)
    front, prose = _split(text, name, found)
    values: dict[str, Any] = {}
    try:
        values = _front_matter(load_plain(front.encode()), name, found)
    except Refused as refused:
        remedy = "write true or false" if refused.key == "keep" else refused.remedy
        found.append(Problem(name, refused.key, f"front matter: {refused.reason}", remedy))
    if found and "keep" not in values and _MEANS_KEEP.search(front or text):
        values["keep"] = True
    return Note(text=prose, **values), tuple(found)


def read_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Return the front matter's keys ({} when there is none, or none that can be read) and the text after it."""
    front, prose = _split(text.replace("\r\n", "\n"), "", [])
    try:
        tree = load_plain(front.encode(errors="replace"))
    except Refused:
        tree = None
    return (tree if isinstance(tree, dict) else {}), prose


def _text(data: bytes, name: str, found: list[Problem]) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.append(Problem(name, "", "is not UTF-8 text", "save it as UTF-8"))
        text = data.decode(errors="replace")
    return UNWANTED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))


def _split(text: str, name: str, found: list[Problem]) -> tuple[str, str]:
    """Return front matter ("" when there is none) and prose."""
    match = _FRONT.match(text)
    if match:
        return match[1] or "", text[match.end() :].strip("\n")
    if re.match(r"---[ \t]*\n", text):
        found.append(Problem(name, "", "front matter has no end", "put a line of --- after it"))
    return "", text.strip("\n")


def _front_matter(tree: Any, name: str, found: list[Problem]) -> dict[str, Any]:
    """Return the keys that are right; the others go into `found`."""
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        found.append(Problem(name, "", "front matter has no keys", "write, for instance: keep: true"))
        return {}
    values = {}
    for field, value in tree.items():
        if field not in _HINTS:
            found.append(
                Problem(name, field[:64], "is not known here, and ignored", "known: " + ", ".join(_HINTS))
            )
        elif value is not None:
            try:
                values[field] = msgspec.convert(value, _HINTS[field])
            except msgspec.ValidationError:
                found.append(Problem(name, field, reason(value, _HINTS[field]), _example(field)))
    return values


def _example(field: str) -> str:
    examples = unwrap(_HINTS[field])[1].examples or [""]
    return f"write, for instance: {field}: {msgspec.json.encode(examples[0]).decode()}"
