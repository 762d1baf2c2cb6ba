"""What is missing on the site is found, and a folder that lacked nothing is not listed again until its time changes."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from models import CAMERAS, START, a_clip, a_model

from sitegen.archive.index import UNKNOWN
from sitegen.archive.layout import preview_paths
from sitegen.site.heal import missing_pages, missing_previews
from sitegen.site.pages import Page, paths

SLUGS = {camera.id: camera.slug for camera in CAMERAS}
DAY = "2026-11-22"
CLIPS = (a_clip(), a_clip(START + timedelta(hours=1), camera="102", kind="segment", previews=True))
PAGES = (
    Page("clip", DAY, CLIPS[0].id),
    Page("day", DAY),
    Page("camera-day", DAY, "101"),
    Page("camera-day", DAY, "102"),
    Page("playlist", DAY, "102"),
)


@pytest.fixture
def site(tmp_path):
    output = tmp_path / "site"
    names = [path for page in PAGES for path in paths(page, SLUGS)]
    for name in (*names, *preview_paths(CLIPS[1].path).values()):
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        (output / name).write_text("x")
    with a_model(tmp_path, *CLIPS) as model:
        model.index.put_folder(CLIPS[1].path.rpartition("/")[0], UNKNOWN)
        age(output)
        yield output, model.index


def age(output):
    for folder in output.rglob("*"):
        if folder.is_dir():
            os.utime(folder, (1_000_000_000, 1_000_000_000))


def look(site):
    output, index = site
    return list(missing_pages(output, index, (), SLUGS)), list(missing_previews(output, index))


def test_nothing_is_missing_on_a_whole_site(site):
    """And what was found whole is not listed again while its time stays."""
    assert look(site) == ([], [])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.kind} {page.key}")
@pytest.mark.parametrize("seen_before", [False, True])
def test_a_page_that_somebody_deleted_is_found(site, page, seen_before):
    """Whether its folder was seen whole before or not."""
    if seen_before:
        look(site)
    (site[0] / paths(page, SLUGS)[0]).unlink()
    assert look(site) == ([page], [])
    assert look(site) == ([page], [])  # until it is there again


def test_a_folder_that_lacked_nothing_costs_one_stat(site, monkeypatch):
    """It is listed once."""
    listed, iterdir = [], Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: (listed.append(path), iterdir(path))[1])
    look(site)
    assert listed
    listed.clear()
    look(site)
    assert listed == []


def test_previews_that_somebody_deleted_are_found(site):
    """One of four is enough; so is their whole folder."""
    look(site)
    still = site[0] / preview_paths(CLIPS[1].path)["still"]
    still.unlink()
    assert look(site) == ([], [CLIPS[1].path])
    for left in still.parent.iterdir():
        left.unlink()
    still.parent.rmdir()
    assert look(site) == ([], [CLIPS[1].path])


def test_a_poster_alone_is_all_there_is_to_be(site):
    """Its video and sprite are not missing before they are made."""
    output, index = site
    index.set_previews(CLIPS[1].path, poster_ns=CLIPS[1].mtime_ns, preview_ns=None, error=None)
    (output / preview_paths(CLIPS[1].path)["sprite"]).unlink()
    assert look(site) == ([], [])
    (output / preview_paths(CLIPS[1].path)["poster"]).unlink()
    assert look(site) == ([], [CLIPS[1].path])


def test_previews_made_after_a_look_are_watched_over(site):
    """A folder that was not there lacked nothing; once it is, it is compared."""
    output, index = site
    index.put_folder(CLIPS[0].path.rpartition("/")[0], UNKNOWN)
    look(site)
    for path in preview_paths(CLIPS[0].path).values():
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text("x")
    index.set_previews(CLIPS[0].path, poster_ns=CLIPS[0].mtime_ns, preview_ns=CLIPS[0].mtime_ns, error=None)
    assert look(site) == ([], [])
    (output / preview_paths(CLIPS[0].path)["video"]).unlink()
    assert look(site) == ([], [CLIPS[0].path])
