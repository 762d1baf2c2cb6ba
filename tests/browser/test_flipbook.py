"""flipbook.js: a day in a minute, over the viewer's picture, from single pictures and sprites."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from coded_footage import NOON
from playwright.sync_api import Browser, Page, expect
from theme_site import opened
from waiting import wait_until
from watched_site import Watched, clock, seek

GAP = "Nothing recorded 13:00:20\u201313:00:30: the camera could not be reached"
RECORD = """() => {
    window.told = [];
    window.asked = [];
    sitegen.on("time", ({ time, playing, gap }) => window.told.push([time / 1000, playing, gap]));
    sitegen.on("seek", ({ time, play }) => window.asked.push([time / 1000, play]));
}"""
COUNT_AT_ONCE = """() => {
    const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
    let now = 0;
    window.most = 0;
    window.fetched = 0;
    Object.defineProperty(HTMLImageElement.prototype, "src", { ...source, set(url) {
        window.fetched += 1;
        window.most = Math.max(window.most, (now += 1));
        for (const end of ["load", "error"]) this.addEventListener(end, () => { now -= 1; });
        source.set.call(this, url);
    } });
}"""
SLIDER = ("slider", "Day in a minute")


@contextmanager
def camera_day(browser: Browser, watched: Watched, *, disk: bool, **options: object) -> Iterator[Page]:
    """The driveway's day, where its first view has not loaded flipbook.js."""
    with opened(browser, **{"viewport": {"width": 1000, "height": 900}} | options) as page:
        page.goto(watched.camera_day("driveway", disk=disk))
        expect(page.get_by_role("button", name="Day in a minute")).to_be_visible()
        assert not page.locator("script[src*=flipbook]").count()
        page.evaluate(RECORD)
        page.evaluate(COUNT_AT_ONCE)
        yield page


def moments(page: Page) -> list[float]:
    """What the flipbook told, in seconds after noon."""
    return [time - NOON.timestamp() for time, _, _ in page.evaluate("() => window.told")]


def start(page: Page) -> None:
    page.get_by_role("button", name="Day in a minute").click()
    expect(page.get_by_role(SLIDER[0], name=SLIDER[1])).to_be_focused()


@pytest.mark.parametrize("disk", [False, True])
def test_the_day_goes_by_with_its_gaps(chromium, watched, disk):
    """Pictures of all that was recorded, in even steps of the day; the gap shows its cause; at the end it stands still."""
    with camera_day(chromium, watched, disk=disk) as page:
        start(page)
        word = page.locator(".screen > .word").last
        expect(word).to_have_text(GAP)
        cursor = page.get_by_role("slider", name="Moment").or_(page.locator("[data-cursor]")).first
        expect(page.get_by_role("button", name="Run")).to_be_visible()
        expect(word).to_be_hidden()
        times = [time for time in moments(page) if time >= 0]
        steps = {round(after - before, 2) for before, after in zip(times, times[1:], strict=False)}
        assert times[0] == 0
        assert times[-1] == 79
        assert steps <= {0, 1, 10}  # a second, and over the gap
        assert not [time for time in times if 20 < time < 30]
        assert 1 <= page.evaluate("() => window.most") <= 8
        assert cursor is not None


def test_who_presses_watches_from_there(chromium, watched):
    """A press on the picture ends it, and the player plays from that moment; Escape ends it and the player stands there."""
    with camera_day(chromium, watched, disk=True) as page:
        for stop, play in (("press", True), ("Escape", False), ("Space", True)):
            start(page)
            told = len(moments(page))
            wait_until(lambda told=told: len(moments(page)) > told + 8, 20, "some pictures")
            if stop == "press":
                page.locator(".screen").click()
            else:
                page.keyboard.press(stop)
            expect(page.get_by_role(SLIDER[0], name=SLIDER[1])).to_have_count(0)
            (time, played) = page.evaluate("() => window.asked.at(-1)")
            assert played is play
            there = time - NOON.timestamp()
            assert there in moments(page)
            wait_until(lambda there=there: there - 0.1 <= clock(page) < there + 8, 20, "the player there")
            expect(page.get_by_role("button", name="Pause" if play else "Play", exact=True)).to_be_visible()
            expect(page.locator(".start")).to_be_focused()


def test_it_stands_still_for_those_who_want_that(chromium, watched):
    """With reduced motion it starts paused; the slider's keys show picture after picture; a seek elsewhere ends it."""
    with camera_day(chromium, watched, disk=False, reduced_motion="reduce") as page:
        start(page)
        expect(page.get_by_role("button", name="Run")).to_be_visible()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        wait_until(lambda: moments(page)[-1:] == [1], 20, "the second picture after the gap of the morning")
        assert not [playing for _, playing, _ in page.evaluate("() => window.told") if playing]
        seek(page, 41)
        expect(page.get_by_role(SLIDER[0], name=SLIDER[1])).to_have_count(0)
        expect(page.locator(".now-clock")).to_have_text(re.compile("13:00:41"))


def test_pictures_that_are_missing_are_passed_over(chromium, watched):
    """A sheet that does not come leaves out its part of the day, and nothing stops."""
    with camera_day(chromium, watched, disk=False) as page:
        with opened(chromium, errors=False, viewport={"width": 1000, "height": 900}) as other:
            other.route(re.compile(r"120010Z.*(sprite|still)\.jpg"), lambda route: route.abort())
            other.goto(page.url)
            other.get_by_role("button", name="Day in a minute").wait_for()
            other.evaluate(RECORD)
            start(other)
            expect(other.get_by_role("button", name="Run")).to_be_visible()
            times = moments(other)
        assert times[-1] == 79
        assert not [time for time in times if 10 <= time < 20]
