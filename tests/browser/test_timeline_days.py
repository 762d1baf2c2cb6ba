"""Days of any length and any number of events in Chromium: marks, pictures over lanes, what is there without scripts."""

import re

import busy_days
import pytest
from playwright.sync_api import expect
from theme_site import opened

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 800}


def url(days, when) -> str:
    return (days / busy_days.address(when)).as_uri()


@pytest.mark.parametrize(
    ("when", "hours", "zones"), [(busy_days.SHORT, 23, []), (busy_days.LONG, 25, ["CEST", "CET"])]
)
def test_days_on_which_clocks_change_have_the_hours_they_have(chromium, days, when, hours, zones):
    """With scripts as without: the doubled hour twice, with its zone; and the cursor names the zone in it."""
    for scripts in (True, False):
        with opened(chromium, viewport=DESK, java_script_enabled=scripts) as page:
            page.goto(url(days, when))
            marks = page.locator(".axis text:not(.zone)").all_text_contents()
            assert len(marks) == hours
            assert marks.count("02") == len(zones)
            assert page.locator(".axis .zone").all_text_contents() == zones
            expect(page.locator(".notice")).to_contain_text(f"{hours} hours")
            if scripts and zones:
                page.evaluate("sitegen.timeline.seek(Date.parse('2026-10-25T01:30:00Z'))")
                expect(page.get_by_role("slider")).to_have_text("02:30:00 CET")


def test_the_doubled_hour_is_two_hours_of_the_list(chromium, days):
    """Each has its heading with its zone, and each event of it says which it is of."""
    with opened(chromium, viewport=DESK) as page:
        page.goto(url(days, busy_days.LONG))
        headings = page.locator(".hour h3").all_text_contents()
        assert sum("02:00 CEST" in heading for heading in headings) == 1
        assert sum("02:00 CET" in heading for heading in headings) == 1
        expect(page.locator("#h02CET .card b").first).to_have_text(re.compile(r"02:\d\d:\d\d CET"))


def test_every_event_of_a_thousand_is_a_link_without_scripts(chromium, days):
    """The lists hold them all, in order, and none is a stop of the tab key in the timeline."""
    with opened(chromium, viewport=PHONE, java_script_enabled=False) as page:
        page.goto(url(days, busy_days.MANY))
        links = page.locator(".card > a").evaluate_all("links => links.map(a => a.href)")
        assert len(set(links)) == 1_000
        assert links == sorted(links, key=lambda link: re.search(r"-(\d{8}T\d{6})Z", link)[1], reverse=True)
        assert page.locator(".tl svg a:not([tabindex='-1'])").count() == 0
        assert page.locator(".filter").bounding_box()["height"] == 0


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_names_written_from_the_right_break_nothing(chromium, days, size):
    """Time runs to the right all the same, the page is not wider than the screen, and a press finds its moment."""
    with opened(chromium, viewport=size) as page:
        page.goto(url(days, busy_days.ARABIC))
        page.evaluate("document.documentElement.dir = 'rtl'")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        box = page.locator(".lane > svg").first.bounding_box()
        assert page.evaluate(
            "(x) => (sitegen.timeline.timeAt(x) - sitegen.timeline.from) / sitegen.timeline.length",
            box["x"] + box["width"] / 4,
        ) == pytest.approx(0.25, abs=0.01)
        page.get_by_role("button", name="Zoom in").click()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_day_without_anything_says_so(chromium, days):
    """The timeline is there, empty; no filter, no error."""
    with opened(chromium, viewport=PHONE) as page:
        page.goto(url(days, busy_days.STILL))
        expect(page.get_by_text("No events on this day.")).to_be_visible()
        assert page.locator(".filter").count() == 0
        page.keyboard.press("+")
        expect(page.get_by_role("slider")).to_have_text("00:00:00")


def test_over_a_lane_stands_the_picture_of_that_moment(chromium, days):
    """From a segment's sprite, by the day's data, which nobody asks for before; the time; anywhere in the lane's height."""
    with opened(chromium, viewport=DESK) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url(days, busy_days.ONE))
        assert not [one for one in asked if "footage.js" in one and "cameras" in one]
        x = page.evaluate(
            "document.querySelector('.lane > svg').getBoundingClientRect().left + 2 * document.querySelector('.lane > svg').getBoundingClientRect().width / 24"
        )
        box = page.locator(".lane > svg").first.bounding_box()
        sheet = page.locator(".tip .sheet")
        for y in (4, 20, 38):
            page.mouse.move(x - 20, box["y"] + y)
            page.mouse.move(x, box["y"] + y)
            expect(sheet).to_be_visible()
            expect(sheet).to_have_css("background-image", re.compile(r"previews/segments/101/.*sprite"))
            expect(page.locator(".tip b")).to_have_text(re.compile("^(01:59|02:0)"))
            expect(page.locator(".tip")).to_contain_text("Driveway")
            page.mouse.move(5, 5)
            expect(page.locator(".tip")).to_be_hidden()


def test_over_an_event_stands_its_own_picture(chromium, days):
    """It is the one of its card: nothing else has to be loaded for it."""
    with opened(chromium, viewport=DESK) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url(days, busy_days.ONE))
        bar = page.locator(".lane .e4").nth(2)
        identity = re.search(r"[^/]+(?=\.html)", bar.get_attribute("href"))[0]
        bar.locator("rect").hover()
        expect(page.locator(".tip .sheet")).to_have_css("background-image", re.compile(identity))
        assert not [one for one in asked if one.endswith("/footage.js") and "cameras" in one]
        assert bar.locator("title").count() == 0


def test_readers_of_the_screen_get_a_name_and_a_text(chromium, days):
    """The timeline is a named region that says what it is; its cameras are links; its bars are not read out."""
    with opened(chromium, viewport=DESK) as page:
        page.goto(url(days, busy_days.ONE))
        region = page.get_by_role("region", name="Timeline")
        expect(region).to_contain_text("The lists below hold the same")
        assert region.get_by_role("link").all_text_contents() == [busy_days.name(n) for n in range(4)]
        for line in page.locator(".tl svg").all():
            assert line.get_attribute("aria-hidden") == "true"
