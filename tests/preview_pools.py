"""Preview pools with their archive and site, for tests."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from preview_footage import X264, clip_of, encode
from waiting import wait_until

from sitegen.previews.pool import PreviewPool
from sitegen.settings import PreviewSettings

SETTINGS = PreviewSettings()


START = datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A clip of a second."""
    return encode(tmp_path_factory.mktemp("tiny") / "tiny.mp4", "testsrc2=s=192x108:r=10:d=1", *X264)


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    """A clip that keeps ffmpeg at work for some seconds."""
    return encode(tmp_path_factory.mktemp("long") / "long.mp4", "testsrc2=s=1280x720:r=20:d=20", *X264)


@pytest.fixture
def archive(tmp_path):
    root = tmp_path / "archive"
    root.mkdir()
    return root


@pytest.fixture
def output(tmp_path):
    return tmp_path / "site"


@pytest.fixture
def pool_of(archive, output):
    """Pools that end with the test."""
    pools = []

    def make(settings=SETTINGS, **options):
        pools.append(PreviewPool(output, archive, settings, retry_s=0.05, **options))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


def put(archive, source, name, **facts):
    shutil.copyfile(source, archive / name)
    return clip_of(archive, name, **facts)


def collect(pool, count, timeout_s=90, stages=("all",)):
    """Wait for so many results of the stages given, and return them."""
    found = []

    def enough():
        found.extend(result for result in pool.results() if result.stage in stages)
        return len(found) >= count

    wait_until(enough, timeout_s, f"{count} results")
    return found


def ffmpegs(parent=None):
    """Return the ffmpeg children of this process."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue
        state, parent_id = rest.split()[:2]
        if head.partition("(")[2] == "ffmpeg" and int(parent_id) == os.getpid() and state != "Z":
            found.append(int(entry.parent.name))
    return found


def work_left(output):
    return list((output / ".sitegen-tmp").iterdir())
