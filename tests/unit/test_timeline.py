"""The timeline: gaps with their causes, cut to days, and bars in percent of a day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sitegen.clip import Clip, Gap, Motion, Outage
from sitegen.days import day_bounds
from sitegen.site import timeline

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
UTC_DAY = day_bounds(date(2026, 11, 22), ZoneInfo("UTC"))


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def segment(start: float, end: float | None, reason: str | None = "rotated") -> Clip:
    return Clip(
        path=f"{start}.mp4",
        id=f"101-{start}-s",
        kind="segment",
        camera="101",
        start=at(start),
        end=None if end is None else at(end),
        end_reason=reason,
    )


def outage(start: float, end: float | None) -> Outage:
    return Outage(
        path="o.yaml",
        camera="101",
        start=at(start),
        end=None if end is None else at(end),
        end_reason=None if end is None else "camera_found",
    )


def gap(start: float, end: float | None, cause: str) -> Gap:
    return Gap(camera="101", start=at(start), end=None if end is None else at(end), cause=cause)


@pytest.mark.parametrize(
    ("segments", "outages", "gaps"),
    [
        ([], [], []),
        ([segment(0, 300)], [], []),
        ([segment(0, 300), segment(302, 600)], [], []),
        ([segment(0, 300), segment(303, 600)], [], [gap(300, 303, "unknown")]),
        ([segment(0, 300, "killed"), segment(400, 600)], [], [gap(300, 400, "killed")]),
        ([segment(0, 300), segment(400, 600)], [outage(330, 390)], [gap(300, 400, "camera_lost")]),
        ([segment(0, 300, "stopped"), segment(400, 600)], [outage(330, 390)], [gap(300, 400, "stopped")]),
        ([], [outage(0, 60)], [gap(0, 60, "camera_lost")]),
        ([], [outage(0, None)], [gap(0, None, "camera_lost")]),
        ([segment(0, 300)], [outage(400, 500)], [gap(400, 500, "camera_lost")]),
        ([segment(0, 300)], [outage(100, 200)], []),
        ([segment(0, 300)], [outage(200, None)], [gap(300, None, "camera_lost")]),
        ([segment(0, None), segment(900, 1200)], [], []),
        ([segment(0, 10_000), segment(300, 600), segment(5_000, 5_300)], [], []),
        ([], [outage(0, 60), outage(30, 90)], [gap(0, 60, "camera_lost"), gap(60, 90, "camera_lost")]),
    ],
    ids=[
        "nothing",
        "one segment",
        "within the tolerance",
        "beyond the tolerance",
        "the cause is the end_reason before it",
        "an outage explains what nothing else does",
        "an end_reason comes before an outage",
        "an outage without any recording",
        "an outage that lasts",
        "an outage after the last segment",
        "recorded all the same",
        "lost while recording, and not back",
        "cut off: how far it reached is not known",
        "inside a long one",
        "told twice",
    ],
)
def test_gaps_are_where_nothing_was_recorded(segments, outages, gaps):
    """Each case as its name says."""
    assert timeline.gaps(segments, outages) == gaps


@pytest.mark.parametrize(
    ("segments", "gaps"),
    [
        ([segment(0, 300), segment(300, 600, "killed")], [gap(600, None, "killed")]),
        ([segment(0, 300, "stopped")], [gap(300, None, "stopped")]),
        ([segment(0, 300), segment(300, 600, "rotated")], []),
        ([segment(0, 300)], []),
        ([segment(0, 300, "killed"), segment(900, None)], [gap(300, 900, "killed")]),
        ([segment(0, 900, "killed"), segment(300, 600)], [gap(900, None, "killed")]),
        ([], []),
    ],
)
def test_what_ended_a_camera_s_last_segment_is_a_gap_that_lasts(segments, gaps):
    """Unless another segment should follow, or is being recorded; outages and what comes before are as ever."""
    assert timeline.gaps(segments, [], to_the_last=True) == gaps
    assert [g for g in timeline.gaps(segments, []) if g.end is None] == []


def test_many_short_segments_inside_a_long_one_are_no_gaps():
    """However many segments follow a long one, it covers them all."""
    assert (
        timeline.gaps([segment(0, 90_000), *(segment(n * 600, n * 600 + 60) for n in range(1, 40))], []) == []
    )


def test_a_gap_over_midnight_has_a_part_on_each_day():
    """Cut to the day, each part ends and begins at midnight; a day it does not touch has none."""
    found = [gap(-3_600 * 13, 3_600 * 13, "unknown")]
    days = [day_bounds(date(2026, 11, 20 + n), ZoneInfo("UTC")) for n in range(5)]
    parts = [timeline.cut(found, day) for day in days]
    assert [len(p) for p in parts] == [0, 1, 1, 1, 0]
    assert parts[1][0].end == parts[2][0].start == days[2].start
    assert (parts[2][0].start, parts[2][0].end) == (days[2].start, days[2].end)


def test_a_gap_that_lasts_has_no_end():
    """On the day it began, and on later days, it is open."""
    (part,) = timeline.cut([gap(0, None, "camera_lost")], UTC_DAY)
    assert part.start == NOON
    assert part.end is None


def test_bars_are_placed_in_percent_of_the_day():
    """Noon to 18:00 is the third quarter; what has no end has no width."""
    assert timeline.place(NOON, at(6 * 3_600), UTC_DAY) == (50, 25)
    assert timeline.place(NOON, None, UTC_DAY) == (50, 0)
    assert timeline.place(at(-90_000), at(90_000), UTC_DAY) == (0, 100)


@pytest.mark.parametrize(
    ("changed", "level"), [(None, 1), (0, 1), (1_999, 1), (2_000, 2), (8_000, 3), (32_000, 4), (10**9, 4)]
)
def test_the_level_says_how_much_moved(changed, level):
    """From 1, little or unknown, to 4; a segment has none."""
    clip = Clip(
        path="a.mp4", id="a", kind="event", camera="1", start=NOON, motion=Motion(changed_pixels=changed)
    )
    assert timeline.level(clip) == level
    assert timeline.level(segment(0, 1)) == 0


def test_every_cause_has_words():
    """What the recorder may write as an end_reason is explained, but for "rotated", which is no cause."""
    assert {"stopped", "camera_lost", "killed", "disk_full", "unknown"} <= timeline.CAUSES.keys()
