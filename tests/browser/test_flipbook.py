"""flipbook.js: a day in a minute, over the viewer's picture, from single pictures and sprites."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

from coded_footage import NOON
from playwright.sync_api import Browser, Page, Route, expect
from theme_site import opened
from waiting import wait_until
from watched_site import Watched, clock, seek

GAP = "Nothing recorded 13:00:20\u201313:00:30: the camera could not be reached"
RECORD = """() => {
    window.told = [];
    window.asked = [];
    sitegen.on("time", ({ time, playing, gap }) => {
        const words = [...document.querySelectorAll(".screen > .word:not([hidden])")].at(-1)?.textContent ?? "";
        window.told.push([time / 1000, playing, gap === words ? gap : "the picture says " + words]);
    });
    sitegen.on("seek", ({ time, play }) => window.asked.push([time / 1000, play]));
}"""
MADE_DAY = """async () => {
    const section = document.querySelector("[data-viewer]"), { from } = await sitegen.footage.get("driveway", section.dataset.day);
    await sitegen.script(section.dataset.flipbook);
    const piece = (_, n) => ({ start: from + n * 60000, end: from + (n + 1) * 60000, kind: 0, flags: 8, path: `made/${n}` });
    const data = { from, to: from + 86400000, gaps: [], endings: { still: ".jpg" } };
    const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
    window.fetched = [];
    Object.defineProperty(HTMLImageElement.prototype, "src", { ...source, set(url) {
        window.fetched.push(url.split("/").pop());
        source.set.call(this, url);
    } });
    sitegen.flipbook(sitegen.footage.reel(Array.from({ length: 1440 }, piece), data), section);
}"""


@contextmanager
def camera_day(
    browser: Browser, watched: Watched, *, disk: bool, log_errors: bool = True, **options: object
) -> Iterator[Page]:
    """The driveway's day, where its first view has not loaded flipbook.js."""
    with opened(browser, errors=log_errors, **{"viewport": {"width": 1000, "height": 900}} | options) as page:
        page.goto(watched.camera_day("driveway", disk=disk))
        expect(page.get_by_role("button", name="Day in a minute")).to_be_visible()
        assert not page.locator("script[src*=flipbook]").count()
        page.evaluate(RECORD)
        yield page


def moments(page: Page) -> list[float]:
    """What the flipbook told, in seconds after noon."""
    return [time - NOON.timestamp() for time, _, _ in page.evaluate("() => window.told")]


def start(page: Page) -> None:
    page.get_by_role("button", name="Day in a minute").click()
    expect(page.get_by_role("slider", name="Day in a minute")).to_be_focused()


def test_the_day_goes_by_with_its_gaps(chromium, watched):
    """Pictures of all that was recorded, in even steps of the day; the gap shows its cause; at the end it stands still."""
    with camera_day(chromium, watched, disk=True) as page:
        start(page)
        expect(page.get_by_role("button", name="Run")).to_be_visible(timeout=30_000)
        gaps = [gap for _, _, gap in page.evaluate("() => window.told") if gap]
        assert gaps == ["Nothing recorded 00:00:00\u201313:00:00", GAP]
        expect(page.get_by_role("slider", name="Time")).to_have_attribute("aria-valuetext", "13:01:19 CET")
        times = [time for time in moments(page) if time >= 0]
        steps = {round(after - before, 2) for before, after in pairwise(times)}
        assert times[0] == 0
        assert times[-1] == 79
        assert steps <= {0, 1, 10}  # a second, and over the gap
        assert not [time for time in times if 20 < time < 30]


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
            expect(page.get_by_role("slider", name="Day in a minute")).to_have_count(0)
            (time, played) = page.evaluate("() => window.asked.at(-1)")
            assert played is play
            there = time - NOON.timestamp()
            assert there in moments(page)
            wait_until(lambda there=there: there - 0.1 <= clock(page) < there + 8, 20, "the player there")
            expect(page.get_by_role("button", name="Pause" if play else "Play", exact=True)).to_be_visible()
            if stop != "press":
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
        expect(page.get_by_role("slider", name="Day in a minute")).to_have_count(0)
        expect(page.locator(".now-clock")).to_have_text(re.compile("13:00:41"))


def test_pictures_that_are_missing_are_passed_over(chromium, watched):
    """Those that do not come are left out, and nothing stops."""
    with camera_day(chromium, watched, disk=False, log_errors=False) as page:
        page.route(re.compile(r"120010Z.*(sprite|still)\.jpg"), lambda route: route.abort())
        start(page)
        page.get_by_role("slider", name="Day in a minute").fill("8")
        page.get_by_role("button", name="Run").click()
        wait_until(lambda: moments(page)[-1] >= 32, 20, "what comes after the missing ones")
        assert 7 in moments(page)
        assert not [time for time in moments(page) if 10 <= time < 20]


def test_eight_pictures_at_once(chromium, watched):
    """Of a day of 1,440 files eight pictures are fetched ahead, another one when one has come; then it begins."""
    with camera_day(chromium, watched, disk=False, log_errors=False) as page:
        asked: list[Route] = []
        page.route("**/previews/made/*", lambda route: asked.append(route))  # noqa: PLW0108 - it marks functions
        page.evaluate(MADE_DAY)
        assert page.evaluate("() => window.fetched") == [f"{3 * n}.jpg" for n in range(8)]
        wait_until(lambda: asked, 20, "a question")
        asked[0].fulfill(path=next(watched.output.rglob("*.still.jpg")))
        wait_until(lambda: moments(page), 20, "the first picture")
        assert page.evaluate("() => window.fetched") == [f"{3 * n}.jpg" for n in range(9)]
