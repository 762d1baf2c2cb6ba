"""Keeps the newest announcements and gives each of them to every client; in memory, for one event loop.

A client has a bounded queue. One that does not read what it is sent is dropped: it comes back and asks for what it missed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable

from sitegen.announce.messages import CHANNELS, Announcement, Batch, Channel, Revision, missed, revision

RING_LENGTH = 256
RING_BYTES = 4 * 1024 * 1024
QUEUE_LENGTH = 64
MOST_CLIENTS = 2_000


class TooManyClients(Exception):
    """All places are taken."""


class Client:
    """One connection: what it has still to be sent, at most QUEUE_LENGTH batches beside those it came back for."""

    def __init__(self, waiting: Iterable[Batch], drop: Callable[[], object]) -> None:
        self._waiting = deque(waiting)
        self._most = QUEUE_LENGTH + len(self._waiting)
        self._changed = asyncio.Event()
        self._drop = drop
        self.closed = False

    def give(self, batch: Batch) -> bool:
        """Queue a batch; False, and the connection is dropped, when the client is too slow."""
        if len(self._waiting) >= self._most:
            self._waiting.clear()
            self.close()
            self._drop()
            return False
        self._waiting.append(batch)
        self._changed.set()
        return True

    def close(self) -> None:
        """Let the connection end after what is queued."""
        self.closed = True
        self._changed.set()

    async def next(self, timeout_s: float) -> Batch | None:
        """Return the next batch; None after `timeout_s` seconds without one, or at once when closed and empty."""
        if not self._waiting and not self.closed:
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), timeout_s)
            except TimeoutError:
                return None
        return self._waiting.popleft() if self._waiting else None


class Hub:
    """The ring of revisions, and the clients of each channel."""

    def __init__(self, most_clients: int = MOST_CLIENTS) -> None:
        self._most_clients = most_clients
        self._ring: deque[Revision] = deque()
        self._clients: dict[Channel, set[Client]] = {channel: set() for channel in CHANNELS}

    @property
    def newest(self) -> int | None:
        """The newest revision that is known; None: none yet."""
        return self._ring[-1].number if self._ring else None

    def clients(self) -> int:
        """Return how many are connected."""
        return sum(len(group) for group in self._clients.values())

    def join(self, channel: Channel, since: int | None, drop: Callable[[], object]) -> Client:
        """Connect a client that has seen revision `since` (None: from now on); `drop` is called when it is too slow.

        Raises TooManyClients.
        """
        if self.clients() >= self._most_clients:
            raise TooManyClients
        client = Client(missed(self._ring, channel, since), drop)
        self._clients[channel].add(client)
        return client

    def leave(self, channel: Channel, client: Client) -> None:
        """Disconnect a client; it may have been dropped before."""
        self._clients[channel].discard(client)

    def update(self, announcements: Iterable[Announcement]) -> None:
        """Take in what the file says now; tell every client what is new in it.

        Of a file seen for the first time, or of numbers that start again (the state was deleted), only the newest
        is told: the others are history.
        """
        ordered = sorted(announcements, key=lambda item: item.revision)
        if not ordered:
            return
        newest = self.newest
        if newest is not None and ordered[-1].revision < newest:
            self._ring.clear()
            newest = None
        told_before = ordered[-1].revision - 1 if newest is None else newest
        for announcement in ordered:
            if newest is None or announcement.revision > newest:
                self._remember(revision(announcement), tell=announcement.revision > told_before)

    def _remember(self, item: Revision, *, tell: bool) -> None:
        self._ring.append(item)
        size = sum(each.bytes for each in self._ring)
        while len(self._ring) > 1 and (len(self._ring) > RING_LENGTH or size > RING_BYTES):
            size -= self._ring.popleft().bytes
        if not tell:
            return
        for channel, batch in item.batches.items():
            slow = [client for client in self._clients[channel] if not client.give(batch)]
            self._clients[channel].difference_update(slow)

    def close(self) -> None:
        """Let all connections end; a client that joins later is not told anything."""
        for group in self._clients.values():
            for client in group:
                client.close()
