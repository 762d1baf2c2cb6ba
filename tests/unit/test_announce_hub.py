"""The hub: everybody gets everything, nobody can hold up the others, memory is bounded."""

import asyncio
import json

import pytest

from sitegen.announce import hub as hub_module
from sitegen.announce.hub import QUEUE_LENGTH, RING_LENGTH, Hub, TooManyClients
from sitegen.announce.messages import Announcement


def never():
    raise AssertionError("dropped")


def items(*numbers):
    return [Announcement(n) for n in numbers]


def taken(client):
    """Empty a client's queue."""

    async def drain():
        got = []
        while (batch := await client.next(0)) is not None:
            got.append(json.loads(batch.texts[0])["revision"])
        return got

    return asyncio.run(drain())


def test_all_clients_get_all_in_order():
    """Each client gets each new revision once, in the order of numbers, whatever the file's order."""
    hub = Hub()
    hub.update(items(1))
    first, second = hub.join("site", None, never), hub.join("site", None, never)
    hub.update(items(1, 3, 2))
    hub.update(items(2, 3, 4))
    assert taken(first) == taken(second) == [2, 3, 4]


def test_a_file_that_shrinks_repeats_nothing():
    """Fewer entries with the same newest one are no news."""
    hub = Hub()
    hub.update(items(1, 2, 3))
    client = hub.join("site", None, never)
    hub.update(items(3))
    hub.update([])
    hub.update(items(3, 4))
    assert taken(client) == [4]


def test_numbers_that_start_again_tell_the_newest():
    """After the state was deleted, the newest revision is told, and the old numbers are forgotten."""
    hub = Hub()
    hub.update(items(98, 99))
    client = hub.join("site", None, never)
    hub.update(items(1, 2))
    hub.update(items(1, 2, 3))
    assert taken(client) == [2, 3]
    assert taken(hub.join("site", 1, never)) == [2, 3]


def test_a_history_that_appears_is_not_told_anew():
    """When the file appears with many entries, those who are connected hear of the newest."""
    hub = Hub()
    client = hub.join("site", None, never)
    hub.update(items(*range(1, 200)))
    assert taken(client) == [199]


def test_a_slow_client_is_dropped_and_the_others_go_on():
    """A client with a full queue is cut off once; nobody else notices."""
    hub = Hub()
    hub.update(items(1))
    dropped = []
    slow, good = hub.join("site", None, lambda: dropped.append(1)), hub.join("site", None, never)
    got = []
    for n in range(2, QUEUE_LENGTH + 4):
        hub.update(items(n))
        got += taken(good)
    assert dropped == [1]
    assert slow.closed
    assert hub.clients() == 1
    assert got == list(range(2, QUEUE_LENGTH + 4))
    hub.leave("site", slow)


def test_a_long_replay_does_not_count_as_slow():
    """Who comes back for more than a queue holds gets it, and what is new after it."""
    hub = Hub()
    hub.update(items(*range(1, 201)))
    client = hub.join("site", 1, never)
    hub.update(items(201))
    assert taken(client) == list(range(2, 202))


def test_memory_is_bounded(monkeypatch):
    """The ring keeps at most so many entries and so many bytes, and always the newest."""
    hub = Hub()
    hub.update(items(*range(1, RING_LENGTH + 100)))
    assert len(hub._ring) == RING_LENGTH
    monkeypatch.setattr(hub_module, "RING_BYTES", 1_000)
    hub.update([Announcement(1_000, ("x" * 5_000,))])
    assert [item.number for item in hub._ring] == [1_000]
    assert hub.newest == 1_000


def test_places_are_limited_and_given_back():
    """One client too many is refused; a place that is left can be taken."""
    hub = Hub(most_clients=2)
    first = hub.join("site", None, never)
    hub.join("events", None, never)
    with pytest.raises(TooManyClients):
        hub.join("segments", None, never)
    hub.leave("site", first)
    hub.join("segments", None, never)


def test_closing_lets_what_is_queued_go_out():
    """A client that is closed gets what waits for it, then the end, without waiting."""
    hub = Hub()
    hub.update(items(1))
    client = hub.join("site", None, never)
    hub.update(items(2))
    hub.close()
    assert taken(client) == [2]
    assert asyncio.run(client.next(3_600)) is None
