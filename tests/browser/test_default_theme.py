"""The default theme in Chromium: from a disk and from a strict server, on a phone, without scripts, at a given time."""

import asyncio
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import page_samples
import pytest
from aiohttp import web
from page_samples import DATE, HOSTILE, LONG, RTL, ZONE, local
from playwright.sync_api import Browser, Page, expect, sync_playwright

from sitegen.process import run
from sitegen.site.theme import load_theme

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
PATIENCE_MS = 6_000
SEGMENT_S = 4


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    """A short film, a fragmented one as the recorder writes it, and a picture."""
    folder = tmp_path_factory.mktemp("media")
    film = [
        "-f",
        "lavfi",
        "-i",
        f"testsrc=s=128x72:r=10:d={SEGMENT_S}",
        "-c:v",
        "libx264",
        "-g",
        "10",
        "-pix_fmt",
        "yuv420p",
    ]
    fragmented = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
    picture = ["-f", "lavfi", "-i", "testsrc=s=128x72", "-frames:v", "1", "-update", "1"]
    for name, argv in (("film.mp4", film), ("segment.mp4", film + fragmented), ("picture.jpg", picture)):
        done = run(["ffmpeg", "-v", "error", "-nostdin", *argv, str(folder / name)], timeout_s=60)
        assert done.returncode == 0, done.stderr
    return folder


def write(folder: Path, media: Path, pages) -> Path:
    """Write a site with a file for every picture and video that its pages name."""
    theme = load_theme("default", search=(), zone=ZONE)
    page_samples.write_site(folder, theme, pages)
    for page in folder.rglob("*.html"):
        for name in re.findall(r'"(?:\.\./)*((?:media|previews)/[^"]+)"', page.read_text(encoding="utf-8")):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            source = (
                "picture.jpg"
                if name.endswith(".jpg")
                else "segment.mp4"
                if "segments/" in name
                else "film.mp4"
            )
            if not file.exists():
                file.hardlink_to(media / source)
    return folder


def short_segments() -> tuple:
    """Four segments of four seconds, with half a minute missing after the second."""
    start = local(DATE, "03:55:00")
    starts = [start + timedelta(seconds=offset) for offset in (0, SEGMENT_S, 38, 38 + SEGMENT_S)]
    return tuple(page_samples.clip("101", when, SEGMENT_S, "segment") for when in starts)


@pytest.fixture(scope="module")
def playable(tmp_path_factory, media) -> Path:
    """A site whose camera's day has four real segments."""
    pieces, day = short_segments(), page_samples.day_view()
    camera = page_samples.camera_view("101", page_samples.busy_events())
    page = page_samples.camera_day(camera, day, page_samples.lane("101", day, pieces), pieces)
    pages = [other for other in page_samples.busy_pages() if other.url != page.url]
    return write(tmp_path_factory.mktemp("playable"), media, iter([*pages, page]))


PLAYER = f"cameras/driveway/{DATE:%Y/%m/%d}/index.html"


@contextmanager
def opened(browser: Browser, *, errors: bool = True, **options: object) -> Iterator[Page]:
    """A page that fails the test when it logs an error or throws."""
    context = browser.new_context(**{"viewport": {"width": 360, "height": 740}} | options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    said: list[str] = []
    page.on(
        "console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert not errors or not said, said


class Server:
    """The site behind a strict Content-Security-Policy, with announcements when `announcing`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.announcing, self.revision = folder, True, 41
        self.listeners: list[asyncio.Queue[str]] = []
        self.loop = asyncio.new_event_loop()
        self.address = ""
        self.polls = 0

    async def events(self, request: web.Request) -> web.StreamResponse:
        if not self.announcing:
            raise web.HTTPNoContent
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.listeners.append(queue)
        with suppress(ConnectionResetError):
            while text := await queue.get():
                await answer.write(f"data: {text}\n\n".encode())
        return answer

    async def build(self, request: web.Request) -> web.Response:
        self.polls += 1
        return web.json_response({"schema": 1, "revision": self.revision})

    async def strict(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"

    def announce(self, text: str) -> None:
        for queue in self.listeners:
            self.loop.call_soon_threadsafe(queue.put_nowait, text)

    async def start(self) -> web.AppRunner:
        app = web.Application()
        app.on_response_prepare.append(self.strict)
        app.router.add_get("/sub/announce/events", self.events)
        app.router.add_get("/sub/build.json", self.build)
        app.router.add_static("/sub/", self.folder)
        runner = web.AppRunner(app, shutdown_timeout=2, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}/sub/"
        return runner

    async def stop(self, runner: web.AppRunner) -> None:
        for queue in self.listeners:
            queue.put_nowait("")
        await runner.cleanup()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
def server(playable) -> Iterator[Server]:
    made = Server(playable)
    thread = threading.Thread(target=made.loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(made.start(), made.loop).result(20)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(runner), made.loop).result(20)
    made.loop.call_soon_threadsafe(made.loop.stop)
    thread.join(20)
    made.loop.close()


SCENES = {
    "busy": page_samples.busy_pages,
    "empty": page_samples.empty_pages,
    "long": lambda: page_samples.hostile_pages(LONG + HOSTILE),
    "rtl": lambda: page_samples.hostile_pages(RTL),
}


@pytest.mark.parametrize("scene", SCENES)
def test_every_page_fits_a_phone_and_opens_from_a_disk(chromium, tmp_path, media, scene):
    """From file:// at 360 px (light) and 1,600 px (dark) no page is wider than the screen, and none logs an error."""
    site = write(tmp_path, media, SCENES[scene]())
    for width, scheme in ((360, "light"), (1600, "dark")):
        with opened(chromium, viewport={"width": width, "height": 740}, color_scheme=scheme) as page:
            for file in sorted(site.rglob("*.html")):
                page.goto(file.as_uri())
                assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (file, width)
                assert page.evaluate("document.querySelectorAll('main').length") == 1
                assert page.evaluate("typeof alert === 'function' && !window.hurt"), file


def front(page: Page) -> dict:
    """What the video that is seen is doing, and what the clock under it says."""
    return page.evaluate(
        """() => {
            const video = document.querySelector("[data-player] video:not([hidden])");
            const clock = document.querySelector("[data-clock]");
            return { seconds: video.currentTime, file: video.currentSrc.split("/").pop(), ready: video.readyState,
                     seen: clock.textContent, time: clock.dataset.time || "",
                     current: document.querySelector(".segments [aria-current]")?.dataset.start || "" };
        }"""
    )


def wait_at(page: Page, time: str) -> dict:
    """Wait until the player stands on a frame of the wall time given, to a quarter of a second."""
    page.wait_for_function(
        """(wanted) => {
            const clock = document.querySelector("[data-clock]");
            const video = document.querySelector("[data-player] video:not([hidden])");
            return video.readyState >= 2 && !video.seeking && Math.abs(Date.parse(clock.dataset.time) - Date.parse(wanted)) < 250;
        }""",
        arg=time,
    )
    return front(page)


@pytest.mark.parametrize("where", ["disk", "server"])
def test_the_player_opens_at_a_time_and_follows_the_address(chromium, playable, server, where):
    """`#t=` seeks into the right segment; a new `#t=` seeks again; a time in a gap goes to where recording resumes."""
    base = f"{playable.as_uri()}/" if where == "disk" else server.address
    files = [piece.video_name for piece in short_segments()]
    with opened(chromium) as page:
        page.goto(f"{base}{PLAYER}#t=2026-11-22T02:55:06Z")
        there = wait_at(page, "2026-11-22T02:55:06Z")
        assert there["file"] == files[1]
        assert there["seconds"] == pytest.approx(2, abs=0.25)
        assert there["seen"].startswith("03:55:0")
        assert there["current"] == "2026-11-22T02:55:04Z"
        page.evaluate(
            "document.querySelector('video').playbackRate = 0.0625; location.hash = '#t=2026-11-22T02:55:01.5Z'"
        )
        assert wait_at(page, "2026-11-22T02:55:01.5Z")["file"] == files[0]
        page.evaluate("location.hash = '#t=2026-11-22T02:55:20Z'")
        assert wait_at(page, "2026-11-22T02:55:38Z")["file"] == files[2]


def test_segments_play_one_after_another(chromium, server):
    """Playing goes on over the end of a file and over a gap to the last segment, and the clock says wall time."""
    with opened(chromium) as page:
        page.goto(f"{server.address}{PLAYER}")
        page.get_by_role("button", name="Speed").click()
        page.get_by_role("button", name="Speed").click()
        page.get_by_role("link", name="03:55:00").click()
        page.wait_for_function(
            """() => {
                const now = document.querySelector(".segments [aria-current]").dataset.start;
                window.seen = [...new Set([...(window.seen || []), now])];
                return Date.parse(document.querySelector("[data-clock]").dataset.time) >= Date.parse("2026-11-22T02:55:45Z");
            }"""
        )
        starts = ["02:55:00", "02:55:04", "02:55:38", "02:55:42"]
        assert page.evaluate("window.seen") == [f"2026-11-22T{start}Z" for start in starts]
        assert page.locator(".now").first.get_attribute("visibility") == "visible"


def test_the_small_video_can_be_chosen(chromium, server):
    """The original plays until the reader asks for the small one, which goes on at the same time."""
    with opened(chromium) as page:
        page.goto(f"{server.address}{PLAYER}#t=2026-11-22T02:55:06Z")
        wait_at(page, "2026-11-22T02:55:06Z")
        source = "document.querySelector('[data-player] video:not([hidden])').currentSrc"
        assert "/media/" in page.evaluate(source)
        page.get_by_role("button", name="Quality: original").click()
        page.wait_for_function(f"() => {source}.includes('/previews/')")
        wait_at(page, "2026-11-22T02:55:06Z")
        clip = page_samples.busy_events()[1]
        page.goto(f"{server.address}{clip.url}")
        page.get_by_role("button", name="Play the original").click()
        page.wait_for_function("() => document.querySelector('video').currentSrc.includes('/media/')")


def test_a_page_says_quietly_that_it_has_news(chromium, server):
    """An announcement about another day changes nothing; one about this page's day offers to load it again."""
    with opened(chromium) as page:
        with page.expect_request("**/announce/events"):
            page.goto(f"{server.address}{page_samples.day_view().url}")
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
        page.goto(f"{server.address}{page_samples.day_view().url}")
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


def test_ages_and_silence_are_worked_out_in_the_browser(chromium, server):
    """Pages hold no clock: how long ago, and that a recorded camera is silent, is added by the browser."""
    seen = page_samples.camera_view("101", page_samples.busy_events()).last_seen
    with opened(chromium) as page:
        page.clock.set_fixed_time(seen + timedelta(minutes=12, seconds=5))
        page.goto(server.address + "index.html")
        expect(page.locator(".strip li").first).to_contain_text("12 minutes ago")
        assert page.locator(".alarm").count() == 0
        page.clock.set_fixed_time(seen + timedelta(hours=1, minutes=50))
        page.goto(server.address + "index.html")
        expect(page.locator(".strip li").first).to_contain_text("silent for 1 hour")
        assert page.locator(".alarm").count() == 1


def test_moving_over_a_picture_shows_the_clip_at_that_place(chromium, server):
    """The sheet of stills is asked for when it is needed, and stands at the tile under the pointer."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.address + page_samples.day_view().url)
        assert not [url for url in asked if "sprite" in url]
        thumb = page.locator("[data-sprite]").first
        box = thumb.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5 + 1, box["y"] + 20)
        sheet = thumb.locator(".sheet")
        expect(sheet).to_be_visible()
        assert sheet.evaluate(
            "node => node.style.backgroundPosition"
        ) == "60% 50%" or "50%" in sheet.evaluate("node => node.style.backgroundPosition")
        page.mouse.move(5, 5)
        expect(sheet).to_be_hidden()


def test_the_site_is_complete_without_scripts(chromium, playable):
    """Every event, its video, every segment and every gap can be reached by links alone."""
    with opened(chromium, java_script_enabled=False) as page:
        page.goto((playable / page_samples.day_view().url).as_uri())
        assert page.locator(".card a").count() == len(page_samples.busy_events())
        page.get_by_role("link", name="Fox at the gate").click()
        expect(page.locator("video[controls] source").first).to_have_attribute("src", re.compile("previews/"))
        page.get_by_role("link", name="on this day").click()
        page.goto((playable / PLAYER).as_uri())
        links = page.locator(".segments a")
        assert links.count() == 4
        assert (playable / PLAYER).parent.joinpath(links.first.get_attribute("href")).resolve().is_file()
        expect(page.locator("[data-player] video")).to_have_attribute("src", re.compile("media/segments/"))


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
        for url in (page_samples.day_view().url, page_samples.busy_events()[0].url):
            page.goto((playable / url).as_uri())
            assert page.evaluate("window.shift") < 0.02
