"""Atom feeds of events, read by feedparser and checked for what RFC 4287 requires."""

import uuid
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin

import feedparser
import pytest
from atom_rules import check_atom
from models import FULL, START, a_clip, a_model, changed

from sitegen.clip import Note
from sitegen.site.atom import atom_feed

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(tmp_path, *clips, path="feeds/cameras/driveway.atom", **options):
    with a_model(tmp_path, *clips, **options) as model:
        data = atom_feed(
            model, model.newest_events(), title="T & U", page="cameras/driveway/index.html", feed=path
        )
    check_atom(data)
    found = feedparser.parse(data)
    assert not found.bozo, found
    return found


def test_an_entry_says_all_of_an_event(tmp_path):
    """Title and local time with its zone, times from the clip, page, video with type and size, tags, picture."""
    (entry,) = feed(tmp_path, FULL, url="https://cctv.example/sub").entries
    root = "https://cctv.example/sub"
    assert entry.id == f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_DNS, FULL.id)}"
    assert entry.title == "A parcel (Driveway, 2026-11-22 04:55:03 CET)"
    assert entry.summary == "Driveway, 2026-11-22 04:55:03 CET"
    assert (entry.published, entry.updated) == ("2026-11-22T03:55:03.120Z", "2026-11-22T03:55:41.120Z")
    assert entry.link == f"{root}/2026/11/22/{FULL.id}.html"
    (video,) = entry.enclosures
    assert (video.type, video.length, video.href) == ("video/mp4", "5000", f"{root}/media/{FULL.path}")
    assert [tag.term for tag in entry.tags] == ["parcel"]
    assert entry.media_thumbnail == [{"url": f"{root}/previews/{FULL.path}.still.jpg"}]
    (content,) = entry.content
    assert f'src="{root}/previews/{FULL.path}.poster.jpg"' in content.value


def test_a_feed_says_what_it_is(tmp_path):
    """Title, itself, its page; it was last changed when its newest clip ended."""
    later = a_clip(START + timedelta(hours=1), seconds=10)
    found = feed(tmp_path, FULL, later, url="https://cctv.example/").feed
    assert (found.title, found.language) == ("T & U", "en")
    assert found.updated == "2026-11-22T04:55:13.120Z"
    links = {link.rel: (link.type, link.href) for link in found.links}
    assert links == {
        "self": ("application/atom+xml", "https://cctv.example/feeds/cameras/driveway.atom"),
        "alternate": ("text/html", "https://cctv.example/cameras/driveway/index.html"),
    }


def test_links_are_relative_where_no_address_is_known(tmp_path):
    """From the feed's own place they lead to the same pages; ids are the same with an address and without."""
    with a_model(tmp_path, FULL) as model:
        data = atom_feed(model, model.newest_events(), title="T", page="index.html", feed="feeds/latest.atom")
    check_atom(data)
    feed_element = ET.fromstring(data)
    hrefs = {
        link.get("rel"): urljoin("http://h/sub/feeds/latest.atom", link.get("href"))
        for link in feed_element.iter(f"{ATOM}link")
    }
    assert hrefs["alternate"] == f"http://h/sub/2026/11/22/{FULL.id}.html"
    assert hrefs["self"] == "http://h/sub/feeds/latest.atom"
    assert hrefs["enclosure"] == f"http://h/sub/media/{FULL.path}"
    ids = [element.text for element in feed_element.iter(f"{ATOM}id")]
    (tmp_path / "2").mkdir()
    there = feed(tmp_path / "2", FULL, url="https://elsewhere.example", path="feeds/latest.atom")
    assert ids == [there.feed.id, there.entries[0].id]


def test_each_feed_has_an_id_of_its_own(tmp_path):
    """A camera's is not that of all."""
    one = feed(tmp_path, FULL).feed.id
    (tmp_path / "2").mkdir()
    assert feed(tmp_path / "2", FULL, path="feeds/latest.atom").feed.id != one


def test_a_clip_that_is_being_recorded_says_so(tmp_path):
    """It has no size, and is as old as its beginning."""
    (entry,) = feed(tmp_path, a_clip(seconds=None, bytes=0)).entries
    assert entry.summary.endswith(": being recorded")
    assert "length" not in entry.enclosures[0]
    assert entry.updated == entry.published


def test_without_originals_the_small_video_is_enclosed(tmp_path):
    """Or nothing, while there is none."""
    (entry,) = feed(tmp_path, FULL, full_video=False).entries
    assert entry.enclosures[0].href.endswith(".low.mp4")
    (tmp_path / "2").mkdir()
    (entry,) = feed(tmp_path / "2", a_clip(), full_video=False).entries
    assert not entry.enclosures


def test_an_empty_feed_is_valid(tmp_path):
    """It holds no clock: the time is that of an age before cameras."""
    found = feed(tmp_path)
    assert (found.entries, found.feed.updated) == ([], "1970-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25 02:30:00 CEST"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25 02:30:00 CET"),
    ],
)
def test_the_doubled_hour_is_told_apart(tmp_path, when, said):
    """By the name of the zone."""
    (entry,) = feed(tmp_path, a_clip(when)).entries
    assert entry.title == f"Driveway, {said}"


def test_what_xml_forbids_is_left_out(tmp_path):
    """Control characters, and code points that are no characters; markup stays text."""
    title = "a\x00b\x0b<c>\ufffe]]>&amp;\U0001f4e6 هلا"
    (entry,) = feed(tmp_path, changed(FULL, note=Note(title=title))).entries
    assert entry.title.startswith("ab<c>]]>&amp;\U0001f4e6 هلا (")


def test_a_title_turns_no_text_that_follows(tmp_path):
    """Controls of direction (override, embedding, isolate) are left out of title and tags; letters of any script stay."""
    note = Note(title="\u202egnp\u2066 \u05d0", tags=("a\u202eb",))
    (entry,) = feed(tmp_path, changed(FULL, note=note)).entries
    assert entry.title == "gnp \u05d0 (Driveway, 2026-11-22 04:55:03 CET)"
    assert [tag.term for tag in entry.tags] == ["ab"]
