"""Sample sites on a disk and behind a strict server, and pages of a browser that tell what goes wrong in them."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import page_samples
from aiohttp import web
from aiohttp.typedefs import Handler
from page_samples import SITE, SamplePage
from playwright.sync_api import Browser, ConsoleMessage, Page
from view_samples import DATE, ZONE, busy_events, camera_view, clip, day_view, lane, local, unmade

from sitegen.clip import Day
from sitegen.process import run
from sitegen.site import footage, shell
from sitegen.site.theme import Theme, load_theme
from sitegen.site.views import ClipView
from sitegen.site_paths import SECURITY_HEADERS

PATIENCE_MS = 30_000
SEGMENT_S = 4
PLAYER = f"cameras/driveway/{DATE:%Y/%m/%d}/index.html"


def make_media(folder: Path) -> Path:
    """Make a short film, a fragmented one as the recorder writes it, and a picture."""
    source = f"testsrc=s=128x72:r=10:d={SEGMENT_S}"
    film = f"-f lavfi -i {source} -c:v libx264 -g 10 -pix_fmt yuv420p".split()
    fragmented = [*film, "-movflags", "frag_keyframe+empty_moov+default_base_moof"]
    picture = f"-f lavfi -i {source} -frames:v 1 -update 1".split()
    for name, argv in (("film.mp4", film), ("segment.mp4", fragmented), ("picture.jpg", picture)):
        done = run(["ffmpeg", "-v", "error", "-nostdin", *argv, str(folder / name)], timeout_s=60)
        assert done.returncode == 0, done.stderr
    return folder


def write(folder: Path, media: Path, pages: Iterator[SamplePage]) -> Path:
    """Write a site with a file for every picture and video that its pages name."""
    theme, made = load_theme("default", search=(), zone=ZONE), list(pages)
    page_samples.write_site(folder, theme, iter(made))
    put_shell(folder, theme)
    for page in made:
        if page.template == "camera-day.html":
            (folder / page.url).with_name("footage.js").write_bytes(_footage(page))
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


def _footage(page: SamplePage) -> bytes:
    """What the player reads of a camera's day; it has originals only."""
    camera, day, gaps = (page.context[name] for name in ("camera", "day", "gaps"))
    clips = [unmade(one) for one in (*page.context["segments"], *page.context["events"])]
    bounds = Day(day.date, day.start, day.end)
    return footage.footage_js(camera.slug, bounds, clips, (), gaps, full=True, begins={})  # and no playlist


def put_shell(folder: Path, theme: Theme) -> None:
    """Write what no template makes: the service worker, the manifest, and what pages ask a server for."""
    assets = {asset.name: asset.path for asset in theme.assets()}
    script = next(asset.data for asset in theme.assets() if asset.name == "sw.js").decode()
    status = {
        "built_at": "2026-11-22T12:00:00Z",
        "stale_after_seconds": 10**12,
        "disk_low": False,
        "cameras": [],
    }
    files = {
        "sw.js": shell.service_worker(shell.shell_files(assets), script),
        "manifest.webmanifest": shell.manifest(SITE, assets),
        "index.json": json.dumps(
            {"days": [{"url": day_view().url}], "cameras": [{"slug": "driveway"}]}
        ).encode(),
        "status.json": json.dumps(status).encode(),
        "feeds/latest.json": json.dumps({"items": []}).encode(),
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def short_segments() -> tuple[ClipView, ...]:
    """Four segments of four seconds, with half a minute missing after the second."""
    start = local(DATE, "03:55:00")
    starts = [start + timedelta(seconds=offset) for offset in (0, SEGMENT_S, 38, 38 + SEGMENT_S)]
    return tuple(clip("101", when, SEGMENT_S, "segment") for when in starts)


def make_playable(folder: Path, media: Path) -> Path:
    """Write a site whose camera's day has four real segments."""
    pieces, day = short_segments(), day_view()
    camera = camera_view("101", busy_events())
    page = page_samples.camera_day(camera, day, lane("101", day, pieces), pieces)
    pages = [other for other in page_samples.busy_pages() if other.url != page.url]
    return write(folder, media, iter([*pages, page]))


def _is_bad(message: ConsoleMessage) -> bool:
    blocked = "Service Worker registration blocked by Playwright" in message.text
    return message.type in {"error", "warning"} and not blocked


@contextmanager
def opened(browser: Browser, *, errors: bool = True, **options: object) -> Iterator[Page]:
    """A page that fails the test when it logs an error or throws."""
    defaults = {"viewport": {"width": 360, "height": 740}, "service_workers": "block"}
    context = browser.new_context(**defaults | options)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if _is_bad(message) else None)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.error('CSP: ' + e.violatedDirective + e.blockedURI))"
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
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
        self.stuck: set[str] = set()
        """Paths that are never answered."""
        self.documents: dict[str, object] = {}
        """Path below the site → what is answered, as JSON, in place of the file: the folder is other tests' as well."""

    async def events(self, request: web.Request) -> web.StreamResponse:
        if not self.announcing:
            raise web.HTTPNoContent
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue()
        self.listeners.append(queue)
        try:
            with suppress(ConnectionResetError):
                while text := await queue.get():
                    await answer.write(f"data: {text}\n\n".encode())
        finally:
            self.listeners.remove(queue)
        return answer

    async def build(self, request: web.Request) -> web.Response:
        self.polls += 1
        return web.json_response({"schema": 1, "revision": self.revision})

    @web.middleware
    async def hold(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path in self.stuck:
            await asyncio.Event().wait()
        path = request.path.removeprefix("/sub/")
        if path in self.documents:
            return web.json_response(self.documents[path])
        return await handler(request)

    async def strict(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(SECURITY_HEADERS)
        response.headers.setdefault(
            "Cache-Control", "no-cache"
        )  # as nginx; else a browser guesses by the files' age

    def announce(self, text: str) -> None:
        for queue in self.listeners:
            self.loop.call_soon_threadsafe(queue.put_nowait, text)

    async def start(self) -> web.AppRunner:
        app = web.Application(middlewares=[self.hold])
        app.on_response_prepare.append(self.strict)
        app.router.add_get("/sub/announce/events", self.events)
        app.router.add_get("/sub/build.json", self.build)
        app.router.add_static("/sub/", self.folder)
        runner = web.AppRunner(app, shutdown_timeout=2, access_log=None, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        self.address = f"http://{host}:{port}/sub/"
        return runner

    async def stop(self, runner: web.AppRunner) -> None:
        for queue in [*self.listeners]:
            queue.put_nowait("")
        await runner.cleanup()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
