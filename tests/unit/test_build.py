"""Builds, in process: what is published, and that every video is told of while none is touched (P1, P2)."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import make_video, put_clip, put_outage, site_bytes, write_sidecar
from built_site import NOON, Site
from links import crawl

from sitegen.site import legacy_json


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
    monkeypatch.setattr(legacy_json, "API_LENGTH", 3)
    for minute in range(5):
        site.put(minute)
    site.build()
    events = site.json("event_api/events")
    assert [e["timestamp"][14:16] for e in events] == ["04", "03", "02"]
    assert sum(len(v) for v in site.json("event_api/events_by_date").values()) == 3
    assert len(site.json("2026/11/22/day.json")["clips"]) == 5


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


def test_a_site_of_previews_does_not_lead_to_the_archive(site):
    """full_video = false takes the link away, and its absence is nothing to mend; true brings it back (P6)."""
    site.put(0)
    whole = site.config.read_text()
    site.build()
    assert (site.output / "media").resolve() == site.root
    site.config.write_text(whole.replace("[site]", "[site]\nfull_video = false"))
    assert site.build().published
    assert not (site.output / "media").is_symlink()
    site.assert_sound()
    assert not site.build().published
    site.config.write_text(whole)
    site.build()
    assert (site.output / "media").resolve() == site.root
    site.assert_sound()


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
