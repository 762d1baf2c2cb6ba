"""Builds, in process: what is published, what is not written again (P6, P7), and what is not believed (P2, P8)."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import configure, make_video, put_clip, put_outage, site_bytes, write_sidecar
from links import crawl

from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.errors import ArchiveGone, LockHeld, ThemeError, UsageError
from sitegen.settings import load
from sitegen.site import feeds
from sitegen.site.publish import Publisher

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Site:
    """A configuration, an archive and a site; each `build` is a generator of its own unless one is held open."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.output = folder, folder / "archive", folder / "site"
        self.config = configure(folder)
        self.state = folder / "state"

    def put(self, minute: float = 0, **fields):
        return put_clip(self.root, NOON + timedelta(minutes=minute), **fields)

    def build(self, **options):
        generator = Generator(load(self.config), **options)
        try:
            return generator.build()
        finally:
            generator.close()

    def json(self, path: str):
        return json.loads((self.output / path).read_text())

    def stats(self):
        """Return path → inode and time of everything on the site."""
        found = {}
        for folder, _, files in os.walk(self.output):
            for name in files:
                path = Path(folder) / name
                found[path.relative_to(self.output).as_posix()] = (
                    path.stat().st_ino,
                    path.stat().st_mtime_ns,
                )
        return found

    def announced(self):
        return json.loads((self.state / "announcements.json").read_text())["announcements"]

    def assert_sound(self):
        _, dead = crawl(self.output)
        assert not dead


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def listing(folder: Path):
    """Return everything of a folder with sizes, times, inodes and modes."""
    return {
        str(p): (s.st_mode, s.st_size, s.st_mtime_ns, s.st_ino, s.st_ctime_ns)
        for p in sorted(folder.rglob("*"))
        for s in [p.lstat()]
    } | {str(folder): folder.stat().st_mtime_ns}


# what is published


def test_an_empty_archive_makes_a_whole_site(site):
    """With a home page, lists, feeds and status, and not one dead link."""
    built = site.build()
    assert (built.revision, built.published, built.clips, built.problems) == (1, True, 0, 0)
    site.assert_sound()
    for path in ("index.html", "cameras/index.html", "status/index.html", "index.json", "feeds/latest.json"):
        assert (site.output / path).exists()
    assert site.json("event_api/events") == []
    assert site.json("segment_api/events_by_date") == {}


def test_every_kind_of_page_is_there_and_links_are_sound(site):
    """Events, segments, other movies, outages, cameras never configured, and the owner's pages."""
    site.put(0, event="e"), site.put(1, event="e", camera="999")
    site.put(2, kind="segment", seconds=300), site.put(30, kind="segment", seconds=None)
    site.put(3, extra={"movie": "timelapse"})
    put_outage(site.root, NOON + timedelta(hours=1), None, "102")
    (site.folder / "content").mkdir()
    (site.folder / "content/über uns.md").write_text("# Us")
    built = site.build()
    assert (built.clips, built.problems) == (5, 0)
    reached, dead = crawl(site.output)
    assert not dead
    pages = {p for p in site_bytes(site.output) if p.endswith(".html")}
    assert pages <= reached
    assert "über uns/index.html" in pages
    assert "cameras/camera-999/2026/11/22/index.html" in pages


def test_build_json_is_as_the_contract_says(site):
    """Schema, revision, time, clips, Problems; nothing else."""
    site.put(0)
    (site.root / "bad.yaml").write_text("nonsense: [")
    now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    site.build(now=lambda: now)
    assert site.json("build.json") == {
        "schema": 1,
        "revision": 1,
        "built_at": "2026-11-22T13:00:00.000Z",
        "clips": 1,
        "problems": 1,
    }


def test_a_clip_being_recorded_is_shown_as_such(site):
    """Without end in day.json, and in words on its page; it is not adopted, and has no previews to wait for."""
    site.put(0, seconds=None)
    site.build()
    (clip,) = site.json("2026/11/22/day.json")["clips"]
    assert "end" not in clip
    assert "being recorded" in (site.output / "2026/11/22/101-20261122T120000Z.html").read_text()
    assert site.json("status.json")["backlog"] == 0


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC), "2026/11/22"),
        (datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "2026/11/23"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "2026/10/25"),  # its 25th hour
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "2026/03/29"),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "2026/03/29"),  # a day of 23 hours
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "2026/03/30"),
    ],
)
def test_a_clip_is_on_its_local_day_and_no_other(site, utc, day):
    """Also on days of 23 and 25 hours, and when it lasts beyond midnight."""
    put_clip(site.root, utc, seconds=90)
    site.build()
    assert [d.relative_to(site.output).as_posix() for d in site.output.glob("2*/*/*/day.json")] == [
        f"{day}/day.json"
    ]
    assert len(site.json(f"{day}/day.json")["clips"]) == 1


def test_the_predecessors_json_is_capped(site, monkeypatch):
    """The newest stay; older ones are in day.json only."""
    monkeypatch.setattr(feeds, "API_LENGTH", 3)
    for minute in range(5):
        site.put(minute)
    site.build()
    events = site.json("event_api/events")
    assert [e["timestamp"][14:16] for e in events] == ["04", "03", "02"]
    assert sum(len(v) for v in site.json("event_api/events_by_date").values()) == 3
    assert len(site.json("2026/11/22/day.json")["clips"]) == 5


# P1, P2


def test_the_archive_is_as_it_was(site):
    """P1: after builds with adoption, previews to come and Problems, not a name, time, mode or byte of it is another."""
    for minute in range(3):
        site.put(minute, sidecar=minute > 0)
    (site.root / "bad.yaml").write_text("nonsense: [")
    for path in site.root.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = listing(site.root)
    site.build()
    site.build(full=True)
    assert listing(site.root) == before


def test_every_video_is_on_the_site_or_a_problem(site):
    """P2: adopted, badly described, empty, damaged, linked, strangely named: each is in day.json or in status.json."""
    real = make_video(site.folder / "real.mp4", 1)
    site.put(0)
    site.put(1, sidecar=False, video=real, token="adopted")
    site.put(2, token="bad-sidecar", video=real).with_suffix(".yaml").write_text("nonsense: [")
    site.put(3, token="other-stem", video=real)
    other = site.root / "events/101/20261122/101-other-stem-20261122T120300Z"
    write_sidecar(
        other.with_suffix(".yaml"),
        {"kind": "event", "camera": "101", "start": "2026-11-22T12:03:00Z", "video": "x.mp4"},
    )
    site.put(4, sidecar=False, video=b"", token="empty")
    site.put(5, sidecar=False, video=b"no video", token="damaged")
    (site.root / "link.mp4").symlink_to(real)
    (site.root / os.fsdecode(b"name\xff.mp4")).write_bytes(b"1")
    (site.root / "deep/er/and/deeper").mkdir(parents=True)
    shutil.copy(real, site.root / "deep/er/and/deeper/any name.MOV")
    site.build()
    told = {p["path"] for p in site.json("status.json")["problems"]}
    shown = set()
    for day in site.output.glob("2*/*/*/day.json"):
        for clip in json.loads(day.read_text())["clips"]:
            shown.add((day.parent / clip["video"]["url"].replace("%20", " ")).resolve())
    for path in site.root.rglob("*"):
        if path.suffix.lower() in {".mp4", ".mov"}:
            name = path.relative_to(site.root).as_posix().encode("utf-8", "backslashreplace").decode()
            assert path.resolve() in shown or name in told, name
    assert len(shown) >= 5
    site.assert_sound()


def test_a_clip_whose_video_has_gone_is_on_no_page(site):
    """Its sidecar alone is a Problem; nothing of the site names it."""
    keep, gone = [site.put(n) for n in range(4)], site.put(9, token="lost")
    site.build()
    gone.unlink()
    built = site.build()
    assert (built.clips, built.problems) == (4, 1)
    for path in site.output.rglob("*"):
        if (
            path.is_file()
            and path.suffix in {".html", ".json"}
            and not path.relative_to(site.output).as_posix().startswith("status")
        ):
            assert "lost" not in path.read_text()
    assert not (site.output / "2026/11/22/101-20261122T120900Z.html").exists()
    assert keep[0].exists()


def test_hostile_text_is_text_on_every_page(site):
    """P9: titles, tags, extra, camera names that are HTML, script or Jinja stay what they are: characters."""
    evil = "<script>alert(1)</script>{{ 7*7 }}\"'><img src=x onerror=y>"
    toml = json.dumps(evil)
    site.config.write_text(f'[site]\ntitle = {toml}\ntimezone = "UTC"\n[camera.101]\ntitle = {toml}\n')
    video = site.put(0, event=evil, end_reason=evil, extra={"k<script>": evil})
    video.with_suffix(".md").write_text(
        f"---\ntitle: '{evil.replace(chr(39), chr(39) * 2)}'\ntags: ['<b>x']\n---\n{evil}\n"
    )
    (site.root / f"events/101/{evil.replace('/', '')}.yaml").write_text("nonsense: [")
    site.build()
    for path in site.output.rglob("*.html"):
        text = path.read_text()
        assert "<script>alert" not in text
        assert "onerror=y>" not in text.replace("&gt;", "").replace("&#39;", "")
        assert "49" not in text.split("<title>")[1].split("</title>")[0]
    site.assert_sound()


# P6, P7


def test_a_build_with_nothing_to_do_writes_nothing(site):
    """P6: no inode, no time, no revision changes; also not by --full or by a lost state folder, but for the status."""
    site.put(0), site.put(1, kind="segment")
    first, before = site.build(), site.stats()
    second = site.build()
    assert (second.published, second.written, second.revision) == (False, 0, first.revision)
    assert site.stats() == before
    shutil.rmtree(site.state)
    again = site.build()
    volatile = {"status.json", "status/index.html", "build.json"}
    after = site.stats()
    assert {p: s for p, s in after.items() if p not in volatile} == {
        p: s for p, s in before.items() if p not in volatile
    }
    assert again.revision >= first.revision


def test_revisions_only_grow(site):
    """P7: over changes, over a lost state folder, over a lost build.json."""
    seen = []
    for minute in range(6):
        site.put(minute)
        if minute == 2:
            shutil.rmtree(site.state)
        if minute == 4:
            (site.output / "build.json").unlink()
        seen.append(site.build().revision)
    assert seen == sorted(set(seen))
    assert site.json("build.json")["revision"] == seen[-1]


def test_a_changed_page_has_a_later_second(site):
    """P7: a note changed to one of equal length at once gives another ETag."""
    video = site.put(0)
    page = site.output / "2026/11/22/101-20261122T120000Z.html"
    seen = []
    for title in ("aaaa", "bbbb", "cccc"):
        video.with_suffix(".md").write_text(f"---\ntitle: {title}\n---\n")
        site.build()
        seen.append((int(page.stat().st_mtime), page.stat().st_size))
    assert len({s for _, s in seen}) == 1
    assert len({t for t, _ in seen}) == 3


def test_announcements_say_what_a_revision_changed(site):
    """A new clip: its id, day, camera and the predecessor's record; a changed one is not new again."""
    site.put(0), site.build()
    video = site.put(1, camera="102")
    site.build()
    newest = site.announced()[-1]
    assert (newest["revision"], newest["clips"]) == (2, ["102-20261122T120100Z"])
    assert (newest["days"], newest["cameras"]) == (["2026-11-22"], ["camera-102"])
    assert newest["new_events"] == site.json("event_api/events")[:1]
    video.with_suffix(".md").write_text("hello")
    site.build()
    newest = site.announced()[-1]
    assert (newest["revision"], newest["clips"], newest["new_events"]) == (3, ["102-20261122T120100Z"], [])
    video.unlink(), video.with_suffix(".yaml").unlink(), video.with_suffix(".md").unlink()
    site.build()
    assert site.announced()[-1]["clips"] == ["102-20261122T120100Z"]


def test_a_clip_is_announced_as_new_when_it_is_whole(site):
    """Not when its recording begins; segments go to their own stream."""
    video = site.put(0, kind="segment", seconds=None)
    site.put(1)
    site.build()
    fields = {
        "kind": "segment",
        "camera": "101",
        "start": "2026-11-22T12:00:00Z",
        "end": "2026-11-22T12:05:00Z",
    }
    write_sidecar(video.with_suffix(".yaml"), fields | {"video": video.name})
    site.build()
    newest = site.announced()[-1]
    assert (newest["new_events"], len(newest["new_segments"])) == ([], 1)


# P8


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


# P13, and what is not the generator's own


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
    first.close()
    Generator(load(other)).close()
    Generator(load(site.config)).close()


def test_somebodys_own_folder_is_not_taken_for_a_site(site):
    """Nothing in it is deleted or written; the message names the key."""
    site.output.mkdir()
    (site.output / "thesis.txt").write_text("precious")
    with pytest.raises(UsageError, match=r"site\.output.*not empty"):
        site.build()
    assert [p.name for p in site.output.iterdir()] == ["thesis.txt"]
    (site.output / "thesis.txt").unlink()
    site.build()


# what goes wrong


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
        real, count = Path.rename, iter(range(100))

        def fills(self, target):
            if next(count) >= 3:
                raise OSError(28, "No space left on device")
            return real(self, target)

        monkeypatch.setattr(Path, "rename", fills)
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


def test_what_was_published_without_a_revision_gets_one(site, monkeypatch):
    """P7: killed between the last page and build.json: the next build, with nothing left to write, announces it."""
    site.put(0)
    site.build()
    site.put(1)
    real = Publisher.write

    def fails(self, path, data):
        if path == "build.json":
            raise OSError(5, "Input/output error")
        return real(self, path, data)

    monkeypatch.setattr(Publisher, "write", fails)
    with pytest.raises(OSError, match="Input/output"):
        site.build()
    monkeypatch.undo()
    assert site.json("build.json")["revision"] == 1
    assert site.build().revision == 2
    assert site.announced()[-1]["clips"] == ["101-20261122T120100Z"]
    assert site.build().revision == 2


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
        generator.previews_changed([(path, video.stat().st_mtime_ns, None), ("not/there.mp4", 1, None)])
        assert generator.build(Hints()).revision == 2
        page = site.output / "2026/11/22/101-20261122T120000Z.html"
        assert ".low.mp4" in page.read_text()
        site.assert_sound()
        video.write_bytes(b"another video")
        generator.build()
        assert ".low.mp4" not in page.read_text()
        generator.previews_changed([(path, None, "ffmpeg could not read it")])
        assert generator.build(Hints()).problems == 1
    finally:
        generator.close()


# settings, cameras and pages that change


def test_a_renamed_camera_moves_and_leaves_nothing_behind(site):
    """Its pages and feeds are under the new slug only."""
    site.put(0), site.put(1, kind="segment")
    site.build()
    site.config.write_text(site.config.read_text().replace("Driveway", "Front door"))
    site.build()
    assert not (site.output / "cameras/driveway").exists()
    assert not (site.output / "feeds/cameras/driveway.json").exists()
    assert (site.output / "cameras/front-door/2026/11/22/index.html").exists()
    site.assert_sound()


def test_another_time_zone_moves_clips_to_other_days(site):
    """The old days are gone."""
    put_clip(site.root, datetime(2026, 11, 22, 20, tzinfo=UTC))
    site.build()
    site.config.write_text(site.config.read_text().replace("Europe/Berlin", "Asia/Tokyo"))
    site.build()
    assert [p.parent.name for p in site.output.glob("2*/*/*/day.json")] == ["23"]
    site.assert_sound()


def test_the_owners_pages_come_change_and_go(site):
    """In the navigation of every page; a reserved name is a Problem."""
    content = site.folder / "content"
    content.mkdir()
    (content / "about.md").write_text("---\ntitle: Who we are\n---\n")
    (content / "status.md").write_text("mine")
    site.build()
    assert "Who we are" in (site.output / "index.html").read_text()
    assert [p["path"] for p in site.json("status.json")["problems"]] == ["content/status.md"]
    (content / "about.md").unlink()
    (content / "status.md").unlink()
    assert site.build().problems == 0
    assert "Who we are" not in (site.output / "index.html").read_text()
    assert not (site.output / "about").exists()
    site.assert_sound()


def test_strange_files_in_the_site_are_swept_with_the_next_full_build(site):
    """The folder is sitegen's own."""
    site.put(0), site.build()
    (site.output / "2025/01/01").mkdir(parents=True)
    (site.output / "2025/01/01/index.html").write_text("old")
    site.build(full=True)
    assert not (site.output / "2025").exists()
    assert (site.output / "index.html").exists()


# adoption


def test_a_video_without_sidecar_waits_until_it_is_quiet(site):
    """With settle_s it is adopted when it has not changed for so long; without, at once."""
    video = site.put(0, sidecar=False, video=make_video(site.folder / "v.mp4", 1))
    generator = Generator(load(site.config), settle_s=3_600)
    try:
        assert generator.build().clips == 0
        assert generator.index.held_stems()
        assert generator.build(Hints()).clips == 0
        old = video.stat().st_mtime - 3_601
        os.utime(video, (old, old))
        assert generator.build(Hints(paths=frozenset([video.relative_to(site.root).as_posix()]))).clips == 1
        assert generator.index.held_stems() == []
    finally:
        generator.close()
    shutil.rmtree(site.state)
    os.utime(video)
    assert site.build().clips == 1


def test_a_sidecar_that_comes_takes_the_place_of_an_adoption(site):
    """The hook was late: the same video, now as the sidecar says."""
    video = site.put(0, sidecar=False, video=make_video(site.folder / "v.mp4", 1))
    site.build()
    fields = {
        "kind": "event",
        "camera": "777",
        "start": "2026-11-22T12:00:00Z",
        "end": "2026-11-22T12:00:01Z",
    }
    write_sidecar(video.with_suffix(".yaml"), fields | {"video": video.name})
    site.build()
    (clip,) = site.json("2026/11/22/day.json")["clips"]
    assert (clip["camera"], clip["id"]) == ("777", "777-20261122T120000Z")
    site.assert_sound()


@pytest.mark.parametrize(
    "gone",
    ["2026", "index.html", "cameras", "assets", "media", "feeds", "event_api/events", "2026/11/22/day.json"],
)
def test_what_somebody_deleted_from_the_site_comes_back(site, gone):
    """The site can be deleted at any moment, in part too, and comes back the same at the next whole look."""
    for minute in range(3):
        site.put(minute)
    site.build()
    before = site_bytes(site.output)
    target = site.output / gone
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    else:
        target.unlink()
    assert site.build().published
    assert site_bytes(site.output) == before
    assert not site.build().published
