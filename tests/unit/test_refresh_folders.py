"""What is not looked at again: folders that are as they were, and what makes a refresh look at them all the same."""

import os

import pytest
from refreshed import Archive, remove

from sitegen.archive import counts
from sitegen.archive import scan as scan_module
from sitegen.archive.refresh import refresh_all


@pytest.fixture
def archive(tmp_path):
    found = Archive(tmp_path)
    yield found
    found.index.close()


def age(folder, seconds=100):
    """Make a folder look as if it had last changed some time ago; return its mtime."""
    long_ago = folder.stat().st_mtime_ns // 10**9 - seconds
    os.utime(folder, (long_ago, long_ago))
    return long_ago * 10**9


def age_all(archive):
    for folder in (archive.root, *(path for path in archive.root.rglob("*") if path.is_dir())):
        age(folder)


def quick(archive):
    return refresh_all(archive.index, archive.source, before=counts.clip_count(archive.index), quick=True)


def listed(monkeypatch):
    """Return a list that fills with the folders that are listed."""
    seen, scandir = [], os.scandir
    monkeypatch.setattr(scan_module.os, "scandir", lambda path: (seen.append(path), scandir(path))[1])
    return seen


def test_a_quick_scan_lists_only_folders_whose_time_changed(archive, monkeypatch):
    """A day that nothing came to costs one stat; the one with a new clip is compared."""
    old, new = archive.put(0), archive.put(0, camera="102")
    age_all(archive)
    archive.all()
    added = archive.put(1, camera="102")
    seen = listed(monkeypatch)
    (change,) = quick(archive).changes
    assert change.new.clip.path == added.relative_to(archive.root).as_posix()
    assert seen == [str(new.parent)]
    assert old.exists()


def test_a_quick_scan_finds_new_folders_and_those_that_went(archive):
    """Their parents' times tell; what is in a new one is found at any depth."""
    first, second = archive.put(0), archive.put(0, camera="102")
    archive.put(1, camera="103")
    age_all(archive)
    archive.all()
    third = archive.put(0, camera="104")
    remove(second)
    second.parent.rmdir()
    changes = quick(archive).changes
    assert {(c.old or c.new).clip.camera for c in changes} == {"102", "104"}
    assert quick(archive).changes == archive.all().changes == ()
    assert first.exists()
    assert third.exists()


def test_a_folder_that_changed_just_now_is_not_trusted(archive, monkeypatch):
    """A second change in the same tick of a coarse clock would not show in its time."""
    video = archive.put(0)
    archive.all()
    seen = listed(monkeypatch)
    quick(archive)
    assert str(video.parent) in seen


def test_a_scan_lists_every_folder_and_opens_no_file(archive, monkeypatch):
    """Nothing changed: names and stats are all that is read."""
    video = archive.put(0)
    archive.all()
    seen, opened = listed(monkeypatch), []
    monkeypatch.setattr(type(archive.source), "read", lambda _, path: opened.append(path))
    assert archive.all().changes == ()
    assert str(video.parent) in seen
    assert opened == []


def test_what_a_hint_took_over_is_compared_by_the_next_scan(archive):
    """A file that a hint brought, and that went unseen, goes with the scan though the folder looks as at first."""
    archive.put(0)
    archive.all()
    extra = archive.put(1)
    archive.paths(extra, extra.with_suffix(".yaml"))
    remove(extra)
    (change,) = archive.all().changes
    assert (change.old.clip.start.minute, change.new) == (1, None)


def test_a_problem_that_a_hint_brought_goes_with_the_next_scan(archive):
    """A fifo that came and went leaves nothing."""
    video = archive.put(0)
    archive.all()
    fifo = video.with_name("a.yaml")
    os.mkfifo(fifo)
    assert archive.paths(fifo).problems
    fifo.unlink()
    assert archive.all().problems
    assert archive.index.problems() == []


def test_folder_times_that_lie_are_noticed(archive):
    """A file system that keeps a folder's time when a file comes: the scan says so."""
    video = archive.put(0)
    then = age(video.parent)
    assert not archive.all().times_lie
    archive.put(1)
    os.utime(video.parent, ns=(then, then))
    result = archive.all()
    assert result.times_lie
    assert len(result.changes) == 1


def test_a_folder_that_can_be_read_again_loses_its_problem(archive, monkeypatch):
    """Also when it is just as it was before."""
    video = archive.put(0)
    archive.all()
    scandir = os.scandir

    def refuse(path):
        if str(path) == str(video.parent):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(scan_module.os, "scandir", refuse)
    assert archive.all().problems
    assert counts.clip_count(archive.index) == 1
    monkeypatch.undo()
    assert archive.all().problems
    assert archive.index.problems() == []


def test_what_cannot_be_looked_at_has_not_gone(archive, monkeypatch):
    """A quick scan that is refused keeps the clips, and says so."""
    video = archive.put(0)
    age_all(archive)
    archive.all()
    lstat, stat = os.lstat, os.stat

    def refusing(call):
        def refuse(path, *rest, **options):
            if str(path) == str(video.parent):
                raise PermissionError(13, "Permission denied")
            return call(path, *rest, **options)

        return refuse

    monkeypatch.setattr(scan_module.os, "lstat", refusing(lstat))
    monkeypatch.setattr(scan_module.os, "stat", refusing(stat))
    assert quick(archive).changes == ()
    assert counts.clip_count(archive.index) == 1
    assert ["cannot be read" in p.reason for p in archive.index.problems()] == [True]


def test_a_link_put_in_a_folders_place_is_not_followed(archive, tmp_path):
    """Not by a quick scan either."""
    video = archive.put(0, camera="102")
    for minute in range(3):
        archive.put(minute)
    age_all(archive)
    archive.all()
    outside = tmp_path / "outside"
    video.parent.rename(outside)
    video.parent.symlink_to(outside)
    assert archive.paths(video, video.with_suffix(".yaml")).changes[0].new is None
    video.parent.unlink()
    outside.rename(video.parent)
    archive.all()
    camera = video.parent.parent
    camera.rename(outside)
    camera.symlink_to(outside)
    (change,) = quick(archive).changes
    assert change.new is None
    assert (
        archive.all(below=camera.relative_to(archive.root).as_posix() + f"/{video.parent.name}").changes == ()
    )
    assert [p.reason for p in archive.index.problems()] == ["a link to a folder is not followed"]
