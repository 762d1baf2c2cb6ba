"""Names of segments, there and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.capture.recorder_names import day_folders, file_pattern, parse_name, stem


@given(
    camera=st.from_regex(r"[A-Za-z0-9_.-]{1,64}", fullmatch=True),
    opened=st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    starts=st.integers(1, 100_000),
)
def test_a_name_is_read_back(camera, opened, starts):
    """What strftime makes of the pattern says camera, time, token and run."""
    token = f"k3x9qz{starts}"
    path = opened.strftime(file_pattern("/archive", camera, token))
    parsed = parse_name(path.rpartition("/")[2])
    assert parsed is not None
    assert (parsed.camera, parsed.opened, parsed.token) == (camera, opened.replace(microsecond=0), token)
    assert parsed.run == "k3x9qz"
    assert path.split("/")[-2] == parsed.day


def test_percent_signs_in_the_path_stay_what_they_are():
    """They would otherwise be taken for parts of the time."""
    pattern = file_pattern("/100%Y", "1", "abcdef1")
    assert datetime(2026, 11, 22, tzinfo=UTC).strftime(pattern).startswith("/100%Y/20261122/1-")


@pytest.mark.parametrize(
    "name",
    [
        "101-20261122T035503Z.mp4",
        "101-20261122T035503Z-abcdef.mp4",
        "101-34-20261122T035503Z.mp4",
        "101-20261322T035503Z-abcdef1.mp4",
        "101-20261122T035503Z-abcdef1.mp4.part",
        "101-20261122T035503Z-abcdef1.yaml",
        "../101-20261122T035503Z-abcdef1.mp4/x",
        "-20261122T035503Z-abcdef1.mp4",
    ],
)
def test_names_of_others_are_not_ours(name):
    """The recorder finishes and takes away only what it named itself."""
    assert parse_name(name) is None


def test_folders_are_those_of_utc():
    """Today's and tomorrow's, over the end of a year, from a local time."""
    local = datetime(2026, 12, 31, 20, tzinfo=timezone(timedelta(hours=-5)))
    assert day_folders(local) == ("20270101", "20270102")


def test_stem():
    """A segment and its sidecar share it."""
    assert stem("1-20261122T035503Z-abcdef1.mp4") == "1-20261122T035503Z-abcdef1"
