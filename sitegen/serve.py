"""The embedded default: watch, static files and announcements in one process, for one viewer; no nginx needed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from sitegen.announce import serve_app
from sitegen.news import Built
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
    watching = _Watching(settings, stop, wake, tell)
    watching.start()
    try:
        announcements = settings.archive.state / "announcements.json"
        app = build_serve_app(settings.site.output, announcements, settings.archive.root)
        serve_app(app, *listen, stop, lambda port: watching.listening_at(f"http://{listen[0]}:{port}/"))
    finally:
        stop.set()
        wake.set()
        watching.join()
    if watching.failure is not None:
        raise watching.failure


class _Watching(threading.Thread):
    """The watch beside the server; what ends it ends the server too."""

    def __init__(
        self, settings: Settings, stop: threading.Event, wake: threading.Event, tell: Callable[[str], None]
    ) -> None:
        super().__init__(name="watch")
        self.failure: Exception | None = None
        self._settings, self._stop_serving, self._wake, self._tell = settings, stop, wake, tell
        self._address = ""
        self._listening = threading.Event()
        self._told = False

    def listening_at(self, address: str) -> None:
        """Take the server's address, to be told once there is a page to see."""
        self._address = address
        self._listening.set()

    def run(self) -> None:
        """Watch until it is to stop, or cannot go on."""
        try:
            watch(self._settings, self._stop_serving, self._wake, on_build=self._on_build)
        except Exception as error:  # noqa: BLE001 - raised again where the program can end with it
            self.failure = error
        finally:
            self._stop_serving.set()

    def _on_build(self, _: Built) -> None:
        if not self._told and self._listening.wait(timeout=10):
            self._told = True
            self._tell(self._address)
