"""Makes the pictures of this folder: a year of an invented street's footage, built and served for real, photographed in Chromium.

Usage: python docs/screenshots/make.py [NAME…]      (in a checkout that `make bench` has set up; writes *.webp beside itself)

Films are the demo's scenes, by day and by night. Everything else is below bench/.cache/street, and is made anew when that is deleted.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, Route, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "bench"))

from day_sites import Shot, built, put, served  # noqa: E402 - found by the path above
from opening import FLAGS  # noqa: E402
from places import CACHE, SITEGEN, empty  # noqa: E402

from sitegen.archive.layout import PREVIEW_ENDINGS  # noqa: E402
from sitegen.archive.sidecar_text import sidecar_text  # noqa: E402
from sitegen.demo.footage import make_footage  # noqa: E402
from sitegen.demo.scenes import SCENES  # noqa: E402

STREET = CACHE / "street"
ZONE = ZoneInfo("America/New_York")
CAMERAS = {"101": "driveway", "102": "yard", "103": "shop", "104": "gate"}
TITLES = {"101": "Driveway", "102": "Back yard", "103": "Shop", "104": "Gate"}
SEGMENT_S, EVENT_S, VARIANTS, RECORDED_DAYS, DAYS = 300, 8, 4, 9, 330
NIGHT = "hue=s=0.15,eq=brightness=-0.06:contrast=1.05:gamma=0.85"
DAYLIGHT = range(7, 17)
NOTES = [
    ("Parcel left by the door", ["parcel"]),
    ("Delivery for number 6", ["parcel"]),
    ("The cat is back", ["cat"]),
]
"""Of the day's events in the drive by daylight."""
CONFIG = """[site]
title = "Elm Street 4"
timezone = "America/New_York"
url = "https://cctv.example/"
""" + "".join(
    f'[camera.{camera}]\ntitle = "{title}"\nurl = "rtsp://192.0.2.{camera[1:]}/"\n'
    for camera, title in TITLES.items()
)
PROSE = """Above the garage door, 2.6 m high; it sees the drive, the letter box and a piece of the pavement.

Ms Okafor (house 3) knows how to reach it. A lamp comes on at dusk.
"""
SIZES = {"desktop": ({"width": 1280, "height": 860}, 1), "phone": ({"width": 390, "height": 844}, 2)}


def film(camera: str, kind: str, variant: int, *, dark: bool) -> Path:
    """Return a film of a camera, made once: an event somebody walks through, or five minutes in which little happens."""
    scene, folder = CAMERAS[camera], STREET / "films"
    name = f"{scene}-{kind}-{variant}-{'night' if dark else 'day'}.mp4"
    if (folder / name).exists():
        return folder / name
    seconds = EVENT_S if kind == "event" else SEGMENT_S
    windows = ((2.5 - variant, 8.5 - variant),) if kind == "event" else ((100, 106),)
    plain = make_footage(folder / f"{scene}-{kind}-{variant}.mp4", scene, windows, seconds=seconds)
    flags = "+faststart" if kind == "event" else "+frag_keyframe+empty_moov+default_base_moof"
    how = ["-vf", NIGHT, "-c:v", "libx264", "-preset", "veryfast", "-g", "20"] if dark else ["-c", "copy"]
    command = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-i",
        str(plain),
        *how,
        "-movflags",
        flags,
        str(folder / name),
    ]
    subprocess.run(command, check=True)
    return folder / name


def shown_day(now: datetime) -> datetime:
    """Return the local midnight that begins the newest day whose evening has come: that one is photographed."""
    evening = now.astimezone(ZONE) - timedelta(hours=19)
    return evening.replace(hour=0, minute=0, second=0, microsecond=0)


def is_dark(when: datetime) -> bool:
    """Whether it is night then."""
    return when.astimezone(ZONE).hour not in DAYLIGHT


def where(camera: str, number: int) -> tuple[int, int, int, int]:
    """Return where the visitor of an event is in the middle of its film, of which the picture is taken."""
    visitor = SCENES[CAMERAS[camera]].visitor
    way = (1.5 + number % VARIANTS) / 6
    x = 640 * ((1 + visitor.width) * way - visitor.width / 2)
    return (
        round(x),
        round(360 * (visitor.y + visitor.height / 2)),
        round(640 * visitor.width),
        round(360 * visitor.height),
    )


def shots(now: datetime) -> Iterator[Shot]:
    """Yield a year: more events by day than by night, some quiet days, and the last days recorded throughout."""
    chance = random.Random(4)
    midnight = now.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(DAYS):
        day = midnight - timedelta(days=back)
        for number in range(46 if day >= shown_day(now) else chance.choice((0, 2, 3, 9, 14, 25, 31, 55, 84))):
            hour = chance.choice(
                (0, 2, 5, 6, 7, 7, 8, 8, 8, 9, 10, 11, 12, 12, 13, 14, 15, 15, 16, 16, 17, 17, 18, 19, 20, 22)
            )
            start = (day + timedelta(hours=hour, seconds=chance.randrange(3_600))).astimezone(UTC)
            if start < now - timedelta(minutes=4):
                camera, count = chance.choice(("101", "101", "102", "103", "104", "104")), number + 100 * back
                yield Shot("event", camera, start, EVENT_S, count, where(camera, count))
    start = (midnight - timedelta(days=RECORDED_DAYS)).astimezone(UTC)
    while start < now - timedelta(seconds=SEGMENT_S):
        for camera in CAMERAS:
            if not lost(camera, start, shown_day(now).astimezone(UTC)):
                yield Shot("segment", camera, start, SEGMENT_S, 0)
        start += timedelta(seconds=SEGMENT_S)


def lost(camera: str, when: datetime, midnight: datetime) -> bool:
    """Whether a camera was away: the shop's router in the morning, the yard's camera in one night."""
    hours = (when - midnight) / timedelta(hours=1)
    return (camera == "103" and 9 <= hours < 9.75) or (camera == "102" and -28 <= hours < -21)  # noqa: PLR2004


def previews() -> dict[str, dict[str, Path]]:
    """Return film's name → ending → preview, made by sitegen itself of one clip a film."""
    folder = STREET / "unique"
    first = datetime(2025, 1, 1, tzinfo=UTC)
    names: dict[str, str] = {}
    for camera in CAMERAS:
        for kind in ("event", "segment"):
            for variant in range(VARIANTS if kind == "event" else 1):
                for dark in (False, True):
                    source, start = (
                        film(camera, kind, variant, dark=dark),
                        first + timedelta(hours=len(names)),
                    )
                    shot = Shot(kind, camera, start, SEGMENT_S if kind == "segment" else EVENT_S, len(names))
                    names[source.name] = f"{camera}-{len(names)}-{start:%Y%m%dT%H%M%SZ}.mp4"
                    if not list((folder / "archive").rglob(names[source.name])):
                        put(folder / "archive", source, shot)
    (folder / "sitegen.toml").write_text(CONFIG)
    subprocess.run([SITEGEN, "-c", str(folder / "sitegen.toml"), "build", "-q"], check=True)
    made = {path.name: path for path in (folder / "site/previews").rglob("*") if path.is_file()}
    return {name: {e: made[f"{clip}{e}"] for e in PREVIEW_ENDINGS.values()} for name, clip in names.items()}


def fill(folder: Path, now: datetime) -> None:
    """Write archive, previews, notes, outages and pages of the street."""
    made, notes = previews(), list(NOTES)
    for shot in shots(now):
        source = film(
            shot.camera,
            shot.kind,
            shot.number % VARIANTS if shot.kind == "event" else 0,
            dark=is_dark(shot.start),
        )
        video = put(folder / "archive", source, shot)
        target = folder / "previews" / video.relative_to(folder / "archive")
        target.parent.mkdir(parents=True, exist_ok=True)
        for ending, path in made[source.name].items():
            os.link(path, f"{target}{ending}")
        of_note = shot.kind == "event" and shot.camera == "101" and not is_dark(shot.start)
        if notes and of_note and shown_day(now) <= shot.start < shown_day(now) + timedelta(days=1):
            title, tags = notes.pop(0)
            text = f'---\nkeep: true\ntags: {tags}\ntitle: "{title}"\n---\n\nSeen **twice** that week.\n'
            video.with_suffix(".md").write_text(text)
    midnight = shown_day(now).astimezone(UTC)
    for camera, begin, end in (("103", 9, 9.75), ("102", -28, -21)):
        start = midnight + timedelta(hours=begin)
        fields = {
            "kind": "outage",
            "camera": camera,
            "start": f"{start:%Y-%m-%dT%H:%M:%S}.000Z",
            "end_reason": "camera_found",
        }
        fields["end"] = f"{midnight + timedelta(hours=end):%Y-%m-%dT%H:%M:%S}.000Z"
        path = folder / f"archive/outages/{camera}/{start:%Y%m%d}/{camera}-{start:%Y%m%dT%H%M%SZ}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(sidecar_text(fields))
    (folder / "content/cameras").mkdir(parents=True)
    (folder / "content/cameras/driveway.md").write_text(PROSE)
    shutil.copy(HERE.parents[1] / "content/about.md", folder / "content/about.md")


def pages(folder: Path, now: datetime) -> dict[str, str]:
    """Return name → address of what is photographed."""
    day = f"{shown_day(now):%Y/%m/%d}"
    event = next(
        p
        for p in sorted((folder / "site" / day).glob("*.html"))
        if "Parcel left" in p.read_text() and p.stem != "index"
    )
    noon = shown_day(now).replace(hour=12, minute=1, second=42).astimezone(UTC)
    moment = f"t={noon:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "home": "index.html",
        "day": f"{day}/index.html",
        "step": f"{day}/index.html#{moment}&cams=driveway,back-yard,shop,gate",
        "event": f"{day}/{event.name}",
        "cameras": "cameras/index.html",
        "camera": "cameras/driveway/index.html",
        "camera-day": f"cameras/driveway/{day}/index.html#{moment}",
        "status": "status/index.html",
        "live": "live/index.html",
        "page": "about/index.html",
    }


def take(browser: Browser, address: str, name: str) -> None:
    """Photograph one page in two sizes and two schemes."""
    for size, (viewport, scale) in SIZES.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport=viewport, device_scale_factor=scale, color_scheme=scheme, reduced_motion="reduce", service_workers="block",
                has_touch=size == "phone", is_mobile=size == "phone",
            )  # fmt: skip
            context.route("**/motion-stream/**", _as_motion)
            page = context.new_page()
            page.goto(address)
            ready(page, name)
            target = HERE / f"{name}-{size}-{scheme}"
            page.screenshot(path=f"{target}.png")
            context.close()
            webp = ["-c:v", "libwebp", "-quality", "82", "-compression_level", "6", f"{target}.webp"]
            subprocess.run(
                ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", f"{target}.png", *webp], check=True
            )
            Path(f"{target}.png").unlink()


def _as_motion(route: Route) -> None:
    """Answer as Motion does, with a picture by daylight."""
    camera = route.request.url.split("/motion-stream/")[1].partition("/")[0]
    if camera in CAMERAS:
        unique = STREET / "unique/site/previews/events" / camera
        route.fulfill(path=min(unique.rglob("*.poster.jpg")), content_type="image/jpeg")
    else:
        route.fulfill(
            json={"camera_status": [{"id": int(one), "lost_connection": False, "fps": 10} for one in CAMERAS]}
        )


def ready(page: Page, name: str) -> None:
    """Wait until pictures are there, and films where some are shown."""
    page.wait_for_load_state("networkidle")
    if name == "live":
        page.get_by_role("button", name="Play all").click()
        page.wait_for_function("() => document.querySelectorAll('.screen img[src]').length === 4")
    page.wait_for_function(
        "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"
    )
    if name in {"step", "camera-day"}:
        page.locator("video").first.scroll_into_view_if_needed()
        page.wait_for_function(
            "() => [...document.querySelectorAll('video')].some((one) => one.readyState >= 2)"
        )
        if name == "step":
            page.evaluate("document.querySelector('[data-viewer]').scrollIntoView()")
        page.wait_for_load_state("networkidle")


def main() -> int:
    """Make the site where there is none, and the pictures that were asked for."""
    folder, now = STREET / "whole", datetime.now(UTC)
    if not (folder / "now").exists():
        fill(empty(folder), now)
        (folder / "now").write_text(now.isoformat())
    now = datetime.fromisoformat((folder / "now").read_text())
    (folder / "sitegen.toml").write_text(CONFIG)
    built(folder, folder / "sitegen.toml")
    with served(folder, 18_090) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name, path in pages(folder, now).items():
            if name in sys.argv[1:] or not sys.argv[1:]:
                take(browser, address + path, name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
