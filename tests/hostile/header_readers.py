"""Runs the readers of containers over broken videos in a process of its own, with limits; says what was not well."""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from broken_videos import lies, others, random_one
from disguised_files import disguised

from sitegen.archive.container import read_container
from sitegen.archive.video_headers import read_headers
from sitegen.previews.ffmpeg import demuxer

MOST_S = 2.0
MOST_MORE_BYTES = 200 * 1024 * 1024


def inputs(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield every lie once, then as many random ones as asked for."""
    yield from lies()
    yield from others()
    yield from disguised("/outside.mp4", "http://127.0.0.1:9/")
    pick = random.Random(seed)
    for _ in range(count):
        yield random_one(pick)


def wrong(path: Path) -> Iterator[str]:
    """Yield what is not well when one file is read: an exception, too long, a figure that is none."""
    readers = {
        "container": lambda: read_container(path),
        "headers": lambda: read_headers(str(path), pieces=True),
        "size": lambda: read_headers(str(path), pieces=False),
        "demuxer": lambda: demuxer(path.read_bytes()[:400]),
    }
    for name, read in readers.items():
        begun = time.process_time()
        try:
            found = read()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            yield f"{path.name}: {name}: {error!r}"[:300]
            continue
        if time.process_time() - begun > MOST_S:
            yield f"{path.name}: {name} took {time.process_time() - begun:.1f} s"
        seconds = getattr(found, "seconds", None)
        if seconds is not None and not 0 <= seconds < float("inf"):
            yield f"{path.name}: {name}: {seconds} seconds"


def main(seed: int, count: int) -> None:
    """Print how many files were read, and what was wrong, as JSON."""
    list(inputs(seed, 99))  # what ffmpeg makes is made before the limit holds
    held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + MOST_MORE_BYTES,) * 2)
    found, number = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, data) in enumerate(inputs(seed, count), 1):
            path = Path(folder) / name
            path.write_bytes(data)
            found += [f"seed {seed} number {number}: {each}" for each in wrong(path)]
    print(json.dumps({"inputs": number, "violations": found}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
