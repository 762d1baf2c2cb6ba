"""What the index knows of the inside of videos follows each change of clip and preview; what is unread is read once."""

from contextlib import nullcontext
from datetime import timedelta

import msgspec
import pytest
from models import START, a_clip

from sitegen.archive.index import Index
from sitegen.archive.video_headers import NOTHING, Headers
from sitegen.clip import Motion, Outage

DAY = START.date()
BOX = Motion(x=30, y=20, width=10, height=8)
PIECES = Headers(64, 36, 740, ((740, 900, 10.0), (1640, 80, 0.5)))
SEGMENT = a_clip(kind="segment", seconds=300)
EVENT = a_clip(START + timedelta(minutes=1), motion=BOX)


@pytest.fixture
def index(tmp_path):
    found = Index(tmp_path / "index.sqlite", identity="x")
    yield found
    found.close()


def put(index, *clips):
    index.put_clips((clip, clip.start.date(), clip.start.hour) for clip in clips)


def unread(index, limit=99):
    return [(video.path, video.low, video.pieces) for video in index.unread(limit)]


def read(index, headers=PIECES):
    index.put_headers((video, headers) for video in index.unread(99))


def previews(index, clip, made=True):
    made_ns = clip.mtime_ns if made else None
    index.set_previews(clip.path, poster_ns=made_ns, preview_ns=made_ns, error=None)


def test_when_small_videos_begin_is_remembered(index):
    """Of those that do not begin with their clips, for a camera and day."""
    put(index, SEGMENT, EVENT)
    read(index)
    assert index.begins_of_day(DAY, "101") == {}
    previews(index, SEGMENT)
    read(index, msgspec.structs.replace(PIECES, begins_s=-1.25))
    assert index.begins_of_day(DAY, "101") == {SEGMENT.path: -1.25}
    assert index.begins_of_day(DAY, "102") == {}
    assert index.headers(SEGMENT.path, low=True).begins_s == -1.25
    assert index.headers(SEGMENT.path) == PIECES


@pytest.mark.parametrize("bulk", [False, True])
def test_what_is_read_of_which_video(index, bulk):
    """Pieces of closed segments in mp4, the size of closed events that say where motion was; nothing of others."""
    clips = [
        SEGMENT,
        EVENT,
        a_clip(START + timedelta(minutes=2)),
        a_clip(START + timedelta(minutes=3), motion=Motion(x=1, y=2)),
        a_clip(START + timedelta(minutes=4), motion=BOX, seconds=None),
        a_clip(START + timedelta(minutes=5), kind="segment", seconds=None),
        a_clip(START + timedelta(minutes=6), kind="segment", path="old.mkv"),
    ]
    with index.transaction(), index.bulk() if bulk else nullcontext():
        put(index, *clips)
    assert unread(index) == [(EVENT.path, False, False), (SEGMENT.path, False, True)]
    assert unread(index, 1) == unread(index)[:1]


def test_what_was_read_is_known_until_the_video_is_another(index):
    """By day and camera, or by path; a look at another day or camera shows nothing."""
    put(index, SEGMENT, EVENT)
    read(index)
    assert not index.has_unread()
    assert index.headers_of_day(DAY, "101") == {SEGMENT.path: PIECES, EVENT.path: PIECES}
    assert index.headers_of_day(DAY, "102") == index.headers_of_day(DAY, "101", low=True) == {}
    assert index.frames_of_day(DAY) == {EVENT.path: (64, 36)}
    assert index.headers(SEGMENT.path) == PIECES
    put(index, msgspec.structs.replace(SEGMENT, end_reason="killed"))
    assert index.headers(SEGMENT.path) == PIECES
    put(index, msgspec.structs.replace(SEGMENT, mtime_ns=8))
    assert index.headers(SEGMENT.path) is None
    assert unread(index) == [(SEGMENT.path, False, True)]


def test_a_file_that_has_nothing_is_not_read_again(index):
    """It stays known as such until its time changes."""
    put(index, SEGMENT)
    read(index, NOTHING)
    assert not index.has_unread()
    assert index.headers(SEGMENT.path) is None
    put(index, SEGMENT)
    assert not index.has_unread()


def test_a_small_video_is_read_when_it_is_made_and_forgotten_when_it_goes(index):
    """Of segments only: those of events are played by themselves."""
    put(index, SEGMENT, EVENT)
    read(index)
    previews(index, SEGMENT)
    previews(index, EVENT)
    assert unread(index) == [(SEGMENT.path, True, True)]
    read(index)
    assert index.headers_of_day(DAY, "101", low=True) == {SEGMENT.path: PIECES}
    previews(index, SEGMENT)
    assert not index.has_unread()
    index.forget_previews()
    assert index.headers(SEGMENT.path, low=True) is None
    assert index.headers(SEGMENT.path) == PIECES
    previews(index, SEGMENT)
    assert unread(index) == [(SEGMENT.path, True, True)]
    put(index, msgspec.structs.replace(SEGMENT, mtime_ns=8))
    assert unread(index) == [(SEGMENT.path, False, True)]


def test_what_is_known_goes_with_the_clip(index):
    """Also what was still to be read of it, and what the disk refused."""
    put(index, SEGMENT, EVENT)
    previews(index, SEGMENT)
    index.refuse(index.unread(1))
    read(index)
    for clip in (SEGMENT, EVENT):
        index.drop_clip(clip.path)
    index.ask_refused_again()
    assert not index.has_unread()
    assert index.rows("SELECT * FROM headers") == index.rows("SELECT * FROM unread") == []


def test_what_the_disk_refuses_waits_until_it_is_asked_again(index):
    """It does not keep builds coming."""
    put(index, SEGMENT)
    index.refuse(index.unread(9))
    assert not index.has_unread()
    index.ask_refused_again()
    assert unread(index) == [(SEGMENT.path, False, True)]
    put(index, msgspec.structs.replace(SEGMENT, start=START + timedelta(seconds=1)))
    assert unread(index) == [(SEGMENT.path, False, True)]


def test_newest_outages_come_first(index):
    """Of all cameras, as many as asked for."""
    for number, camera in enumerate(("101", "102", "101")):
        start = START + timedelta(hours=number)
        index.put_outage(Outage(path=f"{number}.yaml", camera=camera, start=start), str(number))
    assert [o.path for o in index.newest_outages(2)] == ["2.yaml", "1.yaml"]
