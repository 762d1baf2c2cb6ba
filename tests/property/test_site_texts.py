"""Shorter ways to texts of the site give the same as the long ones, for any input."""

import uuid
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sitegen.site.addresses import quoted
from sitegen.site.filters import filters
from sitegen.site.legacy_json import event_id
from sitegen.site.times import stamp

ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu")]
)
TIMES = st.integers(0, 10**15 * 4).map(
    lambda us: datetime(1970, 1, 2, tzinfo=UTC) + timedelta(microseconds=us)
)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_paths_are_quoted_as_urllib_does(path):
    """With or without letters that need it."""
    assert quoted(path) == quote(path)
    assert quoted(f"events/101/{path}") == quote(f"events/101/{path}")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_event_ids_are_version_5_uuids(clip_id):
    """Of the clip's id in the DNS namespace."""
    assert event_id(clip_id) == str(uuid.uuid5(uuid.NAMESPACE_DNS, clip_id))


@given(TIMES, ZONES)
def test_times_are_said_as_strftime_says_them(when, zone):
    """In UTC and in the site's zone, also when they are said a second time, and given in the zone itself."""
    said, local = filters(zone), when.astimezone(zone)
    second = f"{when:%Y-%m-%dT%H:%M:%S}"
    ms = f".{when.microsecond // 1000:03}"
    assert stamp(when) == stamp(local) == f"{second}{ms}Z"
    for given_time in (when, when, local):
        assert said["iso"](given_time) == second + ("" if ms == ".000" else ms) + "Z"
        assert said["moment"](given_time) == f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}"
        assert said["clock"](given_time).split(" ")[0] == f"{local:%H:%M:%S}"
        assert said["hour"](given_time).split(" ")[0] == f"{local:%H}:00"
