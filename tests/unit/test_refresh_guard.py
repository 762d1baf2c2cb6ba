"""What a refresh does not believe (P8), and what cannot stop it (P9)."""

import os
import shutil
import time

import pytest
from refreshed import BERLIN, Archive, remove

from sitegen.archive import counts
from sitegen.archive.refresh import Source
from sitegen.errors import ArchiveGone


@pytest.fixture
def archive(tmp_path):
    found = Archive(tmp_path)
    yield found
    found.index.close()


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
