"""`.` and `,` in Chromium where pictures are seldom: five a second, or key frames only, before anything was played."""

from pathlib import Path

import pytest
from coded_footage import READ_BARS, USUAL_CONFIG, at, put_film
from playwright.sync_api import Page, expect
from theme_site import opened
from waiting import wait_until
from watched_site import camera_opened, clock, site_served, source, still_picture

APART_S = 0.2
ENGINES = ("native", "hls.js", "files")
SEEK_WHEN_IN_TIME = """(time) => {
    const tile = sitegen.viewer.tiles.get("driveway");
    const timer = setInterval(() => {
        if (tile.late || tile.stamp.hidden) return;
        clearInterval(timer);
        sitegen.send("seek", { time, dragging: false });
        document.body.dataset.sought = "";
    }, 5);
}"""


def _put(archive: Path, store: Path) -> None:
    for first in (0, 10, 30):
        put_film(archive, store, "101", first, 10, keys_every_s=4, apart_s=APART_S)
    put_film(archive, store, "104", 4, 6, kind="event", apart_s=APART_S)
    put_film(archive, store, "104", 20, 10, kind="event", keys_every_s=4, apart_s=4)


@pytest.fixture(scope="module")
def seldom(tmp_path_factory):
    """A site of footage with few pictures: its small videos of segments are key frames, four seconds apart or less."""
    with site_served(tmp_path_factory.mktemp("seldom"), _put, USUAL_CONFIG) as site:
        yield site


def stepped(page: Page, folder: Path, presses: str, wanted: list[float]) -> None:
    """Press keys, and see after each the picture that is wanted, and the clock say when it is of."""
    for key, seconds in zip(presses, wanted, strict=True):
        page.keyboard.press(key)

        near = pytest.approx(seconds, abs=0.01)

        def there(near: object = near) -> bool:
            return still_picture(page, folder) == near and clock(page) == near

        wait_until(there, 20, f"the picture of {seconds} after {key}")


@pytest.mark.parametrize("engine", ENGINES)
def test_each_press_shows_the_next_picture_also_over_borders_and_gaps(chromium, seldom, tmp_path, engine):
    """Five pictures a second: each is shown, none twice; so where the next one is of another file, and where nothing is next."""
    with camera_opened(chromium, seldom, engine, moment=at(9)) as page:
        wait_until(lambda: still_picture(page, tmp_path) == 9, 20, "the picture of 9")
        stepped(page, tmp_path, "......,,,,", [9.2, 9.4, 9.6, 9.8, 10, 10.2, 10, 9.8, 9.6, 9.4])
        page.evaluate("() => { location.hash = ''; }")
        page.evaluate("(time) => sitegen.send('seek', { time, dragging: false })", 1_795_348_819_700)
        wait_until(lambda: still_picture(page, tmp_path) == 19.6, 20, "the picture of 19.6")
        stepped(page, tmp_path, "..", [19.8, 30])
        expect(page.locator(".told")).to_contain_text("went on at 13:00:30.")
        stepped(page, tmp_path, ".,,", [30.2, 30, 19.8])
        expect(page.locator(".told")).to_have_text("")


@pytest.mark.parametrize("engine", ENGINES)
def test_key_frames_are_shown_one_by_one(chromium, seldom, tmp_path, engine):
    """A small video of key frames: each press shows the next, seconds away; at the ends the picture stays, and it is said."""
    with camera_opened(chromium, seldom, engine, moment=at(0)) as page:
        wait_until(lambda: still_picture(page, tmp_path) == 0, 20, "the first picture")
        page.get_by_role("button", name="Original").click()
        wait_until(lambda: "/media/" not in source(page), 20, "the small video")
        wait_until(lambda: still_picture(page, tmp_path) == 0, 20, "its first picture")
        stepped(page, tmp_path, ".....,,,", [4, 8, 10, 14, 18, 14, 10, 8])
        expect(page.locator(".stamp")).to_be_hidden()
        stepped(page, tmp_path, ",,,", [4, 0, 0])
        page.evaluate("(time) => sitegen.send('seek', { time, dragging: false })", 1_795_348_838_500)
        wait_until(lambda: still_picture(page, tmp_path) == 38, 20, "the last picture")
        page.keyboard.press(".")
        expect(page.locator(".told")).to_contain_text("the end of what was recorded")
        assert still_picture(page, tmp_path) == 38


def test_presses_that_come_faster_than_pictures_are_no_leaps(chromium, seldom, tmp_path):
    """A key that is held goes from picture to picture, and stops soon after it was let go."""
    with camera_opened(chromium, seldom, "native", moment=at(2)) as page:
        wait_until(lambda: still_picture(page, tmp_path) == 2, 20, "the picture of 2")
        page.keyboard.press(".")
        stepped(page, tmp_path, ".", [2.4])


def rests_at(page: Page, seconds: float, kind: str) -> bool:
    """Whether an event's video of this kind shows this picture, and rests."""
    seen, seeking, url = page.evaluate(
        f"() => {{ const video = document.querySelector('video'); return [({READ_BARS})([video])[0], video.seeking, video.currentSrc]; }}"
    )
    return seen == pytest.approx(seconds) and not seeking and kind in url


@pytest.mark.parametrize(
    ("name", "wanted"), [("104-20261122T120004Z", (4, 4.2, 4.4)), ("104-20261122T120020Z", (20, 24, 28))]
)
def test_an_event_shows_its_pictures_one_by_one(chromium, seldom, name, wanted):
    """By buttons and by keys, whatever was played before; after the last one and before the first there is none."""
    with opened(chromium, viewport={"width": 390, "height": 800}) as page:
        page.goto(f"{seldom.http}2026/11/22/{name}.html")
        on, back = (page.get_by_role("button", name=f"One picture {way}") for way in ("on", "back"))
        original = page.get_by_role("button", name="Original")
        first, second, third = wanted
        on.click()
        wait_until(
            lambda: rests_at(page, first, "/previews/"), 20, "the first picture, as nothing was opened yet"
        )
        for press, seconds in (
            (original.click, first),
            (on.click, second),
            (on.click, third),
            (back.click, second),
            (lambda: page.keyboard.press(","), first),
            (lambda: page.keyboard.press(","), first),
            (lambda: page.keyboard.press("."), second),
        ):
            press()
            wait_until(
                lambda seconds=seconds: rests_at(page, seconds, "/media/"), 20, f"the picture of {seconds}"
            )
        assert back.bounding_box()["height"] >= 40


def test_in_a_gap_no_picture_is_said_to_be_of_any_time(chromium, seldom):
    """The age of the picture before the gap is gone at once, also while it would have stayed for some seconds."""
    with opened(chromium, viewport={"width": 1000, "height": 800}) as page:
        page.goto(f"{seldom.day()}#t={at(16)}&cams=driveway,yard")
        tile = page.locator(".tile", has=page.get_by_role("link", name="Driveway"))
        expect(tile.locator(".stamp")).to_have_text("Picture of 13:00:14.0")
        page.get_by_label("Speed").select_option("0.5")  # so that the picture of 18 is in time for a while
        page.evaluate("() => { document.activeElement.blur(); }")
        page.keyboard.press("Space")
        page.evaluate(SEEK_WHEN_IN_TIME, 1_795_348_825_000)
        page.wait_for_function("() => 'sought' in document.body.dataset")
        expect(tile.locator(".word")).to_be_visible()
        assert not tile.locator(".stamp").is_visible()


@pytest.mark.parametrize("width", [360, 390])
def test_a_phone_has_the_buttons_in_one_row(chromium, seldom, width):
    """Large enough for a finger, beside the other ways through the day; nothing is wider than the screen."""
    with opened(chromium, viewport={"width": width, "height": 700}) as page:
        page.goto(seldom.camera_day("driveway"))
        names = ("Play", "One picture back", "One picture on", "10 seconds on")
        boxes = [page.get_by_role("button", name=name, exact=True).bounding_box() for name in names]
        assert {round(box["y"] + box["height"] / 2) for box in boxes} == {
            round(boxes[0]["y"] + boxes[0]["height"] / 2)
        }
        assert min(min(box["width"], box["height"]) for box in boxes) >= 40
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
