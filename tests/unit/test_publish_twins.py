"""Publishing files with their twins: both belong together at every moment, and each change has an ETag of its own (P4, P7)."""

import gzip
import os

import pytest

from sitegen.site.publish import Publisher

SECOND = 1_000_000_000
ONE, TWO = b"<p>one</p>" * 200, b"<p>two</p>" * 200


@pytest.fixture
def publisher(tmp_path):
    found = Publisher(tmp_path / "site", now_ns=lambda: 1_700_000_000 * SECOND)
    found.prepare()
    return found


@pytest.fixture
def page(publisher):
    return publisher.output / "a.html"


@pytest.fixture
def twin(publisher):
    return publisher.output / "a.html.gz"


def belong_together(page, twin):
    same_time = page.stat().st_mtime_ns == twin.stat().st_mtime_ns
    return same_time and gzip.decompress(twin.read_bytes()) == page.read_bytes()


def test_a_twin_comes_and_goes_with_its_file(publisher, page, twin):
    """Written, replaced and deleted with it; both count as one."""
    for data in (ONE, TWO):
        assert publisher.write("a.html", data)
        assert belong_together(page, twin)
    assert publisher.delete("a.html")
    assert not page.exists()
    assert not twin.exists()
    assert (publisher.written, publisher.deleted) == (2, 1)


def test_a_page_that_shrinks_loses_its_twin(publisher, page, twin):
    """And gets it again when it grows."""
    publisher.write("a.html", ONE)
    publisher.write("a.html", b"small")
    assert not twin.exists()
    publisher.write("a.html", TWO)
    assert belong_together(page, twin)


def test_the_same_bytes_are_not_written_again(publisher, page, twin):
    """P6: neither file nor twin."""
    publisher.write("a.html", ONE)
    before = page.stat(), twin.stat()
    assert not publisher.write("a.html", ONE)
    assert (page.stat().st_ino, twin.stat().st_ino) == (before[0].st_ino, before[1].st_ino)


def test_each_change_of_a_twin_has_another_etag(publisher, twin):
    """P7 for what nginx sends to those who take gzip: equal sizes, one moment, five changes."""
    seen = set()
    for number in range(6):
        publisher.write("a.html", str(number).encode() * 2_000)
        seen.add((twin.stat().st_mtime_ns // SECOND, twin.stat().st_size))
    assert len({size for _, size in seen}) == 1
    assert len(seen) == 6


def killed_at(publisher, monkeypatch, call, number, data):
    """Write a page, and stop before the Nth such call of the system, as a kill would."""
    real, count = getattr(os, call), iter(range(1, 100))

    class Killed(BaseException):
        pass

    def stop(*arguments):
        if next(count) == number:
            raise Killed
        return real(*arguments)

    monkeypatch.setattr(os, call, stop)
    with pytest.raises(Killed):
        publisher.write("a.html", data)
    monkeypatch.undo()


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("next_", [ONE, TWO, b"small"])
def test_a_kill_between_the_two_is_mended(publisher, page, twin, monkeypatch, *, number, next_):
    """Whatever the page is to be at the next build, also what it was before: then its twin is not the other one's."""
    publisher.write("a.html", ONE)
    killed_at(publisher, monkeypatch, "rename", number, TWO)
    assert page.read_bytes() == ONE
    publisher.write("a.html", next_)
    assert page.read_bytes() == next_
    assert belong_together(page, twin) if next_ != b"small" else not twin.exists()


def test_an_etag_that_was_seen_before_a_kill_is_not_seen_again(publisher, twin, monkeypatch):
    """P7: between twin and page the build was killed; a reader had the new twin, the next one is later still."""
    publisher.write("a.html", ONE)
    killed_at(publisher, monkeypatch, "rename", 2, TWO)
    seen = twin.stat()
    publisher.write("a.html", ONE.replace(b"one", b"owe"))
    assert twin.stat().st_size == seen.st_size
    assert twin.stat().st_mtime_ns // SECOND > seen.st_mtime_ns // SECOND


def test_a_twin_that_was_deleted_is_made_again(publisher, page, twin):
    """P5: with its page, when that is rendered the next time, though that is the same."""
    publisher.write("a.html", ONE)
    twin.unlink()
    assert publisher.write("a.html", ONE)
    assert belong_together(page, twin)


def test_no_reader_gets_a_new_page_with_an_old_twin(publisher, page, twin, monkeypatch):
    """The twin is in its place before its page is: at the moment of each rename the twin is at least as new."""
    publisher.write("a.html", ONE)
    seen, real = [], os.rename

    def rename(source, target):
        seen.append((page.read_bytes(), gzip.decompress(twin.read_bytes())))
        real(source, target)

    monkeypatch.setattr(os, "rename", rename)
    publisher.write("a.html", TWO)
    assert seen == [(ONE, ONE), (ONE, TWO)]


def test_a_twin_goes_before_its_page(publisher, page, twin, monkeypatch):
    """So that a deletion that is killed leaves no twin whose page is gone: nginx would send it for ever."""
    publisher.write("a.html", ONE)
    gone = []
    from pathlib import Path

    real = Path.unlink
    monkeypatch.setattr(
        Path, "unlink", lambda path, **options: (gone.append(path.name), real(path, **options))
    )
    publisher.delete("a.html")
    assert gone == ["a.html.gz", "a.html"]


def test_a_twin_without_its_page_is_deleted_with_it(publisher, twin):
    """Somebody deleted the page alone; it was not there to be deleted, and yet nothing of it stays."""
    publisher.write("a.html", ONE)
    (publisher.output / "a.html").unlink()
    assert not publisher.delete("a.html")
    assert not twin.exists()


def test_twins_are_parts_of_their_files(publisher):
    """Of the site's files only one that has lost its page is listed: it is swept."""
    publisher.write("a.html", ONE)
    publisher.write("b/c.html", TWO)
    (publisher.output / "lost.html.gz").write_bytes(b"1")
    assert sorted(publisher.files()) == ["a.html", "b/c.html", "lost.html.gz"]
    assert not publisher.is_empty()


def test_an_empty_site_is_one_without_files(publisher):
    """What is hidden does not count."""
    assert publisher.is_empty()
    (publisher.output / ".git").mkdir()
    assert publisher.is_empty()
    publisher.write("a.html", b"1")
    assert not publisher.is_empty()
