"""Where previews lie, when they are valid, and how they go away."""

import os

import msgspec
import pytest
from preview_footage import clip_of

from sitegen.archive.layout import preview_paths
from sitegen.previews.plan import plan
from sitegen.previews.store import (
    have_previews,
    made_stage,
    publish,
    remove_previews,
    same_time,
    settle,
    sweep,
    workspace,
)
from sitegen.settings import PreviewSettings

SETTINGS = PreviewSettings()


@pytest.fixture
def clip(tmp_path):
    video = tmp_path / "archive/events/1/20260102/a.mp4"
    video.parent.mkdir(parents=True)
    video.write_bytes(b"video")
    return clip_of(tmp_path / "archive", "events/1/20260102/a.mp4")


def make(output, clip, mtime_ns=None):
    for path in preview_paths(clip.path).values():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_bytes(b"x")
        os.utime(output / path, ns=(mtime_ns or clip.mtime_ns,) * 2)


def test_previews_are_valid_when_all_carry_the_videos_mtime(tmp_path, clip):
    """One that is missing, empty, older or a link makes them all invalid."""
    assert not have_previews(tmp_path, clip, SETTINGS)
    make(tmp_path, clip)
    assert have_previews(tmp_path, clip, SETTINGS)
    for path in preview_paths(clip.path).values():
        file = tmp_path / path
        file.unlink()
        assert not have_previews(tmp_path, clip, SETTINGS)
        file.touch()
        os.utime(file, ns=(clip.mtime_ns,) * 2)
        assert not have_previews(tmp_path, clip, SETTINGS), "empty"
        make(tmp_path, clip)
    changed = msgspec.structs.replace(clip, mtime_ns=clip.mtime_ns + 1)
    assert not have_previews(tmp_path, changed, SETTINGS)


def test_a_clip_that_gets_none_has_none(tmp_path, clip):
    """Also when files of an earlier setting are there: the site does not link to them."""
    make(tmp_path, clip)
    segment = msgspec.structs.replace(clip, kind="segment")
    assert have_previews(tmp_path, segment, PreviewSettings(segments="full"))
    assert not have_previews(tmp_path, segment, PreviewSettings(segments="none"))
    assert not have_previews(tmp_path, msgspec.structs.replace(clip, end=None), SETTINGS)


@pytest.mark.parametrize(
    ("stored", "same"),
    [
        (1_700_000_001_123_456_789, True),
        (1_700_000_001_123_456_700, True),  # NTFS
        (1_700_000_001_123_456_000, True),
        (1_700_000_001_000_000_000, True),  # whole seconds
        (1_700_000_000_000_000_000, True),  # FAT: even seconds
        (1_700_000_001_123_456_788, False),
        (1_700_000_002_000_000_000, False),
        (0, False),
    ],
)
def test_coarse_file_times_are_recognised(stored, same):
    """Else previews on such a file system would be made again for ever."""
    assert same_time(stored, 1_700_000_001_123_456_789) is same


def test_removing_takes_the_empty_folders_and_nothing_else(tmp_path, clip):
    """A neighbour's previews keep their folder."""
    other = msgspec.structs.replace(clip, path="events/1/20260102/b.mp4")
    make(tmp_path, clip)
    make(tmp_path, other)
    remove_previews(tmp_path, clip.path)
    assert have_previews(tmp_path, other, SETTINGS)
    assert not have_previews(tmp_path, clip, SETTINGS)
    remove_previews(tmp_path, other.path)
    assert not (tmp_path / "previews").exists()
    assert tmp_path.exists()
    remove_previews(tmp_path, other.path)


def test_working_folders_of_a_killed_instance_are_swept(tmp_path):
    """Only ours: the site's own temporary files are not touched."""
    left = workspace(tmp_path)
    (tmp_path / ".sitegen-tmp" / "page").mkdir()
    sweep(tmp_path)
    assert [entry.name for entry in (tmp_path / ".sitegen-tmp").iterdir()] == ["page"]
    left.cleanup()


def test_publishing_gives_the_videos_mtime_and_survives_a_folder_that_goes(tmp_path, clip, monkeypatch):
    """Files come by rename, readable for the web server, and when their bytes are on the disk (which fsync says)."""
    synced, real = set(), os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.add(os.fstat(handle).st_ino), real(handle)))
    wanted = plan(clip, SETTINGS)
    with workspace(tmp_path) as name:
        folder = tmp_path / name
        made = {}
        for file in ("low.mp4", "poster.jpg", "still.jpg", "sprite.jpg"):
            (folder / file).write_bytes(b"x")
            made[file] = (folder / file).stat().st_ino
        for stage in ("poster", "all"):
            settle(folder, clip.mtime_ns, stage)
            publish(folder, tmp_path, wanted, stage)
            assert made_stage(tmp_path, clip, SETTINGS) == stage
    shown = {path.stat().st_ino for path in (tmp_path / "previews").rglob("*.*")}
    assert shown == set(made.values()), "a copy would be seen while it grows"
    assert shown <= synced
    assert have_previews(tmp_path, clip, SETTINGS)
    assert list((tmp_path / ".sitegen-tmp").iterdir()) == []
