"""Starts a second generator and a second recorder on what a first one has: it ends with 75 and names the first (P13)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from archives import configure
from changing_footage import BUILD, Footage
from torture.away import PATIENCE_S, watching
from torture.tally import Tally
from waiting import wait_until

_HELD = 75
_CAMERA = '[camera.101]\ntitle = "Driveway"\nurl = "rtsp://127.0.0.1:9/none"\n'


def two_generators(folder: Path) -> list[str]:
    footage = Footage(folder, 31)
    footage.add()
    with watching(footage):
        return _refused([*BUILD, "-q"], folder, "the generator")


def two_recorders(folder: Path) -> list[str]:
    configure(folder, _CAMERA)
    argv = [sys.executable, "-m", "sitegen.cli", "record"]
    with (
        (folder / "record.log").open("w") as log,
        subprocess.Popen(argv, cwd=folder, stderr=log, process_group=0) as first,
    ):
        try:
            wait_until((folder / "record.log").read_text, PATIENCE_S, "a recorder at work")
            return _refused(argv, folder, "recorder")
        finally:
            os.killpg(first.pid, 15)
            first.wait(PATIENCE_S)


def _refused(argv: list[str], folder: Path, named: str) -> list[str]:
    second = subprocess.run(argv, cwd=folder, check=False, capture_output=True, text=True, timeout=PATIENCE_S)
    if second.returncode == _HELD and named in second.stderr and "process" in second.stderr:
        return []
    return [f"exit {second.returncode}: {second.stderr[-300:]}"]


def try_both(base: Path, tally: Tally) -> None:
    for name, case in (("two generators", two_generators), ("two recorders", two_recorders)):
        folder = base / name.replace(" ", "-")
        folder.mkdir(parents=True)
        tally.add(name, hit=True, broken=case(folder))
