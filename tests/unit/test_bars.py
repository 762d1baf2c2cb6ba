"""Bars of a lane: recording in stretches up to the hour, busy days with one bar for several events, words for each."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import a_clip
from view_samples import clip as a_view

from sitegen.days import day_bounds, hour_starts
from sitegen.site import timeline
from sitegen.site.bars import About, event_bars, recorded_bars

BERLIN = ZoneInfo("Europe/Berlin")
TO = "\N{EN DASH}"


def about(day: date) -> About:
    bounds = day_bounds(day, BERLIN)
    return About(
        "Gate", f"cameras/gate/{day:%Y/%m/%d}/index.html", bounds, hour_starts(bounds, BERLIN), BERLIN
    )


USUAL, AUTUMN = about(date(2026, 11, 22)), about(date(2026, 10, 25))


def segments(where: About, *spans: tuple[float, float | None]):
    """Segments that begin and end so many minutes after midnight."""
    at = where.day.start
    return [
        a_clip(
            at + timedelta(minutes=start),
            kind="segment",
            end=None if end is None else at + timedelta(minutes=end),
        )
        for start, end in spans
    ]


def recorded(where: About, *spans: tuple[float, float | None]) -> list[tuple[float, float | None]]:
    found = timeline.recorded(segments(where, *spans), where.hours, where.day.end)
    minute = timedelta(minutes=1)
    at = where.day.start
    return [((start - at) / minute, None if end is None else (end - at) / minute) for start, end in found]


@pytest.mark.parametrize(
    ("spans", "stretches"),
    [
        ([], []),
        ([(0, 5), (5, 10), (10.03, 15)], [(0, 15)]),
        ([(0, 5), (6, 10)], [(0, 5), (6, 10)]),
        ([(55, 60), (60, 65), (65, 70)], [(55, 60), (60, 70)]),
        ([(30, 300)], [(30, 60), (60, 120), (120, 180), (180, 240), (240, 300)]),
        ([(0, 90), (5, 10), (80, 85)], [(0, 60), (60, 90)]),
        ([(0, 5), (5, None)], [(0, 5), (5, None)]),
        ([(0, None), (5, 10)], [(0, 10)]),
        ([(59.99, 65)], [(59.99, 65)]),
        ([(55, 60.01)], [(55, 60.01)]),
        ([(1435, 1445)], [(1435, 1440)]),
    ],
    ids=[
        *(
            "nothing",
            "within the tolerance",
            "a gap",
            "an hour",
            "hours",
            "inside a long one",
            "being recorded",
        ),
        *("cut off, and followed", "just before an hour", "just after an hour", "over midnight"),
    ],
)
def test_recording_is_in_stretches_up_to_the_hour(spans, stretches):
    """Each case as its name says; minutes after midnight."""
    assert recorded(USUAL, *spans) == stretches


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 2_000)), max_size=60))
def test_stretches_cover_what_segments_cover(pairs):
    """No moment is lost, none is shown twice, and none but holes within the tolerance is added."""
    at, spans = USUAL.day.start, []
    for hole, length in pairs:
        start = at + timedelta(seconds=hole % 30)
        spans.append((start, start + timedelta(seconds=length)))
        at = spans[-1][1]
    spans = [span for span in spans if span[1] <= USUAL.day.end]
    clips = [a_clip(start, kind="segment", end=end) for start, end in spans]
    found = timeline.recorded(clips, USUAL.hours, USUAL.day.end)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(found))
    bare = sum((end - start for start, end in spans), timedelta())
    shown = sum((end - start for start, end in found), timedelta())
    assert bare <= shown <= bare + len(spans) * timeline.TOLERANCE
    assert all(any(start <= a and b <= end for start, end in found) or _is_cut(a, b, found) for a, b in spans)


def _is_cut(start, end, found):
    return any(start < edge < end for edge, _ in found)


def test_a_stretch_says_from_when_to_when_and_leads_there():
    """To the moment on the camera's day; one that is being recorded has no width."""
    whole, last = recorded_bars(USUAL, segments(USUAL, (785, 790), (790, 795), (795, None)))
    assert whole.label == f"Gate: recorded 13:05{TO}13:15"
    assert whole.url == "cameras/gate/2026/11/22/index.html#t=2026-11-22T12:05:00Z"
    assert (whole.left, whole.width) == (54.514, 0.694)
    assert (last.label, last.width) == ("Gate: being recorded since 13:15", 0)


def test_the_doubled_hour_is_told_apart():
    """Both hours are marked, and the words say which one."""
    bars = recorded_bars(AUTUMN, segments(AUTUMN, (60, 300)))
    assert [bar.label for bar in bars] == [
        f"Gate: recorded 01:00{TO}02:00 CEST",
        f"Gate: recorded 02:00 CEST{TO}02:00 CET",
        f"Gate: recorded 02:00 CET{TO}03:00",
        f"Gate: recorded 03:00{TO}04:00",
    ]
    event = a_view("101", datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    assert event_bars(AUTUMN, [event], merge=False)[0].label == "Gate: event 02:30:00 CET"


def views(*starts_s: float, **fields: object):
    return [a_view("101", USUAL.day.start + timedelta(seconds=s), 10, **fields) for s in starts_s]


def test_events_close_together_share_a_bar_on_a_busy_day():
    """It leads to the first, is as strong as the strongest, and says how many there are."""
    found = [*views(0, 60), *views(120, level=4), *views(400)]
    merged, alone = event_bars(USUAL, found, merge=True)
    assert (merged.count, merged.level, merged.url) == (3, 4, found[0].url)
    assert merged.label == f"Gate: 3 events 00:00{TO}00:02"
    assert merged.width == timeline.place(found[0].start, found[2].end, USUAL.day)[1]
    assert (alone.count, alone.label, alone.url) == (1, "Gate: event 00:06:40", found[3].url)
    assert [bar.count for bar in event_bars(USUAL, found, merge=False)] == [1] * 4


def test_no_bar_stands_for_more_than_a_quarter_of_an_hour():
    """A camera that sees motion all day long has bars all the same."""
    bars = event_bars(USUAL, views(*range(0, 3_600, 20)), merge=True)
    assert [bar.count for bar in bars] == [45] * 4


def test_a_lane_never_has_more_bars_than_can_be_told_apart():
    """Events spread evenly over a day, too far apart to be close: those of one slot share a bar, none is lost."""
    found = views(*range(0, 86_400, 138))
    bars = event_bars(USUAL, found, merge=True)
    assert len(bars) == 120
    assert sum(bar.count for bar in bars) == len(found)
    assert {bar.count for bar in bars} == {5, 6}
    assert bars[1].url == found[6].url


def test_what_is_no_closed_event_keeps_its_own_bar():
    """One that is being recorded, and a timelapse: nothing is merged with them."""
    lasting = a_view("101", USUAL.day.start + timedelta(seconds=30), None)
    timelapse = views(5, movie="timelapse")
    bars = event_bars(USUAL, [*views(0), *timelapse, *views(15), lasting], merge=True)
    assert [bar.label for bar in bars] == [
        f"Gate: 2 events 00:00{TO}00:00",
        "Gate: timelapse 00:00:05",
        "Gate: event 00:00:30",
    ]


@given(st.lists(st.tuples(st.integers(0, 86_000), st.none() | st.integers(0, 2_000)), max_size=300))
def test_clusters_take_every_event_once_and_in_order(spans):
    """Whatever overlaps."""
    at = USUAL.day.start
    events = [
        (at + timedelta(seconds=s), None if n is None else at + timedelta(seconds=s + n))
        for s, n in sorted(spans, key=lambda x: x[0])
    ]
    found = timeline.clusters(events)
    assert [place for places in found for place in places] == list(range(len(events)))
    for places in found:
        if len(places) > 1:
            ends = [events[n][1] for n in places]
            assert None not in ends
            starts = [events[n][0] for n in places]
            assert min(max(ends) - starts[0], starts[-1] - starts[0]) <= timeline.LONGEST_CLUSTER
