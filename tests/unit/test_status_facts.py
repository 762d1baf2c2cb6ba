"""The status page: coverage and gaps of today and of seven days, the disk, and what is named of very many gaps."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from models import BERLIN, START, a_clip, a_model
from msgspec.structs import replace

from sitegen.clip import Outage, Problem
from sitegen.days import local_day
from sitegen.site.feeds import status_json
from sitegen.site.metrics import metrics_text
from sitegen.site.model import Model
from sitegen.site.status_facts import MOST_GAPS, coverage, is_low, status
from sitegen.site.timeline import silent_after_s

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
    assert said.gaps_more == 2 * MOST_GAPS - MOST_GAPS  # after each segment, also the last ones
    assert min(gap.start for gap in named) >= MIDNIGHT + timedelta(minutes=MOST_GAPS / 2 - 1)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "start"),
    [
        (segment(NOW - 24 * HOUR, 300, end_reason="rotated"), NOW - 24 * HOUR + timedelta(minutes=5)),
        (segment(NOW - 3 * HOUR, None), NOW - 3 * HOUR),
        (segment(NOW - 240 * HOUR, 300, end_reason="rotated"), MIDNIGHT - timedelta(days=6)),
    ],
    ids=["nothing follows", "killed", "ten days ago"],
)
def test_a_camera_that_is_silent_has_a_gap_that_lasts(tmp_path, last, start):
    """Recorder or machine died and could not say so: no cause is known, nothing is covered, and all three say the same."""
    with a_model(tmp_path, segment(last.start - HOUR, 3_600, end_reason="rotated"), last) as model:
        said = say(model)
    camera = said.cameras[0]
    assert [(gap.start, gap.end, gap.cause) for gap in camera.gaps_week] == [(start, None, "unknown")]
    (today,) = camera.gaps_today
    assert (today.start, today.end) == (max(start, MIDNIGHT), None)
    assert (camera.gaps_week_count, camera.gaps_week_seconds) == (1, (NOW - start).total_seconds())
    recorded_s = {3: 3_600, 24: 3_900}.get((NOW - last.start) // HOUR, 0)
    due_s = min(NOW - last.start + HOUR, NOW - MIDNIGHT + timedelta(days=6)).total_seconds()
    assert camera.coverage_week == round(100 * recorded_s / due_s, 1)
    assert camera.coverage_today == (25.0 if last.end is None else 0.0)
    document = json.loads(status_json(said))["cameras"][0]
    assert (document["gaps_week"], document["coverage_week_percent"]) == (1, camera.coverage_week)
    assert b'sitegen_camera_gaps_week{camera="101"} 1\n' in metrics_text(said)


def test_what_is_still_to_come_is_no_gap(tmp_path):
    """One segment is open, or the next one a little late; with longer segments, so is more."""
    for n, (seconds, ago_s, gaps) in enumerate(
        [(None, 900, 0), (None, 901, 1), (300, 1_200, 0), (300, 1_201, 1)]
    ):
        (tmp_path / str(n)).mkdir()
        last = segment(NOW - timedelta(seconds=ago_s), seconds, end_reason=seconds and "rotated")
        with a_model(tmp_path / str(n), last) as model:
            assert say(model).cameras[0].gaps_week_count == gaps
            longer = replace(model.site, silent_after_seconds=silent_after_s(3_600))
            said = say(Model(model.index, model.cameras, model.zone, longer))
            assert (said.cameras[0].gaps_week_count, said.silent_after_seconds) == (0, 10_800)


def test_a_silent_camera_that_is_lost_has_one_gap_with_that_cause(tmp_path):
    """Motion's word says why nothing followed."""
    lost = Outage(path="o.yaml", camera="101", start=NOW - 2 * HOUR)
    last = segment(NOW - 3 * HOUR, 3_590, end_reason="rotated")
    with a_model(tmp_path, last, outages=(lost,)) as model:
        (gap,) = say(model).cameras[0].gaps_week
        assert (gap.end, gap.cause) == (None, "camera_lost")


def test_a_camera_of_which_there_are_events_only_is_never_silent(tmp_path):
    """However long ago the last one was."""
    with a_model(tmp_path, a_clip(NOW - 100 * HOUR), a_clip(NOW - 99 * HOUR, seconds=None)) as model:
        camera = say(model).cameras[0]
    assert (camera.gaps_week_count, camera.coverage_week, camera.camera.stopped_since) == (0, None, None)


@pytest.mark.parametrize(
    ("ago", "gap", "today", "week"),
    [
        (2 * HOUR, (NOW - 2 * HOUR, None), 83.3, 83.3),
        (14 * HOUR, (NOW - 14 * HOUR, MIDNIGHT), None, 83.3),
        (240 * HOUR, None, None, None),
    ],
    ids=["today", "yesterday", "ten days ago"],
)
def test_a_recording_that_somebody_stopped_is_a_gap_to_the_end_of_that_day(tmp_path, ago, gap, today, week):
    """As on the pages of days; from then on the camera is not to be recorded, and says since when."""
    last = segment(NOW - ago - 10 * HOUR, 36_000, end_reason="stopped")
    with a_model(tmp_path, last) as model:
        camera = say(model).cameras[0]
        pages = [
            [
                (found.start, found.end)
                for found in model.one_day(local_day(day, BERLIN)).gaps(model.cameras[0])
            ]
            for day in (last.end, last.end + timedelta(days=1), NOW + timedelta(days=1))
        ]
    assert [(found.start, found.end) for found in camera.gaps_week] == ([gap] if gap else [])
    assert (camera.coverage_today, camera.coverage_week) == (today, week)
    assert camera.camera.stopped_since == last.end
    assert pages == [[(last.end, None)], [], []]


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
