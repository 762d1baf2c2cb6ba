"""Builds read what is inside videos a few at a time, and the site comes to be what it is when all is known."""

import shutil

import pytest
from archives import site_bytes
from built_site import NOON, Site
from models import a_clip
from written_world import in_pieces

from sitegen import header_marks
from sitegen.archive.index import Index
from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.clip import Motion
from sitegen.header_marks import read_unread
from sitegen.settings import load
from sitegen.watch_loop import build_once

PLAYLIST = "cameras/driveway/2026/11/22/playlist.m3u8"
BOX = {"x": 30, "y": 20, "width": 10, "height": 8}


@pytest.fixture
def site(tmp_path):
    made = Site(tmp_path)
    for minute in range(5):
        made.put(5 * minute, kind="segment", seconds=300, video=in_pieces())
    made.put(1, motion=BOX, video=in_pieces())
    return made


def playable(site):
    text = (site.output / PLAYLIST).read_text() if (site.output / PLAYLIST).exists() else ""
    return text.count("#EXT-X-MAP")


def test_a_build_reads_some_files_and_the_next_ones_the_rest(site, monkeypatch):
    """The newest first; each build shows what it knows, until nothing is left; then a build writes nothing."""
    monkeypatch.setattr(header_marks, "MOST_AT_ONCE", 2)
    generator = Generator(load(site.config))
    try:
        generator.build()
        assert (playable(site), generator.has_more) == (2, True)
        assert "20261122T122000Z" in (site.output / PLAYLIST).read_text()
        revisions = [generator.build(Hints()).revision for _ in range(2)]
        assert (playable(site), generator.has_more) == (5, False)
        assert revisions == [2, 3]
        assert not generator.build().published
    finally:
        generator.close()
    site.assert_sound()
    made = site_bytes(site.output)
    monkeypatch.undo()
    for folder in (site.output, site.state):
        shutil.rmtree(folder)
    site.build()
    assert site_bytes(site.output) == made


def test_one_command_reads_them_all(site, monkeypatch):
    """`sitegen build` does not end before."""
    monkeypatch.setattr(header_marks, "MOST_AT_ONCE", 1)
    built = build_once(load(site.config), full=False, previews=False, progress=lambda _: None)
    assert playable(site) == 5
    assert built.published
    assert not build_once(load(site.config), full=False, previews=False, progress=lambda _: None).published


def test_a_video_that_is_another_is_read_again(site):
    """Its playlist says what is in it now."""
    site.build()
    before = (site.output / PLAYLIST).read_text()
    video = min(site.root.rglob("*120000Z.mp4"))
    video.write_bytes(in_pieces(12))
    site.build()
    after = (site.output / PLAYLIST).read_text()
    assert after != before
    assert after.count("#EXT-X-BYTERANGE") > before.count("#EXT-X-BYTERANGE")
    video.write_bytes(b"no video any more")
    site.build()
    assert playable(site) == 4


def test_what_cannot_be_read_now_is_read_later(tmp_path):
    """A file that is not there when it is to be read is asked again when the index is told to; then its pages are marked."""
    index = Index(tmp_path / "index.sqlite", identity="x")
    clip = a_clip(NOON, kind="segment", seconds=300)
    index.put_clips([(clip, NOON.date(), NOON.hour)])
    root = tmp_path / "archive"
    read_unread(index, root, tmp_path / "site")
    assert not index.has_unread()
    assert not index.is_dirty()
    (root / clip.path).parent.mkdir(parents=True)
    (root / clip.path).write_bytes(in_pieces())
    index.ask_refused_again()
    read_unread(index, root, tmp_path / "site")
    assert index.headers(clip.path).seconds == pytest.approx(3.0)
    day = NOON.date().isoformat()
    assert {("camera-day", day, "101"), ("playlist", day, "101")} <= set(index.dirty_of_day(day))
    index.close()


def test_an_event_s_own_page_alone_shows_how_large_its_pictures_are(tmp_path):
    """What becomes known of it marks this page and no other."""
    index = Index(tmp_path / "index.sqlite", identity="x")
    event = a_clip(NOON, motion=Motion(**BOX))
    index.put_clips([(event, NOON.date(), NOON.hour)])
    video = tmp_path / event.path
    video.parent.mkdir(parents=True)
    video.write_bytes(in_pieces())
    read_unread(index, tmp_path, tmp_path / "site")
    assert index.frames_of_day(NOON.date()) == {event.path: (64, 36)}
    assert index.dirty_of_day(NOON.date().isoformat()) == [("clip", NOON.date().isoformat(), event.id)]
    index.close()
