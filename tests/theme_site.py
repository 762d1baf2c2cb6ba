"""Sample sites on a disk and behind a strict server, and pages of a browser that tell what goes wrong in them."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import page_samples
from aiohttp import web
from page_samples import SamplePage
from playwright.sync_api import Browser, Page
from view_samples import DATE, ZONE, busy_events, camera_view, clip, day_view, lane, local

from sitegen.process import run
from sitegen.site.theme import load_theme
from sitegen.site.views import ClipView

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
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
