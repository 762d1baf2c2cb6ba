"""Pictures of cards in Chromium: a mouse over them and a long press show the clip; a tap and a key open it."""

import busy_days
import pytest
from playwright.sync_api import expect
from theme_site import opened

HOLD = "document.querySelector('.sheet:not([hidden])') !== null"


@pytest.fixture
def phone(chromium, days):
    with opened(chromium, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True) as page:
        page.goto((days / busy_days.address(busy_days.ONE)).as_uri())
        card = page.locator(".card [data-sprite]").first
        card.scroll_into_view_if_needed()
        yield page, card


def test_a_long_press_scrubs_and_opens_nothing(phone):
    """A slide of the finger shows other places of the clip; letting go leaves the page where it was."""
    page, card = phone
    box, url, at = card.bounding_box(), page.url, page.evaluate("scrollY")
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    y = box["y"] + box["height"] / 2
    touch("touchStart", (box["x"] + 5, y))
    page.wait_for_function(HOLD)
    first = card.locator(".sheet").evaluate("node => node.style.backgroundPosition")
    touch("touchMove", (box["x"] + box["width"] - 5, y + 30))
    expect(card.locator(".sheet")).not_to_have_css("background-position", first)
    touch("touchEnd")
    page.evaluate(
        "document.querySelector('.card > a').click()"
    )  # some browsers send a click after a long press
    expect(card.locator(".sheet")).to_be_hidden()
    assert page.url == url
    assert page.evaluate("scrollY") == at


def test_a_tap_opens_the_event(phone):
    """A short touch is a link's."""
    page, card = phone
    card.tap(no_wait_after=True)
    page.wait_for_url("**/10*.html")


def test_the_focus_of_the_keyboard_shows_nothing_moving(chromium, days):
    """Only a pointer asks for the sheet of stills."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        page.goto((days / busy_days.address(busy_days.ONE)).as_uri())
        page.locator(".card > a").first.focus()
        assert page.locator(".card .sheet").count() == 0


def test_who_saves_data_gets_no_sheets(chromium, days):
    """Neither over a card nor over a lane."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        page.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) })"
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto((days / busy_days.address(busy_days.ONE)).as_uri())
        page.locator(".lane .e4 rect").nth(1).hover()
        expect(page.locator(".tip b")).not_to_be_empty()
        page.locator(".card [data-sprite]").first.hover()
        assert page.locator(".card .sheet").count() == 0
        assert not [one for one in asked if "sprite" in one or "cameras" in one]
