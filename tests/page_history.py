"""Follows a day of a served site, and the pages of its events: what readers got, and when."""

import json
import threading
import time
from dataclasses import dataclass, field

from nginx_server import ask

_EVERY_S = 0.04


@dataclass(frozen=True)
class Seen:
    """One state of a document, from `at` (Unix time) on."""

    at: float
    body: str


@dataclass
class History:
    """Asks for index.json, day.json and the pages of its event clips again and again; keeps every state it got.

    What one of them names must be there: anything else is among the `faults`.
    """

    port: int
    day: str
    """As in addresses: 2026/11/22."""
    documents: dict[str, list[Seen]] = field(default_factory=dict)
    """By path; the newest last."""
    faults: list[str] = field(default_factory=list)
    """Answers that no reader should get."""

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop asking; may be called twice."""
        self._stop.set()
        self._thread.join(60)

    def newest_day(self) -> dict:
        """The newest day.json; without clips as long as there is none."""
        seen = self.documents.get(f"{self.day}/day.json")
        return json.loads(seen[-1].body) if seen else {"clips": [], "gaps": []}

    def states(self, clip: str) -> list[tuple[float, dict]]:
        """How a clip's entry in day.json changed, and when."""
        found: list[tuple[float, dict]] = []
        for seen in self.documents.get(f"{self.day}/day.json", []):
            entry = next((each for each in json.loads(seen.body)["clips"] if each["id"] == clip), None)
            if entry is not None and (not found or found[-1][1] != entry):
                found.append((seen.at, entry))
        return found

    def page(self, clip: str) -> list[Seen]:
        """How a clip's page changed."""
        return self.documents.get(f"{self.day}/{clip}.html", [])

    def _follow(self) -> None:
        while not self._stop.wait(_EVERY_S):
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - what ends a thread must be told in a test
                self.faults.append(repr(error))

    def _look(self) -> None:
        index = ask(self.port, "/index.json")
        days = [day["json"] for day in json.loads(index.body)["days"]]
        if f"{self.day}/day.json" not in days:
            return
        self._keep(f"{self.day}/day.json")
        for clip in self.newest_day()["clips"]:
            if clip["kind"] == "event":
                self._keep(f"{self.day}/{clip['id']}.html")

    def _keep(self, path: str) -> None:
        answer = ask(self.port, f"/{path}")
        at, seen = time.time(), self.documents.setdefault(path, [])
        if answer.status != 200:
            self.faults.append(f"{path}: {answer.status}")
        elif not seen or seen[-1].body != answer.body.decode():
            seen.append(Seen(at, answer.body.decode()))
