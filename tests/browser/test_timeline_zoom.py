"""The timeline of a day in Chromium: zoom, pan, its cursor, links to a moment, what it tells the others."""

import re
from contextlib import contextmanager

import busy_days
import pytest
from playwright.sync_api import Page, expect
from theme_site import opened
from waiting import wait_until

DESK = {"width": 1280, "height": 900}
AT = "2026-11-22T03:55:03Z"
LISTEN = """window.seeks = [];
document.addEventListener("sitegen:seek", (event) => window.seeks.push(event.detail));"""
SAVING = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
"""So that a link to a moment does not open the viewer, too: the timeline alone is looked at."""


@contextmanager
def day(chromium, days, fragment: str = "", when=busy_days.ONE, **options: object):
    with opened(chromium, viewport=DESK, **options) as page:
        page.add_init_script(SAVING + LISTEN)
        page.goto((days / busy_days.address(when)).as_uri() + fragment)
        yield page


def zoom(page: Page) -> float:
    return page.evaluate("document.querySelector('.lane > svg').getBoundingClientRect().width / 1000")


def time_at(page: Page, x: float) -> float:
    return page.evaluate("(x) => sitegen.timeline.timeAt(x)", x)


def handle(page: Page):
    return page.get_by_role("slider", name="Time")


def lane_box(page: Page, number: int = 1):
    return page.locator(".lane > svg").nth(number).bounding_box()


def test_the_wheel_with_ctrl_zooms_about_the_pointer_and_alone_scrolls_the_page(chromium, days):
    """What is under the pointer stays there; a plain wheel is the page's, so nobody is caught in the timeline."""
    with day(chromium, days) as page:
        box = lane_box(page)
        x, y = box["x"] + 300, box["y"] + 10
        page.mouse.move(x, y)
        before = zoom(page)
        page.mouse.wheel(0, 120)
        page.wait_for_function("scrollY > 0")
        assert zoom(page) == before
        page.evaluate("scrollTo(0, 0)")
        held = time_at(page, x)
        page.keyboard.down("Control")
        for _ in range(6):
            page.mouse.wheel(0, -240)
        page.keyboard.up("Control")
        page.wait_for_function(
            "(before) => document.querySelector('.lane > svg').getBoundingClientRect().width / 1000 > before * 10",
            arg=before,
        )
        assert abs(time_at(page, x) - held) < 20_000
        assert page.evaluate("scrollY") == 0


def test_hour_marks_get_finer(chromium, days):
    """A whole day shows hours; two hours of it ten minutes; ten minutes of it each minute, and names stay in view."""
    with day(chromium, days, "#t=" + AT) as page:
        page.get_by_role("button", name="Whole day").click()
        expect(page.locator(".axis text").first).to_have_text("00")
        assert page.locator(".axis text").count() == 24
        seen = set()
        for _ in range(12):
            page.keyboard.press("+")
            page.wait_for_timeout(0)
            seen.update(page.locator(".axis text").all_text_contents())
        expect(page.locator(".axis text").first).to_have_text(re.compile(r"\d\d:\d\d"))
        assert {"05:00", "04:30", "04:50", "04:55", "04:54"} <= seen
        name = page.locator(".lane-name").first.bounding_box()
        assert abs(name["x"] - page.locator(".tl-view").bounding_box()["x"]) < 2


def test_keys_and_buttons_zoom_about_the_cursor(chromium, days):
    """+ and - and the buttons do the same; the whole day comes back; the cursor stays where it is on the screen."""
    with day(chromium, days) as page:
        handle(page).focus()
        before = handle(page).bounding_box()["x"]
        page.keyboard.press("+")
        page.get_by_role("button", name="Zoom in").click()
        page.wait_for_function("document.querySelector('.lane > svg').getBoundingClientRect().width > 4000")
        assert abs(handle(page).bounding_box()["x"] - before) < 60
        page.keyboard.press("-")
        page.get_by_role("button", name="Whole day").click()
        expect(page.get_by_role("button", name="Zoom out")).to_be_disabled()
        expect(page.get_by_role("button", name="Whole day")).to_be_hidden()


def test_a_drag_over_the_lanes_pans_and_opens_nothing(chromium, days):
    """The lanes follow the mouse; letting go is no press, and follows no bar."""
    with day(chromium, days, "#t=" + AT) as page:
        box = lane_box(page, 0)
        view = page.locator(".tl-view")
        before, url = view.evaluate("node => node.scrollLeft"), page.url
        page.mouse.move(700, box["y"] + 38)
        page.mouse.down()
        page.mouse.move(900, box["y"] + 38, steps=4)
        page.mouse.up()
        assert abs(before - view.evaluate("node => node.scrollLeft") - 200) < 2
        assert page.evaluate("seeks.length") == 1
        assert page.url == url


def test_a_link_to_a_moment_opens_there(chromium, days):
    """#t= sets the cursor, zooms so that it is seen, and says so to the others; so does a change of it."""
    with day(chromium, days, "#t=" + AT) as page:
        expect(handle(page)).to_have_text("04:55:03")
        expect(handle(page)).to_have_attribute("aria-valuetext", "04:55:03 CET")
        assert page.evaluate("seeks.map(s => [new Date(s.time).toISOString(), s.dragging, s.play])") == [
            ["2026-11-22T03:55:03.000Z", False, None]
        ]
        box, view = handle(page).bounding_box(), page.locator(".tl-view").bounding_box()
        assert view["x"] < box["x"] < view["x"] + view["width"]
        page.evaluate("location.hash = 't=2026-11-22T18:00:00Z'")
        expect(handle(page)).to_have_text("19:00:00")
        assert page.evaluate("seeks.at(-1).play") is True


def test_the_cursor_is_moved_by_keys(chromium, days):
    """Arrows go ten seconds and a minute, page keys an hour, Home and End to the ends; it stays in view."""
    with day(chromium, days, "#t=" + AT) as page:
        handle(page).focus()
        said = []
        for key in ("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"):
            page.keyboard.press(key)
            said.append(handle(page).text_content())
        assert said == [
            "04:55:13",
            "04:55:03",
            "04:56:03",
            "04:55:03",
            "05:55:03",
            "04:55:03",
            "00:00:00",
            "00:00:00",
        ]
        assert page.evaluate("seeks.length") == 9
        box, view = handle(page).bounding_box(), page.locator(".tl-view").bounding_box()
        assert box["x"] + box["width"] <= view["x"] + view["width"] + 1


def test_dragging_the_handle_and_pressing_a_lane_seek(chromium, days):
    """A drag says where it is all the way and ends with a seek; a press on what is recorded changes no page."""
    with day(chromium, days) as page:
        box, url = lane_box(page), page.url
        grip = handle(page).bounding_box()
        page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + 10)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 2, grip["y"] + 10, steps=5)
        page.mouse.up()
        seeks = page.evaluate("seeks")
        assert [seek["dragging"] for seek in seeks[-2:]] == [True, False]
        expect(handle(page)).to_have_text(re.compile("^(11:59|12:0)"))
        page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] - 5)
        assert page.evaluate("seeks.at(-1).camera") == "garden-gate"
        expect(handle(page)).to_have_text(re.compile("^(05:59|06:0)"))
        assert page.url == url


def test_a_bar_of_an_event_is_a_link_to_it(chromium, days):
    """With scripts and without them."""
    for scripts in (True, False):
        with day(chromium, days, java_script_enabled=scripts) as page:
            bar = page.locator(".lane .e4").nth(3)
            target = bar.get_attribute("href")
            bar.locator("rect").click(no_wait_after=True)
            page.wait_for_url(re.compile(re.escape(target.rpartition("/")[2])))


def test_the_cursor_follows_what_plays(chromium, days):
    """`sitegen:time` moves it, and brings it into view while it plays."""
    with day(chromium, days, "#t=" + AT) as page:
        page.evaluate(
            "sitegen.send('time', { time: Date.parse('2026-11-22T15:00:00Z'), playing: true, gap: '' })"
        )
        expect(handle(page)).to_have_text("16:00:00")
        view = page.locator(".tl-view").bounding_box()
        page.wait_for_function(
            "(x) => document.querySelector('[role=slider]').getBoundingClientRect().left >= x", arg=view["x"]
        )
        assert handle(page).bounding_box()["x"] < view["x"] + view["width"]
        assert page.evaluate("seeks.length") == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_a_link_to_this_moment_can_be_copied(chromium, served_days, allowed):
    """It goes to the clipboard, or stands selected in a field where the browser keeps that shut; it opens where it was made."""
    with opened(chromium, viewport=DESK) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"] if allowed else [])
        page.add_init_script(SAVING)
        if not allowed:
            page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'));")
        page.goto(served_days.address + busy_days.address(busy_days.ONE) + "#t=" + AT)
        handle(page).focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("button", name="Copy link").click()
        wanted = page.url.partition("#")[0] + "#t=2026-11-22T03:55:13Z"
        if allowed:
            expect(page.locator("#said")).to_contain_text("copied")
            assert page.evaluate("navigator.clipboard.readText()") == wanted
        else:
            expect(page.get_by_role("textbox", name="Link to this moment")).to_have_value(wanted)
            assert page.evaluate("getSelection().toString() || document.activeElement.selectionEnd") in {
                wanted,
                len(wanted),
            }


def test_two_fingers_zoom_about_their_middle(chromium, days):
    """What lies between the fingers stays between them."""
    with opened(chromium, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as page:
        page.goto((days / busy_days.address(busy_days.ONE)).as_uri())
        page.locator(".lane").first.scroll_into_view_if_needed()
        session = page.context.new_cdp_session(page)
        y = lane_box(page)["y"] + 20

        def touch(kind: str, *xs: float) -> None:
            points = [{"x": x, "y": y, "id": n} for n, x in enumerate(xs)]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        held = time_at(page, 200)
        touch("touchStart", 180, 220)
        for spread in (30, 50, 80, 120, 160):
            touch("touchMove", 200 - spread, 200 + spread)
        touch("touchEnd")
        assert page.locator(".lane > svg").first.bounding_box()["width"] > 6 * 390
        assert abs(time_at(page, 200) - held) < 60_000
        assert page.evaluate("visualViewport.scale") == 1


def test_one_finger_pans_the_lanes_and_drags_the_hours(chromium, days):
    """The browser pans by itself: nothing on the way up to the box that scrolls may forbid it."""
    with opened(chromium, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as page:
        page.goto((days / busy_days.address(busy_days.ONE)).as_uri())
        for _ in range(3):
            page.get_by_role("button", name="Zoom in").click()
        page.locator(".lane").first.scroll_into_view_if_needed()
        session, lane = page.context.new_cdp_session(page), lane_box(page)
        left, time = "() => document.querySelector('.tl-view').scrollLeft", handle(page).text_content()

        def drag(y: float) -> None:
            for kind, xs in (
                ("touchStart", [300]),
                ("touchMove", range(290, 150, -10)),
                ("touchEnd", [None]),
            ):
                for x in xs:
                    points = [] if x is None else [{"x": x, "y": y}]
                    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        before = page.evaluate(left)
        drag(lane["y"] + 20)
        wait_until(lambda: page.evaluate(left) > before + 60, 10, "the lanes have moved")
        assert handle(page).text_content() == time
        drag(page.locator(".ruler").bounding_box()["y"] + 10)
        expect(handle(page)).not_to_have_text(time)


def test_a_narrower_window_keeps_the_moment_in_view(chromium, days):
    """A phone that is turned shows the same place of the zoomed timeline."""
    with day(chromium, days, "#t=2026-11-22T20:30:00Z") as page:
        expect(handle(page)).to_have_text("21:30:00")
        for width in (640, 390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function(
                """() => {
                    const { left, right } = document.querySelector(".cursor").getBoundingClientRect();
                    return left > 0 && right < innerWidth;
                }"""
            )


def test_the_slider_says_both_ends(chromium, days):
    """Both are midnight; the value tells them apart."""
    with day(chromium, days) as page:
        handle(page).focus()
        page.keyboard.press("Home")
        expect(handle(page)).to_have_attribute("aria-valuenow", "0")
        page.keyboard.press("End")
        expect(handle(page)).to_have_attribute("aria-valuenow", "86400")
