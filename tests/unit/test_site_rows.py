"""What the index knows of the site: pieces that are kept, and marks of pages to write."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.clip import Clip

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def index(tmp_path):
    found = Index(tmp_path / "index.sqlite", identity="UTC /archive")
    yield found
    found.close()


def clip(minute: int) -> Clip:
    start = NOON + timedelta(minutes=minute)
    return Clip(path=f"101/{minute}.mp4", id=f"101-{minute}", kind="event", camera="101", start=start)


def put(index: Index, *clips: Clip) -> None:
    index.put_clips((one, one.start.date(), one.start.hour) for one in clips)


def test_a_kept_piece_goes_when_a_clip_of_its_day_and_kind_changes(index):
    """Also when its previews are made; other days and kinds keep theirs."""
    put(index, clip(0))
    day = clip(0).start.date().isoformat()
    changes = (
        lambda: put(index, clip(1)),
        lambda: index.set_previews(clip(1).path, poster_ns=1, preview_ns=None, error=None),
        lambda: index.drop_clip(clip(1).path),
    )
    for change in changes:
        for kind, of in (("event", day), ("event", "2020-01-01"), ("segment", day)):
            index.put_piece(kind, of, b"1,2")
        change()
        assert index.piece("event", day) is None
        assert index.piece("event", "2020-01-01") == index.piece("segment", day) == b"1,2"
    index.drop_pieces("event", before="2021-01-01")
    assert index.piece("event", "2020-01-01") is None
    assert index.piece("segment", day) == b"1,2"
    index.drop_pieces()
    assert index.piece("segment", day) is None


def test_the_whole_of_a_day_is_marked_in_one_row_and_taken_apart(index):
    """What of it is written loses its mark; the rest keeps it."""
    put(index, clip(0), clip(1))
    index.mark_all_days()
    (day,) = index.dirty_days("", 10)
    pages = index.dirty_of_day(day)
    assert {page[0] for page in pages} == {"clip", "day", "camera-day"}
    assert sum(page[0] == "clip" for page in pages) == 2
    put(index, structs.replace(clip(2), kind="segment"))
    assert ("playlist", day, "101") in index.dirty_of_day(day)
    index.drop_clip(clip(2).path)
    index.written(day, pages[1:])
    assert index.dirty_of_day(day) == pages[:1]
    index.written(day, pages[:1])
    assert not index.is_dirty()


def test_clips_wait_for_previews_in_tiers(index):
    """Events, segments with a sub-stream, other segments; those without a poster first, the newest first."""
    event, older, plain, sub = (
        clip(5), clip(4), structs.replace(clip(9), kind="segment"), structs.replace(clip(8), kind="segment", sub="s.mp4"),
    )  # fmt: skip
    clips = [structs.replace(c, end=c.start) for c in (event, older, plain, sub)]
    put(index, *clips)
    index.set_previews(event.path, poster_ns=event.mtime_ns, preview_ns=None, error=None)

    def waiting(*, segments):
        found = [p.clip.path for p in index.waiting_for_previews(9, segments=segments)]
        assert len(found) == counts.waiting_for_previews(index, segments=segments)
        return found

    assert waiting(segments=True) == [older.path, event.path, sub.path, plain.path]
    assert waiting(segments=False) == [older.path, event.path, sub.path]
    put(index, structs.replace(clips[3], sub=None))
    assert waiting(segments=False) == [older.path, event.path]
