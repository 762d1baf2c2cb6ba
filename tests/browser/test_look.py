"""How the default theme looks to everybody: on paper, in forced colours, from right to left, by keyboard and by finger."""

import re
from dataclasses import replace as but

import page_samples
import pytest
from checkers import axe
from msgspec.structs import replace
from page_samples import SITE, SamplePage
from playwright.sync_api import expect
from theme_site import opened, write
from view_samples import ZONE, busy_events, day_view, status_view

from sitegen.site.theme import load_theme
from sitegen.site.views import TroubleView

FOX = busy_events()[1].url
CAMERA = "cameras/driveway/index.html"
KINDS = ("index.html", "cameras/index.html", CAMERA, "status/index.html", "about/index.html", FOX)
_SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input, select")].filter((one) => {
    const box = (one.closest("label") || one).getBoundingClientRect();
    const inText = one.closest("p, dd, h3, .card > a, .prose") && one.matches("a");
    return box.width && !inText && !one.matches(".skip") && Math.min(box.width, box.height) < 24;
}).map((one) => one.outerHTML)"""
_FOCUS = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    return { name: one.outerHTML.slice(0, 90), outline: parseFloat(getComputedStyle(one).outlineWidth),
        inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth };
}"""


TROUBLE = TroubleView(
    what="site",
    reason="the site cannot be written: No space left on device",
    remedy="make room on its disk: recording and the site need it",
    since=status_view(()).built_at,
)


@pytest.fixture(scope="module")
def troubled(tmp_path_factory, media):
    """The busy site on a bad day: no build can be done, the disk is nearly full, and a clip has failed."""
    pages = [
        but(page, context=page.context | {"status": replace(status_view(()), disk_low=True, trouble=TROUBLE)})
        if page.template == "status.html"
        else page
        for page in page_samples.busy_pages()
    ]
    return write(tmp_path_factory.mktemp("troubled"), media, iter(pages))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_unusual_states(chromium, troubled, scheme):
    """A full disk, Problems, an event being recorded, one without a preview, and one with everything."""
    events = busy_events()
    found = []
    with opened(chromium, viewport={"width": 1280, "height": 900}, color_scheme=scheme) as page:
        for url in ("status/index.html", FOX, events[4].url, events[5].url, events[-1].url, CAMERA):
            page.goto((troubled / url).as_uri())
            found += [f"{url}: {violation}" for violation in axe(page)]
    assert found == []


def test_an_event_prints_as_a_sheet(chromium, playable):
    """One page of paper has the poster with where motion was, both times, the file's name and the note; no navigation."""
    with opened(chromium, viewport={"width": 1000, "height": 900}, color_scheme="dark") as page:
        page.goto((playable / FOX).as_uri())
        page.emulate_media(media="print", color_scheme="light")
        said = page.locator("body").inner_text()
        for words in ("Fox at the gate", "Garden gate", "2026-11-22 03:55:03 CET", "2026-11-22 02:55:03"):
            assert words in said
        for words in ("102-20261122T025503Z.mp4", "4.2 MB", "It came twice.", "310, 190"):
            assert words in said
        for words in ("Skip to content", "Download", "Show where", "Cameras", "Keyboard"):
            assert words not in said
        poster = page.locator(".stage img")
        expect(poster).to_be_visible()
        assert poster.evaluate("one => one.complete && one.naturalWidth > 0")
        expect(page.locator(".stage video")).to_be_hidden()
        expect(page.locator(".where")).to_be_visible()
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1


@pytest.mark.parametrize("url", ["index.html", "status/index.html", day_view().url])
def test_other_pages_print_without_what_only_screens_need(chromium, playable, url):
    """On paper there is black on white, no navigation and no button, and where and when the page is from."""
    with opened(chromium, viewport={"width": 1000, "height": 900}, color_scheme="dark") as page:
        page.goto((playable / url).as_uri())
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        expect(page.get_by_role("navigation", name="Site")).to_be_hidden()
        assert not [one for one in page.get_by_role("button").all() if one.is_visible()]
        expect(page.locator("p.paper")).to_contain_text("Europe/Berlin")


def test_where_motion_was_lies_on_the_picture(chromium, tmp_path, media):
    """The drawing keeps to the picture also where that is letterboxed, goes at a click, and needs no script for it."""
    page_of = next(page for page in page_samples.busy_pages() if page.url == FOX)
    narrow = replace(
        page_of.context["clip"],
        frame=(600, 1200),
        motion=replace(page_of.context["clip"].motion, x=300, y=600),
    )
    site = write(tmp_path, media, iter([SamplePage(FOX, "clip.html", page_of.context | {"clip": narrow})]))
    with opened(chromium, java_script_enabled=False, viewport={"width": 1280, "height": 700}) as page:
        page.goto((site / FOX).as_uri())
        stage, drawn = page.locator(".stage").bounding_box(), page.locator(".where rect").last.bounding_box()
        assert (
            stage["height"] < 0.8 * 700
        )  # the picture is twice as high as wide: it is capped, and letterboxed
        assert drawn["x"] + drawn["width"] / 2 == pytest.approx(stage["x"] + stage["width"] / 2, abs=1)
        assert drawn["y"] + drawn["height"] / 2 == pytest.approx(stage["y"] + stage["height"] / 2, abs=1)
        assert drawn["height"] == pytest.approx(stage["height"] * 80 / 1200, abs=4)
        page.get_by_label("Show where motion was").uncheck()
        expect(page.locator(".where")).to_be_hidden()
        page.get_by_label("Show where motion was").check()
        expect(page.locator(".where")).to_be_visible()


def test_levels_are_seen_in_forced_colours(chromium, playable):
    """Where the system takes all colours, a busier day has a thicker edge, and states have shapes."""
    with opened(chromium, forced_colors="active") as page:
        page.goto((playable / "index.html").as_uri())
        edges = [
            page.locator(f".scale .l{level}").evaluate(
                "one => parseFloat(getComputedStyle(one).borderBottomWidth)"
            )
            for level in range(5)
        ]
        assert edges == sorted(set(edges))
        marks = page.locator(".state").evaluate_all(
            "all => all.map((one) => parseFloat(getComputedStyle(one, '::before').borderTopWidth))"
        )
        assert marks
        assert all(width > 0 for width in marks)


def test_from_right_to_left_everything_is_mirrored(chromium, tmp_path, media):
    """In a language that is written so, the site's name is at the right, and no page is wider than a phone."""
    site, theme = (
        write(tmp_path, media, page_samples.busy_pages()),
        load_theme("default", search=(), zone=ZONE),
    )
    page_samples.write_site(
        site, theme, page_samples.hostile_pages(page_samples.RTL), replace(SITE, language="ar")
    )
    with opened(chromium, viewport={"width": 320, "height": 740}) as page:
        for url in (*KINDS, day_view().url):
            page.goto((site / url).as_uri())
            assert page.evaluate("getComputedStyle(document.documentElement).direction") == "rtl"
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url
            box = page.locator(".brand").bounding_box()
            assert box["x"] + box["width"] > 300, url


def test_english_words_keep_their_order_on_a_page_from_right_to_left(chromium, tmp_path, media):
    """The theme's words are English, whatever the owner writes in: a line of them begins with its first word."""
    site, theme = (
        write(tmp_path, media, page_samples.busy_pages()),
        load_theme("default", search=(), zone=ZONE),
    )
    page_samples.write_site(site, theme, page_samples.busy_pages(), replace(SITE, language="ar"))
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        page.goto((site / day_view().url).as_uri())
        assert page.evaluate("document.documentElement.lang") == "en"
        ends = page.evaluate("""() => {
            const text = document.querySelector(".summary").firstChild, range = document.createRange();
            return [[0, 1], [text.length - 1, text.length]].map(([from, to]) => {
                range.setStart(text, from);
                range.setEnd(text, to);
                return range.getBoundingClientRect().left;
            });
        }""")
        assert ends[0] < ends[1]


def test_what_is_pressed_is_large_enough(chromium, playable):
    """Controls and links that stand alone are 24 px or more either way, on a phone and on a desk."""
    for width in (320, 1280):
        with opened(chromium, viewport={"width": width, "height": 800}) as page:
            for url in KINDS:
                page.goto((playable / url).as_uri())
                assert page.evaluate(_SMALL) == [], (url, width)


def test_a_walk_by_keyboard_is_seen_all_the_way(chromium, playable):
    """Each stop of Tab has an outline and is on the screen, on home as on an event's page."""
    with opened(chromium, viewport={"width": 390, "height": 700}) as page:
        for url in ("index.html", FOX):
            page.goto((playable / url).as_uri())
            stops = min(40, page.locator("a[href]:visible, button:visible").count())
            for _ in range(stops):
                page.keyboard.press("Tab")
                seen = page.evaluate(_FOCUS)
                assert seen["inside"], (url, seen)
                assert seen["outline"] >= 2 or seen["name"].startswith(("<body", "<video")), (url, seen)


def test_text_of_twice_the_size_stays_readable(chromium, playable):
    """Zoomed to 200 % a desk of 1,280 px has 640: no page scrolls sideways, and none hides what it says."""
    with opened(chromium, viewport={"width": 640, "height": 450}, device_scale_factor=2) as page:
        for url in KINDS:
            page.goto((playable / url).as_uri())
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url
            expect(page.locator("h1")).to_have_count(1)
