"""The keyboard: shortcuts and their list, steps between events and days, and what keeps its keys for itself."""

import re
from datetime import timedelta

import msgspec
import page_samples
import pytest
from playwright.sync_api import Page, expect
from theme_site import opened
from view_samples import DATE, ZONE, busy_events, day_view

from sitegen.site.theme import load_theme


@pytest.fixture
def page(chromium, playable):
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        page.goto((playable / day_view().url).as_uri())
        yield page


def listed(page: Page) -> dict[str, str]:
    """Return what the dialog lists, by help."""
    rows = page.locator("dialog dt").all()
    return {row.locator("+ dd").inner_text(): row.inner_text() for row in rows}


def test_the_list_is_of_this_pages_keys(page):
    """`?` and the button in the footer open it from a disk too; Esc closes it and the focus is back where it was."""
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    found = listed(page)
    assert found["Previous day"] == "Shift ←"
    assert found["This list"] == "?"
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "main"
    page.get_by_role("button", name="Keyboard").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_keys_of_one_sign_can_be_turned_off(page):
    """WCAG 2.1.4: the choice in the dialog is kept for other pages; arrows still step, and the button stays."""
    page.keyboard.press("?")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    page.evaluate(
        "() => { window.pressed = []; sitegen.key('x Shift+x Space', '', (e) => { pressed.push(e.key); }); }"
    )
    for name in ("x", "Shift+X", "Space"):
        page.keyboard.press(name)
    assert page.evaluate("pressed") == [" "]
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Keyboard").click()
    page.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    assert page.evaluate("pressed") == [" ", "x"]


def test_who_types_or_moves_a_slider_is_left_alone(page):
    """Fields, modifiers, dialogs and elements that use a key themselves do not set shortcuts off."""
    page.evaluate(
        """() => {
            window.pressed = [];
            for (const name of ["x", "Space", "ArrowLeft"]) sitegen.key(name, "", () => { pressed.push(name); });
            const main = document.querySelector("main");
            for (const [tag, type] of [["input", "text"], ["input", "range"], ["textarea", ""], ["button", ""], ["select", ""]]) {
                const made = document.createElement(tag);
                if (type) made.type = type;
                made.id = "own-" + (type || tag);
                main.prepend(made);
            }
        }"""
    )
    for name, expected in {
        "text": [],
        "textarea": [],
        "select": [],
        "range": ["x", "Space"],
        "button": ["x", "ArrowLeft"],
    }.items():
        page.evaluate("pressed.length = 0")
        page.locator(f"#own-{name}").focus()
        for key in ("x", "Space", "ArrowLeft", "Control+x", "Alt+x"):
            page.keyboard.press(key)
        assert page.evaluate("pressed") == expected, name


def test_escape_leaves_the_filter(page):
    """`/` goes to the filter, which keeps keys for itself; after Esc the page hears them again."""
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.localName") == "select"
    page.keyboard.press("?")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_key_may_be_passed_on_and_taken_back(page):
    """The newest registration comes first; who returns false leaves the key to the next; registrations can end."""
    page.evaluate(
        """() => {
            window.pressed = [];
            sitegen.key("x", "", () => { pressed.push("old"); });
            window.end = sitegen.key("x", "", () => { pressed.push("new"); return false; });
        }"""
    )
    page.keyboard.press("x")
    page.evaluate("end()")
    page.keyboard.press("x")
    assert page.evaluate("pressed") == ["new", "old", "old"]


def test_arrows_walk_a_days_events_and_shift_its_days(page):
    """→ and ← go by time and take the timeline with them; with Shift they go to the next and the previous day."""
    page.evaluate(
        "window.sought = []; sitegen.on('seek', ({ time }) => sought.push(new Date(time).toISOString()))"
    )
    starts = [clip.start for clip in busy_events()]
    focused = "document.activeElement.getAttribute('href')"
    for index, name in ((0, "ArrowRight"), (1, "ArrowRight"), (2, "ArrowRight"), (1, "ArrowLeft")):
        page.keyboard.press(name)
        assert f"{starts[index]:%Y%m%dT%H%M%SZ}" in page.evaluate(focused)
        there = re.compile(f"{starts[index].astimezone(ZONE):%H:%M:%S}")
        expect(page.get_by_role("slider", name="Time")).to_have_attribute("aria-valuetext", there)
    assert [text[:19] for text in page.evaluate("sought")] == [
        f"{starts[index]:%Y-%m-%dT%H:%M:%S}" for index in (0, 1, 2, 1)
    ]
    before = re.compile(f"{DATE - timedelta(days=1):%Y/%m/%d}")
    with page.expect_request(before):
        page.keyboard.press("Shift+ArrowLeft")


def test_arrows_on_an_events_page_lead_to_its_neighbours(chromium, server):
    """→ is the next event, ← the one before; over a native video they are the video's own."""
    clips = busy_events()
    with opened(chromium) as page:
        page.goto(server.address + clips[1].url)
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**/" + clips[2].url)
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**/" + clips[1].url)
        page.locator("video").focus()
        page.keyboard.press("ArrowRight")
        assert page.url.endswith(clips[1].url)


def test_clocks_say_the_zone_where_a_time_comes_twice(page):
    """As the generator writes them: 02:30 of the night when clocks go back has its zone, other times have none."""
    clock = "(text) => sitegen.clock(Date.parse(text))"
    assert page.evaluate(clock, "2026-10-25T00:30:00Z") == "02:30:00 CEST"
    assert page.evaluate(clock, "2026-10-25T01:30:00Z") == "02:30:00 CET"
    assert page.evaluate(clock, "2026-10-25T02:00:00Z") == "03:00:00"
    assert page.evaluate(clock, "2026-10-24T23:59:59Z") == "01:59:59"
    assert page.evaluate(clock, "2026-03-29T01:30:00Z") == "03:30:00"
    moment = page.evaluate("(text) => sitegen.moment(Date.parse(text))", "2026-11-22T02:55:03.9Z")
    assert moment == "2026-11-22 03:55:03 CET"


def test_the_fragment_is_shared(page):
    """Parts written one by one, readable, also from a disk; what was not asked to change stays."""
    page.evaluate("sitegen.hash.set({ t: '2026-11-22T03:55:03Z', tag: 'a b&c' })")
    assert page.url.endswith("#t=2026-11-22T03:55:03Z&tag=a%20b%26c")
    page.evaluate("sitegen.hash.set({ t: null, camera: 'driveway' })")
    assert page.url.endswith("#tag=a%20b%26c&camera=driveway")
    assert page.evaluate("sitegen.hash.get('tag')") == "a b&c"
    assert page.evaluate("sitegen.hash.get('t')") is None
    page.evaluate("sitegen.hash.set({ tag: null, camera: null })")
    assert "#" not in page.url


def test_only_scripts_of_this_site_are_loaded(page):
    """The policy's promise: other places, other sites' and addresses with a query are refused."""
    for address in (
        "https://elsewhere.example/x.js",
        "../../../../../x.js",
        "assets/x.js?a",
        "javascript:1",
        "data:,1",
    ):
        assert (
            page.evaluate(
                "(address) => { try { sitegen.url(address); return 'taken'; } catch { return ''; } }", address
            )
            == ""
        )
    assert str(page.evaluate("() => String(sitegen.url('sw.js'))")).endswith("/sw.js")
    refused = "() => { const made = document.createElement('p'); made.textContent = '<b>'; try { sitegen.html(made); } catch { return true; } }"
    assert page.evaluate(refused)


def test_right_to_left_languages_turn_the_page():
    """A site in Hebrew is written from the right; one in German, or Azerbaijani in Latin letters, is not."""
    theme = load_theme("default", search=(), zone=ZONE)
    sample = next(iter(page_samples.busy_pages()))
    for language, turned in (
        ("he", True),
        ("fa-IR", True),
        ("de", False),
        ("az-Arab", True),
        ("ur-Latn", False),
    ):
        site = msgspec.structs.replace(page_samples.SITE, language=language)
        text = page_samples.render(theme, sample, site)
        assert ('dir="rtl"' in text[:200]) == turned, language
