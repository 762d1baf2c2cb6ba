"""A site of coded footage behind the real nginx and on the disk, for tests of playing; and what is seen in its pages."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from archives import put_clip
from coded_footage import CONFIG, DAY, NOON, READ_BARS, USUAL_CONFIG, bars_of, put_world, put_world_with_subs
from looking import gray
from nginx_server import free_port, running_announcer, running_nginx
from playwright.sync_api import Browser, Page
from theme_site import opened
from waiting import wait_until

from sitegen.process import run

FRAME_S = 0.05
NO_NATIVE_HLS = "HTMLVideoElement.prototype.canPlayType = () => '';"
_MEDIA = "document.querySelector('.tile:not([hidden]) video:not([hidden])')"


@dataclass(frozen=True)
class Watched:
    """Where the site is."""

    output: Path
    http: str

    def camera_day(self, slug: str, *, disk: bool = False) -> str:
        return f"{self.base(disk=disk)}cameras/{slug}/{DAY}/index.html"

    def day(self, *, disk: bool = False) -> str:
        return f"{self.base(disk=disk)}{DAY}/index.html"

    def base(self, *, disk: bool) -> str:
        return f"{self.output.as_uri()}/" if disk else self.http


@contextmanager
def site_served(folder: Path, put: Callable[[Path, Path], None], settings: str = CONFIG) -> Iterator[Watched]:
    """A site of what `put` puts into an archive; it gets the archive and a folder for films."""
    archive, output, config, store = (folder / n for n in ("archive", "site", "sitegen.toml", "films"))
    archive.mkdir()
    store.mkdir()
    config.write_text(settings)
    put(archive, store)
    done = run([sys.executable, "-m", "sitegen.cli", "-c", str(config), "build", "-q"], timeout_s=120)
    assert done.returncode == 0, done.stderr
    port = free_port()
    with (
        running_announcer(folder / "state/announcements.json", port, folder / "announce.log"),
        running_nginx(output, archive, folder / "run", announce=f"127.0.0.1:{port}") as nginx,
    ):
        yield Watched(output, f"http://127.0.0.1:{nginx}/")


def _put(archive: Path, store: Path) -> None:
    put_world(archive, store)
    put_clip(archive, NOON, camera="105", seconds=20, video=b"no browser plays this" * 50)


@pytest.fixture(scope="session")
def watched(tmp_path_factory) -> Iterator[Watched]:
    with site_served(tmp_path_factory.mktemp("watched"), _put) as site:
        yield site


@pytest.fixture(scope="session")
def watched_subs(tmp_path_factory) -> Iterator[Watched]:
    """A site as it is without any setting for small videos: sub-streams where there are any, else key frames."""
    with site_served(tmp_path_factory.mktemp("watched-subs"), put_world_with_subs, USUAL_CONFIG) as site:
        yield site


@contextmanager
def camera_opened(
    browser: Browser, watched: Watched, engine: str, slug: str = "driveway", moment: str = ""
) -> Iterator[Page]:
    """A camera's day in one of three engines: "native" HLS, "hls.js", or single "files" from the disk."""
    with opened(browser, viewport={"width": 1000, "height": 900}) as page:
        if engine == "hls.js":
            page.add_init_script(NO_NATIVE_HLS)
        address = watched.camera_day(slug, disk=engine == "files")
        page.goto(address + (f"#t={moment}" if moment else ""))
        yield page
        if page.locator("video:not([hidden])").count():
            assert engine_of(page) == engine


def engine_of(page: Page) -> str:
    source = page.evaluate(f"() => {_MEDIA}.currentSrc")
    return "native" if ".m3u8" in source else "hls.js" if source.startswith("blob:") else "files"


def seek(page: Page, seconds: float, **more: bool) -> None:
    """Ask for a moment as the timeline does, in seconds after noon."""
    page.evaluate(
        "(detail) => sitegen.send('seek', detail)",
        {"time": NOON.timestamp() * 1000 + seconds * 1000, "dragging": False} | more,
    )


def clock(page: Page) -> float:
    """What the viewer says what time it is, in seconds after noon."""
    shown = page.evaluate("() => Number(document.querySelector('.now-clock').dataset.time)")
    return shown / 1000 - NOON.timestamp()


def source(page: Page) -> str:
    return page.evaluate(f"() => {_MEDIA}?.currentSrc ?? ''")


def still_picture(page: Page, folder: Path) -> float | None:
    """What time the picture of the first tile says; from a disk it is read from the screen: scripts may not look."""
    if page.url.startswith("http"):
        return pictures(page)[0]
    screen = page.locator(".tile:not([hidden]) .screen").first
    if not page.locator("video:not([hidden])").count():
        return None
    screen.screenshot(path=folder / "screen.png", animations="allow")
    return bars_of(gray(folder / "screen.png", (160, 90)))


def settled_at(page: Page, folder: Path, seconds: float, within: float = FRAME_S) -> None:
    """Wait until the clock and the picture of a paused viewer both say a time."""

    def there() -> bool:
        shown = still_picture(page, folder)
        return (
            shown is not None
            and abs(shown - seconds) <= within + 1e-6
            and abs(clock(page) - seconds) <= within
        )

    wait_until(there, 20, f"the picture of {seconds}")


def wait_clock(page: Page, reached: Callable[[float], bool]) -> float:
    """Wait until the viewer's clock is where it should be."""
    wait_until(lambda: reached(clock(page)), 30, "the clock")
    return clock(page)


def pictures(page: Page) -> list[float | None]:
    """What the pictures of all tiles say at one instant; None: a tile has none."""
    tiles = """[...document.querySelectorAll('.tile:not([hidden])')].map(
        (tile) => tile.querySelector('.word:not([hidden])') ? null : tile.querySelector('video:not([hidden])'))"""
    return page.evaluate(f"() => ({READ_BARS})({tiles})")
