"""Finds the sub-stream's file that belongs to a segment: that of the same run and slot; touches no disk.

Main and sub-stream open their files at key frames of their own, in any order; only the names tell what belongs together.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from sitegen.capture.recorder_names import Slot, parse_name, parse_sub_name, slot_of

S = TypeVar("S")

_REMEMBERED = 4
"""Slots back: a file's line may come late, but not by more."""


class Pairs(Generic[S]):
    """The segments and sub-stream files of one camera's last slots."""

    def __init__(self, segment_seconds: int) -> None:
        self._seconds = segment_seconds
        self._segments: dict[Slot, S] = {}
        self._subs: dict[Slot, str] = {}

    def began(self, name: str, segment: S) -> str | None:
        """Note a segment; return the sub-stream's file that was there before it."""
        parsed = parse_name(name)
        if parsed is None:
            return None
        slot = slot_of(parsed, self._seconds)
        _remember(self._segments, slot, segment)
        return self._subs.get(slot)

    def forget(self, name: str) -> None:
        """Forget a segment that is no more."""
        parsed = parse_name(name)
        if parsed is not None:
            self._segments.pop(slot_of(parsed, self._seconds), None)

    def sub_began(self, name: str) -> S | None:
        """Note a file of the sub-stream; return the segment that it belongs to, if that is there and had none yet."""
        slot = self._slot_of_sub(name)
        if slot is None or slot in self._subs:
            return None
        _remember(self._subs, slot, name)
        return self._segments.get(slot)

    def sub_gone(self, name: str) -> S | None:
        """Forget a file of the sub-stream; return the segment that it belonged to."""
        slot = self._slot_of_sub(name)
        if slot is None or self._subs.get(slot) != name:
            return None
        del self._subs[slot]
        return self._segments.get(slot)

    def _slot_of_sub(self, name: str) -> Slot | None:
        parsed = parse_sub_name(name)
        return None if parsed is None else slot_of(parsed, self._seconds)


V = TypeVar("V")


def _remember(known: dict[Slot, V], slot: Slot, value: V) -> None:
    known[slot] = value
    while len(known) > _REMEMBERED:
        del known[next(iter(known))]
