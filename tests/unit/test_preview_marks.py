"""What the index knows of previews follows what was made, found or lost."""

import os
from datetime import timedelta

import pytest
from models import START, a_clip, a_model

from sitegen import preview_marks
from sitegen.archive.index import UNKNOWN
from sitegen.archive.layout import preview_paths
from sitegen.previews.pool import PreviewResult
from sitegen.settings import PreviewSettings

CLIP, OTHER = a_clip(), a_clip(START + timedelta(hours=1))


@pytest.fixture
def index(tmp_path):
    with a_model(tmp_path, CLIP, OTHER) as model:
        yield model.index


def take(index, *, error=None, stage="all", mtime_ns=CLIP.mtime_ns):
    return preview_marks.take_over(index, [PreviewResult(CLIP.path, mtime_ns, error, 1, stage)])


def known(index):
    clip = index.clip(CLIP.path).clip
    return clip.poster, clip.previews, clip.preview_error


def test_a_poster_comes_before_the_rest(index):
    """Each is one change of the clip; being told twice is none."""
    (change,) = take(index, stage="poster")
    assert (change.old.clip.poster, change.new.clip.poster) == (False, True)
    assert known(index) == (True, False, None)
    assert take(index, stage="poster") == []
    assert len(take(index)) == 1
    assert known(index) == (True, True, None)


def test_a_poster_stays_when_the_rest_fails(index):
    """A page with a picture and no small video is better than none."""
    take(index, stage="poster")
    take(index, error="it is cut")
    assert known(index) == (True, False, "it is cut")


def test_no_poster_and_an_error(index):
    """The first stage failed for good."""
    take(index, error="no video in it")
    assert known(index) == (False, False, "no video in it")


def test_previews_of_another_version_do_not_count(index):
    """The video changed while they were made."""
    take(index, mtime_ns=CLIP.mtime_ns + 1)
    assert known(index) == (False, False, None)


def test_lost_previews_are_forgotten(index):
    """And a video that nobody knows is nobody's."""
    take(index)
    (change,) = preview_marks.forget(index, [CLIP.path, "not/there.mp4"])
    assert (change.old.clip.previews, change.new.clip.previews) == (True, False)
    assert known(index) == (False, False, None)


@pytest.mark.parametrize("kinds", [("poster", "still"), ("poster", "still", "video", "sprite"), ("sprite",)])
def test_what_is_on_the_site_is_recognised(index, tmp_path, kinds):
    """By names and times: a new index makes nothing again that is there."""
    index.put_folder(CLIP.path.rpartition("/")[0], UNKNOWN)
    for kind in kinds:
        path = tmp_path / "site" / preview_paths(CLIP.path)[kind]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
        os.utime(path, ns=(CLIP.mtime_ns, CLIP.mtime_ns))
    preview_marks.recognise(index, tmp_path / "site", PreviewSettings())
    assert known(index) == (len(kinds) > 1, len(kinds) == 4, None)
    assert not index.clip(OTHER.path).clip.poster
