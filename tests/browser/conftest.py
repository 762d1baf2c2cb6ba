"""One Chromium for each file of tests, and sample sites to open in it."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import busy_days
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from theme_site import PATIENCE_MS, Server, make_media, make_playable
from watched_site import watched as watched
from watched_site import watched_subs as watched_subs

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

expect.set_options(timeout=PATIENCE_MS)  # as everything else waits: five seconds are little on a busy machine


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def media(tmp_path_factory) -> Path:
    return make_media(tmp_path_factory.mktemp("media"))


@pytest.fixture(scope="session")
def playable(tmp_path_factory, media) -> Path:
    return make_playable(tmp_path_factory.mktemp("playable"), media)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    made = Server(folder)
    thread = threading.Thread(target=made.loop.run_forever, daemon=True)
    thread.start()
    runner = asyncio.run_coroutine_threadsafe(made.start(), made.loop).result(20)
    yield made
    asyncio.run_coroutine_threadsafe(made.stop(runner), made.loop).result(20)
    made.loop.call_soon_threadsafe(made.loop.stop)
    thread.join(20)
    made.loop.close()


@pytest.fixture
def server(playable) -> Iterator[Server]:
    with serving(playable) as made:
        yield made


@pytest.fixture(scope="session")
def days(tmp_path_factory, media) -> Path:
    return busy_days.write_days(tmp_path_factory.mktemp("days"), media)


@pytest.fixture
def served_days(days) -> Iterator[Server]:
    with serving(days) as made:
        yield made
