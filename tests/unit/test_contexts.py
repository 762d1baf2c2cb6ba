"""Contexts: what each page says, and that a day tells of everything that was and was not recorded."""

from datetime import UTC, date, datetime, timedelta

from models import START, a_clip, a_model

from sitegen.clip import Outage, Problem
from sitegen.site import contexts

DAY = date(2026, 11, 22)


def segment(start, seconds=300, **fields):
    return a_clip(start, kind="segment", seconds=seconds, **fields)


def outage(start, end, camera="101"):
    return Outage(path=f"{camera}-{start:%H%M}.yaml", camera=camera, start=start, end=end)


def gaps_of_day(model, day=DAY, camera=None):
    found = contexts.DayFacts(model, day, camera).all_gaps()
    return [(g.camera, g.start, g.end, g.cause) for g in found]


def test_a_gap_over_midnight_is_on_both_days(tmp_path):
    """Its two parts meet at local midnight, and the whole cause is told on both."""
    first, second = START, START + timedelta(days=1)
    with a_model(tmp_path, segment(first, end_reason="killed"), segment(second)) as model:
        (one,), (two,) = gaps_of_day(model), gaps_of_day(model, date(2026, 11, 23))
    midnight = datetime(2026, 11, 22, 23, tzinfo=UTC)
    assert one == ("101", first + timedelta(seconds=300), midnight, "killed")
    assert two == ("101", midnight, second, "killed")


def test_a_camera_that_was_lost_all_day_is_told_on_that_day(tmp_path):
    """It has no clip on it; its gap is there all the same, and its lane leads to the camera, whose day has no page."""
    start = START - timedelta(days=2)
    lost = outage(start, start + timedelta(days=4), camera="102")
    with a_model(tmp_path, a_clip(), outages=(lost,)) as model:
        facts = contexts.DayFacts(model, DAY)
        bounds = model.bounds(DAY)
        page = contexts.day(model, facts)
    assert [(g.camera, g.start, g.end) for g in facts.all_gaps()] == [("102", bounds.start, bounds.end)]
    assert [lane.url for lane in page["lanes"]] == [
        "cameras/driveway/2026/11/22/index.html",
        "cameras/camera-102/index.html",
    ]
    assert page["gaps"][0].cause_text == "the camera could not be reached"


def test_a_gap_between_days_is_told_on_the_day_between(tmp_path):
    """Segments before and after, none on the day: another camera's clip makes the day a page, and the gap is on it."""
    around = [segment(START + timedelta(days=n), camera="102") for n in (-1, 1)]
    with a_model(tmp_path, a_clip(), *around) as model:
        bounds = model.bounds(DAY)
        assert gaps_of_day(model) == [("102", bounds.start, bounds.end, "unknown")]
        assert gaps_of_day(model, camera="101") == []


def test_an_outage_that_nobody_ended_lasts_until_the_next_clip(tmp_path):
    """Motion was restarted: the camera's next clip, of any kind, says it is back. Without one it lasts."""
    lost = START - timedelta(hours=1)
    with a_model(tmp_path, a_clip(), outages=(outage(lost, None),)) as model:
        assert gaps_of_day(model) == [("101", lost, START, "camera_lost")]
    (tmp_path / "2").mkdir()
    with a_model(tmp_path / "2", a_clip(), outages=(outage(START + timedelta(hours=1), None),)) as model:
        assert gaps_of_day(model) == [("101", START + timedelta(hours=1), None, "camera_lost")]


def test_lanes_paint_segments_then_gaps_then_events(tmp_path):
    """So that events lie on top."""
    clips = [a_clip(), segment(START - timedelta(hours=1)), segment(START + timedelta(hours=1))]
    with a_model(tmp_path, *clips) as model:
        facts = contexts.DayFacts(model, DAY)
        lane = facts.lane(facts.cameras[0])
    assert [bar.kind for bar in lane.bars] == ["segment", "segment", "gap", "event"]
    assert lane.bars[0].label == "Driveway: segment 03:55:03"
    assert lane.bars[2].label == "Driveway: nothing recorded from 04:00:03: cause not known"
    assert lane.bars[2].url == ""


def test_a_day_lists_events_and_other_movies_apart(tmp_path):
    """A timelapse is no event; segments are only counted."""
    clips = [a_clip(), a_clip(START + timedelta(minutes=5), extra={"movie": "timelapse"}), segment(START)]
    with a_model(tmp_path, *clips) as model:
        page = contexts.day(model, contexts.DayFacts(model, DAY))
        mine = contexts.camera_day(model, contexts.DayFacts(model, DAY, "101"), model.cameras[0])
    assert [len(page[k]) for k in ("events", "others")] == [1, 1]
    assert page["segment_count"] == len(mine["segments"]) == 1
    assert mine["title"] == "Driveway, 2026-11-22"


def test_a_clip_knows_its_neighbours_and_its_event(tmp_path):
    """Over all cameras in order of time; clips of the same Event without itself; segments are neither."""
    clips = [
        a_clip(START + timedelta(minutes=n), camera=c, event=e)
        for n, c, e in ((0, "101", "e1"), (1, "102", None), (2, "101", "e1"))
    ]
    with a_model(tmp_path, *clips, segment(START + timedelta(seconds=30), event="e1")) as model:
        page = contexts.clip(model, model.index.clip(clips[1].path))
        first = contexts.clip(model, model.index.clip(clips[0].path))
    assert (page["previous"].id, page["next"].id) == (clips[0].id, clips[2].id)
    assert page["siblings"] == ()
    assert (first["previous"], [c.id for c in first["siblings"]]) == (None, [clips[2].id])


def test_a_clip_is_titled_by_its_note_or_its_camera(tmp_path):
    """With its local time."""
    with a_model(tmp_path, a_clip()) as model:
        page = contexts.clip(model, model.index.clip(a_clip().path))
    assert page["title"] == "Driveway, 2026-11-22 04:55:03"


def test_the_status_page_counts_and_judges_today(tmp_path):
    """Coverage is of today so far; a camera that is not recorded has none; Problems are told in words."""
    now = datetime(2026, 11, 22, 11, tzinfo=UTC)  # noon in Berlin
    clips = [segment(datetime(2026, 11, 21, 23, tzinfo=UTC), 6 * 3_600), a_clip(camera="102")]
    with a_model(tmp_path, *clips) as model:
        status = contexts.status(
            model,
            now=now,
            disk_total_bytes=100,
            disk_free_bytes=40,
            problems=[Problem("a.yaml", "end", "is no time", "write one")],
            backlog=3,
        )
    first, second = status.cameras
    assert (first.coverage_today, second.coverage_today) == (50.0, None)
    assert first.last_segment == datetime(2026, 11, 22, 5, tzinfo=UTC)
    assert second.last_event == START
    assert (status.clips, status.days, status.backlog, status.archive_bytes) == (2, 1, 3, 10_000)
    assert status.problems[0].remedy == "write one"


def test_coverage_counts_each_moment_once():
    """Overlapping segments, one from yesterday, one that is being recorded: never more than 100 percent."""
    start = datetime(2026, 11, 22, tzinfo=UTC)

    def seg(first, last):
        end = None if last is None else start + timedelta(minutes=last)
        return segment(start + timedelta(minutes=first), None, end=end)

    now = start + timedelta(minutes=100)
    assert contexts.coverage([], start, now) == 0
    assert contexts.coverage([seg(-60, 10), seg(5, 20), seg(40, 50)], start, now) == 30
    assert contexts.coverage([seg(-60, None)], start, now) == 100
    assert contexts.coverage([seg(0, 500)], start, now) == 100
    assert contexts.coverage([], start, start) == 0
