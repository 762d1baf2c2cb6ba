"""One simulated camera: the clock its footage loops by, what it is told to do, and who is connected; no sockets of its own."""

from __future__ import annotations

import asyncio
import time
from typing import Literal

import msgspec

from sitegen.demo.h264 import CLOCK_HZ, Footage, Frame

Action = Literal["normal", "freeze", "drop", "refuse"]
ACTIONS: tuple[Action, ...] = ("normal", "freeze", "drop", "refuse")


class Picture(msgspec.Struct, frozen=True):
    """One frame in one round of the loop."""

    due: float
    """When it is shown, by time.monotonic()."""
    ticks: int
    """Since the camera was switched on; it never goes back."""
    frame: Frame


class Camera:
    """Loops its footage by the clock, whoever looks: all clients see the same point of the loop."""

    def __init__(self, name: str, footage: Footage, started: float) -> None:
        """Film from `started` (time.monotonic()) on."""
        self.name, self.footage, self.started = name, footage, started
        self.mode: Action = "normal"
        self.connections: set[asyncio.StreamWriter] = set()
        self.flowing = asyncio.Event()
        self.flowing.set()

    def picture(self, number: int) -> Picture:
        """Return the picture with this number, counted from 0 over all rounds."""
        rounds, index = divmod(number, len(self.footage.frames))
        frame = self.footage.frames[index]
        ticks = rounds * self.footage.ticks + frame.ticks
        return Picture(self.started + ticks / CLOCK_HZ, ticks, frame)

    def next_key(self, now: float) -> int:
        """Return the number of the first key picture that is due at `now` or later."""
        rounds = int((now - self.started) * CLOCK_HZ) // self.footage.ticks
        number = max(0, rounds) * len(self.footage.frames)
        while self.picture(number).due < now or not self.picture(number).frame.key:
            number += 1
        return number

    def set_mode(self, action: Action) -> None:
        """Do what the control URL says; "drop" is done at once and leaves the camera normal."""
        self.mode = "normal" if action == "drop" else action
        if action in {"drop", "refuse"}:
            for writer in list(self.connections):
                writer.transport.abort()
        if action == "freeze":
            self.flowing.clear()
        else:
            self.flowing.set()

    async def go_away_now_and_then(self, every_s: float, for_s: float) -> None:
        """Be reachable for `every_s` seconds and refuse for `for_s`, for ever."""
        while True:
            await asyncio.sleep(every_s)
            self.set_mode("refuse")
            await asyncio.sleep(for_s)
            self.set_mode("normal")

    def report(self) -> dict[str, object]:
        """Return the state of the camera for the control URL."""
        return {
            "mode": self.mode,
            "connections": len(self.connections),
            "loop_seconds": self.footage.ticks / CLOCK_HZ,
            "seconds": round(time.monotonic() - self.started, 3),
        }
