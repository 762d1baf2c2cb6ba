"""Reads the same bytes with every reader of sidecars and notes, and says what they must not do."""

from __future__ import annotations

import json

from sitegen.archive.note import read_front_matter, read_note
from sitegen.archive.sidecar import read_any_form, read_sidecar
from sitegen.archive.sidecar_fast import read_own_form
from sitegen.clip import Problem


def judge(data: bytes) -> bool:
    """Raise for whatever the readers must not do with these bytes; return whether there is a sidecar.

    The fast reader and the general one agree; there is a sidecar or a Problem; all can be written as JSON or text.
    """
    own, general = read_own_form(data), read_any_form(data, "a.yaml")
    if own is not None and repr(general) != repr((own, ())):
        raise AssertionError(f"the fast reader says {own!r}, the general one {general!r}")
    sidecar, found = read_sidecar(data, "a.yaml")
    if sidecar is None and not found:
        raise AssertionError("neither a sidecar nor a Problem")
    if sidecar is not None:
        json.dumps(sidecar.extra, allow_nan=False).encode()
    for text in (data, b"---\n" + data + b"\n---\nprose"):
        found += _read_note(text)
    for problem in found:
        (problem.path + problem.key + problem.reason + problem.remedy).encode()
    return sidecar is not None


def _read_note(data: bytes) -> tuple[Problem, ...]:
    note, found = read_note(data, "a.md")
    if note is not None:
        (note.text + (note.title or "") + "".join(note.tags)).encode()
    read_front_matter(data.decode(errors="replace"))
    return found
