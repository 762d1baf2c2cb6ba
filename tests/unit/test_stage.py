"""Stages: new folders come with all their files at once; what is there already is not lost, and nothing is left behind."""

import gzip
import os

import pytest

from sitegen.site.publish import TEMPORARY, Publisher
from sitegen.site.stage import Stage

PAGE = b"<p>event</p>" * 200
DAY = "2026/11/22"


@pytest.fixture
def publisher(tmp_path):
    found = Publisher(tmp_path / "site", now_ns=lambda: 1_700_000_000_000_000_000)
    found.prepare()
    return found


def there(publisher, folder=DAY):
    try:
        return sorted(p.name for p in (publisher.output / folder).iterdir())
    except FileNotFoundError:
        return []


def test_a_new_folder_comes_whole(publisher):
    """P3: before the end none of its files is on the site, after it all are, with their twins, of one time."""
    with publisher.stage() as stage:
        for name in ("a.html", "b.html", "index.html"):
            assert stage.takes(f"{DAY}/{name}")
            stage.put(f"{DAY}/{name}", PAGE)
        stage.put(f"{DAY}/day.json", b"{}")
        assert there(publisher) == []
        assert publisher.written == 0
    assert there(publisher) == [
        "a.html", "a.html.gz", "b.html", "b.html.gz", "day.json", "index.html", "index.html.gz",
    ]  # fmt: skip
    folder = publisher.output / DAY
    assert gzip.decompress((folder / "a.html.gz").read_bytes()) == (folder / "a.html").read_bytes() == PAGE
    assert {p.stat().st_mtime_ns for p in folder.iterdir()} == {1_700_000_000_000_000_000}
    assert publisher.written == 4
    assert there(publisher, TEMPORARY) == []


def test_one_rename_for_all_that_is_new(publisher, monkeypatch):
    """A first build's days are in one folder of their year: however many there are, it is renamed once."""
    renamed, real = [], os.rename
    monkeypatch.setattr(os, "rename", lambda a, b: (renamed.append(b), real(a, b)))
    with publisher.stage() as stage:
        for day in range(1, 29):
            stage.put(f"2026/11/{day:02}/index.html", PAGE)
    assert renamed == [str(publisher.output / "2026")]


def test_a_folder_of_the_site_is_not_taken(publisher):
    """Its pages are written one by one; nor is the top of the site, which is always there."""
    publisher.write(f"{DAY}/a.html", b"1")
    with publisher.stage() as stage:
        assert not stage.takes(f"{DAY}/b.html")
        assert not stage.takes("index.html")
        assert stage.takes("2026/11/23/a.html")
        assert stage.takes("cameras/driveway/2026/11/22/index.html")
    assert there(publisher, "2026/11") == ["22"]


def test_an_error_publishes_nothing_and_leaves_nothing(publisher):
    """The day's marks are still there, so that the next build makes it."""

    def fail():
        with publisher.stage() as stage:
            stage.put(f"{DAY}/a.html", PAGE)
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fail()
    assert there(publisher) == []
    assert there(publisher, TEMPORARY) == []
    assert publisher.written == 0


def test_a_stage_of_a_build_that_was_killed_is_swept(publisher, tmp_path):
    """It is thrown away at the next start: none of its pages counts as written."""
    stage = Stage(
        str(publisher.output),
        str(publisher.output / TEMPORARY / "1.1"),
        mtime_ns=0,
        write=publisher.write,
        own=lambda _: None,
    )
    stage.put(f"{DAY}/a.html", PAGE)
    assert there(publisher, TEMPORARY) == ["1.1"]
    publisher.prepare()
    assert there(publisher, TEMPORARY) == []


def test_a_folder_that_came_meanwhile_keeps_what_it_has(publisher):
    """Then file by file: pages beside ours stay, one of the same name is replaced with a later time (P7)."""
    with publisher.stage() as stage:
        for name in ("a.html", "b.html"):
            stage.put(f"{DAY}/{name}", PAGE)
        stage.put("2026/11/23/a.html", PAGE)
        publisher.write(f"{DAY}/b.html", PAGE.replace(b"event", b"other"))
        publisher.write(f"{DAY}/other.html", b"1")
        old = (publisher.output / DAY / "b.html").stat()
    assert there(publisher) == ["a.html", "a.html.gz", "b.html", "b.html.gz", "other.html"]
    new = (publisher.output / DAY / "b.html").stat()
    assert new.st_mtime_ns - old.st_mtime_ns >= 1_000_000_000
    assert gzip.decompress((publisher.output / DAY / "b.html.gz").read_bytes()) == PAGE
    assert (publisher.output / DAY / "b.html.gz").stat().st_mtime_ns == new.st_mtime_ns
    assert there(publisher, "2026/11/23") == ["a.html", "a.html.gz"]
    assert publisher.written == 5


def test_an_empty_folder_is_no_obstacle(publisher):
    """Somebody emptied it, or a deletion left it: the new one takes its place."""
    with publisher.stage() as stage:
        stage.put(f"{DAY}/a.html", PAGE)
        (publisher.output / DAY).mkdir(parents=True)
    assert there(publisher) == ["a.html", "a.html.gz"]


def test_a_stage_that_is_deleted_while_it_is_filled_goes_on(publisher):
    """Somebody deleted the site while we were at work: what is written from then on is there."""
    import shutil

    with publisher.stage() as stage:
        stage.put(f"{DAY}/a.html", PAGE)
        shutil.rmtree(publisher.output)
        stage.put(f"{DAY}/b.html", PAGE)
    assert there(publisher) == ["b.html", "b.html.gz"]
