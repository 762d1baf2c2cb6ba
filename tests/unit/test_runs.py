"""Stretches of recording that are merged segments: the gaps between them are those between the segments."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from models import START, a_clip, a_model

from sitegen.archive.runs import TOLERANCE_US, Run, merged
from sitegen.clip import Outage
from sitegen.days import day_bounds
from sitegen.site.timeline import TOLERANCE, gaps

SEGMENTS = st.lists(
    st.tuples(
        st.integers(0, 80), st.one_of(st.none(), st.integers(0, 30)), st.sampled_from(["rotated", "killed"])
    ),
    unique_by=lambda s: s[0],
    max_size=12,
)
OUTAGES = st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)), max_size=2)


def at(seconds):
    return START + timedelta(seconds=seconds)


def as_segments(found):
    """Segments by start; ends as they come, before or after the start of the next one."""
    return [
        a_clip(at(start), kind="segment", seconds=length, end_reason=reason if length is not None else None)
        for start, length, reason in sorted(found)
    ]


def test_both_sides_agree_what_a_hole_is():
    """Segments are merged over what is no gap, and over nothing else."""
    assert timedelta(microseconds=TOLERANCE_US) == TOLERANCE


@given(found=SEGMENTS, lost=OUTAGES)
def test_gaps_between_runs_are_gaps_between_segments(found, lost):
    """Whatever overlaps, has no end, or was killed; with outages or without."""
    segments = as_segments(found)
    outages = [Outage(path="o", camera="101", start=at(s), end=at(s + length)) for s, length in lost]
    rows = [(_us(s.start), None if s.end is None else _us(s.end), n) for n, s in enumerate(segments)]
    runs = [
        a_clip(
            at(run.start_us / 1e6),
            kind="segment",
            seconds=None if run.end_us is None else (run.end_us - run.start_us) / 1e6,
            end_reason=segments[run.last].end_reason,
        )
        for run in merged(rows)
    ]
    assert gaps(runs, outages) == gaps(segments, outages)


def _us(when):
    return (when - START) // timedelta(microseconds=1)


def test_a_day_without_a_hole_is_one_run():
    """However many segments it is made of."""
    assert merged((n * 300_000_000, (n + 1) * 300_000_000, n) for n in range(288)) == [
        Run(0, 288 * 300_000_000, 287)
    ]


@pytest.fixture
def model(tmp_path):
    segments = [a_clip(at(300 * n), kind="segment", seconds=300, end_reason="rotated") for n in (0, 1, 3)]
    with a_model(tmp_path, *segments, a_clip(at(5))) as made:
        yield made


def runs(model):
    day = day_bounds(START.date(), model.zone).date
    return [(r.start, r.end) for r in model.index.recorded_runs("101", day)]


def test_runs_of_a_day_follow_its_pages(model):
    """They are kept; a segment that comes marks the camera's day, and is in them from then on."""
    assert runs(model) == [(at(0), at(600)), (at(900), at(1200))]
    third = a_clip(at(600), kind="segment", seconds=300)
    model.index.put_clips([(third, START.date(), 4)])
    model.index.mark([("camera-day", START.date().isoformat(), "102"), ("day", START.date().isoformat(), "")])
    assert len(runs(model)) == 2
    model.index.mark([("camera-day", START.date().isoformat(), "101")])
    assert runs(model) == [(at(0), at(1200))]
