"""A reader of a site that is being changed: follows links while builds run, and notes each promise that is broken."""

import json
import random
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Self

from links import links, places, says


class Reader:
    """Reads a site again and again in a thread, while it is entered; `broken` says what was wrong.

    A link that leads nowhere counts when the page that has it is still the same afterwards: otherwise the page was
    replaced between the two looks, which no reader of the new page would meet. `deleted`: what the test itself took
    out of the archive, as it is linked ("media/…").
    """

    def __init__(self, site: Path, deleted: Collection[str] = ()) -> None:
        self.site, self.deleted = site, deleted
        self.broken: list[str] = []
        self.rounds = self.looks = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(120)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set() and not self.broken:
            try:
                self.round()
            except Exception as error:
                self.broken.append(repr(error))
                raise

    def round(self) -> None:
        """Follow every link from the home page once, in random order."""
        seen, waiting = {"index.html"}, ["index.html"]
        while waiting and not self._stop.is_set():
            page = waiting.pop(random.randrange(len(waiting)))
            data = self._read(page)
            if data is None:
                continue
            self._whole(page, data)
            for target in self._targets(page, data):
                if not (self.site / target).exists() and not self._excused(page, data, target):
                    self.broken.append(f"{page} links to {target}, which is not there")
                elif target not in seen:
                    seen.add(target)
                    waiting.append(target)
        self.rounds += 1

    def _read(self, page: str) -> bytes | None:
        self.looks += 1
        try:
            return (self.site / page).read_bytes() if says(page) else None
        except FileNotFoundError:
            return None  # its links were seen to lead somewhere a moment ago; since then it went, with those

    def _targets(self, page: str, data: bytes) -> set[str]:
        """Return what a file links to; of the places that a link may mean, the one that is there."""
        found = set()
        for link in links(page, data):
            paths = [path for path, _ in places(page, link)]
            found |= set([path for path in paths if (self.site / path).exists()] or paths[:1])
        return found

    def _excused(self, page: str, data: bytes, target: str) -> bool:
        if target in self.deleted:
            return True
        try:
            same = (self.site / page).read_bytes() == data
        except FileNotFoundError:
            return True
        return not same or (self.site / target).exists()

    def _whole(self, page: str, data: bytes) -> None:
        """P4: a page has its end, a document can be read."""
        if page.endswith(".html") and not data.rstrip().endswith(b"</html>"):
            self.broken.append(f"{page} has no end: {data[-60:]!r}")
        if page.endswith(".json"):
            try:
                json.loads(data)
            except ValueError:
                self.broken.append(f"{page} is torn: {data[-60:]!r}")
