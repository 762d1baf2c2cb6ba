"""Pages: where their files lie, whose a file is, and which of them a change touches."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.clip import Camera
from sitegen.site.pages import (
    ORDER,
    Page,
    Spot,
    clip_pages,
    page_of,
    paths,
    slug_maps,
    touched_by_clip,
    touched_by_gap,
    touched_by_new_day,
)

CAMERAS = [Camera(id="101", slug="driveway", title="Driveway"), Camera(id="a.b", slug="gate", title="Gate")]
SLUGS, IDS = slug_maps(CAMERAS)

DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31)).map(date.isoformat)
CLIP_IDS = st.from_regex(r"\A[A-Za-z0-9_.-]{1,20}-[0-9]{8}T[0-9]{6}Z(-[0-9]{1,3})?\Z")
PAGES = st.one_of(
    st.builds(Page, st.just("clip"), DAYS, CLIP_IDS),
    st.builds(Page, st.sampled_from(["camera-day", "playlist"]), DAYS, st.sampled_from(sorted(SLUGS))),
    st.builds(Page, st.just("day"), DAYS, st.just("")),
    st.builds(Page, st.just("camera"), st.just(""), st.sampled_from(sorted(SLUGS))),
    st.builds(
        Page, st.just("content"), st.just(""), st.sampled_from(["about/index.html", "a b/c/index.html"])
    ),
    st.builds(Page, st.just("api"), st.just(""), st.sampled_from(["event", "segment"])),
    st.sampled_from([Page(kind) for kind in ("cameras", "home", "status", "live", "calendar", "shell")]),
)


@given(PAGES)
def test_each_file_leads_back_to_its_page(page):
    """What the sweep finds on the disk is known for what it is."""
    files = paths(page, SLUGS)
    assert files
    for path in files:
        assert page_of(path, IDS) == page
        assert not path.startswith("/")


@given(PAGES, PAGES)
def test_no_two_pages_share_a_file(one, other):
    """Each file has one page."""
    if one != other:
        assert not set(paths(one, SLUGS)) & set(paths(other, SLUGS))


@pytest.mark.parametrize(
    ("page", "files"),
    [
        (Page("clip", "2026-11-22", "101-20261122T035503Z"), ["2026/11/22/101-20261122T035503Z.html"]),
        (Page("day", "2026-11-22"), ["2026/11/22/day.json", "2026/11/22/index.html"]),
        (
            Page("playlist", "2026-11-22", "101"),
            [f"cameras/driveway/2026/11/22/{name}" for name in ("playlist.m3u8", "playlist-low.m3u8")],
        ),
        (
            Page("camera-day", "2026-11-22", "101"),
            [f"cameras/driveway/2026/11/22/{name}" for name in ("clips.m3u", "footage.js", "index.html")],
        ),
        (
            Page("camera", key="101"),
            [
                *("feeds/cameras/driveway.json", "feeds/cameras/driveway.atom"),
                "cameras/driveway/index.html",
            ],
        ),
        (Page("cameras"), ["cameras/index.html"]),
        (Page("status"), ["status.json", "metrics.prom", "status/index.html"]),
        (Page("live"), ["live/index.html"]),
        (Page("home"), ["index.json", "feeds/latest.json", "feeds/latest.atom", "index.html"]),
        (Page("calendar"), ["feeds/calendar.ics"]),
        (Page("shell"), ["manifest.webmanifest", "sw.js"]),
        (Page("api", key="segment"), ["segment_api/events", "segment_api/events_by_date"]),
    ],
)
def test_pages_lie_where_the_contract_says(page, files):
    """What people and programs rely on; a page's own HTML is written last."""
    assert list(paths(page, SLUGS)) == files


def test_a_file_of_a_camera_that_is_gone_is_nobodys():
    """Its old slug leads to no camera."""
    assert page_of("cameras/old-name/index.html", IDS) == Page("camera", key="")
    assert page_of("feeds/cameras/old-name.json", IDS) == Page("camera", key="")
    for path in ("cameras/old-name/2026/11/22/playlist.m3u8", "cameras/old-name/2026/11/22/footage.js"):
        assert page_of(path, IDS).key == ""
    for path in (
        "cameras/driveway/clips.m3u",
        "cameras/driveway/2026/11/22/else.js",
        "cameras/driveway/2026/13/1/clips.m3u",
    ):
        assert page_of(path, IDS) == Page("content", key=path)
    assert page_of("anything/else.txt", IDS) == Page("content", key="anything/else.txt")


def spot(listed_as: str = "event", day: str = "2026-11-22") -> Spot:
    return Spot("101-x", listed_as, "101", day, None)


def test_an_event_touches_its_pages_and_those_that_list_it():
    """Its own, its day, its camera, its camera's day, the lists, the predecessor's JSON."""
    assert touched_by_clip([spot()]) == {
        Page("clip", "2026-11-22", "101-x"),
        Page("day", "2026-11-22"),
        Page("camera-day", "2026-11-22", "101"),
        Page("camera", key="101"),
        *(Page("api", key="event"), Page("calendar")),
        *(Page("home"), Page("cameras"), Page("status")),
    }


def test_a_segment_has_no_page_of_its_own_and_a_timelapse_is_no_event():
    """What kind it is decides which lists it stands in."""
    segment = touched_by_clip([spot("segment")])
    assert {p.kind for p in segment} & {"clip"} == set()
    assert {Page("api", key="segment"), Page("playlist", "2026-11-22", "101")} <= segment
    assert Page("calendar") not in segment
    other = touched_by_clip([spot("other")])
    assert Page("clip", "2026-11-22", "101-x") in other
    assert not {p.kind for p in other} & {"api", "calendar", "playlist"}


def test_a_clip_that_moved_touches_both_places():
    """The day it was on, and the day it is on."""
    touched = touched_by_clip([spot(), spot(day="2026-11-23")])
    assert {Page("day", "2026-11-22"), Page("day", "2026-11-23")} <= touched


def test_only_events_have_pages_to_be_neighbours():
    """A segment's neighbour is a moment on a page, not a page."""
    assert clip_pages([spot(), spot("segment"), None]) == {Page("clip", "2026-11-22", "101-x")}


def test_gaps_and_new_days_touch_days():
    """A gap: the day and the camera's day, and the status page. A new day: those that link to it."""
    day = date(2026, 11, 22)
    assert touched_by_gap("101", [day]) == {
        Page("status"),
        Page("day", "2026-11-22"),
        Page("camera-day", "2026-11-22", "101"),
    }
    assert touched_by_new_day([None, day]) == {Page("day", "2026-11-22")}
    assert touched_by_new_day([day, None], "101") == {Page("camera-day", "2026-11-22", "101")}


def test_the_order_of_writing_knows_every_kind():
    """A kind that is not in it would never be written."""
    kinds = {"clip", "camera-day", "day", "camera", "content", "cameras", "api", "status", "home"}
    assert set(ORDER) == kinds | {"playlist", "live", "calendar", "shell"}
    assert ORDER.index("playlist") < ORDER.index("camera-day")
    assert ORDER[-1] == "home"
