"""An event's page in the default theme: where motion was, what others are told of it, times, files, and its neighbours."""

import pytest
from markup import markup
from msgspec.structs import replace
from page_samples import SITE, SamplePage, busy_pages, render
from view_samples import ZONE, busy_events

from sitegen.clip import Motion
from sitegen.site.theme import Theme, load_theme

FOX = busy_events()[1]


@pytest.fixture(scope="module")
def default() -> Theme:
    return load_theme("default", search=(), zone=ZONE)


def page_of(theme: Theme, clip=FOX, site=SITE, **context: object) -> str:
    """The page of one of the samples, with its clip or its neighbours changed."""
    page = next(page for page in busy_pages() if page.url == FOX.url)
    return render(theme, SamplePage(page.url, page.template, page.context | {"clip": clip} | context), site)


def box(html: str) -> tuple[float, ...] | None:
    """Left, top, right and bottom of what is drawn over the poster."""
    drawn = [attrs for tag, attrs in markup(html).tags if tag == "rect"]
    if not drawn:
        return None
    left, top, width, height = (float(drawn[-1][name]) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def at(x: int, y: int, width: int, height: int) -> Motion:
    return Motion(x=x, y=y, width=width, height=height)


@pytest.mark.parametrize(
    ("motion", "drawn"),
    [
        (at(310, 190, 120, 80), (250, 150, 370, 230)),
        (at(10, 10, 100, 60), (0, 0, 60, 40)),
        (at(1900, 1070, 200, 101), (1800, 1019.5, 1920, 1080)),
        (at(960, 540, 5000, 5000), (0, 0, 1920, 1080)),
        (at(5000, -400, 10, 10), (1920, 0, 1920, 0)),
    ],
)
def test_where_motion_was_is_drawn_around_its_centre(default, motion, drawn):
    """Motion names the centre of the area; what lies beyond the frame is cut off; the drawing has the frame's own scale."""
    html = page_of(default, replace(FOX, motion=motion))
    assert box(html) == drawn
    assert 'viewBox="0 0 1920 1080"' in html


@pytest.mark.parametrize(
    "clip",
    [
        replace(FOX, frame=None),
        replace(FOX, motion=None),
        replace(FOX, motion=Motion(changed_pixels=9)),
        replace(FOX, frame=(0, 0)),
        replace(FOX, poster="", image="", still=""),
    ],
)
def test_nothing_is_drawn_where_the_place_is_not_known(default, clip):
    """Without the frame's size, an area or a picture there is no drawing, and no switch for it."""
    html = page_of(default, clip)
    assert box(html) is None
    assert 'id="where"' not in html


def test_others_are_told_with_absolute_addresses_or_none(default):
    """OpenGraph's picture and video need the site's address: without one they are left out, with one they are absolute."""

    def told(url: str) -> dict[str, str]:
        tags = markup(page_of(default, site=replace(SITE, url=url))).tags
        return {attrs["property"]: attrs["content"] for tag, attrs in tags if "property" in attrs}

    without = told("")
    assert without["og:title"] == "Fox at the gate"
    assert without["og:type"] == "video.other"
    assert not {"og:image", "og:video", "og:url"} & without.keys()
    for address in ("https://example.org/cctv", "https://example.org/cctv/"):
        found = told(address)
        assert found["og:image"] == f"https://example.org/cctv/{FOX.poster}"
        assert found["og:video"] == f"https://example.org/cctv/{FOX.low_video}"
        assert found["og:url"] == f"https://example.org/cctv/{FOX.url}"


def test_times_are_local_and_in_utc_and_the_file_is_named(default):
    """What a printed sheet must say: start and end in both, length, camera, file name, size, tags and the note."""
    text = markup(page_of(default, replace(FOX, note_html="<p>It came <em>twice</em>.</p>"))).text
    for words in (
        "2026-11-22 03:55:03 CET",
        "2026-11-22 02:55:03 to 02:55:40.900 UTC",
        "38 s",
        "Garden gate",
    ):
        assert words in text
    for words in ("102-20261122T025503Z.mp4", "4.2 MB, video/mp4", "fox", "night", "It came twice."):
        assert words in text


def test_an_event_over_midnight_has_both_dates_in_utc(default):
    """The second date is written only when it is another one."""
    late = replace(FOX, start_iso="2026-11-22T23:59:50Z", end_iso="2026-11-23T00:00:28Z")
    assert "2026-11-22 23:59:50 to 2026-11-23 00:00:28 UTC" in markup(page_of(default, late)).text


def test_its_moment_has_an_address_on_both_days(default):
    """Links lead to the very moment on the day of all cameras and on the camera's own day."""
    links = [attrs.get("href", "") for tag, attrs in markup(page_of(default)).tags if tag == "a"]
    assert f"../../../{FOX.day_url}#t={FOX.start_iso}" in links
    assert f"../../../{FOX.camera_day_url}#t={FOX.start_iso}" in links


def test_neighbours_of_another_day_say_their_day(default):
    """Before and after are named with camera and time, and with their day when it is not this one."""
    yesterday = replace(busy_events()[0], day_url="2026/11/21/index.html")
    text = markup(page_of(default, previous=yesterday, next=busy_events()[2])).text
    assert "Previous: Driveway, Sun 22 Nov, 00:12:40" in text
    assert "Next: Driveway, 07:31:00" in text


def test_what_is_being_recorded_offers_nothing_yet(default):
    """No download, no size, no end: the file is not closed."""
    live = replace(busy_events()[-1], image="", bytes=0)
    html = page_of(default, live)
    assert "download" not in {name for _, attrs in markup(html).tags for name in attrs}
    for words in ("Size", "End", "Length"):
        assert f"<dt>{words}</dt>" not in html
