"""The service worker: what was looked at opens without a network, videos and news are never kept, and it goes when told."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from theme_site import PLAYER, Server, opened, put_shell
from view_samples import ZONE, busy_events, day_view
from waiting import wait_until

from sitegen.site.theme import load_theme

DAY = day_view().url
KEPT = """async () => {
    const found = {};
    for (const name of await caches.keys()) {
        const keys = await (await caches.open(name)).keys();
        if (!keys.length) continue; // it went between the two looks, and opening made it anew
        found[name.split(" ").slice(1).join(" ")] = keys.map((one) => one.url);
    }
    return found;
}"""


@contextmanager
def worked(browser: Browser, server: Server, path: str = "index.html", **options: object) -> Iterator[Page]:
    """A page that the service worker serves, after it has kept what it keeps by itself."""
    options = {"service_workers": "allow"} | options
    with opened(browser, **options) as page:
        page.goto(server.address + path)
        page.evaluate("() => navigator.serviceWorker.ready")
        wait_until(lambda: held(page, PLAYER), 30, "the newest days are kept")
        page.reload()
        assert page.evaluate("navigator.serviceWorker.controller !== null")
        yield page


def held(page: Page, path: str) -> bool:
    return any(url.endswith("/sub/" + path) for urls in page.evaluate(KEPT).values() for url in urls)


def script(server: Server, change: tuple[str, str]) -> None:
    """Put a service worker of another version in the place of the site's."""
    file = server.folder / "sw.js"
    text = file.read_text()
    assert change[0] in text
    file.write_text(re.sub('"version":"', '"version":"next', text.replace(*change)))


@pytest.fixture(autouse=True)
def own_worker(server):
    """Each test begins with the site's own worker."""
    put_shell(server.folder, load_theme("default", search=(), zone=ZONE))


@pytest.fixture
def offline(chromium, server):
    with worked(chromium, server, DAY, errors=False) as page:
        page.context.set_offline(True)
        yield page


def test_what_was_looked_at_opens_offline(chromium, offline, server):
    """The page itself, the shell, and the newest days' pages with what their players read, in full dress."""
    for path, heading in ((DAY, "22 November"), ("live/index.html", "Live"), (PLAYER, "Driveway")):
        offline.goto(server.address + path)
        expect(offline.locator("h1").first).to_contain_text(heading)
        assert offline.evaluate("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    expect(offline.locator(".top .tag")).to_have_text("offline")
    offline.goto(server.address + "cameras/")
    expect(offline.locator("h1")).to_have_text("Cameras")


def test_what_was_kept_is_no_alarm(chromium, server):
    """It knows nothing of now: no camera is called silent and no recorder dead, whether the browser or the site is away."""
    with worked(chromium, server, "status/index.html", errors=False) as page:
        old, copy = (
            page.get_by_text(f"This {it}")
            for it in ("page is old.", "is a copy that was kept on this device, made")
        )
        expect(old).to_be_visible()
        page.context.set_offline(True)
        page.reload()
        expect(copy).to_be_visible()
        expect(page.locator(".silence")).to_have_count(0)
        page.context.set_offline(False)
        page.reload()
        expect(old).to_be_visible()
        expect(page.locator(".top .tag")).to_have_count(0)
        server.stuck.add("/sub/status/index.html")
        page.reload()
        expect(copy).to_be_visible()
        expect(page.locator(".top .tag")).to_have_text("offline")
        server.stuck.clear()


def test_a_page_that_was_not_kept_says_so_and_lists_what_was(chromium, server):
    """Offline, an unknown page is answered with the days that are kept, each a link that opens."""
    with worked(chromium, server, errors=False) as page:
        page.context.set_offline(True)
        page.goto(server.address + "2024/01/01/index.html")
        expect(page.locator("h1")).to_have_text("You are offline")
        expect(page.get_by_text("2026-11-22")).to_be_visible()
        page.get_by_role("link", name="driveway").click()
        expect(page.locator("h1")).to_contain_text("Driveway")


def test_videos_and_news_are_never_kept(chromium, server):
    """Neither films nor announcements nor the answers that pages poll; pictures that were seen are."""
    clip = next(clip for clip in busy_events() if clip.low_video)
    with worked(chromium, server, clip.url) as page:
        page.evaluate("document.querySelector('video').play()")
        page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
        page.goto(server.address + "index.html")
        wait_until(
            lambda: any(".jpg" in url for url in page.evaluate(KEPT).get("pictures", [])), 30, "stills"
        )
        urls = [url for urls in page.evaluate(KEPT).values() for url in urls]
        assert not [url for url in urls if re.search(r"\.(mp4|json|m3u8)$|announce|sw\.js", url)]


def test_a_network_that_does_not_answer_is_not_waited_for(chromium, server):
    """After its patience the worker gives what it has; with an answer in time, the new page is shown."""
    script(server, ("PATIENCE_MS = 3000", "PATIENCE_MS = 2000"))  # a busy machine answers in time, too
    with worked(chromium, server, DAY) as page:
        server.stuck.add("/sub/" + DAY)
        page.reload()
        expect(page.locator("h1")).to_contain_text("22 November")
        server.stuck.clear()
        file = server.folder / "cameras/index.html"
        file.write_text(file.read_text().replace("<h1>Cameras", "<h1>New cameras"))
        page.goto(server.address + "cameras/index.html")
        expect(page.locator("h1")).to_have_text("New cameras")


def test_a_new_version_takes_over_and_the_old_one_goes(chromium, server):
    """The shell of the old version is deleted; what was looked at stays."""
    with worked(chromium, server, DAY) as page:
        (old,) = [name for name in page.evaluate(KEPT) if name.startswith("shell")]
        script(server, ("PATIENCE_MS = 3000", "PATIENCE_MS = 2999"))
        page.reload()
        wait_until(
            lambda: [name[:10] for name in page.evaluate(KEPT) if name.startswith("shell")] == ["shell next"],
            30, "the new version",
        )  # fmt: skip
        assert old not in page.evaluate(KEPT)
        assert held(page, DAY)


def test_no_more_is_kept_than_the_bound(chromium, server):
    """What was kept longest goes first."""
    script(server, ("pages: 160", "pages: 3"))
    with worked(chromium, server, DAY) as page:
        for clip in busy_events()[:4]:
            page.goto(server.address + clip.url)
        newest = f"{server.address}{busy_events()[3].url}"
        wait_until(
            lambda: len(page.evaluate(KEPT)["pages"]) <= 3 and newest in page.evaluate(KEPT)["pages"],
            30,
            "bound",
        )


def test_a_site_without_a_worker_gets_rid_of_it(chromium, server):
    """Once sw.js is gone, the next visit unregisters the worker and deletes what it kept."""
    with worked(chromium, server, errors=False) as page:
        (server.folder / "sw.js").unlink()
        page.reload()
        registered = "async () => (await navigator.serviceWorker.getRegistrations()).length"
        wait_until(lambda: page.evaluate(registered) == 0 and not page.evaluate(KEPT), 30, "it is gone")


def test_who_saves_data_gets_no_days_ahead(chromium, server):
    """With Save-Data only what is looked at is fetched."""
    with opened(chromium, service_workers="allow", reduced_motion="reduce") as page:
        page.add_init_script(
            "Object.defineProperty(navigator, 'connection', { value: { saveData: true, addEventListener() {} } })"
        )
        page.goto(server.address + "index.html")
        page.evaluate("() => navigator.serviceWorker.ready")
        wait_until(lambda: held(page, "status/index.html"), 30, "the shell")
        page.goto(server.address + DAY)
        wait_until(lambda: held(page, DAY), 30, "the page that was looked at")
        assert not held(page, PLAYER)
