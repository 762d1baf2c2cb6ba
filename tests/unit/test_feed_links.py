"""Which feeds each kind of page names."""

from models import CAMERAS

from sitegen.site import feed_links
from sitegen.site.pages import Page, paths

DRIVEWAY = CAMERAS[0]
FEEDS = {
    "feeds/latest.json": "application/feed+json",
    "feeds/latest.atom": "application/atom+xml",
    "feeds/calendar.ics": "text/calendar",
}
OWN = {
    "feeds/cameras/driveway.json": "application/feed+json",
    "feeds/cameras/driveway.atom": "application/atom+xml",
}
PLAYABLE = {
    "cameras/driveway/2026/11/22/playlist.m3u8": "application/vnd.apple.mpegurl",
    "cameras/driveway/2026/11/22/playlist-low.m3u8": "application/vnd.apple.mpegurl",
    "cameras/driveway/2026/11/22/clips.m3u": "audio/x-mpegurl",
}


def of_camera_day(*, playlist):
    url = "cameras/driveway/2026/11/22/index.html"
    return feed_links.of_camera_day("Home", DRIVEWAY, url, playlist=playlist)


def types(links):
    assert len({link.title for link in links}) == len(links), "names tell them apart"
    return {link.url: link.type for link in links}


def test_each_page_names_the_feeds_of_its_subject():
    """Every page those of the site, a camera's its own as well, a camera's day what players take of it."""
    assert types(feed_links.of_site("Home")) == FEEDS
    assert types(feed_links.of_camera("Home", DRIVEWAY)) == OWN | FEEDS
    assert types(of_camera_day(playlist=True)) == PLAYABLE | OWN | FEEDS


def test_a_day_without_segments_names_no_playlist():
    """There are none, neither large nor small."""
    assert len(of_camera_day(playlist=False)) == len(of_camera_day(playlist=True)) - 2


def test_what_is_named_is_where_pages_put_it():
    """Each file belongs to a page of the site."""
    slugs = {"101": "driveway"}
    pages = (
        Page("home"),
        Page("calendar"),
        Page("camera", key="101"),
        Page("playlist", "2026-11-22", "101"),
        Page("camera-day", "2026-11-22", "101"),
    )
    files = {path for page in pages for path in paths(page, slugs)}
    assert set(types(of_camera_day(playlist=True))) <= files


def test_titles_say_what_it_is_of():
    """The site, the camera, the day."""
    assert [link.title for link in of_camera_day(playlist=True)[:3]] == [
        "Driveway, 2026-11-22: continuous recording",
        "Driveway, 2026-11-22: continuous recording, small",
        "Driveway, 2026-11-22: all videos",
    ]
