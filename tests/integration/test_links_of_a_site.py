"""A whole real site has no dead link, on the disk and behind nginx, and everything on it can be reached."""

import re
from contextlib import closing

import pytest
from links import Server, crawl, document
from whole_site import ADDRESS

FEEDS = {"feeds/latest.json", "feeds/latest.atom", "feeds/calendar.ics"}


@pytest.fixture(scope="module")
def crawled(whole):
    return crawl(whole.output, address=ADDRESS)


def test_no_link_of_the_site_is_dead(crawled):
    """Pages, style sheets, JSON, feeds, calendar, playlists with their byte ranges and data scripts name what is there."""
    reached, dead = crawled
    assert dead == []
    kinds = {path.rpartition(".")[2] for path in reached}
    assert {
        "html",
        "css",
        "js",
        "json",
        "atom",
        "ics",
        "m3u8",
        "m3u",
        "mp4",
        "jpg",
        "svg",
        "webmanifest",
    } <= kinds


def test_no_link_is_dead_behind_nginx(crawled, whole):
    """nginx hands out every file that the crawl of the disk reached, and nothing else is linked to."""
    with closing(Server(whole.http)) as server:
        reached, dead = crawl(server, address=ADDRESS)
    assert dead == []
    assert reached == crawled[0]


def test_every_page_and_every_film_is_reached_without_scripts(crawled, whole):
    """By links in HTML alone, as they stand without scripts, one comes to every page, original, small film and feed."""
    reached, _ = crawl(whole.output, address=ADDRESS, only={"html"})
    there = {path.relative_to(whole.output).as_posix() for path in whole.output.rglob("*") if path.is_file()}
    wanted = {path for path in there if path.endswith((".html", ".atom", ".ics", ".m3u", ".m3u8"))}
    wanted |= {path for path in there if re.match(r"feeds/.*\.json\Z", path)}
    wanted |= {path for path in crawled[0] if path.startswith("media/") and path.endswith(".mp4")}
    assert wanted - reached == set()


def test_every_feed_is_told_of_in_the_head(whole):
    """Each page names the site's feeds by <link rel=alternate>; a camera's pages also its own, a camera's day its playlists."""
    for name, path in whole.pages().items():
        told = _alternates(whole, path)
        assert told.keys() >= FEEDS, name
        if found := re.match(r"cameras/([^/]+)/", path):
            assert told.keys() >= {f"feeds/cameras/{found[1]}.json", f"feeds/cameras/{found[1]}.atom"}, name
        if name == "camera's day":
            folder = path.removesuffix("index.html")
            assert told[f"{folder}playlist.m3u8"] == "application/vnd.apple.mpegurl"
            assert told[f"{folder}clips.m3u"] == "audio/x-mpegurl"
    assert told["feeds/latest.json"] == "application/feed+json"
    assert told["feeds/latest.atom"] == "application/atom+xml"
    assert told["feeds/calendar.ics"] == "text/calendar"


def _alternates(whole, path: str) -> dict[str, str]:
    """Return the addresses that a page's head names as its alternates, from the site's root, with their types."""
    up = "../" * path.count("/")
    told = {}
    for attrs in document((whole.output / path).read_bytes()).alternates:
        assert attrs["href"].startswith(up)
        assert attrs["title"]
        told[attrs["href"].removeprefix(up)] = attrs["type"]
    return told
