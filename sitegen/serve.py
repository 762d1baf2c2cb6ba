"""The embedded default: watch, static files and announcements in one process, for one viewer; no nginx needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sitegen.announce import serve_app
from sitegen.build import Built
from sitegen.errors import SitegenError
from sitegen.serve_files import build_serve_app
from sitegen.settings import Settings
from sitegen.watch_loop import watch

log = logging.getLogger("sitegen.serve")


def serve(
    settings: Settings,
    listen: tuple[str, int],
    *,
    stop: threading.Event,
    wake: threading.Event,
    tell: Callable[[str], None],
) -> None:
    """Serve the site and keep it current until `stop`; `tell` gets the address when there is a page to see.

    What an earlier build published is served at once. Raises SitegenError when either part cannot go on.
    """
    host, port = listen
    failures: list[SitegenError] = []
    address: list[str] = []
    listening = threading.Event()
    told = threading.Event()

    def ready(bound: int) -> None:
        address.append(f"http://{host}:{bound}/")
        listening.set()

    def on_build(_: Built) -> None:
        if not told.is_set() and listening.wait(timeout=10):
            told.set()
            tell(address[0])

    def keep_current() -> None:
        try:
            watch(settings, stop, wake, on_build=on_build)
        except SitegenError as error:
            failures.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=keep_current, name="watch")
    thread.start()
    try:
        app = build_serve_app(
            settings.site.output, settings.archive.state / "announcements.json", settings.archive.root
        )
        serve_app(app, host, port, stop, ready)
    finally:
        stop.set()
        wake.set()
        thread.join()
    if failures:
        raise failures[0]
