"""The refresh: index and archive in step, ids that do not move, and an archive that has gone is not believed (P8)."""

import os
import shutil
import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from archives import put_clip, put_outage

from sitegen.archive import counts
from sitegen.archive.index import Index
from sitegen.archive.refresh import Source, refresh_all, refresh_paths
from sitegen.clip import Problem, Sidecar
from sitegen.errors import ArchiveGone

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Archive:
    """An archive in a folder, and its index."""

    def __init__(self, folder) -> None:
        self.root = folder / "archive"
        self.root.mkdir()
        self.index = Index(folder / "index.sqlite", identity="x")
        self.source = Source(self.root, BERLIN, self.adopt)
        self.adopted = []
        self.answer = "adopt"

    def adopt(self, file):
        self.adopted.append(file.path)
        if self.answer == "hold":
            return None
        if self.answer == "refuse":
            return Problem(file.path, "", "the video is empty")
        return Sidecar(
            kind="event", camera="unknown", start=NOON, end=NOON, video=file.path.rpartition("/")[2]
        )

    def all(self, *, below="", trust=False, before=None):
        known = counts.clip_count(self.index) if before is None else before
        result = refresh_all(self.index, self.source, before=known, below=below, trust=trust)
        self.index.fresh = False
        return result

    def paths(self, *paths, before=None):
        names = [p if isinstance(p, str) else p.relative_to(self.root).as_posix() for p in paths]
        known = counts.clip_count(self.index) if before is None else before
        return refresh_paths(self.index, self.source, names, before=known)

    def put(self, minute=0, **fields):
        return put_clip(self.root, NOON + timedelta(minutes=minute), **fields)

    def ids(self):
        return {p.clip.path.rpartition("/")[2]: p.clip.id for p in self.index.each_clip()}


@pytest.fixture
def archive(tmp_path):
    found = Archive(tmp_path)
    yield found
    found.index.close()


def remove(*videos):
    for video in videos:
        video.unlink()
        video.with_suffix(".yaml").unlink(missing_ok=True)


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


@pytest.mark.parametrize("name", [b"a\xff.mp4", b"a\n.mp4", b"fol\xffder/a.mp4"])
def test_names_that_are_no_text_stop_nothing(archive, name):
    """As a file or a folder, met by scan or named by a hint."""
    good = archive.put(0)
    path = archive.root / os.fsdecode(name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"v")
    archive.all()
    archive.paths(os.fsdecode(name), good)
    archive.all(below=os.fsdecode(name))
    assert counts.clip_count(archive.index) == 1
    assert len({p.path for p in archive.index.problems()}) == 1
    path.unlink()
    if b"/" in name:
        path.parent.rmdir()
    archive.paths(os.fsdecode(name))
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


def test_a_missing_root_is_not_believed(archive):
    """P8: the index stays as it was."""
    archive.put(0)
    archive.all()
    shutil.move(archive.root, archive.root.with_name("unmounted"))
    for look in (archive.all, archive.paths):
        with pytest.raises(ArchiveGone, match="it is missing"):
            look()
    assert counts.clip_count(archive.index) == 1


def test_an_emptied_root_is_not_believed(archive):
    """P8: nothing where one clip was; also when only build.json knows of it, and also when asked to trust."""
    video = archive.put(0)
    archive.all()
    shutil.rmtree(archive.root / "events")
    for look in (archive.all, lambda: archive.paths(video), lambda: archive.all(trust=True)):
        with pytest.raises(ArchiveGone, match="it is empty, where 1 clips were"):
            look()
    archive.index.start_anew()
    with pytest.raises(ArchiveGone, match="it is empty, where 7 clips were"):
        archive.all(before=7)


def test_more_than_half_gone_is_not_believed_unless_asked_for(archive):
    """P8: 4 of 7 raise, 3 of 7 do not; with `trust` they are gone."""
    videos = [archive.put(n) for n in range(7)]
    archive.all()
    remove(*videos[:4])
    for look in (archive.all, lambda: archive.paths(*videos)):
        with pytest.raises(ArchiveGone, match="4 of 7 clips are gone"):
            look()
    assert counts.clip_count(archive.index) == 7
    archive.all(trust=True)
    assert counts.clip_count(archive.index) == 3


def test_clips_that_became_problems_have_not_gone(archive):
    """A hook that writes nonsense is no unmounted disk: the videos are there, and what is wrong is told."""
    videos = [archive.put(n) for n in range(6)]
    archive.all()
    archive.answer = "refuse"
    for video in videos:
        video.with_suffix(".yaml").write_text("nonsense: [")
    archive.all()
    assert counts.clip_count(archive.index) == 0
    assert len(archive.index.problems()) == 12


def test_half_or_fewer_may_go(archive):
    """3 of 6 is an ordinary deletion; so are 2 of 3, which are few."""
    videos = [archive.put(n) for n in range(6)]
    archive.all()
    remove(*videos[:3])
    archive.all()
    remove(*videos[3:5])
    archive.all()
    assert counts.clip_count(archive.index) == 1


def test_a_folder_that_is_deleted_or_becomes_a_file(archive):
    """Its clips are gone; so is the folder."""
    for camera in ("101", "102", "103"):
        archive.put(0, camera=camera)
    archive.all()
    shutil.rmtree(archive.root / "events/102")
    assert len(archive.all(below="events/102").changes) == 1
    shutil.rmtree(archive.root / "events/103")
    (archive.root / "events/103").write_text("a file now")
    assert len(archive.all(below="events/103").changes) == 1
    assert archive.all().changes == ()


def test_a_refresh_that_fails_leaves_the_index_as_it_was(archive):
    """Whatever is raised in the middle, nothing of it stays."""
    archive.put(0)
    archive.all()
    archive.put(1)
    archive.put(2, sidecar=False)

    def fail(file):
        raise RuntimeError

    archive.source = Source(archive.root, BERLIN, fail)
    with pytest.raises(RuntimeError):
        archive.all()
    assert counts.clip_count(archive.index) == 1


def test_what_takes_the_place_of_a_file_is_not_followed(archive, tmp_path):
    """Between the look and the reading a sidecar becomes a fifo or a link: it is refused, at once."""
    os.mkfifo(archive.root / "pipe.yaml")
    (tmp_path / "secret").write_text("secret")
    (archive.root / "link.yaml").symlink_to(tmp_path / "secret")
    started = time.monotonic()
    assert archive.source.read("pipe.yaml") == b""
    assert time.monotonic() - started < 10
    with pytest.raises(OSError, match="symbolic links"):
        archive.source.read("link.yaml")


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
