"""What a video without a sidecar is taken for."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.archive.container import Container
from sitegen.capture.adopt import Quiet, adopt
from sitegen.clip import Problem, Sidecar

BERLIN = ZoneInfo("Europe/Berlin")
TEN_SECONDS = Container(seconds=10.0, has_video=True, complete=True)
MTIME = datetime(2026, 11, 22, 15, tzinfo=UTC)


def adopted(path, container=TEN_SECONDS, *, size=1000, mtime=MTIME, known=("101", "2", "yard")):
    return adopt(path, size, int(mtime.timestamp()) * 10**9, container, known_cameras=known, zone=BERLIN)


@pytest.mark.parametrize(
    ("path", "camera", "kind"),
    [
        ("events/101/20261122/x.mp4", "101", "event"),
        ("segments/new/20261122/x.mp4", "new", "segment"),
        ("old/segments/101/x.mp4", "101", "segment"),
        ("segments/20261122/x.mp4", "unknown", "segment"),
        ("segments/20261122/yard/x.mp4", "yard", "segment"),
        ("events/x.mp4", "unknown", "event"),
        ("yard/2026/x.mp4", "yard", "event"),
        ("101-34-20261122T035503Z.mp4", "101", "event"),
        ("yard.mp4", "yard", "event"),
        ("backyard-1.mp4", "unknown", "event"),
        ("2-20-30.mp4", "unknown", "event"),
        ("yard/101-34-20261122T035503Z.mp4", "yard", "event"),
        ("x.mp4", "unknown", "event"),
    ],
)
def test_camera_and_kind_come_from_the_path(path, camera, kind):
    """By its place, else by a folder's name, else by how the file's name begins; a number alone is no camera."""
    sidecar = adopted(path)
    assert (sidecar.camera, sidecar.kind) == (camera, kind)


@pytest.mark.parametrize(
    ("path", "start"),
    [
        ("101-34-20261122T035503Z.mp4", datetime(2026, 11, 22, 3, 55, 3, tzinfo=UTC)),
        ("101-34-20261122035503.mp4", datetime(2026, 11, 22, 2, 55, 3, tzinfo=UTC)),
        ("20260722_120000.mp4", datetime(2026, 7, 22, 10, tzinfo=UTC)),
        ("2026-11-22_12-30-00.mp4", datetime(2026, 11, 22, 11, 30, tzinfo=UTC)),
        ("Camera1/2026-11-22/12-30-00.mp4", datetime(2026, 11, 22, 11, 30, tzinfo=UTC)),
        ("20261399T999999.mp4", MTIME - timedelta(seconds=10)),
        ("00010101T000000.mp4", MTIME - timedelta(seconds=10)),
        ("99991231T235959.mp4", MTIME - timedelta(seconds=10)),
        ("holiday.mp4", MTIME - timedelta(seconds=10)),
    ],
)
def test_the_start_comes_from_the_name_else_from_the_time_of_change(path, start):
    """UTC where the name says Z, else the site's zone; what is no time is passed over."""
    sidecar = adopted(path)
    assert (sidecar.start, sidecar.end) == (start, start + timedelta(seconds=10))
    assert sidecar.video == path.rpartition("/")[2]


def test_of_an_hour_that_comes_twice_the_file_tells_which():
    """02:30 on the day the clocks go back is 00:30 or 01:30 UTC."""
    for hour in (0, 1):
        mtime = datetime(2026, 10, 25, hour, 30, 10, tzinfo=UTC)
        assert adopted("20261025T023000.mp4", mtime=mtime).start == mtime - timedelta(seconds=10)


def test_without_a_known_length_the_last_change_is_the_end():
    """Containers whose headers are not read; a time of change that cannot be the end is not used."""
    named = datetime(2026, 11, 22, 14, tzinfo=UTC)
    sidecar = adopted("20261122T140000Z.ts", None)
    assert (sidecar.start, sidecar.end) == (named, MTIME)
    sidecar = adopted("x.avi", None)
    assert (sidecar.start, sidecar.end) == (MTIME, MTIME)
    sidecar = adopted("20261122T140000Z.ts", None, mtime=named - timedelta(days=400))
    assert (sidecar.start, sidecar.end) == (named, named)


@pytest.mark.parametrize(
    ("path", "container", "size"),
    [
        ("x.mp4", TEN_SECONDS, 0),
        ("x.ts", None, 0),
        ("x.mp4", None, 48),
        ("x.MKV", None, 48),
        ("x.mp4", Container(seconds=10.0, has_video=False), 1000),
    ],
)
def test_what_is_no_video_is_a_problem_with_a_remedy(path, container, size):
    """Empty, cut before its index, or sound only."""
    problem = adopted(path, container, size=size)
    assert isinstance(problem, Problem)
    assert problem.path == path
    assert problem.reason
    assert problem.remedy


@given(
    path=st.text(max_size=60) | st.from_regex(r"[0-9TZ_/.:-]{1,40}", fullmatch=True),
    size=st.integers(0, 2**63),
    mtime_ns=st.integers(-(2**63), 2**63 - 1),
    seconds=st.none() | st.floats(),
    known=st.lists(st.text(max_size=5)),
)
def test_no_input_stops_it(path, size, mtime_ns, seconds, known):
    """P9: any name, size, time and header gives a sidecar that does not end before it begins, or a Problem."""
    container = Container(seconds=seconds, has_video=True)
    found = adopt(path, size, mtime_ns, container, known_cameras=known, zone=BERLIN)
    if isinstance(found, Sidecar):
        assert found.start <= found.end
        assert found.start.tzinfo is not None


def test_a_video_is_quiet_when_its_time_says_so_or_it_was_seen_unchanged():
    """By the system's clock, or, when that was set back, by looks; each change begins the waiting anew."""
    clock = {"now": 1_000, "monotonic": 5.0}
    quiet = Quiet(30, now_ns=lambda: clock["now"] * 10**9, monotonic=lambda: clock["monotonic"])
    assert quiet.is_quiet("old.mp4", 1, 970 * 10**9)
    assert not quiet.is_quiet("new.mp4", 1, 971 * 10**9)
    assert not quiet.is_quiet("future.mp4", 1, 9_000 * 10**9)
    clock["monotonic"] = 34.0
    assert not quiet.is_quiet("future.mp4", 2, 9_001 * 10**9)
    clock["monotonic"] = 63.0
    assert not quiet.is_quiet("future.mp4", 2, 9_001 * 10**9)
    clock["monotonic"] = 64.0
    assert quiet.is_quiet("future.mp4", 2, 9_001 * 10**9)
    quiet.forget()
    assert not quiet.is_quiet("new.mp4", 1, 971 * 10**9)
