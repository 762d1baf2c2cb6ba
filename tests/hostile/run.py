"""The large campaign of hostile input: `python tests/hostile/run.py --minutes N` prints counts, and exits 1 on a violation.

Each kind of input takes turns; every turn has another seed, which is told with what went wrong. An input is a file or
text that was tried; a point is one build, or one run of the readers; a violation is anything that the oracle found.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import bad_sidecars
import broken_videos
from hostile_names import NAMES
from named_site import named_site
from sandbox import Sandbox, film, tree, unsafe, violations
from scripting_texts import PAYLOADS, mixtures
from sidecar_readers import judge
from strange_days import PLACES, misplaced, strange_site
from strange_entries import KINDS, checked

from sitegen.site.prose import note_html

Turn = Callable[[int, Path], tuple[int, list[str]]]
"""Takes a seed and an empty folder; returns how many inputs were tried, and what was wrong."""


def headers(seed: int, _: Path) -> tuple[int, list[str]]:
    """Run the readers of containers over every lie and a thousand random videos, with limits."""
    argv = [sys.executable, str(Path(__file__).with_name("header_readers.py")), str(seed), "1000"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        return 1_000, [f"the readers ended with {done.returncode}: {done.stderr[-500:]}"]
    said = json.loads(done.stdout)
    return said["inputs"], said["violations"]


def readers(seed: int, _: Path) -> tuple[int, list[str]]:
    """Read cut, flipped and mixed sidecars with every reader."""
    pick, found = random.Random(seed), []
    inputs = [*bad_sidecars.cut(), *bad_sidecars.flipped(), *(data for _, data in bad_sidecars.edges())]
    inputs += [bad_sidecars.random_one(pick) for _ in range(2_000)]
    for data in inputs:
        try:
            judge(data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            found.append(f"{data[:200]!r}: {error!r}")
    return len(inputs), found


def videos(seed: int, folder: Path) -> tuple[int, list[str]]:
    """Build, with previews, over some lies and random videos."""
    pick, box = random.Random(seed), Sandbox(folder)
    inputs = pick.sample([*broken_videos.lies(), *broken_videos.others()], 12)
    inputs += [broken_videos.random_one(pick) for _ in range(12)]
    for number, (name, data) in enumerate(inputs):
        box.put(f"v{number}-{name}", data, sidecar=pick.random() < 0.7)
    return len(inputs), _built(box)


def sidecars(seed: int, folder: Path) -> tuple[int, list[str]]:
    """Build over random sidecars, every edge among them."""
    pick, box = random.Random(seed), Sandbox(folder)
    inputs = [data for _, data in bad_sidecars.edges()] + [bad_sidecars.random_one(pick) for _ in range(100)]
    for number, data in enumerate(inputs):
        path = box.put(f"bad{number}.mp4", film().read_bytes(), sidecar=False)
        path.with_suffix(".yaml").write_bytes(data.replace(b"VIDEO.mp4", path.name.encode()))
    return len(inputs), _built(box, "--no-previews")


def names(seed: int, folder: Path) -> tuple[int, list[str]]:
    """Build over all hostile names, each in other places than the last time."""
    shuffled = random.Random(seed).sample(NAMES, len(NAMES))
    box = named_site(folder, shuffled, seed)
    found = _built(box, "--no-previews")
    return len(shuffled), found + [f"run by a shell: {path}" for path in folder.rglob("HIT*")]


def notes(seed: int, folder: Path) -> tuple[int, list[str]]:
    """Turn mixtures of payloads into HTML, and build over some of them."""
    texts, box = [*PAYLOADS, *mixtures(seed, 1_000)], Sandbox(folder)
    found = [f"{text[:200]!r}: {wrong}" for text in texts for wrong in unsafe(note_html(text))]
    for number, text in enumerate(texts[::8]):
        path = box.put(f"noted{number}.mp4", film().read_bytes())
        path.with_suffix(".md").write_text(text, errors="replace")
    return len(texts), found + _built(box, "--no-previews")


def entries(_: int, folder: Path) -> tuple[int, list[str]]:
    """Build over links, fifos, sockets and devices in every role."""
    return 6 * len(KINDS), checked(folder, list(KINDS))


def days(seed: int, folder: Path) -> tuple[int, list[str]]:
    """Build a site of one strange day after the other."""
    name = list(PLACES)[seed % len(PLACES)]
    box, starts = strange_site(folder, name, 19)
    return len(starts), _built(box, "--no-previews") + misplaced(box, starts, PLACES[name][0])


TURNS: tuple[Turn, ...] = (headers, videos, readers, entries, sidecars, names, notes, days)


def _built(box: Sandbox, *options: str) -> list[str]:
    before = tree(box.folder)
    return violations(box, box.build(*options), before)


def turns(until: float, first: int) -> Iterator[tuple[Turn, int]]:
    """Yield each kind in turn while there is time; every one once, at least."""
    for seed in count(first):
        for turn in TURNS:
            if seed > first and time.monotonic() > until:
                return
            yield turn, seed


def main() -> int:
    """Print counts; return 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1, help="of the first turns")
    asked = parser.parse_args()
    points, inputs, wrong = Counter[str](), Counter[str](), Counter[str]()
    for turn, seed in turns(time.monotonic() + 60 * asked.minutes, asked.seed):
        name = turn.__name__
        folder = Path(tempfile.mkdtemp(prefix=f"hostile-{name}-"))
        tried, found = turn(seed, folder)
        shutil.rmtree(folder, ignore_errors=True)
        points[name] += 1
        inputs[name] += tried
        wrong[name] += len(found)
        for each in found:
            print(f"{name}, seed {seed}: {each}", flush=True)
    print(f"{'kind':10}{'points':>8}{'inputs':>10}{'violations':>12}")
    for name in points:
        print(f"{name:10}{points[name]:8}{inputs[name]:10}{wrong[name]:12}")
    print(f"{'all':10}{points.total():8}{inputs.total():10}{wrong.total():12}")
    return 1 if wrong.total() else 0


if __name__ == "__main__":
    sys.exit(main())
