"""Gaps, for any segments and outages: what is recorded is no gap, and what is not recorded is one."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.clip import Clip, Gap, Outage
from sitegen.days import day_bounds
from sitegen.site import timeline
from sitegen.site.timeline import TOLERANCE

START = datetime(2026, 10, 24, 20, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SECONDS = st.integers(0, 60 * 3_600)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@st.composite
def segments(draw, *, open_ones: bool = True) -> list[Clip]:
    found = []
    for start in sorted(draw(st.lists(SECONDS, max_size=14))):
        length = draw(st.sampled_from([0, 1, 60, 300, 301, 7_200, *([None] if open_ones else [])]))
        found.append(
            Clip(
                path=f"{start}-{len(found)}.mp4",
                id=f"101-{start}-s",
                kind="segment",
                camera="101",
                start=at(start),
                end=None if length is None else at(start + length),
                end_reason=draw(st.sampled_from([None, "rotated", "stopped", "camera_lost", "killed"])),
            )
        )
    return found


@st.composite
def outages(draw) -> list[Outage]:
    found = []
    for start in draw(st.lists(SECONDS, max_size=3)):
        length = draw(st.none() | st.integers(0, 20_000))
        end = None if length is None else at(start + length)
        found.append(
            Outage(
                path=f"o{len(found)}.yaml", camera="101", start=at(start), end=end, end_reason="camera_found"
            )
        )
    return found


def overlaps(gap: Gap, start: datetime, end: datetime) -> bool:
    return gap.start < end and (gap.end is None or start < gap.end)


@settings(deadline=None)
@given(segments(), outages())
def test_no_gap_overlaps_what_is_recorded(found, lost):
    """A closed segment lies in no gap, whatever Motion says of the camera."""
    for gap in timeline.gaps(found, lost):
        for segment in found:
            if segment.end is not None and segment.end > segment.start:
                assert not overlaps(gap, segment.start, segment.end)


@settings(deadline=None)
@given(segments(), outages())
def test_gaps_are_apart_in_order_and_longer_than_the_tolerance(found, lost):
    """Gaps come by start, do not overlap one another, and each is long enough to be no inaccuracy of a cut."""
    gaps = timeline.gaps(found, lost)
    assert gaps == sorted(gaps, key=lambda g: g.start)
    for gap in gaps:
        assert gap.end is None or gap.end - gap.start > TOLERANCE
        assert gap.camera == "101"
    for earlier, later in pairwise(gaps):
        assert earlier.end is not None
        assert earlier.end <= later.start


@settings(deadline=None)
@given(segments(open_ones=False), outages())
def test_every_hole_between_segments_is_covered(found, lost):
    """Each stretch between segments that no segment covers, longer than the tolerance, is a gap, whole."""
    gaps = timeline.gaps(found, lost)
    covered = None
    for segment in found:
        if covered is not None and segment.start - covered > TOLERANCE:
            assert any(g.start <= covered and (g.end is None or g.end >= segment.start) for g in gaps)
        covered = max(covered or segment.end, segment.end)


@settings(deadline=None)
@given(segments(), outages())
def test_every_moment_of_an_outage_is_recorded_or_in_a_gap(found, lost):
    """Where Motion had lost the camera, either a segment was recorded all the same or it is a gap with a cause."""
    gaps = timeline.gaps(found, lost)
    for outage in lost:
        length = (outage.end - outage.start) if outage.end else timedelta(hours=80)
        for part in range(21):
            moment = outage.start + length * part / 20
            near = [
                g
                for g in gaps
                if g.start - TOLERANCE <= moment and (g.end is None or moment <= g.end + TOLERANCE)
            ]
            # a segment without end reaches to the next one, as far as anybody knows
            recorded = any(
                s.start <= moment <= (s.end or (found[n + 1].start if n + 1 < len(found) else s.start))
                for n, s in enumerate(found)
            )
            assert near or recorded or length <= TOLERANCE


@settings(deadline=None)
@given(segments(), outages())
def test_a_cause_is_what_the_last_segment_or_the_outage_says(found, lost):
    """No gap is caused by a segment that was only rotated, nor by a camera that was found again."""
    said = {s.end_reason for s in found} - {None, "rotated"}
    for gap in timeline.gaps(found, lost):
        assert gap.cause in said | {"unknown"} | ({"camera_lost"} if lost else set())


@settings(deadline=None)
@given(segments(), outages())
def test_the_parts_of_all_days_are_the_whole(found, lost):
    """Cut to days, every second of each gap that ends is on exactly one day, and parts stay within their day."""
    gaps = [g for g in timeline.gaps(found, lost) if g.end is not None]
    total = timedelta()
    for number in range(8):
        day = day_bounds(date(2026, 10, 23) + timedelta(days=number), BERLIN)
        for part in timeline.cut(gaps, day):
            assert day.start <= part.start < part.end <= day.end
            total += part.end - part.start
    assert total == sum((g.end - g.start for g in gaps), timedelta())


@settings(deadline=None)
@given(start=st.integers(-90_000, 200_000), length=st.none() | st.integers(0, 200_000))
def test_a_bar_lies_within_its_lane(start, length):
    """Left and width are percentages of the day that stay inside it, also for what reaches beyond."""
    day = day_bounds(date(2026, 10, 25), BERLIN)
    left, width = timeline.place(at(start), None if length is None else at(start + length), day)
    assert 0 <= left <= 100
    assert 0 <= width <= 100.001 - left
