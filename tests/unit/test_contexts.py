"""Contexts: what each page says, and that a day tells of everything that was and was not recorded."""

from datetime import UTC, date, datetime, timedelta

from models import START, a_clip, a_model

from sitegen.archive.video_headers import Headers
from sitegen.clip import Motion, Note, Outage
from sitegen.site import contexts
from sitegen.site.model import Model

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
    assert [bar.kind for bar in lane.bars] == ["segment"] * 4 + ["gap", "event"]
    assert lane.bars[0].label == "Driveway: recorded 03:55\N{EN DASH}04:00"
    assert lane.bars[4].label == "Driveway: nothing recorded from 04:00:03: cause not known"
    assert lane.bars[4].url == ""


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


def test_newest_events_come_first_and_tags_are_told(tmp_path):
    """On a day and on a camera's day; the tags of all events, sorted, each once."""
    notes = {0: Note(tags=("night", "fox")), 2: Note(tags=("fox",))}
    clips = [a_clip(START + timedelta(minutes=n), note=notes.get(n)) for n in range(3)]
    with a_model(tmp_path, *clips, segment(START), segment(START + timedelta(minutes=5))) as model:
        day = contexts.day(model, contexts.DayFacts(model, DAY))
        mine = contexts.camera_day(model, contexts.DayFacts(model, DAY, "101"), model.cameras[0])
    for page in (day, mine):
        assert [e.id for e in page["events"]] == [c.id for c in reversed(clips)]
        assert page["tags"] == ("fox", "night")
    assert mine["segments"][0].start < mine["segments"][1].start


def test_a_clips_own_page_knows_its_frame(tmp_path):
    """The size of its pictures, where it says where motion was; elsewhere it is left out."""
    clip = a_clip(motion=Motion(x=5, y=5, width=3, height=3))
    with a_model(tmp_path, clip) as model:
        placed = model.index.clip(clip.path)
        assert contexts.clip(model, placed)["clip"].frame is None
        index = model.index
        (unread,) = index.unread(9)
        index.put_headers([(unread, Headers(1920, 1080))])
        again = Model(index, model.cameras, model.zone, model.site)
        assert contexts.clip(again, placed)["clip"].frame == (1920, 1080)
        assert contexts.day(again, contexts.DayFacts(again, DAY))["events"][0].frame is None


def test_live_changes_with_the_cameras_alone(tmp_path):
    """Neither counts nor what is being recorded."""
    with a_model(tmp_path, a_clip(seconds=None)) as model:
        first, _ = contexts.live(model)["cameras"]
    assert (first.title, first.events, first.newest, first.recording_since) == ("Driveway", 0, None, None)


def test_a_clip_s_page_knows_how_large_its_downloads_are(tmp_path):
    """The original and Motion's picture by the archive, the small video and the poster by what lies on the site."""
    clip = a_clip(START, image="events/x.jpg", image_bytes=5, bytes=6, poster=True, previews=True)
    made = {f"previews/{clip.path}.low.mp4": 7, f"previews/{clip.path}.poster.jpg": 8}
    with a_model(tmp_path, clip) as model:
        view = contexts.clip(model, model.index.clip(clip.path), made.__getitem__)["clip"]
    assert (view.bytes, view.image_bytes, view.low_bytes, view.poster_bytes) == (6, 5, 7, 8)


def test_a_name_from_right_to_left_leaves_the_time_beside_it_alone(tmp_path):
    """It is isolated in the page's title; another name stands there as it is."""
    name = "\N{HEBREW LETTER SHIN}\N{HEBREW LETTER LAMED}"
    turned = a_clip(note=Note(title=name))
    plain = a_clip(START + timedelta(minutes=1), note=Note(title="Parcel"))
    with a_model(tmp_path, turned, plain) as model:
        titles = [contexts.clip(model, model.index.clip(clip.path))["title"] for clip in (turned, plain)]
    assert titles == [f"\u2068{name}\u2069, 2026-11-22 04:55:03", "Parcel, 2026-11-22 04:56:03"]
