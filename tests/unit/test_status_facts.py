"""The status page: coverage and gaps of today and of seven days, the disk, and what is named of very many gaps."""

from datetime import UTC, datetime, timedelta

import pytest
from models import START, a_clip, a_model

from sitegen.clip import Outage, Problem
from sitegen.site.status_facts import MOST_GAPS, coverage, is_low, status

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)  # noon in Berlin
MIDNIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)


def segment(start, seconds=300, **fields):
    return a_clip(start, kind="segment", seconds=seconds, **fields)


def say(model, now=NOW, **fields):
    disk = {"disk_total_bytes": 100, "disk_free_bytes": 40}
    return status(model, now=now, revision=7, **(disk | {"problems": [], "backlog": 0} | fields))


def test_the_status_page_counts_and_judges_today(tmp_path):
    """Coverage is of today so far; a camera that is not recorded has none; Problems are told in words."""
    clips = [segment(MIDNIGHT, 6 * 3_600), a_clip(camera="102")]
    with a_model(tmp_path, *clips) as model:
        said = say(model, problems=[Problem("a.yaml", "end", "is no time", "write one")], backlog=3)
    first, second = said.cameras
    assert (first.coverage_today, second.coverage_today) == (50.0, None)
    assert (first.coverage_week, second.coverage_week) == (50.0, None)
    assert first.last_segment == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert second.last_event == START
    assert (said.clips, said.days, said.backlog, said.archive_bytes) == (2, 1, 3, 10_000)
    assert said.problems[0].remedy == "write one"


def test_a_week_is_seven_local_days(tmp_path):
    """Of what was recorded before, only what reaches into it counts; a camera's first week begins with its first segment."""
    hours = 3_600
    clips = [
        segment(MIDNIGHT - timedelta(days=6, hours=12), 24 * hours),
        segment(MIDNIGHT - timedelta(days=1), 36 * hours),
        segment(MIDNIGHT, 12 * hours, camera="102"),
    ]
    with a_model(tmp_path, *clips) as model:
        said = say(model)
    assert said.days7_start == MIDNIGHT - timedelta(days=6)
    first, second = said.cameras
    assert first.coverage_week == round(100 * (12 + 36) / (6 * 24 + 12), 1)
    assert second.coverage_week == 100.0
    (gap,) = first.gaps_week
    assert (gap.start, gap.end) == (MIDNIGHT - timedelta(days=5, hours=12), MIDNIGHT - timedelta(days=1))
    assert gap.day_url == ""  # nothing of that day is on the site
    assert gap.camera_title == "Driveway"
    assert second.gaps_week == ()
    assert (first.gaps_week_count, second.gaps_week_count) == (1, 0)
    assert first.gaps_week_seconds == (4 * 24 + 12) * hours


def test_the_weeks_gaps_are_told_newest_first_with_their_days(tmp_path):
    """With causes; an outage of a camera that is not recorded is one of them."""
    lost = Outage(path="o.yaml", camera="102", start=MIDNIGHT - timedelta(hours=3), end=MIDNIGHT)
    clips = [segment(MIDNIGHT + timedelta(minutes=n), end_reason="killed") for n in (0, 10, 20)]
    with a_model(tmp_path, *clips, a_clip(), outages=(lost,)) as model:
        first, second = say(model).cameras
    assert [gap.start for gap in first.gaps_week] == [MIDNIGHT + timedelta(minutes=n) for n in (25, 15, 5)]
    assert [gap.end is None for gap in first.gaps_week] == [True, False, False]
    lasting_s = (NOW - MIDNIGHT - timedelta(minutes=25)).total_seconds()
    assert (first.gaps_week_count, first.gaps_week_seconds) == (3, 600 + lasting_s)
    assert first.gaps_week[0].day_url == "2026/11/22/index.html#t=2026-11-21T23:25:00Z"
    assert first.gaps_week[0].cause_text == "the recorder was killed"
    assert [gap.cause for gap in second.gaps_week] == ["camera_lost"]


def test_of_very_many_gaps_the_newest_are_named(tmp_path):
    """Over all cameras together; how many more there are is said."""
    clips = [
        segment(MIDNIGHT + timedelta(minutes=n, seconds=20 * (camera == "102")), 30, camera=camera)
        for n in range(MOST_GAPS)
        for camera in ("101", "102")
    ]
    with a_model(tmp_path, *clips) as model:
        said = say(model)
    named = [gap for camera in said.cameras for gap in camera.gaps_week]
    assert len(named) == MOST_GAPS
    assert said.gaps_more == 2 * (MOST_GAPS - 1) - MOST_GAPS
    assert min(gap.start for gap in named) >= MIDNIGHT + timedelta(minutes=MOST_GAPS / 2 - 1)


@pytest.mark.parametrize(
    ("total", "free", "low"),
    [
        (10**12, 10**11, False),
        (10**12, 5 * 10**10 - 1, True),
        (10**10, 3 * 10**9, False),
        (10**10, 2 * 10**9 - 1, True),
        (0, 0, False),
    ],
)
def test_a_disk_is_low_by_share_or_by_bytes(total, free, low):
    """Less than 5 percent, or less than 2 GB; of one that is not known nothing is said."""
    assert is_low(total, free) is low


def test_coverage_counts_each_moment_once():
    """Overlapping segments, one from yesterday, one that is being recorded: never more than 100 percent."""
    start = datetime(2026, 11, 22, tzinfo=UTC)

    def seg(first, last):
        end = None if last is None else start + timedelta(minutes=last)
        return segment(start + timedelta(minutes=first), None, end=end)

    now = start + timedelta(minutes=100)
    assert coverage([], start, now) == 0
    assert coverage([seg(-60, 10), seg(5, 20), seg(40, 50)], start, now) == 30
    assert coverage([seg(-60, None)], start, now) == 100
    assert coverage([seg(0, 500)], start, now) == 100
    assert (
        coverage([seg(0, None), seg(10, 20)], start, now) == 20
    )  # cut off: it reached to the next one at most
    assert coverage([seg(200, 300)], start, now) == 0  # a clock that was wrong
    assert coverage([], start, start) == 0
