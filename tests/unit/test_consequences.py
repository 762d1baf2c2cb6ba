"""Consequences: which pages a change in the archive touches, as the index alone can tell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from models import START, a_clip, a_model, changed

from sitegen.archive.index import Placed
from sitegen.archive.refresh import Change
from sitegen.clip import Outage
from sitegen.site import consequences
from sitegen.site.pages import Page

DAY = timedelta(days=1)


def placed(clip, day=None) -> Placed:
    return Placed(clip, day or clip.start.date())


def added(tmp_path, clip, *others, outages=()) -> set[Page]:
    """What the coming of `clip` touches, when the others are there."""
    with a_model(tmp_path, clip, *others, outages=outages) as model:
        change = Change(None, placed(clip))
        return consequences.of_change(model.index, change) | consequences.of_days(model.index, [change])


def days_of(pages: set[Page], kind: str) -> set[str]:
    return {p.day[-2:] for p in pages if p.kind == kind}


def test_the_neighbours_of_a_new_event_are_written_again(tmp_path):
    """Those before and after over all cameras; nobody further away."""
    others = [a_clip(START + timedelta(minutes=n), camera="102") for n in (-2, -1, 1, 2)]
    touched = {p.key for p in added(tmp_path, a_clip(), *others) if p.kind == "clip"}
    assert touched == {a_clip().id, others[1].id, others[2].id}


def test_the_clips_of_its_event_are_written_again(tmp_path):
    """Each links to the others, however far apart they are."""
    far = a_clip(START - 3 * DAY, event="e")
    between = a_clip(START - DAY)
    touched = {p.key for p in added(tmp_path, a_clip(event="e"), far, between) if p.kind == "clip"}
    assert far.id in touched


def test_a_days_first_clip_touches_the_days_beside_it(tmp_path):
    """They link to it now; a day's second clip touches them no more."""
    others = [a_clip(START - 2 * DAY), a_clip(START + 5 * DAY), a_clip(START + 7 * DAY)]
    assert days_of(added(tmp_path, a_clip(), *others), "day") == {"20", "22", "27"}
    (tmp_path / "2").mkdir()
    second = a_clip(START + timedelta(minutes=1))
    assert days_of(added(tmp_path / "2", a_clip(), second, *others), "day") == {"22"}


def test_a_day_that_comes_with_two_clips_at_once_has_come(tmp_path):
    """And one that goes with all of its clips has gone; one of several clips changes nothing."""
    first, second, before = a_clip(), a_clip(START + timedelta(minutes=1)), a_clip(START - 2 * DAY)
    come = [Change(None, placed(clip)) for clip in (first, second)]
    with a_model(tmp_path, first, second, before) as model:
        assert days_of(consequences.of_days(model.index, come), "day") == {"20"}
        assert days_of(consequences.of_days(model.index, come), "camera-day") == {"20"}
        assert consequences.of_days(model.index, come[:1]) == set()
        model.index.drop_clip(first.path)
        model.index.drop_clip(second.path)
        gone = [Change(change.new, None) for change in come]
        assert days_of(consequences.of_days(model.index, gone), "day") == {"20"}


def test_a_segment_that_ends_shows_with_its_camera_also_after_later_events(tmp_path):
    """The camera was being recorded, and is not any more."""
    is_open = a_clip(START - timedelta(minutes=3), kind="segment", seconds=None)
    closed = changed(is_open, end=START - timedelta(minutes=1))
    with a_model(tmp_path, closed, a_clip()) as model:
        touched = consequences.of_change(model.index, Change(placed(is_open), placed(closed)))
    assert {Page("cameras"), Page("home"), Page("camera", key="101")} <= touched


def test_a_camera_is_last_seen_when_the_last_of_its_clips_ends(tmp_path):
    """A long clip may end after those that began later: that it ends otherwise shows wherever the camera does."""
    lists = {Page("cameras"), Page("home"), Page("camera", key="101")}
    long = a_clip(START - timedelta(hours=1), kind="segment", seconds=9_000)
    others = [a_clip(START + timedelta(minutes=n)) for n in range(3)]
    for end, shown in (
        (timedelta(hours=3), True),
        (timedelta(seconds=30), True),
        (timedelta(hours=2.5), False),
    ):
        folder = tmp_path / f"{end}"
        folder.mkdir()
        new = changed(long, end=long.start + end, extra={"a": "b"})
        with a_model(folder, new, *others) as model:
            touched = consequences.of_change(model.index, Change(placed(long), placed(new)))
        assert (lists <= touched) is shown
    with a_model(tmp_path, changed(long, end=START), *others) as model:
        short = changed(long, end=START - timedelta(minutes=1))
        change = Change(placed(short), placed(changed(long, end=START)))
        assert not lists & consequences.of_change(model.index, change) - {Page("camera", key="101")}


def test_a_cameras_first_clip_of_a_day_touches_its_days_beside_it(tmp_path):
    """Also when the day is there already by another camera's clips."""
    others = [a_clip(START - 2 * DAY), a_clip(START, camera="102"), a_clip(START - DAY, camera="102")]
    touched = added(tmp_path, a_clip(), *others)
    assert Page("camera-day", "2026-11-20", "101") in touched
    assert Page("camera-day", "2026-11-21", "102") not in touched
    assert days_of(touched, "day") == {"22"}


def test_a_segment_touches_the_days_up_to_its_neighbours(tmp_path):
    """The gaps before and after it reach there; days without clips have no page."""
    before, after = (a_clip(START + n * DAY, kind="segment") for n in (-3, 2))
    between = a_clip(START - DAY, camera="102")
    touched = added(tmp_path, a_clip(kind="segment"), before, after, between)
    assert days_of(touched, "day") == {"19", "21", "22", "24"}
    assert not any(p.kind == "clip" for p in touched)


def test_a_clip_ends_an_outage_that_nobody_ended(tmp_path):
    """Every day from the loss on is touched, not only the clip's own."""
    lost = Outage(path="o.yaml", camera="101", start=START - 5 * DAY)
    others = [a_clip(START + n * DAY, camera="102") for n in (-6, -4, -1, 3)]
    touched = added(tmp_path, a_clip(), *others, outages=(lost,))
    assert {"18", "21", "22", "25"} <= days_of(touched, "day")
    assert days_of(added_twice(tmp_path / "2", lost, others), "day") == {"22"}


def added_twice(folder, lost, others) -> set[Page]:
    """A clip that comes when another one has ended the outage already."""
    folder.mkdir()
    return added(folder, a_clip(), a_clip(START - timedelta(minutes=5)), *others, outages=(lost,))


def test_an_outage_touches_the_days_it_lasts(tmp_path):
    """And, where segments border on it, the days their gaps reach to."""
    clips = [a_clip(START + n * DAY, camera="102") for n in range(-4, 5)]
    over = Outage(path="o.yaml", camera="101", start=START - DAY, end=START + DAY)
    with a_model(tmp_path, *clips) as model:
        touched = consequences.of_outage(model.index, over)
        lasting = consequences.of_outage(model.index, changed(over, end=None))
    assert {"21", "22", "23"} <= days_of(touched, "day")
    assert "26" not in days_of(touched, "day")
    assert {"21", "22", "23", "24", "25", "26"} <= days_of(lasting, "day")


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        (None, a_clip(), True),
        (a_clip(seconds=None), a_clip(), True),
        (None, a_clip(seconds=None), False),
        (a_clip(), a_clip(event="x"), False),
        (a_clip(), None, False),
        (a_clip(), a_clip(seconds=None), False),
    ],
)
def test_a_clip_is_news_once_when_it_is_whole(old, new, whole):
    """Not while it is being recorded, and not again when something about it changes."""
    assert consequences.became_whole(old, new) is whole


def test_a_spot_says_where_a_clip_is():
    """Its local day, and what it is listed as."""
    clip = a_clip(datetime(2026, 11, 22, 23, 30, tzinfo=UTC), extra={"movie": "debug"}, event="e")
    found = consequences.spot(placed(clip, date(2026, 11, 23)))
    assert (found.day, found.listed_as, found.camera, found.event) == ("2026-11-23", "other", "101", "e")


def test_everything_is_everything_but_what_the_index_marks_itself():
    """Lists, cameras, the owner's pages."""
    assert consequences.everything(["101"], ["about/index.html"]) == {
        *(Page(kind) for kind in ("home", "cameras", "status", "live", "calendar", "shell")),
        *(Page("api", key="event"), Page("api", key="segment")),
        *(Page("camera", key="101"), Page("content", key="about/index.html")),
    }
