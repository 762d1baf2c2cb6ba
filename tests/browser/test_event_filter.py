"""Filters of a day's events in Chromium: choices, the fragment, hours that are held back as text."""

import re

import busy_days
from playwright.sync_api import Page, expect
from theme_site import opened

DESK = {"width": 1280, "height": 900}


def go(page: Page, days, when=busy_days.ONE, fragment: str = "") -> None:
    page.goto((days / busy_days.address(when)).as_uri() + fragment)


def shown(page: Page) -> list[dict[str, str]]:
    return page.locator(".card:visible").evaluate_all("cards => cards.map(card => ({ ...card.dataset }))")


def test_each_choice_filters_and_stands_in_the_address(chromium, days):
    """Camera, hour, tag and motion; the count is said and read out; the address opens the same again."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days)
        page.get_by_label("Camera").select_option(label="Garden gate")
        expect(page.locator(".count")).to_have_text("10 of 40 events")
        expect(page.locator("#said")).to_have_text("10 of 40 events")
        assert {card["camera"] for card in shown(page)} == {"garden-gate"}
        page.get_by_label("Camera").select_option("")
        page.get_by_label("Tag").select_option("fox")
        expect(page.locator(".count")).to_have_text("2 of 40 events")
        assert all("fox" in card["tags"] for card in shown(page))
        page.get_by_label("Tag").select_option("cat & dog|fish")
        page.get_by_label("Motion").select_option("3")
        assert page.url.endswith("#tag=cat%20%26%20dog%7Cfish&motion=3")
        wanted = [card for card in shown(page) if int(card["level"]) >= 3]
        assert shown(page) == wanted
        page.reload()
        expect(page.get_by_label("Tag")).to_have_value("cat & dog|fish")
        assert shown(page) == wanted
        page.get_by_role("button", name="Show all").click()
        expect(page.locator(".card:visible")).to_have_count(40)
        assert "#" not in page.url


def test_the_hour_is_a_choice_with_its_zone(chromium, days):
    """On the day with the doubled hour there are two of it."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days, busy_days.LONG, "#hour=02%20CET")
        expect(page.get_by_label("Hour")).to_have_value("02 CET")
        for text in page.locator(".card:visible b").all_text_contents():
            assert re.fullmatch(r"02:\d\d:\d\d CET", text)
        page.evaluate("location.hash = 'hour=02 CEST'")
        expect(page.locator(".card:visible b").first).to_have_text(re.compile("CEST"))


def test_what_this_day_has_not_stays_chosen(chromium, days):
    """It says that nothing matches, keeps the choice, and takes it along to the next day."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days, fragment="#camera=attic&motion=4&t=2026-11-22T03:55:03Z")
        expect(page.locator(".count")).to_have_text("0 of 40 events")
        expect(page.get_by_text("No event of this day matches.")).to_be_visible()
        expect(page.get_by_label("Camera")).to_have_value("attic")
        assert (
            page.locator("a[rel=prev]")
            .get_attribute("href")
            .endswith("2026/11/21/index.html#camera=attic&motion=4")
        )


def test_the_timeline_dims_what_is_filtered_out(chromium, days):
    """Other cameras' lanes, and events with less motion."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days, fragment="#camera=garden-gate&motion=3")
        dim = "node => getComputedStyle(node).opacity"
        assert float(page.locator(".lane[data-camera=driveway] > svg").evaluate(dim)) < 0.3
        assert float(page.locator(".lane[data-camera=garden-gate] > svg").evaluate(dim)) == 1
        assert float(page.locator(".lane .e1").first.evaluate(dim)) < 0.3


def test_hours_that_are_held_back_come_when_they_are_near(chromium, served_days):
    """Of 1,000 events 100 are elements at first; scrolling to the end makes the others, in order, behind a strict policy."""
    with opened(chromium, viewport=DESK) as page:
        page.goto(served_days.address + busy_days.address(busy_days.MANY))
        assert page.locator(".card").count() < 200
        for _ in range(100):
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            page.evaluate(
                "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )
            if page.locator("#h00 .card").count() > 35:
                break
        page.evaluate("document.querySelectorAll('.hour').forEach((hour) => hour.scrollIntoView())")
        expect(page.locator("#h00 .card").first).to_be_visible()
        for hour in page.locator(".hour").all():
            times = hour.locator(".card b").all_text_contents()
            assert times == sorted(times, reverse=True)


def test_a_filter_finds_events_that_are_held_back(chromium, days):
    """They are counted at once, and made when they are in view; nothing comes twice when the filter goes."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days, busy_days.MANY, "#hour=03&camera=workshop")
        expect(page.locator(".count")).to_have_text(re.compile(r"^1\d of 1000 events$"))
        wanted = int(page.locator(".count").text_content().split()[0])
        expect(page.locator(".card:visible")).to_have_count(wanted)
        assert {card["camera"] for card in shown(page)} == {"workshop"}
        page.evaluate("location.hash = 'hour=03'")
        expect(page.locator(".count")).to_have_text(re.compile(r"^4\d of 1000 events$"))
        wanted = int(page.locator(".count").text_content().split()[0])
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        expect(page.locator("#h03 .card:visible")).to_have_count(wanted)
        times = page.locator("#h03 .card b").all_text_contents()
        assert times == sorted(set(times), reverse=True)


def test_the_slash_key_goes_to_the_filter(chromium, days):
    """And the choices are reached by Tab from there."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days)
        page.keyboard.press("/")
        expect(page.get_by_label("Camera")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Hour")).to_be_focused()


def test_a_place_on_the_page_is_no_choice(chromium, days):
    """ "Skip to content" leads there and leaves the filter, and the address of it, as they are."""
    with opened(chromium, viewport=DESK) as page:
        go(page, days, fragment="#camera=garden-gate")
        expect(page.locator(".count")).to_have_text("10 of 40 events")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        expect(page.locator(".count")).to_have_text("10 of 40 events")
        page.wait_for_function("location.hash === '#camera=garden-gate'")
