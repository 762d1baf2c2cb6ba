"""What an announcement says to each kind of client, and what a client that comes back has missed; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

Channel = Literal["site", "events", "segments"]
CHANNELS: tuple[Channel, ...] = ("site", "events", "segments")


class Announcement(msgspec.Struct, frozen=True):
    """One revision, as the generator writes it to announcements.json."""

    revision: int
    clips: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    new_events: tuple[msgspec.Raw, ...] = ()
    """The predecessor's objects, as they are."""
    new_segments: tuple[msgspec.Raw, ...] = ()


class AnnouncementsFile(msgspec.Struct, frozen=True):
    """The whole of announcements.json, the newest last."""

    announcements: tuple[Announcement, ...] = ()


class Batch(msgspec.Struct, frozen=True):
    """What one revision says to one channel: JSON texts for websockets, and the same as bytes of an event stream."""

    texts: tuple[str, ...]
    stream: bytes


class Revision(msgspec.Struct, frozen=True):
    """One announcement, made ready for every channel; a channel without news is not in `batches`."""

    number: int
    batches: dict[Channel, Batch]

    @property
    def bytes(self) -> int:
        """How much it says."""
        return sum(len(batch.stream) for batch in self.batches.values())


def revision(announcement: Announcement) -> Revision:
    """Make an announcement ready to be sent."""
    texts = {
        "site": (_site_text(announcement),),
        "events": _texts(announcement.new_events),
        "segments": _texts(announcement.new_segments),
    }
    batches = {name: _batch(announcement.revision, texts[name]) for name in CHANNELS if texts[name]}
    return Revision(announcement.revision, batches)


def _site_text(announcement: Announcement) -> str:
    names = ("revision", "clips", "days", "cameras")
    return msgspec.json.encode({name: getattr(announcement, name) for name in names}).decode()


def _texts(objects: Sequence[msgspec.Raw]) -> tuple[str, ...]:
    """Return each object on one line: an event stream ends a message at a line's end."""
    return tuple(msgspec.json.format(bytes(item), indent=-1).decode() for item in objects)


def _batch(number: int, texts: tuple[str, ...]) -> Batch:
    """Give the id to the last message only: a client that is cut off inside a batch then gets all of it again."""
    parts = [f"data: {text}\n\n" for text in texts]
    parts[-1] = f"id: {number}\n{parts[-1]}"
    return Batch(texts, "".join(parts).encode())


def missed(ring: Sequence[Revision], channel: Channel, since: int | None) -> list[Batch]:
    """Return what a client that has seen revision `since` has not been told; None: it asks for nothing.

    When the ring does not reach back so far, or `since` is of another numbering (the state was deleted), the newest
    news alone: it says that there is something, and the client loads it.
    """
    if since is None or not ring or since == ring[-1].number:
        return []
    reaches_back = ring[0].number <= since + 1 and since < ring[-1].number
    later = [item.batches[channel] for item in ring if channel in item.batches and item.number > since]
    if reaches_back:
        return later
    every = [item.batches[channel] for item in ring if channel in item.batches]
    return every[-1:]
