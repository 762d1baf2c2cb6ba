"""Pages tell of news: by announcements, by asking build.json, and not at all from a disk."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from theme_site import PATIENCE_MS, Server, opened
from view_samples import DATE, day_view, local


def test_a_page_says_quietly_that_it_has_news(chromium, server):
    """An announcement about another day changes nothing; one about this page's day offers to load it again."""
    with opened(chromium) as page:
        with page.expect_request("**/announce/events"):
            page.goto(f"{server.address}{day_view().url}")
        wait_for_listener(server, page)
        server.announce('{"revision": 42, "clips": [], "days": ["2026-11-21"], "cameras": []}')
        server.announce('{"revision": 41, "clips": [], "days": ["2026-11-22"], "cameras": []}')
        server.announce('{"revision": 43, "clips": [], "days": ["2026-11-22"], "cameras": ["driveway"]}')
        button = page.get_by_role("button", name="reload")
        expect(button).to_have_count(1, timeout=PATIENCE_MS)
        with page.expect_navigation():
            button.click()
        expect(page.locator("#news")).to_be_empty()


def test_news_of_other_pages_are_not_told(chromium, server):
    """Announcements that do not name the page leave it as it is, also when they come last."""
    with opened(chromium) as page:
        page.goto(f"{server.address}{day_view().url}")
        wait_for_listener(server, page)
        page.evaluate(
            """() => new Promise((done) => {
                const ear = new EventSource(document.documentElement.dataset.root + "announce/events");
                ear.onmessage = () => { window.heard = true; };
                ear.onopen = done;
            })"""
        )
        wait_for_listener(server, page, 2)
        server.announce(
            '{"revision": 99, "clips": ["x"], "days": ["2026-11-21"], "cameras": ["garden-gate"]}'
        )
        page.wait_for_function("() => window.heard")
        expect(page.locator("#news")).to_be_empty()


def wait_for_listener(server: Server, page: Page, count: int = 1) -> None:
    for _ in range(3_000):
        if len(server.listeners) >= count:
            return
        page.wait_for_timeout(10)
    raise AssertionError("nobody listens to the announcements")


def test_without_announcements_a_page_asks_build_json(chromium, server):
    """When SSE is refused, build.json is read every 30 s; the first revision read is what the page goes by."""
    server.announcing = False
    with opened(chromium) as page:
        page.clock.install()
        with page.expect_response("**/announce/events"):
            page.goto(server.address + "index.html")
        assert server.polls == 1
        for polls in (2, 3):
            with page.expect_response("**/build.json"):
                page.clock.run_for(31_000)
            assert server.polls >= polls
            expect(page.locator("#news")).to_be_empty()
        server.revision = 42
        page.clock.run_for(31_000)
        expect(page.get_by_role("button", name="reload")).to_have_count(1, timeout=PATIENCE_MS)


def test_a_copy_on_a_disk_asks_nobody(chromium, playable):
    """From file:// no announcement is asked for, and no camera is called silent."""
    with opened(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.set_fixed_time(local(DATE + timedelta(days=400), "12:00:00"))
        page.goto((playable / "index.html").as_uri())
        assert page.locator(".age").count() > 0
        assert page.locator(".alarm").count() == 0
        assert not [url for url in asked if "announce" in url or "build.json" in url]
