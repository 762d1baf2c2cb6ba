"""One site with everything in it: real footage, real previews, built by the real command and served by the real nginx."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import put_clip, put_outage
from nginx_server import free_port, running_announcer, running_nginx

from sitegen.demo.footage import make_footage
from sitegen.process import run

ADDRESS = "https://cctv.example/elm/"
"""The site's address as feeds write it."""
SEGMENT_S = 6
DAY = datetime(2026, 11, 20, 2, 55, tzinfo=UTC)
"""The busy day's first segment: 03:55 in Berlin."""
CLOCKS_BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""02:30 CEST; an hour later clocks show 02:30 again."""
HOSTILE = '"><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>'
RTL = "كاميرا الباب الأمامي (ليلاً) 101"
LONG = "Wheelbarrowneighbourhood" * 8
_CONFIG = f"""[site]
title = "Elm Street 4"
timezone = "Europe/Berlin"
url = "{ADDRESS}"
[camera.101]
title = "Driveway"
url = "rtsp://192.0.2.1/"
[camera.102]
title = "Back yard"
url = "rtsp://192.0.2.2/"
[camera.103]
title = '{HOSTILE}'
[camera.104]
title = "{RTL}"
"""
_NOTE = """---
keep: true
tags: [fox, night shift]
title: {title}
---

It came **twice**; see [the driveway](https://example.org/).

- left
- right
"""
_PROSE = "# Where it hangs\n\nAbove the garage, 2.6 m high.\n\n## Light\n\nA lamp comes on at dusk.\n"


@dataclass(frozen=True)
class WholeSite:
    """Where the site is, on the disk and behind nginx."""

    folder: Path
    http: str
    """Its address, with a slash at the end."""

    @property
    def output(self) -> Path:
        return self.folder / "site"

    def pages(self) -> dict[str, str]:
        """Return one page of each kind, and more of those that differ: name → path from the site's root."""
        busy, doubled = "2026/11/20", "2026/10/25"
        clips = sorted(path.stem for path in (self.output / busy).glob("10*.html"))
        of = {
            camera: next(clip for clip in clips if clip.startswith(camera))
            for camera in ("102", "103", "104")
        }
        slugs = sorted(path.parent.name for path in (self.output / "cameras").glob("*/index.html"))
        return {
            "home": "index.html",
            "day": f"{busy}/index.html",
            "day of 25 hours": f"{doubled}/index.html",
            "event": f"{busy}/{clips[0]}.html",
            "event with a note": f"{busy}/{of['102']}.html",
            "event, hostile": f"{busy}/{of['103']}.html",
            "event, right to left": f"{busy}/{of['104']}.html",
            "cameras": "cameras/index.html",
            **{f"camera {slug}": f"cameras/{slug}/index.html" for slug in slugs},
            "camera's day": f"cameras/driveway/{busy}/index.html",
            "camera's day of 25 hours": f"cameras/driveway/{doubled}/index.html",
            "live": "live/index.html",
            "status": "status/index.html",
            "own page": "about/index.html",
        }


def _film(folder: Path, scene: str, seconds: float, windows: tuple[tuple[float, float], ...]) -> Path:
    """Return a film as Motion leaves it, and beside it (.segment.mp4) one as the recorder does."""
    plain = make_footage(
        folder / f"{scene}.mp4", scene, windows, seconds=seconds, size=(320, 180), gop_seconds=1
    )
    segment = plain.with_suffix(".segment.mp4")
    flags = "+frag_keyframe+empty_moov+default_base_moof"
    done = run(
        [
            "ffmpeg",
            "-nostdin",
            "-v",
            "error",
            "-i",
            str(plain),
            "-c",
            "copy",
            "-movflags",
            flags,
            str(segment),
        ],
        timeout_s=60,
    )
    assert done.returncode == 0, done.stderr
    return plain


def _put_segments(
    root: Path, camera: str, film: Path, start: datetime, count: int, *, last: str = "rotated"
) -> datetime:
    """Put segments that follow one another; return the end of the last one."""
    for number in range(count):
        put_clip(
            root, start + timedelta(seconds=SEGMENT_S * number), kind="segment", camera=camera, seconds=SEGMENT_S,
            video=film.with_suffix(".segment.mp4"), end_reason=last if number == count - 1 else "rotated",
        )  # fmt: skip
    return start + timedelta(seconds=SEGMENT_S * count)


def _put_event(root: Path, camera: str, film: Path, start: datetime, pixels: int, *, note: str = "") -> None:
    motion = {"changed_pixels": pixels, "x": 160, "y": 100, "width": 60, "height": 80}
    video = put_clip(
        root, start, camera=camera, seconds=SEGMENT_S, video=film, motion=motion, end_reason="motion_stopped"
    )
    if note:
        video.with_suffix(".md").write_text(_NOTE.format(title=f"'{note}'"))


def _put_footage(root: Path, films: Path) -> None:
    drive = _film(films, "driveway", SEGMENT_S, ((1, 5),))
    yard = _film(films, "yard", SEGMENT_S, ((1, 5),))
    for camera, film in (("101", drive), ("102", yard)):
        gone = _put_segments(root, camera, film, DAY, 3, last="camera_lost" if camera == "101" else "rotated")
        _put_segments(root, camera, film, gone + timedelta(seconds=30), 2)
        put_outage(root, gone, gone + timedelta(seconds=30), camera)
    for number, pixels in enumerate((300, 2_000, 9_000, 40_000)):
        _put_event(root, "101", drive, DAY + timedelta(seconds=2, hours=number), pixels)
    _put_event(root, "102", yard, DAY + timedelta(seconds=8), 5_210, note="Fox at the gate")
    _put_event(root, "103", yard, DAY + timedelta(minutes=20), 700, note=HOSTILE)
    _put_event(root, "104", drive, DAY + timedelta(minutes=40), 700, note=RTL)
    _put_event(root, "104", drive, DAY + timedelta(minutes=50), 700, note=LONG)
    put_clip(root, DAY + timedelta(hours=5), camera="104", video=b"no video", motion={"changed_pixels": 9})
    put_clip(root, DAY + timedelta(hours=6), camera="102", video=yard, kind="event", sidecar=False)
    for hour in (0, 1):
        start = CLOCKS_BACK + timedelta(hours=hour)
        _put_segments(root, "101", drive, start, 1)
        _put_event(root, "101", drive, start, 900)
    put_outage(root, DAY - timedelta(days=1), DAY - timedelta(hours=20), "104")


def _build(folder: Path) -> None:
    (folder / "content/cameras").mkdir(parents=True)
    (folder / "content/about.md").write_text(
        "---\ntitle: About these cameras\n---\n\nFour of them.\n\n## Who\n\nWe.\n"
    )
    (folder / "content/cameras/driveway.md").write_text(_PROSE)
    (folder / "sitegen.toml").write_text(_CONFIG)
    _put_footage(folder / "archive", folder / "films")
    argv = [sys.executable, "-m", "sitegen.cli", "-c", str(folder / "sitegen.toml"), "build", "-q"]
    done = run(argv, timeout_s=120)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(folder / "films")


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholeSite]:
    """The site, with everything that makes it up, behind nginx and an announcer. Nobody may change it."""
    folder = tmp_path_factory.mktemp("whole")
    _build(folder)
    announce = free_port()
    with (
        running_announcer(folder / "state/announcements.json", announce, folder / "announce.log"),
        running_nginx(
            folder / "site", folder / "archive", folder / "run", announce=f"127.0.0.1:{announce}"
        ) as port,
    ):
        yield WholeSite(folder, f"http://127.0.0.1:{port}/")
