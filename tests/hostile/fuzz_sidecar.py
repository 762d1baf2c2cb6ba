"""Fuzzes the readers of sidecars and notes with atheris: `python tests/hostile/fuzz_sidecar.py -max_total_time=600`.

Needs the dependency group `fuzz`. Any exception, any difference between the fast reader and the general one, any result
that cannot be written as JSON, stops it with the input that did it. Its options are libFuzzer's.
"""

import sys

import atheris

with atheris.instrument_imports():
    from sidecar_readers import judge

WHOLE = (
    b'schema: 1\nkind: "event"\ncamera: "101"\nstart: "2026-11-22T03:55:03.120Z"\nend: "2026-11-22T03:55:41.020Z"\n'
    b'video: "a.mp4"\nimage: "a.jpg"\npreview: "a.sub.mp4"\nevent: "101-20261122T035503Z"\n'
    b'motion: {changed_pixels: 5210, noise: 12}\nend_reason: "motion_stopped"\nextra: {"movie": "debug", "n": 7}\n'
)


def one_input(data: bytes) -> None:
    """Judge the bytes as they are, and in place of the end of a sidecar that is right."""
    judge(data)
    if data:
        judge(WHOLE[: data[0] * len(WHOLE) // 255] + data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
