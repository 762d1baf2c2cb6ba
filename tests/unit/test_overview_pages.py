"""Home, a camera and the status in the default theme: states in words, counts that can be heard, and what to do next."""

import re
from datetime import timedelta

import pytest
from markup import markup
from msgspec.structs import replace
from page_samples import SamplePage, busy_pages, empty_pages, render
from view_samples import ZONE, busy_events, camera_view, gap, problem, status_view, unmade

from sitegen.site.theme import Theme, load_theme
from sitegen.site.views import TroubleView


@pytest.fixture(scope="module")
def default() -> Theme:
    return load_theme("default", search=(), zone=ZONE)


def page_of(theme: Theme, template: str, pages=busy_pages, **context: object) -> str:
    page = next(page for page in pages() if page.template == template)
    return render(theme, SamplePage(page.url, page.template, page.context | context))


def status(theme: Theme, **changes: object) -> str:
    return page_of(theme, "status.html", status=replace(status_view(()), **changes))


def links(html: str) -> list[dict[str, str]]:
    return [attrs for tag, attrs in markup(html).tags if tag == "a"]


def test_the_year_can_be_heard(default):
    """Each day of the calendar has its date and its number of events as its name, and is shaded by a level of its own."""
    found = {
        attrs["aria-label"]: attrs for attrs in links(page_of(default, "home.html")) if "aria-label" in attrs
    }
    assert found["Saturday, 21 November 2026: 7 events"]["class"] == "l2"
    assert found["Friday, 20 November 2026: 0 events"]["class"] == "l0"
    assert found["Saturday, 21 November 2026: 7 events"]["href"] == "2026/11/21/index.html"
    assert "20\u201379" in markup(page_of(default, "home.html")).text


def test_states_of_cameras_are_said(default):
    """Recording, last seen, no footage yet: in words, each with a mark of its own shape."""
    events = busy_events()
    live = replace(camera_view("101", events), recording_since=events[-1].start)
    html = page_of(default, "home.html", cameras=(live, camera_view("102", events), camera_view("104", ())))
    text = " ".join(markup(html).text.split())
    assert "recording since Sun 22 Nov, 23:58:10" in text
    assert "last seen Sun 22 Nov, 17:22:05" in text
    assert "no footage yet" in text
    assert [
        attrs["class"] for tag, attrs in markup(html).tags if attrs.get("class", "").startswith("state")
    ] == [
        "state good",
        "state idle",
        "state idle",
    ]


@pytest.mark.parametrize("template", ["home.html", "cameras.html"])
def test_a_camera_has_its_picture_and_not_that_of_its_newest_event(default, template):
    """While the newest event is being recorded, or where there is none, the camera has the picture that stands for it."""
    older, newest = busy_events()[2], unmade(busy_events()[-1])
    for event in (newest, None):
        camera = replace(camera_view("101", busy_events()), newest=event, picture=older)
        assert older.still in page_of(default, template, cameras=(camera,), newest=())
    camera = replace(camera, picture=None)
    assert "no picture yet" in page_of(default, template, cameras=(camera,), newest=())


@pytest.mark.parametrize("template", ["home.html", "cameras.html", "camera.html", "status.html"])
def test_a_camera_that_is_lost_looks_like_it(default, template):
    """It is an alarm, with the time since when, whatever else is known of the camera."""
    camera = camera_view("101", busy_events())
    camera = replace(camera, lost_since=gap("101").start, recording_since=camera.last_seen)
    found = {"camera": camera, "cameras": (camera,), "status": status_view((camera,)), "newest": ()}
    html = page_of(default, template, **found)
    assert '<p class="state alarm">' in html
    assert "could not be reached since Sun 22 Nov, 00:50:00" in " ".join(markup(html).text.split())


@pytest.mark.parametrize("template", ["home.html", "cameras.html", "camera.html", "status.html"])
def test_a_camera_whose_recording_was_stopped_is_no_alarm(default, template):
    """It says since when, is not watched for silence, and does not claim to be recorded."""
    camera = replace(camera_view("101", busy_events()), stopped_since=gap("101").start)
    found = {"camera": camera, "cameras": (camera,), "status": status_view((camera,)), "newest": ()}
    html = page_of(default, template, **found)
    assert "recording was stopped Sun 22 Nov, 00:50:00" in " ".join(markup(html).text.split())
    assert "data-last-seen" not in html
    assert "state good" not in html


@pytest.mark.parametrize(
    ("today", "week", "words"),
    [
        (None, 83.3, "<dt>Today</dt><dd>not recorded</dd>"),
        (None, None, "<dt>Recorded</dt><dd>not in seven days</dd>"),
    ],
)
def test_a_camera_whose_recording_was_stopped_is_not_without_gaps(default, today, week, words):
    """Of days on which it was not to be recorded nothing is counted."""
    camera = replace(camera_view("101", busy_events()), stopped_since=gap("101").start)
    item = status_view((camera,)).cameras[0]
    gaps = item.gaps_week if week else ()
    item = replace(item, coverage_today=today, coverage_week=week, gaps_week=gaps, gaps_week_count=len(gaps))
    html = page_of(default, "status.html", status=replace(status_view(()), cameras=(item,)))
    assert words in html
    assert "no gap" not in html
    plain = page_of(load_theme("plain", search=(), zone=ZONE), "status.html", status=status_view((camera,)))
    assert "Recording was stopped 2026-11-22 00:50:00 CET." in markup(plain).text


def test_a_camera_without_footage_is_not_said_to_have_events(default):
    """Of a camera that is known by an outage only, the status says that there is no footage yet."""
    for clips, words in (((), "no footage yet"), (busy_events(), "events only")):
        item = replace(
            status_view((camera_view("102", clips),)).cameras[0], coverage_today=None, coverage_week=None
        )
        html = page_of(default, "status.html", status=replace(status_view(()), cameras=(item,)))
        assert f"<dt>Recorded</dt><dd>{words}</dd>" in html


def test_a_site_without_footage_says_what_to_do(default):
    """The first page ever seen names the next steps instead of empty lists."""
    text = markup(page_of(default, "home.html", empty_pages)).text
    for words in ("sitegen doctor", "sitegen watch", "sitegen record", "sitegen import"):
        assert words in text


def test_a_cameras_hours_have_numbers_and_a_peak_in_words(default):
    """The heat map is a table of 7 by 24 numbers; its peak is said; its shades run from none to 4."""
    html = page_of(default, "camera.html")
    table = re.search(r'<table class="heat">.*?</table>', html, re.DOTALL)[0]
    cells = re.findall(r'<td class="l(\d)">(\d+)</td>', table)
    assert len(cells) == 7 * 24
    assert all((shade == "0") == (count == "0") for shade, count in cells)
    assert max(cells, key=lambda cell: int(cell[1])) == ("4", "116")
    assert table.count('scope="row"') == 7
    assert "Most on Sundays from 23:00 to 24:00: 116 events." in markup(html).text
    assert "It looks down the drive." in markup(html).text


def test_without_events_there_is_no_heat_map(default):
    """A table of noughts tells nothing."""
    assert "<table" not in page_of(default, "camera.html", empty_pages)


def test_coverage_has_bars_percents_and_links(default):
    """Each recorded day has its percent, a bar of that length, and a link to the camera's day."""
    html = page_of(default, "camera.html")
    part = html[html.index('id="coverage"') : html.index('id="days"')]
    assert "98.7 %" in part
    assert '<rect width="98.667%"' in part
    assert "cameras/driveway/2026/11/20/index.html" in part
    assert "17 Nov" not in part  # nothing was recorded continuously then


def test_status_says_what_is_wrong_first(default):
    """Old, nearly full, with Problems: each is said before anything else; the age is worked out in the browser."""
    html = status(default, disk_low=True)
    notices = [attrs for tag, attrs in markup(html).tags if "notice" in attrs.get("class", "")]
    assert [attrs["class"] for attrs in notices] == ["notice alarm", "notice alarm", "notice warn"]
    assert notices[0]["data-stale"] == "900"
    assert "hidden" in notices[0]
    assert html.index("The disk is nearly full") < html.index('id="archive"')
    assert "The disk is nearly full" not in status(default)


def test_every_gap_of_the_week_has_its_cause_and_a_link(default):
    """Gaps are told with camera, day, times, cause and the way to the moment; those not named are counted."""
    html = page_of(default, "status.html")
    assert html.count("the camera could not be reached") == 3
    assert f'href="../{gap("101").day_url}"' in html
    text = " ".join(markup(html).text.split())
    assert "Sun 22 Nov, 00:50:00 \u2013 01:05:00 15 min" in text
    assert "3 older gaps since Monday, 16 November 2026" in text
    assert "88.5 %" in text


def test_many_problems_stay_readable(default):
    """Of one reason the first ten files are open and the others folded; the reason and its remedy are said once."""
    found = tuple(
        problem(f"events/101/{n}.yaml", "start", "it is not a time", "write RFC 3339") for n in range(250)
    )
    found += (problem("x.mp4", "", "the video has no length", ""),)
    html = status(default, problems=found)
    assert html.count("it is not a time") == 1
    assert html.count("write RFC 3339") == 1
    assert "240 more files" in markup(html).text
    assert all(f"events/101/{n}.yaml" in html for n in range(250))
    assert html.index("events/101/9.yaml") < html.index("<details") < html.index("events/101/10.yaml")


def test_the_disks_bar_shows_what_is_used_and_says_what_is_free(default):
    """A disk of 2 TB with 346 GB free has a bar of 83 %."""
    html = status(default)
    assert "346 GB free" in markup(html).text
    assert '<rect width="82.72%"' in html


def test_a_gap_that_lasts_has_no_length(default):
    """What has not ended says so."""
    camera = camera_view("101", busy_events())
    lasting = replace(gap("101"), end=None, start=gap("101").start + timedelta(hours=1))
    item = replace(status_view((camera,)).cameras[0], gaps_week=(lasting,))
    view = replace(status_view(()), cameras=(item,))
    text = " ".join(markup(page_of(default, "status.html", status=view)).text.split())
    assert "01:50:00 \u2013 until now the camera" in text


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_a_trouble_stands_above_all(theme):
    """Reason, remedy and since when; that the page is old follows from it and is not said beside it."""
    since = status_view(()).built_at
    trouble = TroubleView(what="site", reason="the site is <full>", remedy="make room", since=since)
    loaded = load_theme(theme, search=(), zone=ZONE)
    html = status(loaded, trouble=trouble)
    text = " ".join(markup(html).text.split())
    said = "The site stands still since 2026-11-22 23:58:12 CET: the site is <full>. What to do: make room."
    assert said in text
    assert html.index('id="trouble"') < html.index("346 GB free")
    assert "data-stale" not in html
    assert "stands still" not in status(loaded)


def test_gaps_that_are_not_named_are_counted(default):
    """Of very many gaps only the newest are named: a camera that has only older ones is not without gaps."""
    camera = camera_view("101", busy_events())
    item = replace(
        status_view((camera,)).cameras[0], gaps_week=(), gaps_week_count=7, gaps_week_seconds=4_000
    )
    text = " ".join(
        markup(page_of(default, "status.html", status=replace(status_view(()), cameras=(item,)))).text.split()
    )
    assert "7 gaps in seven days, 1 h 7 min" in text
    assert "no gap" not in text


def test_a_disk_that_is_not_known_is_not_mentioned():
    """The plain page as well does not say that 0 bytes are free."""
    plain = load_theme("plain", search=(), zone=ZONE)
    assert "free on the disk" in status(plain)
    assert "free on the disk" not in status(plain, disk_total_bytes=0, disk_free_bytes=0)
