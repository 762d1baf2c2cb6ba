"""The model: what templates get of clips, cameras and days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from models import START, a_clip, a_model

from sitegen.clip import Note, Outage
from sitegen.site import contexts
from sitegen.site.addresses import clip_url, media_type
from sitegen.site.model import plain
from sitegen.site.times import stamp


def view(tmp_path, clip, *, full_video=True):
    with a_model(tmp_path, clip, full_video=full_video) as model:
        return model.clip(model.index.clip(clip.path))


def test_a_clip_is_shown_with_its_addresses(tmp_path):
    """Its page is under its local day, its video under media/, its previews only when they are made."""
    found = view(tmp_path, a_clip(previews=True, image="events/101/p 1.jpg"))
    assert found.url == "2026/11/22/101-20261122T035503Z.html"
    assert found.day_url == "2026/11/22/index.html"
    assert found.camera_day_url == "cameras/driveway/2026/11/22/index.html"
    assert found.video == "media/events/101/20261122/101-20261122T035503Z.mp4"
    assert found.image == "media/events/101/p%201.jpg"
    assert found.poster == "previews/events/101/20261122/101-20261122T035503Z.mp4.poster.jpg"
    assert (found.seconds, found.camera_title, found.video_type) == (38.0, "Driveway", "video/mp4")


def test_a_segment_is_a_moment_on_its_cameras_day(tmp_path):
    """Its address says the time in UTC, to be found by the player."""
    found = view(tmp_path, a_clip(kind="segment"))
    assert found.url == "cameras/driveway/2026/11/22/index.html#t=2026-11-22T03:55:03Z"


def test_what_is_not_there_is_empty(tmp_path):
    """No previews, no picture, no note, no motion: texts are "", not None."""
    found = view(tmp_path, a_clip())
    assert (found.poster, found.still, found.sprite, found.low_video, found.image) == ("",) * 5
    assert (found.title, found.tags, found.event, found.end_reason, found.note_html) == ("", (), "", "", "")


def test_a_site_without_originals_links_none(tmp_path):
    """full_video = false: neither video nor Motion's picture, which lie in the archive."""
    found = view(tmp_path, a_clip(image="events/p.jpg", previews=True), full_video=False)
    assert (found.video, found.image) == ("", "")
    assert found.low_video


def test_a_clip_that_is_being_recorded_has_no_length(tmp_path):
    """Its end is not known."""
    found = view(tmp_path, a_clip(seconds=None))
    assert (found.end, found.seconds) == (None, 0.0)


def test_a_note_is_rendered_only_where_it_is_shown(tmp_path):
    """On the clip's own page; its title and tags everywhere."""
    clip = a_clip(note=Note(keep=True, tags=("parcel",), title="A parcel", text="At *the* door<script>"))
    with a_model(tmp_path, clip) as model:
        placed = model.index.clip(clip.path)
        short, whole = model.clip(placed), contexts.clip(model, placed)["clip"]
    assert (short.title, short.tags, short.keep, short.note_html) == ("A parcel", ("parcel",), True, "")
    assert whole.note_html.startswith("<p>At <em>the</em> door")
    assert "script" not in whole.note_html


def test_names_of_files_are_quoted_in_addresses(tmp_path):
    """Spaces, percent signs, question marks and letters of all languages."""
    found = view(tmp_path, a_clip(path="x/a b%20?#ü.mp4", previews=True))
    assert found.video == "media/x/a%20b%2520%3F%23%C3%BC.mp4"
    assert found.still == "previews/x/a%20b%2520%3F%23%C3%BC.mp4.still.jpg"
    assert found.video_name == "a b%20?#ü.mp4"


def test_extra_is_shown_as_text_and_movie_is_not_extra(tmp_path):
    """Whatever YAML holds becomes one line."""
    found = view(tmp_path, a_clip(extra={"movie": "timelapse", "a": [1, {"b": True}], "n": None}))
    assert found.extra == (("a", "1, b: yes"), ("n", ""))
    assert found.movie == "timelapse"
    assert plain({"a": {"b": [1.5, "x"]}}) == "a: b: 1.5, x"


def test_a_camera_has_counts_and_its_newest(tmp_path):
    """Events without other movies; last seen is the end of the last clip; a camera without clips has none."""
    later = START + timedelta(days=1)
    clips = [
        a_clip(),
        a_clip(later, kind="segment"),
        a_clip(later, extra={"movie": "debug"}, path="d.mp4", id="d"),
    ]
    with a_model(tmp_path, *clips) as model:
        first, second = model.camera_views
    assert (first.events, first.segments) == (1, 1)
    assert first.last_seen == later + timedelta(seconds=38)
    assert first.newest.id == "101-20261122T035503Z"
    assert first.latest_day_url == "cameras/driveway/2026/11/23/index.html"
    assert (second.events, second.last_seen, second.newest, second.latest_day_url) == (0, None, None, "")


def test_a_day_knows_its_neighbours_that_have_clips(tmp_path):
    """Days without clips have no page; a camera's day knows the camera's."""
    clips = [a_clip(START + timedelta(days=n), camera=c) for n, c in ((0, "101"), (3, "101"), (5, "102"))]
    with a_model(tmp_path, *clips) as model:
        day = model.day(date(2026, 11, 25))
        mine = model.day(date(2026, 11, 25), "101")
    assert (day.previous.url, day.next.url) == ("2026/11/22/index.html", "2026/11/27/index.html")
    assert (mine.previous.url, mine.next) == ("cameras/driveway/2026/11/22/index.html", None)
    assert (day.end - day.start, len(day.hours)) == (timedelta(hours=24), 24)


def test_months_have_weeks_from_monday(tmp_path):
    """Newest first; cells outside the month are None, days with clips have a link."""
    clips = [a_clip(START), a_clip(datetime(2026, 2, 1, 12, tzinfo=UTC))]
    with a_model(tmp_path, *clips) as model:
        november, february = model.months(model.days, None, 12)
        assert len(model.months(model.days, None, 1)) == 1
    assert (november.year, november.month, february.month) == (2026, 11, 2)
    assert all(len(week) == 7 for week in november.weeks)
    cells = [cell for week in november.weeks for cell in week if cell]
    assert [day for day, _ in cells] == list(range(1, 31))
    assert [day for day, link in cells if link] == [22]
    assert november.weeks[0][:6] == (None,) * 6  # 1 November 2026 is a Sunday


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.MP4", "video/mp4"),
        ("a.mkv", "video/x-matroska"),
        ("a.ts", "video/mp2t"),
        ("a", "application/octet-stream"),
    ],
)
def test_a_video_has_a_media_type(path, kind):
    """By its ending, in capitals or not."""
    assert media_type(path) == kind


def test_times_in_feeds_are_utc_with_milliseconds():
    """RFC 3339, whatever zone they came in."""
    assert stamp(START.astimezone()) == "2026-11-22T03:55:03.120Z"


def test_an_other_movie_has_a_page_of_its_own():
    """A timelapse is an event clip by kind."""
    clip = a_clip(extra={"movie": "timelapse"})
    assert clip_url(clip, "2026/11/22", "", "") == "2026/11/22/101-20261122T035503Z.html"


def at(hours, **fields):
    return a_clip(START + timedelta(hours=hours), **fields)


@pytest.mark.parametrize(
    ("clips", "wanted"),
    [
        ((at(0, kind="segment", previews=True), at(1, kind="segment")), 0),
        ((at(0, previews=True), at(1, kind="segment", previews=True), at(2, seconds=None)), 0),
        ((at(0, image="a.jpg"), at(1)), 0),
        ((at(0, previews=True), at(1, image="a.jpg")), 1),
        ((at(0, previews=True), *(at(n) for n in range(1, 30))), 0),
        ((at(0), at(1, kind="segment"), at(2, camera="102", previews=True)), None),
    ],
)
def test_a_camera_has_the_newest_picture_there_is(tmp_path, clips, wanted):
    """Its newest event's that has any, poster or Motion's own; without one, its newest segment's that has a poster."""
    with a_model(tmp_path, *clips) as model:
        picture = model.camera(model.cameras[0]).picture
        assert (picture and picture.id) == (None if wanted is None else clips[wanted].id)


def test_pictures_by_motion_count_only_where_originals_are_offered(tmp_path):
    """A site of previews only has no address for them."""
    with a_model(tmp_path, at(0, previews=True), at(1, image="a.jpg"), full_video=False) as model:
        picture = model.camera(model.cameras[0]).picture
        assert picture
        assert picture.start == START


@pytest.mark.parametrize(
    ("outages", "lost"),
    [([(1, None)], 1), ([(1, None), (2, None)], 1), ([(-1, None)], None), ([(1, 2)], None), ([], None)],
)
def test_a_camera_is_lost_since_an_outage_that_lasts(tmp_path, outages, lost):
    """Nobody ended it, and no clip began after it; the first such outage counts."""
    found = tuple(
        Outage(
            path=f"{n}.yaml",
            camera="101",
            start=START + timedelta(hours=start),
            end=end and START + timedelta(hours=end),
        )
        for n, (start, end) in enumerate(outages)
    )
    with a_model(tmp_path, a_clip(), outages=found) as model:
        assert model.camera(model.cameras[0]).lost_since == (lost and START + timedelta(hours=lost))
        assert model.camera(model.cameras[1]).lost_since is None


@pytest.mark.parametrize(("reason", "stopped"), [("stopped", True), ("rotated", False), ("killed", False)])
def test_an_open_event_does_not_record_segments(tmp_path, reason, stopped):
    """Where continuous recording is over, motion says nothing of it; of a camera of events only, all of it."""
    last = a_clip(START - timedelta(hours=13), kind="segment", end_reason=reason)
    with a_model(tmp_path, last, a_clip(seconds=None), a_clip(camera="102", end_reason="stopped")) as model:
        camera, other = map(model.camera, model.cameras)
        assert (camera.recording_since, camera.stopped_since) == (None, last.end if stopped else None)
        assert camera.last_seen == START
        assert other.stopped_since is None  # it was Motion that was stopped


def test_an_event_that_ended_does_not_end_the_recording_around_it(tmp_path):
    """A camera is being recorded while its newest segment is open, or its last clip is."""
    open_segment, event = a_clip(START - timedelta(minutes=2), kind="segment", seconds=None), a_clip()
    with a_model(tmp_path, open_segment, event) as model:
        assert model.camera(model.cameras[0]).recording_since == open_segment.start
    (tmp_path / "2").mkdir()
    with a_model(tmp_path / "2", event, a_clip(START + timedelta(minutes=1), seconds=None)) as model:
        assert model.camera(model.cameras[0]).recording_since == START + timedelta(minutes=1)
