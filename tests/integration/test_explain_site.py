"""`sitegen explain` on a real archive, index and site."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from archives import configure, make_video, put_clip, put_outage, write_sidecar

from sitegen.build import Generator
from sitegen.explain import Explanation, explain
from sitegen.previews.pool import PreviewResult
from sitegen.settings import load
from sitegen.watch_loop import build_once

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SITEGEN = Path(sys.executable).with_name("sitegen")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SITEGEN, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def video(tmp_path_factory) -> Path:
    return make_video(tmp_path_factory.mktemp("videos") / "a.mp4")


@pytest.fixture(scope="module")
def built(tmp_path_factory, video) -> Path:
    """A folder with an archive of many cases, built once, with previews of the first event."""
    folder = tmp_path_factory.mktemp("explain")
    configure(folder)
    root = folder / "archive"
    event = put_clip(root, at(0), video=video, image="a.jpg", event="101-1", end_reason="motion_stopped")
    event.with_name("a.jpg").write_bytes(b"picture")
    event.with_suffix(".md").write_text("---\nkeep: true\n---\nA parcel.\n")
    build_once(load(folder / "sitegen.toml"), full=False, previews=True, progress=lambda _: None)
    event.with_name("b.jpg").write_bytes(b"nobody's")
    event.with_name("stray.md").write_text("Nobody's.\n")
    put_clip(root, at(5), kind="segment", seconds=300)
    put_clip(root, at(10), seconds=None)
    put_clip(root, at(20), video=video, sidecar=False)
    (root / "other").mkdir()
    os.link(video, root / "other/film.mp4")
    put_clip(root, at(30), video=video).with_suffix(".yaml").write_text("kind: nonsense\n")
    put_clip(root, at(40)).unlink()
    put_clip(root, at(45), video=b"", sidecar=False)
    put_clip(root, at(25)).with_suffix(".avi").write_bytes(b"the same, perhaps")
    put_clip(root, at(50), extra={"movie": "debug"})
    failed = put_clip(root, at(55))
    put_outage(root, at(60), at(70))
    generator = Generator(load(folder / "sitegen.toml"))
    generator.build()
    shown = failed.relative_to(root).as_posix()
    generator.previews_changed([PreviewResult(shown, 1, "it cannot be decoded", 3, "all")])
    generator.build()
    generator.close()
    return folder


def path_at(built: Path, minutes: int, suffix: str = ".mp4", kind: str = "events") -> str:
    return f"{kind}/101/20261122/101-1-{at(minutes):%Y%m%dT%H%M%SZ}{suffix}"


def asked(built: Path, what: str, working: Path | None = None) -> Explanation:
    return explain(load(built / "sitegen.toml"), what, working=working or built)


def test_an_event_is_told_whole(built):
    """Clip, times, files, pages and previews of an event, all of them there; by path and by id it is the same answer."""
    told = asked(built, path_at(built, 0))
    assert (told.on_site, told.reason, told.remarks, told.problems) == (True, "", (), ())
    clip = told.clip
    assert clip is not None
    assert (clip.id, clip.kind, clip.camera, clip.camera_title) == (
        *("101-20261122T120000Z", "event", "101", "Driveway"),
    )
    assert (clip.start, clip.start_local) == (at(0), "2026-11-22 13:00:00 CET")
    assert clip.end_local == "2026-11-22 13:00:10 CET"
    assert clip.sidecar == path_at(built, 0, ".yaml")
    assert clip.note == path_at(built, 0, ".md")
    assert clip.image == "events/101/20261122/a.jpg"
    assert (clip.event, clip.end_reason, clip.adopted) == ("101-1", "motion_stopped", None)
    assert clip.pages[0].path == "2026/11/22/101-20261122T120000Z.html"
    assert "cameras/driveway/2026/11/22/index.html" in {f.path for f in clip.pages}
    assert clip.previews.state == "made"
    assert len(clip.previews.files) == 4
    assert all(f.there and (built / "site" / f.path).is_file() for f in (*clip.pages, *clip.previews.files))
    by_id = asked(built, clip.id)
    assert (by_id.clip, by_id.on_site, by_id.path) == (clip, True, told.path)


def test_the_files_of_a_clip_lead_to_it(built):
    """Sidecar, note and image of a clip are on the site with it."""
    for name in (path_at(built, 0, ".yaml"), path_at(built, 0, ".md"), "events/101/20261122/a.jpg"):
        told = asked(built, name)
        assert (told.on_site, told.clip.id) == (True, "101-20261122T120000Z"), name
    assert asked(built, path_at(built, 25, ".yaml")).clip.video == path_at(built, 25)
    assert asked(built, path_at(built, 25, ".avi")).clip.adopted


def test_other_clips_on_the_site(built):
    """A segment, a clip that is being recorded, adopted ones, a debug movie and one without previews are on the site."""
    segment = asked(built, path_at(built, 5, kind="segments"))
    assert (segment.on_site, segment.clip.pages[0].path) == (True, "cameras/driveway/2026/11/22/index.html")
    assert segment.clip.previews.state == "waiting"
    recording = asked(built, path_at(built, 10))
    assert (recording.on_site, recording.clip.end, recording.clip.previews.state) == (True, None, "none")
    assert "being recorded" in recording.remarks[0]
    adopted = asked(built, path_at(built, 20))
    assert (adopted.on_site, adopted.clip.sidecar) == (True, None)
    assert adopted.clip.adopted.startswith("it has no sidecar: camera and start are from its path")
    film = asked(built, "other/film.mp4")
    assert (film.on_site, film.clip.camera) == (True, "unknown")
    assert "last change" in film.clip.adopted
    debug = asked(built, path_at(built, 50))
    assert (debug.on_site, debug.clip.kind) == (True, "debug")
    failed = asked(built, path_at(built, 55))
    assert (failed.on_site, failed.clip.previews.state) == (True, "failed")
    assert failed.clip.previews.reason == "it cannot be decoded"


def test_a_video_whose_sidecar_cannot_be_used(built):
    """The video is adopted and on the site, with the sidecar's Problem; the sidecar itself is not."""
    video = asked(built, path_at(built, 30))
    assert video.on_site
    assert video.clip.adopted.startswith("its sidecar cannot be used")
    sidecar = asked(built, path_at(built, 30, ".yaml"))
    assert not sidecar.on_site
    assert sidecar.reason == "camera: is missing"
    assert sidecar.remedy


def test_an_outage_is_on_the_site_as_a_gap(built):
    """The sidecar of an outage is told with its times and its day."""
    told = asked(built, f"outages/101/20261122/101-{at(60):%Y%m%dT%H%M%SZ}.yaml")
    assert (told.on_site, told.clip) == (True, None)
    assert (told.outage.start, told.outage.end, told.outage.camera) == (at(60), at(70), "101")
    assert all(page.there for page in told.outage.pages)


def test_what_is_not_on_the_site_says_why(built, tmp_path):
    """Each of these has its reason in one line, and a remedy."""
    root = built / "archive"
    (root / "events/.hidden.mp4").touch()
    (root / "events/readme.txt").touch()
    (root / "link.mp4").symlink_to(tmp_path / "x.mp4")
    (tmp_path / "x.mp4").touch()
    bad_name = os.fsdecode(b"\xff.mp4")
    (root / bad_name).touch()
    reasons = {
        path_at(built, 40, ".yaml"): "video: its video .* is not there",
        path_at(built, 45): "the video is empty",
        "events/101/20261122/b.jpg": "no sidecar names it",
        "events/101/20261122/stray.md": "no clip of the same name",
        "events/.hidden.mp4": "hidden",
        "events/readme.txt": "is no video",
        "events/gone.mp4": "no such file",
        "link.mp4": "not a regular file",
        bad_name: "not UTF-8",
        str(tmp_path / "x.mp4"): "outside the archive",
        "101-20200101T000000Z": "no clip has this id",
    }
    for name, reason in reasons.items():
        told = asked(built, name)
        assert not told.on_site
        assert re.search(reason, told.reason), told
        assert told.remedy


def test_what_changed_since_the_build(tmp_path, video):
    """New, changed, deleted and unpublished files are told apart; a build afterwards puts them right."""
    folder = tmp_path
    settings = load(configure(folder))
    root = folder / "archive"
    first, second, third = (put_clip(root, at(n)) for n in (0, 5, 10))
    assert "none yet" in asked(folder, str(first)).reason
    assert not (folder / "state").exists()
    generator = Generator(settings, settle_s=3600)
    held = put_clip(root, at(20), video=video, sidecar=False)
    generator.build()
    new = put_clip(root, at(30))
    second.write_bytes(b"longer than it was before")
    third.unlink()
    (folder / "site/2026/11/22/101-20261122T120000Z.html").unlink()
    assert "page is not written" in asked(folder, str(first)).reason
    assert "shown as it was" in asked(folder, str(second)).remarks[0]
    assert "deleted" in asked(folder, str(third)).reason
    assert "may still be written" in asked(folder, str(held)).reason
    assert "not scanned yet" in asked(folder, str(new)).reason
    generator.build()
    assert asked(folder, str(new)).on_site
    assert asked(folder, str(second)).remarks == ()
    generator.close()
    configure(folder, '[site]\ntimezone = "UTC"\n')
    assert "another version, time zone" in asked(folder, str(first)).reason


def test_explaining_changes_nothing(built):
    """Beside a generator that holds its locks and has just written, and without one, no file is made or changed."""

    def state() -> dict[str, str]:
        files = [p for p in (built / "state").rglob("*") if p.is_file() and not p.name.endswith("-shm")]
        return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}

    before = state()
    assert asked(built, path_at(built, 0)).on_site
    assert state() == before
    assert list((built / "state").glob("index.sqlite-*")) == []
    generator = Generator(load(built / "sitegen.toml"))
    try:
        generator.index.set_meta("probe", "1")
        during = state()
        assert any(name.endswith("-wal") for name in during)
        assert asked(built, path_at(built, 0)).on_site
        assert state() == during
    finally:
        generator.close()


def test_what_a_killed_generator_left_is_read_and_left_as_it_is(built, tmp_path):
    """The log beside the index holds its newest rows: they are seen, and neither file is written."""
    generator = Generator(load(configure(tmp_path)))
    path = put_clip(tmp_path / "archive", at(0))
    generator.build()
    killed = tmp_path / "killed"
    shutil.copytree(tmp_path / "state", killed)
    generator.close()
    shutil.rmtree(tmp_path / "state")
    (killed / "index.sqlite-shm").unlink()
    killed.rename(tmp_path / "state")
    before = {name: (tmp_path / "state" / name).read_bytes() for name in ("index.sqlite", "index.sqlite-wal")}
    assert before["index.sqlite-wal"]
    assert asked(tmp_path, str(path)).on_site
    assert {name: (tmp_path / "state" / name).read_bytes() for name in before} == before


def test_an_index_that_is_damaged_inside_is_left_alone(tmp_path):
    """A page that is no page is told as it is met; only the generator makes the index anew."""
    settings = load(configure(tmp_path))
    path = put_clip(tmp_path / "archive", at(0))
    build_once(settings, full=False, previews=False, progress=lambda _: None)
    index = tmp_path / "state/index.sqlite"
    data = index.read_bytes()
    index.write_bytes(data[: 3 * 4096] + b"\xff" * (len(data) - 3 * 4096))
    damaged = index.read_bytes()
    assert "the index cannot tell: database disk image is malformed" in asked(tmp_path, str(path)).reason
    assert index.read_bytes() == damaged


def test_a_damaged_index_is_told_and_left_alone(tmp_path):
    """What is no database is the reason; it is not made anew by looking at it."""
    configure(tmp_path)
    path = put_clip(tmp_path / "archive", at(0))
    (tmp_path / "state").mkdir()
    index = tmp_path / "state/index.sqlite"
    index.write_bytes(b"rubbish" * 1000)
    told = asked(tmp_path, str(path))
    assert "the index cannot tell: file is not a database" in told.reason
    assert index.read_bytes() == b"rubbish" * 1000


def test_explain_as_a_command(built):
    """Exit codes 0, 1 and 2; text and JSON on stdout, relative to the working folder; nothing else there."""
    told = run(built, "explain", f"archive/{path_at(built, 0)}")
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith(
        f"{path_at(built, 0)}: on the site\n  clip      101-20261122T120000Z, event"
    )
    told = run(built, "explain", "--json", "events/101/20261122/b.jpg")
    answer = msgspec.json.decode(told.stdout, type=Explanation)
    assert (told.returncode, answer.on_site) == (1, False)
    told = run(built, "explain", "archive")
    assert (told.returncode, told.stdout) == (2, "")
    assert "is a folder" in told.stderr


def test_a_note_is_not_the_clips_of_another(tmp_path):
    """A sidecar that names a video of another stem is a Problem, and not on the site."""
    configure(tmp_path)
    clip = put_clip(tmp_path / "archive", at(0))
    other = clip.with_name("other.yaml")
    write_sidecar(
        other, {"kind": "event", "camera": "101", "start": "2026-11-22T12:00:00Z", "video": clip.name}
    )
    build_once(load(tmp_path / "sitegen.toml"), full=False, previews=False, progress=lambda _: None)
    assert "not its own stem" in asked(tmp_path, str(other)).reason
