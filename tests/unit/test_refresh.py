"""The refresh: index and archive in step, and ids that do not move."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from archives import put_clip, put_outage
from refreshed import NOON, Archive, remove

from sitegen.archive import counts
from sitegen.archive.refresh import Source


@pytest.fixture
def archive(tmp_path):
    found = Archive(tmp_path)
    yield found
    found.index.close()


def test_a_scan_takes_over_what_differs_and_nothing_else(archive):
    """Added, changed and removed clips are changes; at the second look there are none."""
    first, second = archive.put(0), archive.put(1)
    archive.all()
    assert archive.all().changes == ()
    third = archive.put(2)
    remove(first)
    second.with_suffix(".md").write_text("---\nkeep: true\n---\n")
    changes = {(c.old and c.old.clip.path, c.new and c.new.clip.path): c for c in archive.all().changes}
    path = {v: v.relative_to(archive.root).as_posix() for v in (first, second, third)}
    assert set(changes) == {(path[first], None), (path[second], path[second]), (None, path[third])}
    assert archive.all().changes == ()


def test_hints_and_scan_come_to_the_same(archive):
    """Looking at the paths alone gives the same changes as a scan would."""
    archive.put(0)
    archive.all()
    video = archive.put(1)
    result = archive.paths(video, video.with_suffix(".yaml"))
    assert [c.new.clip.start for c in result.changes] == [NOON + timedelta(minutes=1)]
    assert archive.all().changes == ()
    remove(video)
    assert [c.new for c in archive.paths(video.with_suffix(".yaml"), video).changes] == [None]
    assert archive.all().changes == ()


def test_a_new_index_reports_no_changes(archive):
    """When nothing was known everything is new; listing it all would cost memory."""
    archive.put(0)
    assert archive.all().changes == ()
    assert counts.clip_count(archive.index) == 1


def test_files_of_old_times_count_by_size_time_or_inode(archive):
    """A sidecar replaced within one tick of the clock, of equal size, shows by its inode."""
    video = archive.put(0)
    sidecar = video.with_suffix(".yaml")
    archive.all()
    stat = sidecar.stat()
    other = sidecar.with_name(".other")
    other.write_text(sidecar.read_text().replace('"event"', '"event"').replace("12:00:10", "12:00:11"))
    os.utime(other, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
    other.rename(sidecar)
    assert sidecar.stat().st_size == stat.st_size
    (change,) = archive.all().changes
    assert change.new.clip.end == NOON + timedelta(seconds=11)


def test_ids_of_one_moment_are_numbered_by_video_path(archive):
    """-2 and -3 go by path, whatever order they come in; an id moves only when an earlier one comes or goes."""
    c = archive.put(0, token="c")
    archive.all()
    assert archive.ids() == {c.name: "101-20261122T120000Z"}
    a, b = archive.put(0, token="a"), archive.put(0, token="b")
    result = archive.all()
    assert archive.ids() == {
        a.name: "101-20261122T120000Z",
        b.name: "101-20261122T120000Z-2",
        c.name: "101-20261122T120000Z-3",
    }
    assert len(result.changes) == 3  # c has another id now: its page must move
    remove(a)
    archive.paths(a, a.with_suffix(".yaml"))
    assert archive.ids() == {b.name: "101-20261122T120000Z", c.name: "101-20261122T120000Z-2"}


def test_segments_have_ids_of_their_own(archive):
    """-s tells a segment from an event of the same second."""
    event, segment = archive.put(0), archive.put(0, kind="segment", token="s")
    other = archive.put(0, kind="segment", token="t")
    archive.all()
    assert archive.ids() == {
        event.name: "101-20261122T120000Z",
        segment.name: "101-20261122T120000Z-s",
        other.name: "101-20261122T120000Z-s-2",
    }


def test_an_id_stays_while_its_sidecar_does(archive):
    """Notes, other clips and a new index change nothing."""
    video = archive.put(0)
    archive.all()
    before = archive.ids()
    video.with_suffix(".md").write_text("hello")
    archive.put(1)
    archive.all()
    assert archive.ids()[video.name] == before[video.name]


def test_the_local_day_is_where_a_clip_lies(archive):
    """23:30 UTC is the next day in Berlin; a clip over midnight lies on the day it begins, and on no other."""
    put_clip(archive.root, datetime(2026, 11, 22, 22, 59, 55, tzinfo=UTC), token="before", seconds=20)
    put_clip(archive.root, datetime(2026, 11, 22, 23, 0, tzinfo=UTC), token="after")
    archive.all()
    days = [[p.clip.path for p in archive.index.clips_of_day(date(2026, 11, n))] for n in (21, 22, 23, 24)]
    assert [len(d) for d in days] == [0, 1, 1, 0]
    assert "before" in days[1][0]


def test_a_picture_that_comes_later_joins_its_clip(archive):
    """Also when only the picture is looked at; and it leaves when it goes."""
    video = archive.put(0, image="p.jpg")
    archive.all()
    picture = video.with_name("p.jpg")
    picture.write_bytes(b"jpeg")
    (change,) = archive.paths(picture).changes
    assert change.new.clip.image.endswith("/p.jpg")
    picture.unlink()
    (change,) = archive.all().changes
    assert change.new.clip.image is None


def test_a_held_video_is_asked_about_at_each_refresh(archive):
    """Until it is adopted, or its sidecar comes."""
    archive.answer = "hold"
    video = archive.put(0, sidecar=False)
    archive.all()
    assert counts.clip_count(archive.index) == 0
    assert archive.index.held_stems()
    archive.paths()
    assert len(archive.adopted) >= 2
    archive.answer = "adopt"
    (change,) = archive.paths().changes
    assert change.new.clip.adopted
    assert archive.index.held_stems() == []
    assert video.exists()


def test_problems_come_and_go(archive):
    """A bad sidecar is told once, by scan or by hint, and forgotten when it is mended."""
    video = archive.put(0)
    archive.all()
    sidecar = video.with_suffix(".yaml")
    good = sidecar.read_text()
    sidecar.write_text("nonsense: [")
    assert archive.paths(sidecar).problems
    assert not archive.all().problems
    assert [p.path for p in archive.index.problems()] == [sidecar.relative_to(archive.root).as_posix()]
    sidecar.write_text(good)
    assert archive.all().problems
    assert archive.index.problems() == []


def test_problems_of_files_come_and_go(archive):
    """A link in place of a video: told by a hint, settled by the scan."""
    archive.put(0)
    archive.all()
    link = archive.root / "x.mp4"
    link.symlink_to("/nowhere")
    assert archive.paths("x.mp4").problems
    assert not archive.all().problems
    link.unlink()
    archive.paths("x.mp4")
    archive.all()
    assert archive.index.problems() == []


def test_outages_are_told_as_they_were_and_are(archive):
    """The pages of both must change."""
    path = put_outage(archive.root, NOON, None)
    archive.put(60)
    archive.all()
    put_outage(archive.root, NOON, NOON + timedelta(hours=1))
    told = archive.paths(path).outages
    assert [o.end for o in told] == [None, NOON + timedelta(hours=1)]
    assert archive.all().outages == ()
    path.unlink()
    assert len(archive.all().outages) == 1


def test_a_folder_that_cannot_be_listed_keeps_what_is_known_of_it(tmp_path, monkeypatch):
    """Neither its clips nor those below it go; the folder is a Problem until it can be listed."""
    archive = Archive(tmp_path)
    for minute in range(3):
        archive.put(minute)
    archive.all()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("/events/101"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert archive.all().changes == ()
    assert [(p.path, p.reason) for p in archive.index.problems()] == [
        ("events/101", "folder cannot be read: Permission denied")
    ]
    monkeypatch.undo()
    assert (archive.all().changes, archive.index.problems()) == ((), [])


def test_a_sidecar_that_can_be_read_again_counts_again(tmp_path, monkeypatch):
    """Rights and a disk that recovers change neither size nor time of a file; it is read again all the same."""
    archive = Archive(tmp_path)
    video = archive.put()
    read = Source.read

    def refuse(source, path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Source, "read", refuse)
    archive.all()
    assert archive.index.clip(video.relative_to(archive.root).as_posix()).clip.adopted
    monkeypatch.setattr(Source, "read", read)
    archive.paths()
    assert not archive.index.clip(video.relative_to(archive.root).as_posix()).clip.adopted
    assert archive.index.problems() == []
