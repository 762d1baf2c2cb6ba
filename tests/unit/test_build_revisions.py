"""Builds again: nothing to do is nothing written (P6), revisions only grow (P7), and each says what changed."""

import os
import shutil
import time
from datetime import UTC, datetime

import pytest
from archives import make_video, put_clip, site_bytes, write_sidecar
from built_site import Site
from waiting import wait_until

from sitegen import marks
from sitegen.announcements import Announcements
from sitegen.archive.watch import Hints
from sitegen.build import Generator
from sitegen.settings import load
from sitegen.site.publish import Publisher


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_a_build_with_nothing_to_do_writes_nothing(site):
    """P6: no inode, no time, no revision changes; also not by --full or by a lost state folder, but for the status."""
    site.put(0), site.put(1, kind="segment")
    first, before = site.build(), site.stats()
    second = site.build()
    assert (second.published, second.written, second.revision) == (False, 0, first.revision)
    assert site.stats() == before
    shutil.rmtree(site.state)
    again = site.build()
    volatile = {"status.json", "metrics.prom", "status/index.html", "status/index.html.gz", "build.json"}
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


def test_a_revision_is_there_before_it_is_announced(site, monkeypatch):
    """Killed in between, nobody was told of it: the next build makes another, and no number is told twice."""
    site.put(0), site.build()
    site.put(1)

    def killed(_, told):
        raise OSError(f"killed when {told.revision} was to be told")

    with monkeypatch.context() as patch:
        patch.setattr(Announcements, "add", killed)
        with pytest.raises(OSError, match="killed when 2"):
            site.build()
    assert site.json("build.json")["revision"] == 2
    assert site.build().revision == 3
    assert [told["revision"] for told in site.announced()] == [1, 3]


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


def test_a_video_of_the_future_waits_no_longer_than_others(site):
    """The clock was set back after it was written: it is shown once it was seen unchanged for settle_s; without, at once."""
    video = site.put(0, sidecar=False, video=make_video(site.folder / "v.mp4", 1))
    later = time.time() + 365 * 86_400
    os.utime(video, (later, later))
    generator = Generator(load(site.config), settle_s=0.5)
    try:
        assert generator.build().clips == 0
        assert generator.index.held_stems()
        wait_until(lambda: generator.build(Hints()).clips == 1)
    finally:
        generator.close()
    shutil.rmtree(site.state)
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


@pytest.mark.parametrize("torn", [b"", bytes(500)])
@pytest.mark.parametrize(
    "names", [("2026/11/22/index.html", "2026/11/22/day.json"), ("index.html.gz",), ("build.json",)]
)
def test_what_a_power_cut_left_empty_comes_back(site, monkeypatch, torn, names):
    """Pages are not synced: after the machine's next start all are made again, and those that are whole are left alone."""
    for minute in range(3):
        site.put(minute)
    site.build()
    before, revision = site_bytes(site.output), site.json("build.json")["revision"]
    whole = (site.output / "cameras/index.html").stat()
    for name in names:
        path = site.output / name
        mtime_ns = path.stat().st_mtime_ns
        path.write_bytes(torn)
        os.utime(path, ns=(mtime_ns, mtime_ns))
    monkeypatch.setattr(marks, "boot", lambda: "another start")
    assert site.build().published
    assert site_bytes(site.output) == before
    assert site.json("build.json")["revision"] > revision
    assert (site.output / "cameras/index.html").stat() == whole


def test_a_new_day_that_comes_with_two_clips_is_linked_to(site):
    """The days beside it know it, as they do after a build of everything."""
    site.put(0)
    site.put(6 * 24 * 60)
    site.build()
    for minute in (1, 2, 3):
        site.put(3 * 24 * 60 + minute)
    site.build()
    before = site_bytes(site.output)
    site.build(full=True)
    assert site_bytes(site.output) == before
    assert "2026/11/25" in (site.output / "2026/11/22/index.html").read_text()
