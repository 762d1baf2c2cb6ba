"""An archive with a movie as Motion leaves it, for the tests of hooks."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hook_calls import FOLDER, make_archive

HOOK = Path(__file__).parents[1] / "hooks" / "sitegen-hook"


MOTION = {"noise": 12, "labels": 3, "x": 310, "y": 190, "width": 120, "height": 80}


@pytest.fixture(scope="session")
def movie(tmp_path_factory):
    """A movie of 19.5 seconds, written at one known second."""
    path = tmp_path_factory.mktemp("movie") / "movie.mp4"
    source = ["-f", "lavfi", "-i", "color=size=64x48:rate=10:duration=19.5"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *source, str(path)], check=True, timeout=60)
    os.utime(path, (1_795_319_840, 1_795_319_840))
    return path


@pytest.fixture
def archive(tmp_path, movie):
    return make_archive(tmp_path / "archive", movie)


def read(archive, name):
    return yaml.safe_load((archive / FOLDER / name).with_suffix(".yaml").read_bytes())


WRONG = [
    ([], "is no hook"),
    (["movie"], "is no hook"),
    (["movie-end", "--colour=red"], "is no option"),
    (["movie-end", "stray"], "is no option"),
    (["movie-end"], "--archive is missing"),
    (["movie-end", "--archive", "ROOT"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=../x"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=a/b"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=.."], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=x\ny"], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=" + "9" * 65], "is no camera id"),
    (["movie-end", "--archive", "ROOT", "--camera=1"], "is no time"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "--time=now"], "is no time"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--event=}"], "is no event id"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--pixels=many"], "is no whole number"),
    (["event-start", "--archive", "ROOT", "--camera=1", "TIME", "--pixels=--1-"], "is no whole number"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "TIME"], "is no absolute path"),
    (["movie-end", "--archive", "ROOT", "--camera=1", "TIME", "--file", "x.mp4"], "is no absolute path"),
    (
        ["movie-end", "--archive", "ROOT", "--camera=1", "TIME", "--file", "/etc/passwd"],
        "is not in the archive",
    ),
    (
        ["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT/../x"],
        "is not in the archive",
    ),
    (["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT"], "is not in the archive"),
    (["movie-start", "--archive", "ROOT", "--camera=1", "TIME", "--file", "ROOT/\udcff.mp4"], "no UTF-8"),
]
