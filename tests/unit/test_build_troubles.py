"""Builds that cannot go on: an archive that has gone (P8), a second generator (P13), broken themes, disks and indexes."""

import os
import shutil

import pytest
from archives import site_bytes
from built_site import Site
from links import crawl

from sitegen.archive.index import Index, identity_of
from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.errors import ArchiveGone, IndexFailed, LockHeld, ThemeError, UsageError
from sitegen.previews.pool import PreviewResult
from sitegen.settings import load


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_an_archive_that_has_gone_publishes_nothing(site):
    """P8: missing, emptied, more than half gone: the site stays as it is, and works."""
    videos = [site.put(n) for n in range(6)]
    site.build()
    before = site.stats()
    site.root.rename(site.folder / "away")
    with pytest.raises(ArchiveGone, match="missing"):
        site.build()
    site.root.mkdir()
    with pytest.raises(ArchiveGone, match="empty"):
        site.build(full=True)
    site.root.rmdir()
    (site.folder / "away").rename(site.root)
    for video in videos[:4]:
        video.unlink()
    with pytest.raises(ArchiveGone, match="4 of 6 clips are gone"):
        site.build()
    shutil.rmtree(site.state)
    with pytest.raises(ArchiveGone, match="4 of 6 clips are gone"):
        site.build()
    assert site.stats() == before
    assert site.build(full=True).clips == 2


def test_half_an_archive_that_goes_by_many_folders_is_not_believed(site):
    """P8: hints of one build that tell of one folder each are judged together."""
    for camera in range(6):
        site.put(0, camera=str(camera))
    generator = Generator(load(site.config))
    try:
        generator.build()
        gone = [f"events/{camera}" for camera in range(5)]
        for folder in gone:
            shutil.rmtree(site.root / folder)
        with pytest.raises(ArchiveGone, match="of 6 clips are gone"):
            generator.build(Hints(folders=frozenset(gone)))
    finally:
        generator.close()


def test_a_second_generator_is_told_of_the_first(site):
    """P13: by state folder, and by output with another state; after the first has gone, the second may."""
    other = site.folder / "other.toml"
    other.write_text(site.config.read_text() + '[archive]\nstate = "other-state"\n')
    first = Generator(load(site.config))
    with pytest.raises(LockHeld, match="the generator"):
        Generator(load(site.config))
    with pytest.raises(LockHeld) as raised:
        Generator(load(other))
    assert raised.value.path == site.output
    assert f"(process {os.getpid()})" in str(raised.value)
    first.close()
    Generator(load(other)).close()
    Generator(load(site.config)).close()


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("folder", ["feeds", "2026", "assets"])
def test_a_folder_that_was_moved_away_and_linked_is_made_anew(site, folder, full):
    """Nothing is written behind the link; all that was seen through it is on the site after the same build."""
    site.put(1)
    site.put(2)
    site.build()
    outside = site.folder / "outside"
    (site.output / folder).rename(outside)
    (site.output / folder).symlink_to(outside)
    before = {path: path.lstat().st_mtime_ns for path in outside.rglob("*")}
    site.put(3)
    site.build(full=full)
    assert {path: path.lstat().st_mtime_ns for path in outside.rglob("*")} == before
    assert not (site.output / folder).is_symlink()
    shown = site_bytes(site.output)
    assert crawl(site.output)[1] == []
    shutil.rmtree(site.output)
    site.build(full=True)
    assert shown.keys() == site_bytes(site.output).keys()


def test_somebodys_own_folder_is_not_taken_for_a_site(site):
    """Nothing in it is deleted or written; the message names the key."""
    site.output.mkdir()
    (site.output / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match=r"site\.output.*not empty"):
        site.build()
    assert [p.name for p in site.output.iterdir()] == ["thesis.txt"]
    (site.output / "thesis.txt").unlink()
    site.build()


def with_theme(site, **templates):
    theme = site.folder / "themes/mine"
    (theme / "templates").mkdir(parents=True, exist_ok=True)
    (theme / "theme.toml").write_text('name = "mine"\ndescription = "broken"\nextends = "default"\n')
    for name, text in templates.items():
        (theme / "templates" / f"{name.replace('_', '-')}.html").write_text(text)
    if "theme" not in site.config.read_text():
        site.config.write_text(site.config.read_text().replace("[site]", '[site]\ntheme = "mine"'))


@pytest.mark.parametrize(
    ("template", "text", "words"),
    [
        ("home", "{% if %}", "Expected an expression"),
        ("clip", "{{ clip.no_such_thing }}", "no_such_thing"),
        ("day", "{{ asset('none.css') }}", "there is no asset"),
        ("status", "{% extends 'none.html' %}", "no template"),
    ],
)
def test_a_broken_theme_leaves_the_old_site_up(site, template, text, words):
    """It is told with file and reason; the revision stays, and every link that was good still is."""
    site.put(0)
    site.build()
    home, build = ((site.output / p).read_bytes() for p in ("index.html", "build.json"))
    with_theme(site, **{template: text})
    with pytest.raises(ThemeError, match=words) as raised:
        site.build()
    assert raised.value.file.endswith(f"{template}.html")
    assert (site.output / "build.json").read_bytes() == build
    assert (site.output / "index.html").read_bytes() == home
    site.assert_sound()
    shutil.rmtree(site.folder / "themes")
    site.config.write_text(site.config.read_text().replace('theme = "mine"', ""))
    assert site.build().published
    site.assert_sound()


def test_a_disk_that_fills_leaves_the_old_site_up(site, monkeypatch):
    """What was begun is finished by the next build; it then equals one made from scratch."""
    site.put(0)
    generator = Generator(load(site.config))
    try:
        generator.build()
        site.put(1), site.put(24 * 60)
        real, count = os.rename, iter(range(100))

        def fills(source, target):
            if next(count) >= 3:
                raise OSError(28, "No space left on device")
            return real(source, target)

        monkeypatch.setattr(os, "rename", fills)
        with pytest.raises(OSError, match="No space left"):
            generator.build()
        monkeypatch.undo()
        site.assert_sound()
        assert site.json("build.json")["revision"] == 1
        assert generator.build().revision == 2
    finally:
        generator.close()
    made = site_bytes(site.output)
    shutil.rmtree(site.output), shutil.rmtree(site.state)
    site.build()
    assert site_bytes(site.output) == made


def test_a_damaged_index_is_made_anew_within_the_build(site):
    """The archive tells it all again; nobody has to delete anything."""
    for minute in range(200):
        site.put(minute / 10, token=str(minute))
    site.build()
    made = site_bytes(site.output)
    index = site.state / "index.sqlite"
    for side in ("-wal", "-shm"):
        index.with_name(index.name + side).unlink(missing_ok=True)
    with index.open("r+b") as file:
        file.seek(4_096 * 4)
        file.write(b"\xee" * (index.stat().st_size - 4_096 * 4))
    site.put(999)
    assert site.build().clips == 201
    assert made.keys() < site_bytes(site.output).keys()
    site.assert_sound()


@pytest.mark.parametrize("table", [b"files", b"clips", b"meta"])
def test_an_index_whose_schema_is_no_text_is_made_anew(site, table):
    """SQLite quotes the damaged schema, which Python cannot decode: that is a damaged file, too, to whoever only looks as well."""
    site.put(0)
    site.build()
    index = site.state / "index.sqlite"
    assert not index.with_name("index.sqlite-wal").exists()
    data = bytearray(index.read_bytes())
    data[data.find(b"CREATE TABLE " + table) + 2] = 0xD2
    index.write_bytes(data)
    identity = identity_of("Europe/Berlin", site.root)
    with pytest.raises(IndexFailed):
        Index(index, identity=identity, read_only=True)
    site.put(1)
    assert site.build().clips == 2
    site.assert_sound()


def test_an_index_with_a_row_that_is_no_text_is_made_anew(site):
    """SQLite does not see what became of a text in a row; Python cannot decode it."""
    video = site.put(0)
    site.build()
    index = site.state / "index.sqlite"
    data, name = index.read_bytes(), video.name.encode()
    assert name in data
    index.write_bytes(data.replace(name, b"\xd2" + name[1:]))
    site.put(1)
    assert site.build().clips == 2
    site.assert_sound()


def test_a_text_that_is_no_utf8_elsewhere_is_no_damage_of_the_index(site):
    """The index is not made anew for what a file of a theme holds."""
    generator = Generator(load(site.config))
    try:
        generator.build()
        with pytest.raises(UnicodeDecodeError), generator.index.mended():
            b"\xff".decode()
        assert not generator.index.fresh
    finally:
        generator.close()


def test_a_state_folder_deleted_under_a_generator_harms_nothing(site):
    """The next build goes on, and so does the next generator."""
    site.put(0)
    generator = Generator(load(site.config))
    try:
        generator.build()
        shutil.rmtree(site.state)
        site.put(1)
        assert generator.build().clips == 2
    finally:
        generator.close()
    site.put(2)
    assert site.build().clips == 3
    site.assert_sound()


def test_previews_and_index_follow_a_video_that_changes(site):
    """A video replaced by another has no previews until they are made again."""
    video = site.put(0)
    path = video.relative_to(site.root).as_posix()
    generator = Generator(load(site.config))
    try:
        generator.build()
        for ending in (".low.mp4", ".poster.jpg", ".still.jpg", ".sprite.jpg"):
            preview = site.output / f"previews/{path}{ending}"
            preview.parent.mkdir(parents=True, exist_ok=True)
            preview.write_bytes(b"1")
        made = PreviewResult(path, video.stat().st_mtime_ns, None, 1, "all")
        generator.previews_changed([made, PreviewResult("not/there.mp4", 1, None, 1, "all")])
        assert generator.build(Hints()).revision == 2
        page = site.output / "2026/11/22/101-20261122T120000Z.html"
        assert ".low.mp4" in page.read_text()
        site.assert_sound()
        video.write_bytes(b"another video")
        generator.build()
        assert ".low.mp4" not in page.read_text()
        generator.previews_changed([PreviewResult(path, 1, "ffmpeg could not read it", 3, "all")])
        assert generator.build(Hints()).problems == 1
    finally:
        generator.close()
