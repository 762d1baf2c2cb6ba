"""When to try again, why a recording ended, from when to when a segment lasts."""

import signal
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.capture.recorder_policy import (
    RunFacts,
    changes,
    clock_went_back,
    closed_span,
    delay_s,
    end_reason,
    failures_after,
    fell_silent_at,
    heartbeat_s,
    killed_span,
    silence_left_s,
    told_alive_at,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def facts(**known):
    return RunFacts(**{"returncode": 0, "asked": False, "stalled": False, "troubles": frozenset(), **known})


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, "camera_lost"),
        ({"returncode": 1}, "camera_lost"),
        ({"asked": True, "returncode": 255}, "stopped"),
        ({"asked": True, "returncode": -signal.SIGKILL}, "stopped"),
        ({"stalled": True, "returncode": -signal.SIGKILL}, "camera_lost"),
        ({"stalled": True, "asked": True}, "camera_lost"),
        ({"returncode": -signal.SIGKILL}, "killed"),
        ({"returncode": 255, "troubles": frozenset({"signal"})}, "killed"),
        ({"returncode": 1, "troubles": frozenset({"local"})}, "killed"),
        ({"returncode": 1, "troubles": frozenset({"disk_full", "local"})}, "disk_full"),
        ({"returncode": -signal.SIGXFSZ}, "disk_full"),
    ],
)
def test_end_reason_is_what_happened_not_the_exit_code(known, reason):
    """Exit code 0 is a lost camera; what we did and what ffmpeg complained of decides."""
    assert end_reason(facts(**known)) == reason


def test_delays_double_from_one_second_to_a_minute():
    """1, 2, 4, … 60 s with the middle of the jitter."""
    assert [delay_s(failures, 0.5) for failures in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]


@given(failures=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_delays_stay_in_bounds(failures, chance):
    """Never under 0.8 s, never over a minute, whatever the number of failures."""
    assert 0.8 <= delay_s(failures, chance) <= 60


def test_a_good_minute_resets_the_back_off():
    """A run of a minute with frames counts as the first failure; a shorter one, or one without frames, as one more."""
    assert failures_after(7, lasted_s=61, frames=600) == 1
    assert failures_after(7, lasted_s=59, frames=600) == 8
    assert failures_after(7, lasted_s=61, frames=0) == 8


def test_silence_is_limited_and_the_first_frame_may_take_longer():
    """stall_s, and the time between two reports, after the last frame; stall_s + patience_s after the start when none has come."""
    assert silence_left_s(now=15, alive_at=10, started_at=0, stall_s=20, patience_s=15) == 19
    assert silence_left_s(now=34, alive_at=10, started_at=0, stall_s=20, patience_s=15) == 0
    assert silence_left_s(now=30, alive_at=0, started_at=0, stall_s=20, patience_s=15) == 5


def test_ffmpeg_reports_several_times_before_it_counts_as_silent():
    """Each report costs a waking up: seldom where one waits long."""
    assert heartbeat_s(20) == heartbeat_s(3600) == 4
    assert heartbeat_s(3) == pytest.approx(0.6)


def test_a_late_report_does_not_move_frames_to_the_end_of_a_silence():
    """ffmpeg reports only while it is given something: frames told of after a silence came before it."""
    assert told_alive_at(now=at(2), report_before=at(0), heartbeat_s=2) == at(2)
    assert told_alive_at(now=at(30), report_before=at(0), heartbeat_s=2) == at(2)


def test_when_a_segment_fell_silent():
    """After a stall, or a row that came long after the last frame."""
    assert fell_silent_at(row_at=at(2), alive_at=at(1), stalled=False, heartbeat_s=2) is None
    assert fell_silent_at(row_at=at(2), alive_at=at(1), stalled=True, heartbeat_s=2) == at(1)
    assert fell_silent_at(row_at=at(20), alive_at=at(1), stalled=False, heartbeat_s=2) == at(1)


def closed(**known):
    defaults = {"row_at": at(300), "silent_since": None, "seconds": 300.0, "start": at(3)}
    return closed_span(**{**defaults, "follows": False, "previous_end": None, **known})


def test_a_first_segment_began_its_length_before_its_row():
    """Its name, and the line that told of it, can be seconds late."""
    assert closed() == (at(0), at(300))


def test_a_segment_that_follows_begins_where_the_one_before_ended():
    """A few milliseconds of jitter make neither a gap nor an overlap."""
    assert closed(start=at(0.2), follows=True, previous_end=at(0.2)) == (at(0.2), at(300))
    assert closed(start=at(-0.2), follows=True, previous_end=at(-0.2)) == (at(-0.2), at(300))


def test_a_segment_does_not_overlap_the_one_before():
    """A camera that first sends what it had buffered gives more seconds than have passed."""
    assert closed(previous_end=at(1.5)) == (at(1.5), at(300))


def test_a_clock_that_was_set_back_does_not_make_a_segment_end_before_it_begins():
    """The segment before it then lies in the future, and is left out of account."""
    assert closed(previous_end=at(4000)) == (at(0), at(300))
    assert closed(start=at(4000), follows=True, previous_end=at(4000)) == (at(0), at(300))


def test_after_a_silence_the_end_is_that_of_the_frames():
    """Not when ffmpeg gave up waiting."""
    assert closed(start=at(0), follows=True, seconds=10.0, silent_since=at(11)) == (at(0), at(10))
    assert closed(start=at(3), seconds=10.0, silent_since=at(11)) == (at(1), at(11))
    assert closed(start=at(3), seconds=10.0, silent_since=at(200)) == (at(3), at(13))


@pytest.mark.parametrize("seconds", [None, -1.0, float("nan"), float("inf"), 1e18])
def test_a_length_that_cannot_be_leaves_the_start_as_it_was(seconds):
    """Headers may be damaged."""
    assert closed(seconds=seconds) == (at(3), at(300))


def killed(**known):
    defaults = {"start": at(3), "follows": False, "seconds": 100.0, "modified": at(101)}
    return killed_span(**{**defaults, "previous_end": None, **known})


def test_a_killed_segment_ends_with_its_last_fragment():
    """The file's time of change is that of its last fragment, if it fits to the start."""
    assert killed() == (at(1), at(101))
    assert killed(follows=True) == (at(3), at(103))
    assert killed(modified=at(90_000)) == (at(3), at(103))
    assert killed(previous_end=at(2)) == (at(2), at(102))
    assert killed(seconds=None) == (at(3), at(3))


times = st.integers(-10_000, 10_000).map(at)


spans = st.fixed_dictionaries(
    {
        "seconds": st.none() | st.floats(allow_nan=True),
        "start": times,
        "follows": st.booleans(),
        "previous_end": st.none() | times,
    }
)


@given(known=spans, row_at=times, silent_since=st.none() | times)
def test_no_segment_ends_before_it_begins(known, row_at, silent_since):
    """Whatever clocks and headers say."""
    begin, end = closed_span(row_at=row_at, silent_since=silent_since, **known)
    assert begin <= end
    begin, end = killed_span(modified=row_at, **known)
    assert begin <= end


def test_only_a_clock_that_goes_back_matters():
    """Forward, for instance at boot, no name can come twice."""
    assert clock_went_back(1000.0, 990.0)
    assert not clock_went_back(1000.0, 999.5)
    assert not clock_went_back(1000.0, 5000.0)


@given(
    st.dictionaries(st.integers(0, 5), st.integers(0, 2)),
    st.dictionaries(st.integers(0, 5), st.integers(0, 2)),
)
def test_changes_lead_from_old_to_new_and_touch_nothing_that_is_equal(old, new):
    """Stop some, start some, and it is the new set; what is equal in both is in neither."""
    stop, start = changes(old, new)
    after = {key: value for key, value in old.items() if key not in stop} | {key: new[key] for key in start}
    assert after == new
    assert not {key for key in old.keys() & new.keys() if old[key] == new[key]} & (stop | start)
