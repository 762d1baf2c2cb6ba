"""`sitegen explain` of a file that a recorder kept from a camera's sub-stream."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import configure, put_clip

from sitegen.build import Generator
from sitegen.explain import explain
from sitegen.settings import load

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMED, ALONE = "101-20261122T120001Z-abcdef1.sub.mp4", "101-20261122T120501Z-abcdef1.sub.mp4"


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """A segment with its preview, and a preview without a segment."""
    folder = tmp_path_factory.mktemp("explain")
    configure(folder)
    segment = put_clip(folder / "archive", NOON, kind="segment", seconds=300, preview=NAMED)
    for name in (NAMED, ALONE):
        segment.with_name(name).write_bytes(b"small")
    generator = Generator(load(folder / "sitegen.toml"))
    generator.build()
    generator.close()
    return folder


def asked(built: Path, name: str):
    what = f"segments/101/20261122/{name}"
    return explain(load(built / "sitegen.toml"), what, working=built)


def test_a_sub_streams_file_is_told_with_its_segment(built):
    """It is on the site as a part of the segment whose sidecar names it; the segment tells of it."""
    told = asked(built, NAMED)
    assert told.on_site
    assert told.clip is not None
    assert told.clip.id == "101-20261122T120000Z-s"
    assert told.clip.sub == f"segments/101/20261122/{NAMED}"
    segment = asked(built, "101-1-20261122T120000Z.mp4")
    assert segment.clip == told.clip


def test_one_that_nobody_names_is_a_video_like_any_other(built):
    """The main stream was lost: what the sub-stream has is adopted, or, as here, a Problem."""
    told = asked(built, ALONE)
    assert not told.on_site
    assert told.clip is None
    assert "no video can be found in it" in told.reason
