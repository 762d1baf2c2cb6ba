"""The default theme in Chromium: on a phone, from a disk, without scripts, by keyboard."""

import re
from datetime import timedelta

import page_samples
import pytest
from page_samples import HOSTILE, RTL
from playwright.sync_api import expect
from theme_site import PLAYER, opened, write
from view_samples import LONG, busy_events, camera_view, day_view

SCENES = {
    "busy": page_samples.busy_pages,
    "empty": page_samples.empty_pages,
    "long": lambda: page_samples.hostile_pages(LONG + HOSTILE),
    "rtl": lambda: page_samples.hostile_pages(RTL),
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_page_fits_a_phone_and_opens_from_a_disk(chromium, tmp_path, media, scene):
    """From file:// at 320 px (light) and 1,600 px (dark) no page is wider than the screen, and none logs an error."""
    site = write(tmp_path, media, SCENES[scene]())
    for width, scheme in ((320, "light"), (1600, "dark")):
        with opened(chromium, viewport={"width": width, "height": 740}, color_scheme=scheme) as page:
            for file in sorted(site.rglob("*.html")):
                page.goto(file.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (file, width)
                assert page.evaluate("document.querySelectorAll('main').length") == 1


def test_ages_and_silence_are_worked_out_in_the_browser(chromium, server):
    """Pages hold no clock: how long ago, and that a recorded camera is silent, is added by the browser."""
    seen = camera_view("101", busy_events()).last_seen
    with opened(chromium) as page:
        page.clock.set_fixed_time(seen + timedelta(minutes=12, seconds=5))
        page.goto(server.address + "index.html")
        expect(page.locator("section:has(#cameras) .card").first).to_contain_text("12 minutes ago")
        assert page.locator(".alarm").count() == 0
        page.clock.set_fixed_time(seen + timedelta(hours=1, minutes=50))
        page.goto(server.address + "index.html")
        expect(page.locator("section:has(#cameras) .card").first).to_contain_text("silent for 1 hour")
        assert page.locator(".alarm").count() == 1


def test_nothing_is_well_beside_a_camera_that_is_silent(chromium, server):
    """The status was written before the camera fell silent: that there is no gap is taken back by the browser."""
    seen = camera_view("101", busy_events()).last_seen
    calm = '<p class="state good" data-calm>no gap in seven days</p>'

    def without_gaps(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("<details open>", f"{calm}<details>"))

    with opened(chromium) as page:
        page.route("**/status/index.html", without_gaps)
        for minutes, shown in ((12, True), (16, False)):
            page.clock.set_fixed_time(seen + timedelta(minutes=minutes))
            page.goto(server.address + "status/index.html")
            panel = page.locator(".panels > li").first
            expect(panel).to_contain_text("minutes ago")
            assert panel.locator(".silence").count() == (not shown)
            assert panel.locator("[data-calm]").is_visible() == shown


def test_moving_over_a_picture_shows_the_clip_at_that_place(chromium, server):
    """The sheet of stills is asked for when it is needed, and stands at the tile under the pointer."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.address + day_view().url)
        assert not [url for url in asked if "sprite" in url]
        thumb = page.locator("[data-sprite]").first
        box = thumb.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5 + 1, box["y"] + 20)
        sheet = thumb.locator(".sheet")
        expect(sheet).to_be_visible()
        assert sheet.evaluate("node => node.style.backgroundPosition") == "60% 50%"
        page.mouse.move(5, 5)
        expect(sheet).to_be_hidden()


def test_the_site_is_complete_without_scripts(chromium, playable):
    """Every event, its video, every segment and every gap can be reached by links alone."""
    with opened(chromium, java_script_enabled=False) as page:
        page.goto((playable / day_view().url).as_uri())
        assert page.locator(".card a").count() == len(busy_events())
        page.get_by_role("link", name="Fox at the gate").click()
        expect(page.locator("video[controls] source").first).to_have_attribute("src", re.compile("previews/"))
        expect(page.get_by_role("link", name="Small video")).to_have_attribute(
            "href", re.compile("previews/")
        )
        expect(page.get_by_role("link", name="on this day")).to_have_attribute("href", re.compile("#t=2026-"))
        page.goto((playable / PLAYER).as_uri())
        links = page.locator(".segments a")
        assert links.count() == 4
        assert (playable / PLAYER).parent.joinpath(links.first.get_attribute("href")).resolve().is_file()


def test_the_keyboard_finds_its_way(chromium, playable):
    """The first stop is the skip link; what has the focus is seen."""
    with opened(chromium) as page:
        page.goto((playable / "index.html").as_uri())
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to content"
        assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        assert page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2


def test_pictures_leave_their_place_free(chromium, playable):
    """Before and after pictures come, nothing moves: the layout shift is nil."""
    with opened(chromium) as page:
        page.add_init_script(
            "window.shift = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) "
            "window.shift += one.value; }).observe({ type: 'layout-shift', buffered: true });"
        )
        for url in (day_view().url, busy_events()[0].url):
            page.goto((playable / url).as_uri())
            assert page.evaluate("window.shift") < 0.02
