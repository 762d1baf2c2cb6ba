"""An event's video in Chromium: its two qualities, keys, speed, and where motion was when only the browser knows the frame."""

import pytest
from coded_footage import READ_BARS
from msgspec.structs import replace
from page_samples import SamplePage, busy_pages
from playwright.sync_api import Page, expect
from theme_site import opened, write
from view_samples import busy_events
from waiting import wait_until
from watched_site import FRAME_S

from sitegen.clip import Motion


def shown(page: Page) -> float | None:
    return page.evaluate(f"() => ({READ_BARS})([document.querySelector('video')])[0]")


@pytest.fixture
def event(chromium, watched):
    """The page of an event whose pictures say the time: 4 to 10 seconds after noon."""
    with opened(chromium, viewport={"width": 1000, "height": 900}) as page:
        page.goto(f"{watched.http}2026/11/22/104-20261122T120004Z.html")
        yield page


def seconds(page: Page) -> float:
    return page.evaluate("() => document.querySelector('video').currentTime")


def test_the_original_goes_on_where_the_small_one_was(event):
    """Switching keeps the place, and playing; and back again."""
    event.keyboard.press("Space")
    wait_until(lambda: seconds(event) > 1, 20, "a second")
    source = "() => document.querySelector('video').currentSrc"
    assert "/previews/" in event.evaluate(source)
    original = event.get_by_role("button", name="Original")
    original.click()
    wait_until(lambda: "/media/" in event.evaluate(source) and seconds(event) > 1.2, 20, "the original")
    expect(original).to_have_attribute("aria-pressed", "true")
    assert not event.evaluate("() => document.querySelector('video').paused")
    original.click()
    wait_until(lambda: "/previews/" in event.evaluate(source) and seconds(event) > 1.2, 20, "the small one")


def test_keys_move_the_video(event):
    """Space plays and pauses, `.` and `,` show the picture after and before, l and j go ten seconds as far as there are."""
    event.get_by_role("button", name="Original").click()
    event.locator("h1").click()
    event.keyboard.press("Space")
    wait_until(lambda: seconds(event) > 1, 20, "a second")
    event.keyboard.press("Space")
    wait_until(lambda: event.evaluate("() => document.querySelector('video').paused"), 20, "a pause")
    event.keyboard.press(".")
    wait_until(lambda: shown(event) is not None, 20, "a picture")
    before = shown(event)
    for key, step in ((".", 1), (".", 2), (",", 1), (",", 0)):
        event.keyboard.press(key)
        wanted = pytest.approx(before + step * FRAME_S)
        wait_until(lambda wanted=wanted: shown(event) == wanted, 20, f"picture {step}")
    event.keyboard.press("l")
    wait_until(lambda: seconds(event) > 5.9, 20, "the end")
    event.keyboard.press("j")
    wait_until(lambda: seconds(event) == 0, 20, "the beginning")


def test_the_speed_lasts_over_the_switch(event):
    """Who watches at double speed does so in the other quality, too."""
    event.get_by_label("Speed").select_option("2")
    event.get_by_role("button", name="Original").click()
    event.keyboard.press("Escape")
    event.locator("h1").click()
    event.keyboard.press("Space")
    wait_until(lambda: seconds(event) > 0.2, 20, "playing")
    assert event.evaluate("() => document.querySelector('video').playbackRate") == 2


def test_where_motion_was_is_drawn_by_the_size_of_the_poster(chromium, tmp_path, media):
    """When the generator did not know the frame's size, the browser draws the area over the poster, and hides it while it plays."""
    area = Motion(changed_pixels=900, noise=1, labels=1, x=64, y=36, width=32, height=18)
    event = replace(busy_events()[0], motion=area, frame=None)
    pages = [
        SamplePage(page.url, page.template, page.context | {"clip": event})
        for page in busy_pages()
        if page.url == event.url
    ]
    with opened(chromium) as page:
        page.goto((write(tmp_path, media, iter(pages)) / event.url).as_uri())
        where, video = page.locator("svg.where"), page.locator("video").bounding_box()
        expect(where).to_be_visible()
        box = where.locator("rect").last.bounding_box()
        assert box["x"] + box["width"] / 2 == pytest.approx(video["x"] + video["width"] / 2, abs=2)
        assert box["width"] == pytest.approx(video["width"] / 4, abs=8)
        page.keyboard.press("Space")
        expect(where).to_be_hidden()
