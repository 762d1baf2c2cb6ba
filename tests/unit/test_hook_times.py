"""Times without datetime are the same as with it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.archive.layout import time_in_name
from sitegen.capture import hook_times

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHEN = st.integers(86_400, 253_402_128_000).map(lambda moment: EPOCH + timedelta(seconds=moment))
OFFSET = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(WHEN, OFFSET)
def test_a_time_with_its_offset(when, zone):
    """What %Y-%m-%dT%H:%M:%S%z prints is read as datetime reads it."""
    local = when.replace(tzinfo=zone)
    assert hook_times.from_text(local.strftime("%Y-%m-%dT%H:%M:%S%z").rjust(24, "0")) == (
        int(local.timestamp()),
        local.utcoffset().total_seconds(),
    )


@given(WHEN)
def test_digits_and_texts(when):
    """Digits, compact form and RFC 3339 agree with datetime."""
    moment = int(when.timestamp())
    assert hook_times.from_digits(when.strftime("%Y%m%d%H%M%S").rjust(14, "0")) == moment
    assert hook_times.rfc3339(moment * 1000 + 7) == when.isoformat()[:19] + ".007Z"
    assert hook_times.from_rfc3339(hook_times.rfc3339(moment * 1000 + 7)) == moment * 1000 + 7
    assert time_in_name(hook_times.compact(moment)) == when


@pytest.mark.parametrize(
    "text",
    ["", "}", "2026-11-22T11:49:10", "2026-11-22T24:00:00Z", "2026-02-29T00:00:00Z", "2026-11-22 11:49:10Z",
     "2026-11-22T11:49:10+05", "2026-11-22T11:49:10x0500", "\uff12026-11-22T11:49:10Z", "2026-11-22T11:49:60Z",
     "2026-11-22T11:49:10+0500x", "1969-12-31T23:59:59Z"],
)  # fmt: skip
def test_what_is_no_time(text):
    """Anything else is refused, not guessed at."""
    assert hook_times.from_text(text) is None


@given(st.text("0123456789-_TZ.x", max_size=40))
def test_the_time_in_a_name_is_that_of_the_layout(name):
    """The hook finds the same time in a name as the rest of sitegen."""
    expected = time_in_name(name)
    if expected is None or expected.year >= 1970:
        assert hook_times.in_name(name) == (None if expected is None else int(expected.timestamp()))


def test_the_clocks_go_back():
    """Around a change of the clocks the offset is right that does not bring a time after what is known."""
    local = hook_times.from_digits("20261101015950")
    known = hook_times.from_text("2026-11-01T01:00:10-0500")[0]
    assert hook_times.to_utc(local, [-18000, -14400], known) == known - 20
    assert hook_times.to_utc(local, [-18000], known) == known - 20
    assert hook_times.to_utc(known - 5 - 18000, [-18000, -14400], known) == known - 5
