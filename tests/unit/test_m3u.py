"""clips.m3u: a camera's day for VLC."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urljoin

from models import CAMERAS, FULL, START, a_clip, a_model, changed

from sitegen.site.m3u import clips_m3u, one_line

ROOT = "../../../../../"
SEGMENT = a_clip(START - timedelta(minutes=1), kind="segment", seconds=300)


def listed(tmp_path, *clips, day=date(2026, 11, 22), **options):
    """(length, title, URL) of each entry."""
    with a_model(tmp_path, *clips, **options) as model:
        text = clips_m3u(reversed(model.clips(model.index.clips_of_day(day))), ROOT).decode()
    first, *lines = text.splitlines()
    assert first == "#EXTM3U"
    assert text.endswith("\n")
    found = []
    for about, url in zip(lines[::2], lines[1::2], strict=True):
        length, _, title = about.removeprefix("#EXTINF:").partition(",")
        assert not url.startswith("#")
        found.append((int(length), title, url))
    return found


def test_an_entry_has_length_title_and_address(tmp_path):
    """The address leads from the list to the file, under any prefix."""
    ((length, title, url),) = listed(tmp_path, FULL)
    assert (length, title) == (38, "Driveway 04:55:03")
    at = urljoin("http://h/sub/cameras/driveway/2026/11/22/clips.m3u", url)
    assert at == f"http://h/sub/media/{FULL.path}"


def test_events_that_segments_cover_are_left_out(tmp_path):
    """One that begins before or ends after what is recorded is there; all by start."""
    before = a_clip(START - timedelta(minutes=2), seconds=70)
    after = a_clip(START + timedelta(minutes=3, seconds=50), seconds=20)
    inside = a_clip(START)
    found = listed(tmp_path, SEGMENT, before, inside, after)
    assert [url.rpartition("/")[2] for _, _, url in found] == [
        f"{c.id}.mp4" for c in (before, SEGMENT, after)
    ]


def test_an_event_over_a_border_of_segments_is_covered(tmp_path):
    """Where the second begins as the first ends, or nearly so; not where a second of more is missing."""
    over = a_clip(START + timedelta(minutes=3, seconds=50), seconds=20)
    following = a_clip(SEGMENT.end + timedelta(seconds=0.4), kind="segment", seconds=300)
    assert len(listed(tmp_path, SEGMENT, following, over)) == 2
    (tmp_path / "2").mkdir()
    late = a_clip(SEGMENT.end + timedelta(seconds=5), kind="segment", seconds=300)
    assert len(listed(tmp_path / "2", SEGMENT, late, over)) == 3


def test_what_is_being_recorded_or_is_no_event_is_left_out(tmp_path):
    """A player could not play the one to its end; a timelapse is another thing."""
    timelapse = a_clip(START + timedelta(hours=1), extra={"movie": "timelapse"})
    assert listed(tmp_path, a_clip(seconds=None), timelapse) == []


def test_without_originals_the_small_videos_are_listed(tmp_path):
    """Where they are made."""
    other = a_clip(START + timedelta(hours=1))
    ((_, _, url),) = listed(tmp_path, FULL, other, full_video=False)
    assert url == f"{ROOT}previews/{FULL.path}.low.mp4"


def test_no_name_breaks_a_line(tmp_path, monkeypatch):
    """Neither a camera's nor a file's."""
    hostile = "a\nb\rc\u2028d\x85e\x00f\U0001f4e6 #EXTINF:1,"
    assert one_line(hostile) == "a b c d e f\U0001f4e6 #EXTINF:1,"
    camera = changed(CAMERAS[0], title=hostile)
    monkeypatch.setattr("models.CAMERAS", (camera, CAMERAS[1]))
    clip = changed(FULL, path="events/101/a\nb #\u2028é.mp4", previews=False)
    ((_, title, url),) = listed(tmp_path, clip)
    assert title == f"{one_line(hostile)} 04:55:03"
    assert url == f"{ROOT}media/events/101/a%0Ab%20%23%E2%80%A8%C3%A9.mp4"


def test_the_doubled_hour_is_told_apart(tmp_path):
    """The same time of day twice, each with its zone."""
    clips = [a_clip(datetime(2026, 10, 25, hour, 30, tzinfo=UTC)) for hour in (0, 1)]
    found = listed(tmp_path, *clips, day=date(2026, 10, 25))
    assert [title for _, title, _ in found] == ["Driveway 02:30:00 CEST", "Driveway 02:30:00 CET"]
