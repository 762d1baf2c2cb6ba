"""Counts over the archive: days, cameras, bytes and what waits for previews."""

import random
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.clip import Clip, Outage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def index(tmp_path):
    found = Index(tmp_path / "index.sqlite", identity="UTC")
    rows = [
        ("event", "101", 0, {}),
        ("event", "101", 1, {"movie": "timelapse"}),
        ("segment", "101", 0, {}),
        ("event", "102", 0, {}),
        ("event", "101", 3, {}),
    ]
    for number, (kind, camera, day, extra) in enumerate(rows):
        start = NOON + timedelta(days=day, minutes=number)
        clip = Clip(
            path=f"{number}.mp4",
            id=str(number),
            kind=kind,
            camera=camera,
            start=start,
            end=start + timedelta(minutes=5),
            bytes=10,
            extra=extra,
        )
        found.put_clips([(clip, start.date(), start.hour)])
    found.put_outage(Outage(path="o.yaml", camera="103", start=NOON), "o")
    yield found
    found.close()


def day(number: int) -> date:
    return date(2026, 11, 22) + timedelta(days=number)


def test_days_are_counted_by_kind(index):
    """Oldest first; a timelapse is no event, but makes the day one that has clips."""
    assert [(c.day, c.events, c.segments) for c in counts.days(index)] == [
        (day(0), 2, 1),
        (day(1), 0, 0),
        (day(3), 1, 0),
    ]
    assert [(c.day, c.events) for c in counts.days(index, "102")] == [(day(0), 1)]


def test_cameras_are_counted_and_last_seen_at_the_end_of_their_last_clip(index):
    """A camera that has only an outage is known, without counts."""
    found = counts.cameras(index)
    assert (found["101"].events, found["101"].segments) == (2, 1)
    assert found["101"].last_seen == NOON + timedelta(days=3, minutes=9)
    assert set(found) == {"101", "102"}
    assert counts.camera_ids(index) == ["101", "102", "103"]


def test_neighbouring_days_skip_what_has_no_clips(index):
    """Of all cameras, or of one; None at either end."""
    assert counts.neighbour_days(index, day(1)) == (day(0), day(3))
    assert counts.neighbour_days(index, day(2)) == (day(1), day(3))
    assert counts.neighbour_days(index, day(0), "102") == (None, None)
    assert counts.neighbour_days(index, day(9), "101") == (day(3), None)
    assert counts.days_between(index, day(1), day(3)) == [day(1), day(3)]


def test_videos_are_counted_by_their_ending(index):
    """In capitals or not; pictures, sidecars and notes are none."""
    for path in ("a.mp4", "b.MOV", "c.webm", "d.yaml", "e.jpg", "f.md", "x.mp4/g.md"):
        index.put_files("", [(path, 1, 1, 1)])
    assert counts.video_count(index) == 3


def test_the_rest_is_counted(index):
    """Clips, bytes, days, backlog."""
    assert counts.clip_count(index) == 5
    assert counts.total_bytes(index) == 50
    assert counts.last_day(index, "101") == day(3)
    assert counts.last_day(index, "103") is None
    assert counts.has_day(index, day(0), "102")
    assert not counts.has_day(index, day(2))
    assert counts.waiting_for_previews(index, segments=True) == 5
    assert counts.waiting_for_previews(index, segments=False) == 4
    assert not counts.any_previews(index)
    index.set_previews("0.mp4", poster_ns=0, preview_ns=0, error=None)
    assert counts.any_previews(index)
    assert counts.waiting_for_previews(index, segments=True) == 4


@pytest.mark.parametrize("bulk", [False, True])
def test_counts_follow_every_change(tmp_path, bulk):
    """Put, moved, replaced, dropped, or all at once: they are what counting the rows gives."""
    index = Index(tmp_path / "index.sqlite", identity="x")
    chance = random.Random(1)

    def row(number):
        start = datetime(2026, 11, 1 + chance.randrange(4), chance.randrange(3), tzinfo=UTC)
        kind = chance.choice(("event", "segment"))
        clip = Clip(
            path=f"{number}.mp4", id=str(number), kind=kind, camera=chance.choice("12"), start=start,
            end=chance.choice((None, start, start + timedelta(seconds=chance.randrange(99)))), bytes=chance.randrange(99), extra=chance.choice(({}, {"movie": "timelapse"})),
        )  # fmt: skip
        return clip, start.date(), start.hour

    with index.transaction(), index.bulk() if bulk else nullcontext():
        index.put_clips(row(number) for number in range(30))
    for _ in range(100):
        if chance.random() < 0.3:
            index.drop_clip(f"{chance.randrange(30)}.mp4")
        else:
            index.put_clips([row(chance.randrange(30))])
    recorded = "sum(CASE WHEN kind='segment' THEN coalesce(end_us-start_us,0) ELSE 0 END)"
    columns = f"sum(kind='event'),sum(kind='segment'),count(*),sum(bytes),{recorded} FROM clips"
    wanted = index.rows(f"SELECT camera,day,{columns} GROUP BY camera,day")
    wanted += index.rows(f"SELECT camera,'',{columns} GROUP BY camera")
    wanted += index.rows(f"SELECT '',day,{columns} GROUP BY day") + index.rows(f"SELECT '','',{columns}")
    assert sorted(index.rows("SELECT * FROM counts")) == sorted(wanted)
    hours = "SELECT camera,slot,count(*) FROM clips WHERE kind='event' GROUP BY camera,slot ORDER BY 1,2"
    assert index.rows("SELECT * FROM heat WHERE events<>0 ORDER BY 1,2") == index.rows(hours) != []
    index.set_previews("3.mp4", poster_ns=0, preview_ns=0, error=None)
    index.set_previews("4.mp4", poster_ns=None, preview_ns=None, error="cut")
    waits = (
        "SELECT count(*) FROM clips WHERE end_us IS NOT NULL AND preview_ns IS NULL AND preview_error IS NULL"
    )
    for segments, where in ((False, "AND kind<>'segment'"), (True, "")):
        assert (
            counts.waiting_for_previews(index, segments=segments) == index.rows(f"{waits} {where}")[0][0] > 0
        )
    index.close()


def test_events_are_counted_by_hour_of_the_week(index):
    """Monday first, by the hour that was given with the clip; a timelapse and a segment are no events."""
    found = counts.heat(index, "101")
    assert [len(row) for row in found] == [24] * 7
    assert sum(map(sum, found)) == counts.cameras(index)["101"].events
    assert found[NOON.weekday()][NOON.hour] == 1
    assert sum(map(sum, counts.heat(index, "999"))) == 0


def test_what_segments_hold_is_summed_by_day(index):
    """Newest day first; the one segment lasts five minutes, events hold nothing, days before the first are left out."""
    found = counts.coverage(index, "101")
    assert [(d, c) for d, c, _ in found] == [
        (day(3), timedelta()),
        (day(1), timedelta()),
        (day(0), timedelta(minutes=5)),
    ]
    assert [events for *_, events in found] == [c.events for c in counts.days(index, "101")][::-1]
    assert counts.coverage(index, "101", since=day(1)) == found[:2]
    assert counts.coverage(index, "101", limit=1) == found[:1]
    longer = msgspec.structs.replace(index.clip("2.mp4").clip, end=NOON + timedelta(minutes=12))
    index.put_clips([(longer, NOON.date(), NOON.hour)])
    assert counts.coverage(index, "101")[-1][1] == timedelta(minutes=10)
