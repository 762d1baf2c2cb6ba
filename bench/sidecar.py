"""Prints what reading a sidecar of our own writing costs, as a ratio to the general reader of YAML; touches no file.

Usage: python bench/sidecar.py [--json]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from archive import sidecar_of
from rows import Row, at_most, print_rows

from sitegen.archive.sidecar import read_any_form, read_sidecar

ROUNDS, SIDECARS = 9, 400


def cpu_us(read: Callable[[bytes, str], object], texts: list[bytes]) -> float:
    """Return the processor time of reading one of the texts, in microseconds."""
    begun = time.process_time()
    for text in texts:
        read(text, "a.yaml")
    return (time.process_time() - begun) / len(texts) * 1e6


def measure() -> Iterator[Row]:
    """Compare both readers on the same texts, in turn; the quickest round of each counts."""
    for kind in ("event", "segment"):
        texts = [sidecar_of(number, kind)[1].encode() for number in range(SIDECARS)]
        rounds = [(cpu_us(read_sidecar, texts), cpu_us(read_any_form, texts)) for _ in range(ROUNDS)]
        own, general = (min(times) for times in zip(*rounds, strict=True))
        yield at_most(
            f"read the sidecar of one {kind}, against the general YAML reader", own, general, "µs", 0.1
        )


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
