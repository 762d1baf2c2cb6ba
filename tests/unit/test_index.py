"""The index: what is put in comes out, order and neighbours are right, and a file that is damaged is made anew."""

import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest

from sitegen.archive import counts
from sitegen.archive.index import UNKNOWN, Index, Placed
from sitegen.archive.scan import FileEntry
from sitegen.clip import Clip, Outage, Problem
from sitegen.errors import IndexFailed

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def index(tmp_path):
    found = Index(tmp_path / "state" / "index.sqlite", identity="UTC /archive")
    yield found
    found.close()


def clip(minute: int, *, kind: str = "event", camera: str = "101", name: str = "", **fields) -> Clip:
    start = NOON + timedelta(minutes=minute)
    values = {"end": start + timedelta(seconds=9), "mtime_ns": 5, "bytes": 100} | fields
    path = f"{name or camera}/{minute}.mp4"
    return Clip(path=path, id=f"{camera}-{minute:04}", kind=kind, camera=camera, start=start, **values)


def put(index: Index, *clips: Clip) -> None:
    for one in clips:
        index.put_clips([(one, one.start.date(), one.start.hour)])


def ids(placed) -> list[str]:
    return [p.clip.id for p in placed]


def test_a_clip_comes_out_as_it_was_put_in(index):
    """Every field survives, with the day it lies on."""
    whole = clip(0, event="e", image="101/x.jpg", extra={"a": [1]}, end_reason="motion_stopped", adopted=True)
    put(index, whole)
    assert index.clip(whole.path) == Placed(whole, date(2026, 11, 22))
    assert index.clip_by_id(whole.id) == index.clip(whole.path)
    assert index.clip("other.mp4") is None
    index.drop_clip(whole.path)
    assert index.clip(whole.path) is None


def test_neighbours_are_those_of_the_kind_by_start_then_id(index):
    """Clips of one moment are told apart by id; segments and other cameras are left out where they are not meant."""
    same = [clip(5, camera=c) for c in ("a", "b", "c")]
    put(index, clip(1), *same, clip(9), clip(3, kind="segment"))
    assert index.before("event", same[1].start, same[1].id).clip.id == "a-0005"
    assert index.after("event", same[1].start, same[1].id).clip.id == "c-0005"
    assert index.before("event", same[0].start, same[0].id).clip.id == "101-0001"
    assert index.after("event", same[2].start, same[2].id).clip.id == "101-0009"
    assert index.before("event", NOON, "") is None
    assert index.after("event", same[0].start, same[0].id, "101").clip.id == "101-0009"


def test_first_and_last_of_a_camera_count_every_kind(index):
    """What ends an outage is any clip."""
    put(index, clip(1), clip(3, kind="segment"), clip(5), clip(4, camera="102"))
    at = NOON + timedelta(minutes=2)
    assert index.last_before("101", at).clip.id == "101-0001"
    assert index.first_after("101", at).clip.id == "101-0003"
    assert index.first_after("101", NOON + timedelta(minutes=5)) is None


def test_newest_come_first(index):
    """By start, then id, at most so many, of one camera or of all."""
    put(index, *(clip(n) for n in range(5)), clip(4, camera="102"), clip(9, kind="segment"))
    assert ids(index.newest("event", 3)) == ["102-0004", "101-0004", "101-0003"]
    assert ids(index.newest("event", 9, "102")) == ["102-0004"]


def test_a_day_is_in_order(index):
    """By start and then id; of all cameras or of one."""
    put(index, clip(3), clip(1), clip(1, camera="102"), clip(24 * 60))
    day = date(2026, 11, 22)
    assert ids(index.clips_of_day(day)) == ["101-0001", "102-0001", "101-0003"]
    assert ids(index.clips_of_day(day, "102")) == ["102-0001"]
    assert counts.clips_of_day(index, day) == len(index.clips_of_day(day)) >= 2
    assert counts.clips_of_day(index, day, "103") == 0


def test_previews_count_only_for_the_video_they_were_made_of(index):
    """When the video changes, its previews are missing again, and an old failure is forgotten."""
    one = clip(0)
    put(index, one)
    assert ids(index.waiting_for_previews(9, segments=True)) == [one.id]
    index.set_previews(one.path, poster_ns=5, preview_ns=5, error=None)
    assert index.clip(one.path).clip.previews
    assert index.waiting_for_previews(9, segments=True) == []
    put(index, clip(0, mtime_ns=6))
    assert not index.clip(one.path).clip.previews
    index.set_previews(one.path, poster_ns=None, preview_ns=None, error="ffmpeg failed")
    put(index, clip(0, mtime_ns=6, event="other"))
    assert index.clip(one.path).clip.preview_error == "ffmpeg failed"
    assert index.waiting_for_previews(9, segments=True) == []
    assert [p.reason for p in index.problems()] == ["ffmpeg failed"]
    put(index, clip(0, mtime_ns=7))
    assert index.clip(one.path).clip.preview_error is None


def test_previews_are_wanted_for_events_first_newest_first(index):
    """Segments come last, or not at all; what is being recorded waits for its end."""
    put(index, clip(1), clip(2), clip(3, kind="segment"), clip(4, end=None))
    assert ids(index.waiting_for_previews(9, segments=True)) == ["101-0002", "101-0001", "101-0003"]
    assert ids(index.waiting_for_previews(9, segments=False)) == ["101-0002", "101-0001"]
    index.set_previews(clip(1).path, poster_ns=5, preview_ns=5, error=None)
    index.forget_previews()
    assert len(index.waiting_for_previews(9, segments=True)) == 3


def test_outages_are_found_by_the_time_they_touch(index):
    """Those that only border on it are left out; one without end touches all that follows."""

    def outage(name, start, end):
        return Outage(
            path=name,
            camera="101",
            start=NOON + timedelta(minutes=start),
            end=None if end is None else NOON + timedelta(minutes=end),
        )

    found = [outage("a", 0, 10), outage("b", 20, 30), outage("c", 25, None)]
    for one in found:
        index.put_outage(one, one.path)

    def between(first, last):
        return index.outages_between("101", NOON + timedelta(minutes=first), NOON + timedelta(minutes=last))

    assert between(10, 20) == []
    assert between(9, 21) == found[:2]
    assert between(100, 200) == found[2:]
    assert index.open_outages("101", None, NOON + timedelta(hours=9)) == found[2:]
    assert index.outages_of_stem("b") == [found[1]]
    index.drop_outages("b")
    assert index.outages_of_stem("b") == []


def test_problems_are_replaced_by_stem_and_sorted(index):
    """The same Problems again are no change; a stem's are forgotten with an empty list."""
    one, two = Problem("b.yaml", "end", "r", "m"), Problem("a.yaml", "", "r", "m")
    assert index.set_problems("b", [one])
    assert index.set_problems("a", [two])
    assert not index.set_problems("b", [one])
    assert index.problems() == [two, one]
    assert index.add_problem("b", two)
    assert not index.add_problem("b", two)
    assert index.set_problems("b", [])
    assert index.problems() == [two]


def test_files_are_found_by_folder_and_stem(index):
    """A folder's neighbours whose names begin alike are not in it."""
    for number, path in enumerate(["x/a.mp4", "x/a.yaml", "x/1/b.mp4", "x-1/c.mp4", "x0/d.mp4", "e.mp4"]):
        index.put_files(path.rpartition("/")[0], [(path.rpartition("/")[2], 1, 2, number)])
    assert sorted(index.entries_in("x")) == ["a.mp4", "a.yaml"]
    assert [f.path for f in index.files_of("x/a")] == ["x/a.mp4", "x/a.yaml"]
    for folder in ("", "x", "x-1", "x/1", "x0"):
        index.put_folder(folder, UNKNOWN)
    assert sorted(index.folders("x")) == ["x", "x/1"]
    assert sorted(index.folders("")) == ["", "x", "x-1", "x/1", "x0"]
    index.drop_file("x/a.mp4")
    assert index.file("x/a.mp4") is None
    assert index.file("x/a.yaml") == FileEntry("x/a.yaml", 1, 2, 1)


def test_stems_wait_for_images_and_for_quiet(index):
    """A stem that waits for nothing is forgotten."""
    index.set_wanted("a", ["x/p.jpg", "x/a.sub.mp4"])
    index.set_held("b", held=True)
    assert index.wanted_by("a") == {"x/p.jpg", "x/a.sub.mp4"}
    assert index.stems_wanting("x/p.jpg") == ["a"]
    assert index.held_stems() == ["b"]
    index.set_wanted("a", [])
    index.set_held("b", held=False)
    assert index.stems_wanting("x/p.jpg") == index.held_stems() == []


def test_dirty_pages_come_day_by_day(index):
    """Each is there once, whatever was marked twice, until it is unmarked."""
    pages = [("clip", "2026-11-22", f"c{n}") for n in range(5)]
    index.mark([*pages, *pages, ("home", "", "")])
    assert index.dirty_of_day("2026-11-22") == pages
    assert index.dirty_days("", 9) == ["2026-11-22"]
    index.unmark(pages)
    assert index.dirty_of_day("2026-11-22") == index.dirty_days("", 9) == []
    assert index.dirty_of_day("") == [("home", "", "")]
    assert index.is_dirty()
    index.clean()
    assert not index.is_dirty()


def test_a_transaction_is_all_or_nothing(index):
    """An exception inside takes back what was written, also by a transaction inside it."""

    def fail() -> None:
        with index.transaction():
            index.set_meta("a", "1")
            with index.transaction():
                index.set_meta("b", "1")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert index.meta("a") is index.meta("b") is None
    with index.transaction():
        index.set_meta("a", "1")
    assert index.meta("a") == "1"


def test_it_is_kept_over_restarts_and_made_anew_for_another_identity(tmp_path):
    """Another time zone or archive makes every row wrong: nothing of it is kept."""
    path = tmp_path / "index.sqlite"
    for identity, fresh, known in (
        ("UTC /a", True, None),
        ("UTC /a", False, "1"),
        ("Asia/Tokyo /a", True, None),
    ):
        index = Index(path, identity=identity)
        assert (index.fresh, index.meta("key")) == (fresh, known)
        index.set_meta("key", "1")
        index.close()


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3\0 and then nonsense", b"\0" * 5_000, b"text"])
def test_a_damaged_file_is_made_anew(tmp_path, damage):
    """Whatever is found in its place."""
    path = tmp_path / "index.sqlite"
    path.write_bytes(damage)
    index = Index(path, identity="UTC /a")
    assert index.fresh
    put(index, clip(0))
    index.close()


def test_damage_found_later_makes_it_anew_too(tmp_path):
    """A page in the middle is overwritten: the first question that meets it fails, and then there is a new index."""
    path = tmp_path / "index.sqlite"
    index = Index(path, identity="UTC /a")
    put(index, *(clip(n) for n in range(500)))
    index.close()
    with path.open("r+b") as file:
        file.seek(4_096 * 40)
        file.write(b"\xff" * (path.stat().st_size - 4_096 * 40))
    index = Index(path, identity="UTC /a")
    assert not index.fresh

    def use() -> None:
        with index.mended(), index.transaction():
            put(index, *(clip(n) for n in range(600, 900)))
            list(index.each_clip())

    with pytest.raises(IndexFailed, match="malformed"):
        use()
    assert index.fresh
    assert list(index.each_clip()) == []
    index.close()


def test_a_place_where_no_database_can_be_is_told_plainly(tmp_path):
    """IndexFailed names the file and what to do."""
    (tmp_path / "index.sqlite").mkdir()
    with pytest.raises(IndexFailed, match="made anew from the archive") as raised:
        Index(tmp_path / "index.sqlite", identity="UTC /a")
    assert raised.value.exit_code == 1


def test_other_troubles_of_the_database_keep_it(index):
    """A full disk or a lock says nothing against the file."""
    index.set_meta("a", "1")
    with pytest.raises(IndexFailed, match="full"), index.mended():
        raise sqlite3.OperationalError("database or disk is full")
    assert index.meta("a") == "1"
