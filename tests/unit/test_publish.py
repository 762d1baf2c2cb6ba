"""Publishing: whole files only, ETags that change when bytes do (P4, P6, P7), and nothing outside the site."""

import os
import shutil
import threading

import pytest

from sitegen.site.publish import TEMPORARY, Publisher

SECOND = 1_000_000_000


class Clock:
    def __init__(self) -> None:
        self.ns = 1_700_000_000 * SECOND

    def __call__(self) -> int:
        return self.ns


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def publisher(tmp_path, clock):
    found = Publisher(tmp_path / "site", now_ns=clock)
    found.prepare()
    yield found
    found.close()


def etag(path) -> tuple[int, int]:
    """What nginx makes an ETag of."""
    found = path.stat()
    return found.st_mtime_ns // SECOND, found.st_size


def test_a_file_is_written_with_its_folders(publisher):
    """And what was there before is replaced as a whole, by a new file."""
    path = publisher.output / "2026/11/22/index.html"
    assert publisher.write("2026/11/22/index.html", b"one")
    before = path.stat().st_ino
    assert publisher.write("2026/11/22/index.html", b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_ino != before
    assert publisher.written == 2


def test_the_same_bytes_are_not_written_again(publisher):
    """P6: neither inode nor time changes."""
    publisher.write("a.html", b"one")
    before = (publisher.output / "a.html").stat()
    assert not publisher.write("a.html", b"one")
    after = (publisher.output / "a.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert publisher.written == 1


def test_each_change_has_another_etag_however_fast_they_follow(publisher, clock):
    """P7: five changes of equal size within one second have five times, each a whole second later."""
    path = publisher.output / "a.html"
    publisher.write("a.html", b"0")
    os.utime(path, ns=(clock.ns, clock.ns))
    seen = [etag(path)]
    for number in range(1, 6):
        clock.ns += SECOND // 100
        publisher.write("a.html", str(number).encode())
        seen.append(etag(path))
    assert len(set(seen)) == 6
    assert [s[0] for s in seen] == sorted(s[0] for s in seen)


def test_a_clock_that_went_back_does_not_bring_an_old_etag_back(publisher, clock):
    """Even with a clock an hour slow, a changed file is later than it was."""
    publisher.write("a.html", b"1")
    before = etag(publisher.output / "a.html")
    clock.ns = 1_000_000 * SECOND
    publisher.write("a.html", b"2")
    assert etag(publisher.output / "a.html")[0] > before[0]


def test_readers_see_one_whole_version_or_the_other(publisher):
    """P4: while a file is replaced hundreds of times, each reading is all of one letter."""
    publisher.write("a.html", b"a" * 100_000)
    seen, stop = set(), threading.Event()

    def read() -> None:
        while not stop.is_set():
            data = (publisher.output / "a.html").read_bytes()
            seen.add((len(data), len(set(data))))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(300):
        publisher.write("a.html", bytes([97 + number % 26]) * (100_000 + number % 2))
    stop.set()
    reader.join()
    assert seen <= {(100_000, 1), (100_001, 1)}


def test_temporary_files_are_hidden_and_swept(tmp_path, clock):
    """What a killed build left is gone at the next start; at the end the folder is, too."""
    site = tmp_path / "site"
    (site / TEMPORARY / "previews-x").mkdir(parents=True)
    (site / TEMPORARY / "previews-x/a.mp4").write_bytes(b"1")
    (site / TEMPORARY / "1.2").write_bytes(b"1")
    publisher = Publisher(site, now_ns=clock)
    publisher.prepare()
    assert list((site / TEMPORARY).iterdir()) == []
    assert list(publisher.files()) == []
    publisher.write("build.json", b"{}")
    publisher.close()
    assert [p.name for p in site.iterdir()] == ["build.json"]


def test_only_a_folder_that_is_a_site_is_taken_for_one(tmp_path, clock):
    """Somebody's own folder is not: it would be swept. An empty one is, and one in which a site was begun."""
    site = tmp_path / "site"
    publisher = Publisher(site, now_ns=clock)
    assert publisher.is_ours()
    (site / ".git").mkdir(parents=True)
    assert publisher.is_ours()
    (site / "thesis.txt").write_text("precious")
    assert not publisher.is_ours()
    (site / "thesis.txt").unlink()
    publisher.prepare()
    publisher.write("2026/11/22/a.html", b"1")
    publisher.close()
    assert publisher.is_ours()  # begun, and not finished
    publisher.write("build.json", b"{}")
    publisher.close()
    assert not (site / TEMPORARY).exists()
    assert publisher.is_ours()


def test_a_link_of_somebody_elses_is_replaced_not_followed(publisher, tmp_path):
    """A page's place that is a link: the page is put there, what it led to stays as it was."""
    outside = tmp_path / "outside"
    outside.write_text("precious")
    (publisher.output / "a.html").symlink_to(outside)
    publisher.write("a.html", b"page")
    assert outside.read_text() == "precious"
    assert not (publisher.output / "a.html").is_symlink()
    (publisher.output / "b.html").symlink_to(outside)
    publisher.delete("b.html")
    assert outside.read_text() == "precious"


def test_a_link_in_the_place_of_a_folder_is_replaced_not_followed(publisher, tmp_path):
    """Nothing is written, staged, deleted or swept behind it, at whatever depth it is; the next pass looks again."""
    outside = tmp_path / "outside"
    (outside / "11/22").mkdir(parents=True)
    (outside / "11/22/a.html").write_text("precious")
    before = sorted(outside.rglob("*"))

    def link(name: str) -> None:
        shutil.rmtree(publisher.output / name, ignore_errors=True)
        (publisher.output / name).symlink_to(outside)
        publisher.look_again()
        publisher.lost_folders = False

    link("2026")
    assert publisher.write("2026/11/22/a.html", b"page")
    assert publisher.lost_folders
    link("2026")
    with publisher.stage() as stage:
        assert stage.takes("2026/11/23/a.html")
        stage.put("2026/11/23/a.html", b"page")
    assert (publisher.output / "2026/11/23/a.html").read_bytes() == b"page"
    link("2026")
    assert not publisher.delete("2026/11/22/a.html")
    link(TEMPORARY)
    publisher.prepare()
    assert not (publisher.output / TEMPORARY).is_symlink()
    link("feeds")
    publisher.delete("feeds")
    assert publisher.lost_folders
    assert sorted(outside.rglob("*")) == before
    assert (outside / "11/22/a.html").read_text() == "precious"


def test_the_link_to_the_archive_is_relative_and_is_made_once(publisher, tmp_path):
    """So that both folders can be moved together; it is replaced when the archive is another."""
    archive = tmp_path / "archive"
    archive.mkdir()
    assert publisher.link("media", archive)
    assert str((publisher.output / "media").readlink()) == "../archive"
    assert not publisher.link("media", archive)
    other = tmp_path / "other"
    other.mkdir()
    assert publisher.link("media", other)
    assert (publisher.output / "media").resolve() == other


def test_the_link_to_the_archive_is_never_away_while_it_is_replaced(publisher, tmp_path, monkeypatch):
    """P3: all videos hang on it, so after each call there is one that leads somewhere."""
    for name in ("archive", "other"):
        (tmp_path / name).mkdir()
    publisher.link("media", tmp_path / "archive")
    led = []

    def watched(real):
        def call(*arguments, **named):
            real(*arguments, **named)
            led.append((publisher.output / "media").is_dir())

        return call

    for name in ("symlink", "rename", "replace", "unlink"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    publisher.link("media", tmp_path / "other")
    assert len(led) > 1
    assert all(led)
    assert (publisher.output / "media").resolve() == tmp_path / "other"


def test_deleting_takes_empty_folders_along(publisher):
    """But never one that somebody else has something in, and never the site."""
    publisher.write("2026/11/22/a.html", b"1")
    publisher.write("2026/11/23/b.html", b"1")
    assert publisher.delete("2026/11/22/a.html")
    assert not (publisher.output / "2026/11/22").exists()
    assert (publisher.output / "2026/11/23/b.html").exists()
    assert not publisher.delete("2026/11/22/a.html")
    assert not publisher.delete("2026/11/23/b.html/c.html")
    publisher.delete("2026/11/23/b.html")
    assert not (publisher.output / "2026").exists()
    assert publisher.output.exists()
    assert publisher.deleted == 2


def test_files_are_those_of_pages(publisher, tmp_path):
    """Neither media nor previews nor hidden files; a link to a folder is not walked."""
    for path in ("index.html", "2026/11/22/a.html", "previews/x.jpg", ".well-known/x"):
        publisher.write(path, b"1")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive/a.mp4").write_bytes(b"1")
    publisher.link("media", tmp_path / "archive")
    (publisher.output / "elsewhere").symlink_to(tmp_path / "archive")
    assert sorted(publisher.files()) == ["2026/11/22/a.html", "elsewhere", "index.html"]
    assert publisher.exists("index.html")
    assert not publisher.exists("index.htm")


def test_a_failed_write_leaves_the_old_file(publisher, monkeypatch):
    """The disk is full: what is published stays as it was."""
    publisher.write("a.html", b"old")

    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        publisher.write("a.html", b"new")
    monkeypatch.undo()
    assert (publisher.output / "a.html").read_bytes() == b"old"


def test_a_full_disk_leaves_no_half_behind(tmp_path, monkeypatch):
    """Each try would else leave one more."""
    publisher = Publisher(tmp_path, now_ns=lambda: 1)
    publisher.prepare()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sitegen.site.twins.os.write", full)
    for _ in range(3):
        with pytest.raises(OSError, match="No space"):
            publisher.write("a.html", b"x" * 2_000)
    assert list((tmp_path / ".sitegen-tmp").iterdir()) == []


def test_a_file_that_cannot_be_renamed_leaves_no_half_behind(publisher, monkeypatch):
    """A watch tries for as long as the trouble lasts: each try would leave one more."""
    import sitegen.site.publish as module

    def refused(*_):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module.os, "rename", refused)
    with pytest.raises(OSError, match="Input/output"):
        publisher.write("a.html", b"a")
    assert list((publisher.output / TEMPORARY).iterdir()) == []
