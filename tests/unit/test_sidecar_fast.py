"""What our hooks and our recorder write is read by the fast path, and only what is certain is."""

from datetime import UTC, datetime, timedelta

import pytest
from hook_archive import archive as archive
from hook_archive import movie as movie
from hook_calls import STORY, run

from sitegen.archive.sidecar import read_any_form, read_sidecar
from sitegen.archive.sidecar_fast import read_own_form
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.capture.recorder_book import segment_sidecar
from sitegen.clip import Motion

WHOLE = {
    "kind": "event",
    "camera": "101",
    "start": "2026-11-22T03:55:03.120Z",
    "end": "2026-11-22T03:55:41.020Z",
    "video": "101-34-20261122T035503Z.mp4",
    "image": "101-34-20261122T035507Z.jpg",
    "preview": "101-34-20261122T035503Z.sub.mp4",
    "event": "101-20261122T035503Z",
    "motion": {"changed_pixels": 5210, "x": 310},
    "end_reason": "motion_stopped",
    "extra": {"movie": "debug", "note": "Süd: {a, b} #1", "n": 7, "sure": True, "why": None},
}


def own(fields):
    return read_own_form(sidecar_text(fields).encode())


def test_all_keys_are_read():
    """The whole form comes back with each value in its place."""
    sidecar = own(WHOLE)
    assert sidecar is not None
    assert (sidecar.start, sidecar.end) == (
        datetime(2026, 11, 22, 3, 55, 3, 120_000, tzinfo=UTC),
        datetime(2026, 11, 22, 3, 55, 41, 20_000, tzinfo=UTC),
    )
    assert sidecar.motion == Motion(changed_pixels=5210, x=310)
    assert sidecar.extra == WHOLE["extra"]
    same = ("kind", "camera", "video", "image", "preview", "event", "end_reason")
    assert {key: getattr(sidecar, key) for key in same} == {key: WHOLE[key] for key in same}


@pytest.mark.parametrize("key", ["end", "image", "preview", "event", "motion", "end_reason", "extra"])
def test_any_key_may_be_absent(key):
    """Each key that is optional is so on the fast path, and then has its default."""
    sidecar = own({name: value for name, value in WHOLE.items() if name != key})
    assert sidecar is not None
    assert getattr(sidecar, key) == ({} if key == "extra" else None)


def test_what_the_hooks_write_is_read_fast(archive):
    """Every clip of an Event that was cut in two, of a debug movie and a time-lapse movie takes the fast path."""
    for call in STORY:
        assert run(archive, call) == 0
    texts = [path.read_bytes() for path in (archive / "events").rglob("*.yaml")]
    assert len(texts) == 4
    assert all(read_own_form(text) is not None for text in texts)
    assert any(b"extra" in text for text in texts)


def test_what_the_recorder_writes_is_read_fast():
    """A segment takes the fast path while it is recorded and when it is closed."""
    start = datetime(2026, 11, 22, 3, 55, tzinfo=UTC)
    for end, reason in ((None, None), (start + timedelta(minutes=5), "rotated")):
        assert read_own_form(segment_sidecar("101", "101-1a2b.mp4", start, end, reason).encode()) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "outage", "video": None},
        {"camera": ".101"},
        {"camera": "x" * 65},
        {"start": "2026-11-22T03:55:03+00:00"},
        {"start": "2026-11-31T03:55:03Z"},
        {"start": "1969-12-31T23:59:59Z", "end": None},
        {"start": "2200-01-01T00:00:00Z", "end": None},
        {"end": "2026-11-22T03:55:03.119Z"},
        {"end": "2026-11-23T03:55:03.121Z"},
        {"video": "a/b.mp4"},
        {"video": ".b.mp4"},
        {"video": "b.MP4"},
        {"video": "b.txt"},
        {"video": None},
        {"video": "漢" * 63 + ".mp4"},
        {"video": WHOLE["preview"]},
        {"image": "b.mp4"},
        {"event": ""},
        {"event": "x" * 201},
        {"event": 'a"b'},
        {"event": "a\nb"},
        {"event": "a\u2028b"},
        {"motion": {"x": 310}},
        {"motion": {"changed_pixels": -1}},
        {"motion": {"changed_pixels": 10**15}},
        {"motion": {"changed_pixels": 1.5}},
        {"extra": {"a": {"b": 1}}},
        {"extra": {"a": [1]}},
        {"extra": {"a": 1.5}},
        {"extra": {str(number): number for number in range(17)}},
    ],
)
def test_the_unusual_is_left_to_the_general_reader(change):
    """What is wrong, or only seldom seen, is not judged here."""
    assert own({**WHOLE, **change}) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("schema: 1", "schema: 2"),
        ("schema: 1\n", "schema: 1\nschema: 1\n"),
        ("schema: 1\n", ""),
        ('"event"', "event"),
        ('camera: "101"', "camera: 101"),
        ('camera: "101"\n', 'camera: "101"\ncamera: "102"\n'),
        ("\n", "\r\n"),
        ("changed_pixels: 5210", "changed_pixels: 05210"),
        ("x: 310", "x: 310, x: 311"),
        ("x: 310", "speed: 310"),
        ('"movie": "debug"', '"movie": "debug", "movie": "debug"'),
        ('"movie": "debug"', '"movie": "debug", "note": "1"'),
        ('"movie"', "movie"),
        ("end_reason: ", "why: "),
        ("end_reason", "#end_reason"),
        ("}\n", "}"),
        ("}\n", "}\n---\n"),
        ("ü", "\udcfc"),
    ],
)
def test_another_form_is_left_to_the_general_reader(old, new):
    """Other quotes, keys, lines and bytes than our writer's are not judged here."""
    data = sidecar_text(WHOLE).replace(old, new).encode(errors="surrogateescape")
    assert read_own_form(data) is None


def test_the_general_reader_judges_the_rest():
    """read_sidecar answers for both: what is our own form as the fast path says, everything else with its Problems."""
    data = sidecar_text(WHOLE).encode()
    assert read_sidecar(data, "a.yaml") == (read_own_form(data), ())
    wrong = data.replace(b"schema: 1", b"schema: 2")
    assert read_sidecar(wrong, "a.yaml") == read_any_form(wrong, "a.yaml")
    assert read_sidecar(wrong, "a.yaml")[1]
