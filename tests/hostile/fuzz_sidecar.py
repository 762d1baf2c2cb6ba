"""Fuzzes the readers of sidecars and notes with atheris: `python tests/hostile/fuzz_sidecar.py -max_total_time=600`.

Needs the dependency group `fuzz`. Any exception, any difference between the fast reader and the general one, any result
that cannot be written as JSON, stops it with the input that did it.
"""

import json
import sys

import atheris

with atheris.instrument_imports():
    from sitegen.archive.note import read_front_matter, read_note
    from sitegen.archive.sidecar import read_any_form, read_sidecar
    from sitegen.archive.sidecar_fast import read_own_form

WHOLE = (
    b'schema: 1\nkind: "event"\ncamera: "101"\nstart: "2026-11-22T03:55:03.120Z"\nend: "2026-11-22T03:55:41.020Z"\n'
    b'video: "a.mp4"\nimage: "a.jpg"\npreview: "a.sub.mp4"\nevent: "101-20261122T035503Z"\n'
    b'motion: {changed_pixels: 5210, noise: 12}\nend_reason: "motion_stopped"\nextra: {"movie": "debug", "n": 7}\n'
)


def judge(data: bytes) -> None:
    """Raise for whatever the readers must not do with these bytes."""
    own, general = read_own_form(data), read_any_form(data, "a.yaml")
    if own is not None and repr(general) != repr((own, ())):
        raise AssertionError(f"the fast reader says {own!r}, the general one {general!r}")
    sidecar, found = read_sidecar(data, "a.yaml")
    if sidecar is None and not found:
        raise AssertionError("neither a sidecar nor a Problem")
    if sidecar is not None:
        json.dumps(sidecar.extra, allow_nan=False).encode()
    note, told = read_note(data, "a.md")
    if note is not None:
        (note.text + (note.title or "") + "".join(note.tags)).encode()
    for problem in (*found, *told):
        (problem.path + problem.key + problem.reason + problem.remedy).encode()
    read_front_matter(data.decode(errors="replace"))


def test_one_input(data: bytes) -> None:
    """Judge the bytes as they are, and in place of the end of a sidecar that is right."""
    judge(data)
    if data:
        judge(WHOLE[: data[0] * len(WHOLE) // 255] + data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
