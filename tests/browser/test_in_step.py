"""Several cameras at one moment in Chromium: how far apart their pictures are, gaps, choice, size and quality."""

import random
import time

import pytest
from coded_footage import at
from playwright.sync_api import Page, Route, expect
from theme_site import opened
from waiting import wait_until
from watched_site import clock, pictures, seek, source, wait_clock

DRIFT_S = 0.2
SECONDS = 15
COLLECT_VIDEOS = """
    window.videos = [];
    const make = document.createElement.bind(document);
    document.createElement = (name, ...more) => {
        const made = make(name, ...more);
        if (name === "video") videos.push(made);
        return made;
    };
"""
TAKEN_UP = """() => {
    const once = { once: true };
    window.taken = new Promise((done) => {
        const sought = () => document.addEventListener("sitegen:time", () => done(), once);
        document.addEventListener("sitegen:seek", sought, once);
    });
}"""
WIDE = {"viewport": {"width": 1200, "height": 900}}


def tile(page: Page, name: str):
    return page.locator(".tile", has=page.get_by_role("link", name=name))


def apart(page: Page, cameras: int) -> float:
    """How far apart the pictures are when so many cameras have one."""
    wait_until(
        lambda: (
            not page.locator(".tile.waiting:not([hidden])").count()
            and sum(shown is not None for shown in pictures(page)) == cameras
        ),
        20,
        f"{cameras} pictures",
    )
    shown = [one for one in pictures(page) if one is not None]
    return max(shown) - min(shown) if len(shown) == cameras else apart(page, cameras)


def open_cameras(page: Page, address: str, cameras: str, moment: float, more: str = "") -> None:
    page.goto("about:blank")
    page.goto(f"{address}#t={at(moment)}&cams={cameras}{more}")
    apart(page, cameras.count(",") + 1)


def play_in_step(page: Page, start_s: float, seconds: float, cameras: int) -> float:
    """Play so many seconds, and return how far apart the pictures were at most."""
    page.keyboard.press("Space")
    worst, samples = 0.0, 0
    deadline = time.monotonic() + 8 * seconds
    while clock(page) < start_s + seconds:
        assert time.monotonic() < deadline, clock(page)
        shown = [one for one in pictures(page) if one is not None]
        assert len(shown) == cameras
        worst, samples = max(worst, max(shown) - min(shown)), samples + 1
        page.evaluate("() => new Promise((done) => setTimeout(done, 100))")  # ten samples a second are enough
    assert samples > seconds
    print(f"in step for {seconds} s: {samples} samples, at most {worst:.2f} s apart")
    return worst


def seek_to(page: Page, seconds: float, *, playing: bool) -> None:
    """Seek, and wait until the clock is there."""
    page.evaluate(TAKEN_UP)
    seek(page, seconds)
    page.evaluate("() => window.taken")  # until then all stands as before, and that can be near
    wait_clock(page, lambda now: -0.001 < now - seconds < (2 if playing else 0.001))


def test_cameras_stay_in_step_while_they_play(chromium, watched):
    """Originals with borders at different times: their pictures are never more than 0.2 s apart."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched.day(), "driveway,garden,gate", 42, "&q=full")
        assert play_in_step(page, 42, SECONDS, 3) <= DRIFT_S + 1e-6


def test_sub_streams_stay_in_step(chromium, watched_subs):
    """Four cameras as they are without any choice; each sub-stream is cut elsewhere than its segments, before and after."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched_subs.day(), "driveway,garden,gate,yard", 30)
        assert "/previews/" in source(page)
        assert play_in_step(page, 30, SECONDS, 4) <= DRIFT_S + 1e-6
        expect(page.locator(".stamp:visible")).to_have_count(0)


@pytest.mark.parametrize("playing", [True, False])
def test_cameras_are_in_step_after_each_seek(chromium, watched, playing):
    """After each of 20 seeks the pictures are at most 0.2 s apart; those that stand still are the same to the frame."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched.day(), "driveway,garden,gate", 5, "&q=full")
        if playing:
            page.keyboard.press("Space")
        chance, found = random.Random(4), []
        for _ in range(20):
            seconds = chance.choice([chance.uniform(0.5, 18), chance.uniform(31, 75)])
            seek_to(page, seconds, playing=playing)
            found.append(apart(page, 3))
            if not playing:
                assert pictures(page)[0] == pytest.approx(seconds, abs=0.051)
        print(f"after 20 seeks, playing={playing}: {max(found):.2f} s apart at most")
        assert max(found) <= (DRIFT_S if playing else 0) + 1e-6


def test_sub_streams_are_in_step_after_each_seek(chromium, watched_subs):
    """Whichever file the moment lies in: also where one sub-stream's file has ended, and its segment has not."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched_subs.day(), "driveway,garden,gate,yard", 15)
        chance = random.Random(5)
        near_borders = [26.6, 31, 32.1, 32.5, 40.5, 41.8, 50.5, 51.9, 62.5, 71]
        for seconds in [*near_borders, *(chance.uniform(12, 88) for _ in range(10))]:
            seek_to(page, seconds, playing=False)
            assert apart(page, 4) == 0, seconds
            assert pictures(page)[0] == pytest.approx(seconds, abs=0.051)


def test_a_picture_that_is_older_than_the_clock_says_of_when_it_is(chromium, watched_subs):
    """Small videos of key frames only: the clocks agree, and the tile tells; the original shows the moment itself."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched_subs.day(), "driveway,shed", 15.5)
        stamp = tile(page, "Shed").locator(".stamp")
        for seconds, key in ((15.5, "13:00:14.0"), (47.9, "13:00:46.0"), (50.2, "13:00:48.3")):
            seek_to(page, seconds, playing=False)
            expect(stamp).to_have_text(f"Picture of {key}")
            expect(tile(page, "Driveway").locator(".stamp")).to_be_hidden()
        page.keyboard.press("Space")
        expect(stamp).to_have_text("Picture of 13:00:52.3")
        page.keyboard.press("Space")
        tile(page, "Shed").get_by_role("button", name="Original").click()
        expect(stamp).to_be_hidden()
        assert apart(page, 2) == 0


@pytest.mark.parametrize("disk", [False, True])
def test_a_gap_is_shown_in_its_tile_while_the_others_play(chromium, watched, disk):
    """The camera with a gap says why; the others go on, and it comes back when its footage does."""
    with opened(chromium, **WIDE) as page:
        page.goto(f"{watched.day(disk=disk)}#t={at(19)}&cams=driveway,garden,yard")
        expect(page.locator(".now-clock")).to_have_text("13:00:19 CET")
        page.keyboard.press("Space")
        expect(tile(page, "Driveway").locator(".word")).to_have_text(
            "Nothing recorded 13:00:20\u201313:00:30: the camera could not be reached."
        )
        expect(tile(page, "Yard").locator(".word")).to_have_text("No movie 13:00:10\u201313:00:34.")
        expect(tile(page, "Garden").locator(".word")).to_be_hidden()
        seek(page, 29)
        expect(tile(page, "Driveway").locator(".word")).to_be_hidden()
        wait_clock(page, lambda now: now > 30)
        expect(page.locator(".told")).to_have_text("")


def test_a_camera_that_cannot_be_played_does_not_stop_the_others(chromium, watched):
    """One tile says that its file cannot be played, and offers it; the others play."""
    with opened(chromium, **WIDE) as page:
        page.goto(f"{watched.day()}#t={at(2)}&cams=garden,shed")
        expect(tile(page, "Shed").locator(".word")).to_contain_text("This browser cannot play this file")
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 4)


def test_cameras_are_chosen_and_the_address_keeps_them(chromium, watched):
    """The panel is closed, and loads nothing, until it is asked for; then boxes choose, and the address says which."""
    with opened(chromium, **WIDE) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
        page.goto(watched.day())
        expect(page.get_by_role("button", name="Watch these cameras together")).to_be_visible()
        seek(page, 5)
        assert not [name for name in asked if name.endswith(".mp4") or (name.startswith(("viewer-grid", "viewer-alone", "footage.js"))
                    and not name.endswith(".css"))]  # fmt: skip
        page.get_by_role("button", name="Watch these cameras together").click()
        expect(page.locator(".tile:visible")).to_have_count(5)
        page.get_by_role("checkbox", name="Shed").uncheck()
        page.get_by_role("checkbox", name="Gate").uncheck()
        expect(page.locator(".tile:visible")).to_have_count(3)
        wait_until(lambda: page.url.endswith("cams=driveway,garden,yard"), 20, "the address")
        expect(page.locator(".now-clock")).to_have_text("13:00:05 CET")
        page.evaluate("() => { location.hash = location.hash.replace('driveway,', ''); }")
        expect(page.locator(".tile:visible")).to_have_count(2)
        assert not page.get_by_role("checkbox", name="Driveway").is_checked()
        assert apart(page, 2) == 0


def test_opened_by_keyboard_the_focus_is_on_play(chromium, watched):
    """The button goes; whoever pressed it is at the viewer's first button, and hears which cameras are there."""
    with opened(chromium, **WIDE) as page:
        page.goto(watched.day())
        page.get_by_role("button", name="Watch these cameras together").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#said")).to_have_text(
            "The viewer is open: cameras Driveway, Garden, Gate, Yard, Shed"
        )
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()


def test_a_link_to_a_moment_opens_the_viewer_there(chromium, watched):
    """All cameras stand at that moment, in small; who saves data is not made to load them."""
    with opened(chromium, **WIDE) as page:
        page.goto(f"{watched.day()}#t={at(5)}")
        expect(page.locator(".tile:visible")).to_have_count(5)
        apart(page, 4)
        assert pictures(page)[0] == pytest.approx(5, abs=0.101)
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        assert clock(page) == 5
        assert "/previews/" in source(page)
        page.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } });")
        page.goto("about:blank")
        page.goto(f"{watched.day()}#t={at(5)}")
        expect(page.get_by_role("slider", name="Time")).to_have_text("13:00:05")
        expect(page.get_by_role("button", name="Watch these cameras together")).to_be_enabled()
        expect(page.locator(".tile")).to_have_count(0)


def test_a_camera_that_is_taken_away_stays_away(chromium, watched):
    """While the data of another camera loads, one that was taken away while it played leaves no video behind, and no wheel."""
    with opened(chromium, **WIDE) as page:
        page.add_init_script(COLLECT_VIDEOS)
        open_cameras(page, watched.day(), "driveway,garden", 31)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 31.5)
        held: list[Route] = []
        page.route("**/cameras/gate/**/footage.js", lambda route: held.append(route))  # noqa: PLW0108 -- playwright marks what it calls
        page.evaluate("() => { location.hash = location.hash.replace('driveway', 'gate'); }")
        wait_until(lambda: clock(page) and held, 20, "a request for the data")
        expect(tile(page, "Driveway")).to_be_hidden()
        before = clock(page)
        wait_clock(page, lambda now: now > before + 0.5)  # the others go on
        held[0].continue_()
        apart(page, 2)
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        assert apart(page, 2) == 0
        left = "() => videos.filter((one) => !one.isConnected && one.hasAttribute('src')).length"
        assert page.evaluate(left) == 0
        expect(page.locator(".tile.waiting")).to_have_count(0)


def test_a_tile_is_made_large_and_shows_the_original(chromium, watched):
    """Small videos play until the original is asked for, in one tile or in all; a tile can be made large."""
    with opened(chromium, **WIDE) as page:
        open_cameras(page, watched.day(), "driveway,garden", 5)
        sources = "() => [...document.querySelectorAll('.tile:not([hidden]) video:not([hidden])')].map((v) => v.currentSrc)"
        assert all("/previews/" in one for one in page.evaluate(sources))
        tile(page, "Garden").get_by_role("button", name="Original").click()
        wait_until(lambda: ["/media/" in one for one in page.evaluate(sources)] == [False, True], 20, "one")
        page.locator(".viewer-bar").get_by_role("button", name="Original").click()
        wait_until(lambda: ["/media/" in one for one in page.evaluate(sources)] == [True, True], 20, "all")
        assert apart(page, 2) == 0
        before = tile(page, "Garden").bounding_box()["width"]
        page.get_by_role("button", name="Garden: large").click()
        assert tile(page, "Garden").bounding_box()["width"] > before * 1.9
        link = tile(page, "Garden").get_by_role("link", name="Garden")
        link.focus()
        assert link.get_attribute("href").endswith(f"cameras/garden/2026/11/22/index.html#t={at(5)}")
