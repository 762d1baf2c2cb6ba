"""What announcements say, and what is replayed."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sitegen.announce.messages import Announcement, AnnouncementsFile, missed, revision


def made(*numbers, **more):
    return [revision(Announcement(n, **more)) for n in numbers]


def test_the_site_hears_four_facts():
    """A site message has the revision, clips, days and cameras, and nothing of the predecessor's objects."""
    item = Announcement(43, ("101-a",), ("2026-11-22",), ("driveway",), (msgspec.Raw(b'{"a": 1}'),))
    (text,) = revision(item).batches["site"].texts
    assert json.loads(text) == {
        "revision": 43,
        "clips": ["101-a"],
        "days": ["2026-11-22"],
        "cameras": ["driveway"],
    }
    assert revision(item).batches["site"].stream == f"id: 43\ndata: {text}\n\n".encode()


def test_legacy_objects_go_out_as_they_are_on_one_line():
    """The predecessor's objects keep their fields, order and letters; line ends outside strings do not split a message."""
    raw = msgspec.Raw('{\n "b": "Tor „Nord“\\n",\r\n "a": ""}'.encode())
    batch = revision(Announcement(1, new_events=(raw,))).batches["events"]
    assert batch.texts == ('{"b":"Tor „Nord“\\n","a":""}',)
    assert batch.stream.decode().count("\n") == 3


def test_the_id_comes_with_the_last_message_of_a_batch():
    """A client that is cut off inside a batch has not got its id yet and is sent the batch again."""
    raw = msgspec.Raw(b"{}")
    stream = revision(Announcement(9, new_segments=(raw, raw, raw))).batches["segments"].stream
    assert stream == b"data: {}\n\ndata: {}\n\nid: 9\ndata: {}\n\n"


def test_a_channel_without_news_is_silent():
    """A revision without new events says nothing to those who wait for events."""
    assert set(revision(Announcement(1, ("a",))).batches) == {"site"}


def test_the_generators_file_is_read_as_agreed():
    """The file's form is the agreed one; keys to come are ignored."""
    data = b'{"announcements": [{"revision": 1, "clips": ["a"], "days": [], "cameras": [], "new_events": [{"x": 1}], "new_segments": [], "later": 1}], "schema": 1}'
    (only,) = msgspec.json.decode(data, type=AnnouncementsFile).announcements
    assert (only.revision, only.clips, bytes(only.new_events[0])) == (1, ("a",), b'{"x": 1}')


def test_replay_is_by_what_the_channel_had():
    """In a channel with few messages, what lies between them does not count as missed."""
    raw = (msgspec.Raw(b"{}"),)
    ring = [*made(1), *made(2, new_events=raw), *made(3), *made(4)]
    assert missed(ring, "events", 1) == [ring[1].batches["events"]]
    assert missed(ring, "events", 2) == []
    assert missed(ring, "segments", 1) == []


@given(st.integers(1, 50), st.integers(1, 30), st.one_of(st.none(), st.integers(0, 100)))
def test_replay_misses_nothing(first, length, since):
    """Whatever was seen: all later ones in order where the ring reaches back, else the newest; never one seen before."""
    numbers = range(first, first + length)
    ring = made(*numbers)
    got = [json.loads(batch.texts[0])["revision"] for batch in missed(ring, "site", since)]
    if since is None or since == numbers[-1]:
        assert got == []
    elif first - 1 <= since < numbers[-1]:
        assert got == [n for n in numbers if n > since]
    else:
        assert got == [numbers[-1]]
