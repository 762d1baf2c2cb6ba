"""Status page, status.json and metrics.prom: they agree, also about a trouble, which changes nothing else of the site."""

import json
import re
import shutil
from datetime import datetime, timedelta
from html import unescape
from types import SimpleNamespace

import pytest
from archives import put_outage, site_bytes
from built_site import NOON, Site
from links import crawl
from metrics import read_metrics

from sitegen.build import Generator
from sitegen.errors import ArchiveGone
from sitegen.settings import load
from sitegen.trouble import trouble_of

NOW = NOON + timedelta(hours=2)
SINCE = NOON + timedelta(hours=3)
CONFIG = '[site]\ntimezone = "Europe/Berlin"\ntheme = "{theme}"\n[camera.101]\ntitle = "Drive \\"<way>"\n'


@pytest.fixture
def site(tmp_path):
    """Segments with holes, events, an outage that lasts, a Problem."""
    site = Site(tmp_path)
    site.config.write_text(CONFIG.format(theme="default"))
    for minute in (0, 5, 15, 30):
        site.put(minute, kind="segment", seconds=300)
    site.put(7), site.put(9, camera="102")
    put_outage(site.root, NOON + timedelta(minutes=20), None, camera="102")
    (site.root / "bad.yaml").write_text("nonsense: [")
    return site


def files(site) -> tuple[dict, dict, str]:
    """What the three say: the document, the metrics, and the page's text in one line."""
    page = (site.output / "status/index.html").read_text()
    return site.json("status.json"), read_metrics((site.output / "metrics.prom").read_text()), page


def unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def assert_agree(site) -> dict:
    """Compare the three, figure by figure; return the document."""
    said, metrics, page = files(site)
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())
    one = {name.removeprefix("sitegen_"): v[()] for name, v in metrics.items() if () in v}
    trouble = said.get("trouble")
    expected = {
        "build_timestamp_seconds": unix(said["built_at"]),
        "build_revision": said["revision"],
        "stale_after_seconds": said["stale_after_seconds"],
        "trouble": int(trouble is not None),
        "clips": said["clips"],
        "days": said["days"],
        "problems": len(said["problems"]),
        "previews_waiting": said["backlog"],
        "archive_bytes": said["archive_bytes"],
    }
    if trouble:
        expected["trouble_since_timestamp_seconds"] = unix(trouble["since"])
        assert f"{trouble['reason']} . What to do: {trouble['remedy']} ." in text
    assert ('id="trouble"' in page) == (trouble is not None)
    if said["disk"]["total_bytes"]:
        expected |= {f"disk_{name}": size for name, size in said["disk"].items()}
        expected["disk_low"] = int(said["disk_low"])
    assert one == expected
    assert ("Disk" in text) == bool(said["disk"]["total_bytes"])
    times = [unix(found) for found in re.findall(r'datetime="([^"]+)"', page)]
    assert unix(said["built_at"]) in times
    assert f", revision {said['revision']}" in text
    tiles = f"Clips {said['clips']} Days {said['days']} "
    assert tiles in text
    assert f"Problems {len(said['problems'])}" in text
    assert f"Previews to make {said['backlog'] or 'none'}" in text
    for camera in said["cameras"]:
        assert_camera_agrees(camera, metrics, text, times)
    assert len(metrics["sitegen_camera_info"]) == len(said["cameras"])
    return said


def assert_camera_agrees(camera, metrics, text, times) -> None:
    key = camera["id"]
    assert metrics["sitegen_camera_info"][key, camera["slug"], camera["title"]] == 1
    assert metrics["sitegen_camera_lost"][key,] == int("lost_since" in camera)
    assert metrics["sitegen_camera_gaps_week"][key,] == camera["gaps_week"]
    assert metrics["sitegen_camera_gaps_week_seconds"][key,] == camera["gaps_week_seconds"]
    about = text.split("Cameras ", 1)[1].split(camera["title"], 1)[1]
    for kind in ("segment", "event"):
        found = metrics["sitegen_camera_last_clip_timestamp_seconds"].get((key, kind))
        assert found == (unix(camera[f"last_{kind}"]) if f"last_{kind}" in camera else None)
        assert found is None or found in times
    for name in ("today", "week"):
        percent = camera.get(f"coverage_{name}_percent")
        ratio = metrics.get(f"sitegen_camera_coverage_{name}_ratio", {}).get((key,))
        assert ratio == (None if percent is None else pytest.approx(percent / 100))
        assert percent is None or f"{percent:.1f} %" in about
    assert camera["gaps_week"] == 0 or f"{camera['gaps_week']} gap" in about


def test_page_json_and_metrics_agree(site):
    """All figures of one build are the same in the three, and are what the archive has."""
    built = site.build(now=lambda: NOW)
    said = assert_agree(site)
    assert (said["clips"], said["days"], len(said["problems"])) == (6, 1, 1)
    assert said["revision"] == built.revision == site.json("build.json")["revision"] == 1
    first, second = said["cameras"]
    assert (first["gaps_week"], first["gaps_week_seconds"]) == (3, 900.0 + 5_100)  # and silent for 85 minutes
    assert "lost_since" in second
    assert said["backlog"] == 6


def test_the_disk_is_the_archives_and_its_figures_are_the_kernels(site, monkeypatch):
    """Size and room of the disk that recordings go to; nearly full is said in all three."""
    asked = []

    def usage(path):
        asked.append(path)
        return SimpleNamespace(total=2_000_000_000_000, used=1_999_000_000_000, free=1_000_000_000)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    site.build(now=lambda: NOW)
    said = assert_agree(site)
    assert said["disk"] == {"total_bytes": 2_000_000_000_000, "free_bytes": 1_000_000_000}
    assert said["disk_low"] is True
    assert set(asked) == {site.root}


def test_the_status_names_the_revision_of_its_build(site):
    """After new clips, a deletion, and nothing new."""
    video = site.put(40)
    for step in (lambda: None, lambda: site.put(41), video.unlink, lambda: None):
        step()
        built = site.build()
        assert site.json("build.json")["revision"] == assert_agree(site)["revision"] == built.revision
    (site.output / "status.json").unlink()
    assert site.build().revision == assert_agree(site)["revision"] == built.revision
    shutil.rmtree(site.output / "status")
    site.put(50, kind="segment")  # no page is new but this
    assert site.build().revision == assert_agree(site)["revision"] == built.revision + 1
    (site.output / "stray.html").write_text("of nobody")
    generator = Generator(load(site.config))
    generator.index.set_meta("look", "")  # all is made again, and is as it was: only the stray file goes
    assert generator.build().revision == assert_agree(site)["revision"] == built.revision + 2
    generator.close()
    site.assert_sound()


class Troubled:
    """A site whose archive went, seen by one generator, which is closed at the end."""

    def __init__(self, site, **options) -> None:
        self.site, self.away = site, site.folder / "away"
        self.generator = Generator(load(site.config), now=lambda: NOW, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.generator.close()

    def lose(self):
        self.site.root.rename(self.away)

    def tell(self):
        with pytest.raises(ArchiveGone) as caught:
            self.generator.build()
        self.generator.status.tell(trouble_of(caught.value, self.generator.settings, SINCE))


def others(site):
    """All files of the site but the three, with inodes and times."""
    found = {p.relative_to(site.output).as_posix(): p.lstat() for p in site.output.rglob("*") if p.is_file()}
    return {
        path: (stat.st_ino, stat.st_mtime_ns)
        for path, stat in found.items()
        if not path.startswith(("status", "metrics.prom"))
    }


def assert_sound_without_media(site):
    """While the archive is away, only what leads into it leads nowhere."""
    _, dead = crawl(site.output)
    assert [link for link in dead if "media/" not in link] == []


@pytest.mark.parametrize("theme", ["default", "plain"])
@pytest.mark.parametrize("again", [False, True], ids=["at work", "started anew"])
def test_a_trouble_is_told_and_taken_back(site, theme, again):
    """The three say it and agree, nothing else is touched; afterwards the site is as one built from scratch (P5, P6, P8)."""
    site.config.write_text(CONFIG.format(theme=theme))
    with Troubled(site) as at_work:
        revision, before = at_work.generator.build().revision, others(site)
        calm = site.json("status.json")
        if again:
            at_work.generator.close()
            at_work.generator = Generator(load(site.config), now=lambda: NOW + timedelta(days=1))
        at_work.lose()
        at_work.tell()
        assert others(site) == before
        said = assert_agree(site) if theme == "default" else site.json("status.json")
        assert said["trouble"] == {
            "what": "archive",
            "reason": "the archive cannot be used: it is missing",
            "remedy": "mount it, or mend archive.root in the configuration",
            "since": "2026-11-22T15:00:00.000Z",
        }
        unknown = {"disk": {"total_bytes": 0, "free_bytes": 0}, "disk_low": False}
        assert said == calm | unknown | {"trouble": said["trouble"]}
        assert "the archive cannot be used: it is missing" in files(site)[2]
        assert_sound_without_media(site)
        at_work.away.rename(site.root)
        built = at_work.generator.build()
        assert (built.revision, others(site)) == (revision, before)
        assert "trouble" not in site.json("status.json")
        assert "stands still" not in files(site)[2]
        assert not at_work.generator.build().published
    assert_like_new(site)


def test_a_build_takes_back_what_another_process_told(site):
    """The generator that told of a trouble was killed, and the archive is there again."""
    with Troubled(site) as killed:
        killed.generator.build()
        killed.lose()
        killed.tell()
    killed.away.rename(site.root)
    assert site.build(now=lambda: NOW).revision == 1
    assert "trouble" not in assert_agree(site)
    assert not site.build().published
    assert_like_new(site)


def assert_like_new(site):
    before = site_bytes(site.output)
    shutil.rmtree(site.output), shutil.rmtree(site.state)
    site.build()
    assert site_bytes(site.output) == before


def test_of_a_site_that_is_not_there_nothing_is_told(site):
    """A page without the rest of the site would lead nowhere."""
    with Troubled(site) as troubled:
        troubled.generator.build()
        shutil.rmtree(site.output)
        troubled.lose()
        troubled.tell()
    assert not site.output.exists()


def test_the_disk_of_another_is_not_taken_for_the_archives(site):
    """Where the archive was mounted is an empty folder of another disk: how full that is, is not told."""
    with Troubled(site) as troubled:
        troubled.generator.build()
        assert site.json("status.json")["disk"]["total_bytes"] > 0
        troubled.lose()
        site.root.mkdir()
        troubled.tell()
    assert site.json("status.json")["disk"] == {"total_bytes": 0, "free_bytes": 0}


@pytest.mark.parametrize("change", ["index lost", "camera new", "theme new"])
def test_a_page_that_cannot_be_made_stays(site, change):
    """Started anew without the index, or with a camera or a theme that is not published: programs are told, no link is dead (P3)."""
    site.build(now=lambda: NOW)
    page, clips = (site.output / "status/index.html").read_bytes(), site.json("status.json")["clips"]
    if change == "index lost":
        shutil.rmtree(site.state)
    elif change == "camera new":
        site.config.write_text(site.config.read_text() + '[camera.103]\ntitle = "Gate"\n')
    else:
        shutil.copytree("themes/plain", site.folder / "mine")
        style = next((site.folder / "mine/assets").glob("*.css"))
        style.write_text(style.read_text() + "\n/* mine */\n")
        site.config.write_text(CONFIG.format(theme="mine"))
    with Troubled(site) as troubled:
        troubled.lose()
        troubled.tell()
        assert (site.output / "status/index.html").read_bytes() == page
        assert site.json("status.json")["trouble"]["what"] == "archive"
        assert site.json("status.json")["clips"] == clips
        assert read_metrics((site.output / "metrics.prom").read_text())["sitegen_trouble"] == {(): 1}
        assert_sound_without_media(site)
        troubled.away.rename(site.root)
        troubled.generator.build()
        assert "trouble" not in site.json("status.json")
        site.assert_sound()


def test_what_an_unfinished_build_knows_is_not_linked_to(site, monkeypatch):
    """The disk is full in the middle: the index has a day that the site lacks, and the page does not lead to it."""
    with Troubled(site) as troubled:
        troubled.generator.build()
        for minute in (-1440, -1430):
            site.put(minute, kind="segment", seconds=300)
        full = OSError(28, "No space left on device")

        def refuse(*_):
            raise full

        with monkeypatch.context() as patch:
            patch.setattr("sitegen.site.stage.Stage.put", refuse)
            with pytest.raises(OSError, match="No space"):
                troubled.generator.build()
        troubled.generator.status.tell(trouble_of(full, troubled.generator.settings, SINCE))
        assert assert_agree(site)["trouble"]["what"] == "site"
        site.assert_sound()
        troubled.generator.build()
    assert "trouble" not in assert_agree(site)
    site.assert_sound()


def test_a_trouble_that_cannot_be_written_leaves_whole_files(site, monkeypatch):
    """The second of the three is refused: each is whole, and the next build takes the first one back."""
    with Troubled(site) as troubled:
        troubled.generator.build()
        before = files(site)
        troubled.lose()
        write = troubled.generator.publisher.write

        def refuse(path, data):
            if path == "metrics.prom":
                raise OSError(28, "No space left on device")
            return write(path, data)

        with monkeypatch.context() as patch:
            patch.setattr(troubled.generator.publisher, "write", refuse)
            with pytest.raises(OSError, match="No space"):
                troubled.tell()
        assert "trouble" in site.json("status.json")
        assert files(site)[1:] == before[1:]
    troubled.away.rename(site.root)
    site.build(now=lambda: NOW)
    assert "trouble" not in assert_agree(site)
    assert json.loads((site.output / "build.json").read_text())["revision"] == 1
