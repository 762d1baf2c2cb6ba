"""What a camera's page says of all its time: days of which much, little or nothing is recorded, hours of motion."""

from datetime import date, timedelta

from models import START, a_clip, a_model

from sitegen.archive import counts
from sitegen.site import camera_facts

DAY = date(2026, 11, 22)
HOUR = 3_600


def segment(days: float, hours: float, **fields):
    return a_clip(START + timedelta(days=days), kind="segment", seconds=hours * HOUR, **fields)


def covered(model):
    camera = model.cameras[0]
    return camera_facts.coverage(model, camera, counts.days(model.index, camera.id))


def test_coverage_is_told_by_day_newest_first(tmp_path):
    """In percent of the local day, of the last one as far as it is recorded, with its events, and a link where there is a page."""
    with a_model(tmp_path, segment(0, 6), a_clip(), segment(-1, 12), segment(-1.1, 30)) as model:
        today, yesterday = covered(model)
    assert (today.date, today.percent, today.events) == (
        DAY,
        round(100 * 6 / (4 + 55 / 60 + 3 / HOUR + 6), 1),
        1,
    )
    assert today.url == "cameras/driveway/2026/11/22/index.html"
    assert (yesterday.percent, yesterday.events) == (100.0, 0)


def test_a_day_on_which_nothing_was_recorded_is_told(tmp_path):
    """Between days with segments it counts 0, with clips or without; before the first and after the last it says nothing."""
    clips = [
        a_clip(START - timedelta(days=5)),
        segment(-4, 1),
        a_clip(START - timedelta(days=2)),
        segment(-1, 1),
        a_clip(),
    ]
    with a_model(tmp_path, *clips) as model:
        found = covered(model)
    percents = [day.percent for day in found]
    begun = (
        4 + 55 / 60 + 3 / HOUR
    )  # its first segment, on the first day, and its last one until an hour later
    assert percents == [None, round(100 / (begun + 1), 1), 0.0, 0.0, round(100 / (24 - begun), 1), None]
    assert [bool(day.url) for day in found] == [True, True, True, False, True, True]


def test_after_a_recording_that_broke_off_the_rest_of_the_day_is_missing(tmp_path):
    """One that goes on, or whose next segment is due, is told of as far as it is recorded."""
    for fields, percent in (
        ({"end_reason": "camera_lost"}, round(100 / 24, 1)),
        ({"end_reason": "rotated"}, 16.9),
    ):
        with a_model(tmp_path, segment(-2, 30), segment(-1, 20), segment(0, 1, **fields)) as model:
            assert covered(model)[0].percent == percent, fields


def test_a_camera_that_is_not_recorded_has_no_coverage(tmp_path):
    """And one without clips has no days."""
    with a_model(tmp_path, a_clip(), a_clip(START - timedelta(days=200))) as model:
        found = covered(model)
        assert [day.percent for day in found] == [None] * camera_facts.DAYS
        assert camera_facts.coverage(model, model.cameras[1], []) == ()


def test_a_day_of_25_hours_is_longer(tmp_path):
    """In percent of its own length."""
    starts = [START.replace(month=10, day=day) for day in (24, 25, 26)]
    with a_model(tmp_path, *(a_clip(start, kind="segment", seconds=5 * HOUR) for start in starts)) as model:
        _, day, _ = covered(model)
    assert day.percent == 20.0


def test_heat_is_by_weekday_and_local_hour(tmp_path):
    """A Sunday at five to five in Berlin; segments and timelapses do not count."""
    others = [segment(0, 1), a_clip(START + timedelta(hours=1), extra={"movie": "timelapse"})]
    with a_model(tmp_path, a_clip(), a_clip(START - timedelta(days=7)), *others) as model:
        found = camera_facts.heat(model, model.cameras[0])
    assert found["heat"][6][4] == found["heat_max"] == 2
    assert sum(sum(row) for row in found["heat"]) == 2
