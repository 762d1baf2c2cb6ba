"""Sample days for the tests of the timeline and the filter: so many events of so many cameras, on a day of any length."""

import re
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec.structs import replace
from page_samples import RTL, SamplePage, with_text
from theme_site import write
from view_samples import DATE, ZONE, clip, day_view, gap, segments

from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.days import day_bounds, hour_marks, hour_starts
from sitegen.site.bars import MANY_EVENTS, About, event_bars
from sitegen.site.footage import footage_js
from sitegen.site.views import Bar, ClipView, DayView, GapView, Lane

NAMES = (
    "Driveway",
    "Garden gate",
    "Back door",
    "Workshop",
    "Street",
    "Garage",
    "Stairs",
    "Roof terrace, north side",
)
TAGS = ("fox", "parcel", "cat & dog|fish")
ONE, MANY, SHORT, LONG, ARABIC, STILL = (
    DATE, date(2026, 11, 21), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 19), date(2026, 11, 18),
)  # fmt: skip
"""Days of the sample site: 40 events of 4 cameras; 1,000; 23 hours; 25 hours; written from the right; nothing."""


def name(number: int) -> str:
    """A camera's title; cameras are numbered from 0."""
    return NAMES[number] if number < len(NAMES) else f"Hall {number + 1}"


def slug(number: int) -> str:
    return name(number).lower().replace(",", "").replace(" ", "-")


def of_camera(view: ClipView, number: int) -> ClipView:
    """A clip of the first camera as one of another."""
    camera = str(101 + number)
    changes: dict[str, object] = {
        "camera_id": camera,
        "camera_slug": slug(number),
        "camera_title": name(number),
    }
    for field in view.__struct_fields__:
        text = getattr(view, field)
        if field not in changes and isinstance(text, str):
            changes[field] = re.sub(r"\b101(?=[-/])", camera, text).replace("driveway", slug(number))
    return replace(view, **changes)


def event(number: int, of: int, cameras: int, day: DayView) -> ClipView:
    """One of so many events, evenly spread over the day and the cameras; the same each time."""
    room = (day.end - day.start).total_seconds() - 60
    start = day.start + timedelta(seconds=round(room * number / of) + number % 7 + 3)
    tags = (TAGS[number % 3],) if number % 10 == 0 else ()
    made = clip("101", start, 8 + number * 13 % 50, level=1 + number * 7 % 4, tags=tags)
    return of_camera(made, number % cameras)


def lane(number: int, day: DayView, events: list[ClipView], merge: bool, gaps: tuple[GapView, ...]) -> Lane:
    """A camera that is recorded all day but for its gaps, with its events."""
    bounds = day_bounds(day.date, ZONE)
    hours = hour_starts(bounds, ZONE)
    url = f"cameras/{slug(number)}/{day.url}"
    length = (day.end - day.start).total_seconds()

    def bar(kind: str, start, end, url: str, label: str) -> Bar:
        left, width = (
            100 * (when - since).total_seconds() / length
            for when, since in ((start, day.start), (end, start))
        )
        return Bar(
            kind=kind,
            left=round(left, 3),
            width=round(width, 3),
            url=url,
            label=f"{name(number)}: {label}",
            level=0,
        )

    edges = sorted({day.start, *hours, day.end, *(g.start for g in gaps), *(g.end for g in gaps)})
    bars = []
    for start, end in pairwise(edges):
        hole = next((g for g in gaps if g.start <= start < g.end), None)
        if hole:
            bars.append(bar("gap", start, end, "", f"nothing recorded: {hole.cause_text}"))
        else:
            bars.append(bar("segment", start, end, f"{url}#t={start:%Y-%m-%dT%H:%M:%SZ}", "recorded"))
    bars.sort(key=lambda one: one.kind == "gap")
    bars += event_bars(About(name(number), url, bounds, hours, ZONE), events, merge)
    return Lane(
        camera=name(number), camera_id=str(101 + number), slug=slug(number), url=url, bars=tuple(bars)
    )


def busy_day(events: int, cameras: int = 4, day: date = DATE) -> SamplePage:
    """A day's page."""
    bounds = day_bounds(day, ZONE)
    view = msgspec.structs.replace(day_view(day), hours=hour_marks(bounds, ZONE))
    made = [event(n, events, cameras, view) for n in range(events)]
    hole = replace(gap("101", day), camera_title=name(0))
    lanes = tuple(
        lane(
            n,
            view,
            [e for e in made if e.camera_slug == slug(n)],
            events > MANY_EVENTS,
            (hole,) if n == 0 else (),
        )
        for n in range(cameras)
    )
    context: dict[str, object] = {
        "title": f"{day}",
        "day": view,
        "lanes": lanes,
        "events": tuple(sorted(made, key=lambda e: e.start, reverse=True)),
        "tags": tuple(sorted({tag for e in made for tag in e.tags})),
        "others": (),
        "gaps": (hole,) if events else (),
        "segment_count": 288 * cameras,
    }
    return SamplePage(view.url, "day.html", context)


def write_days(folder: Path, media: Path) -> Path:
    """Write a site of six days, and what the first camera recorded on the first."""
    pages = [
        busy_day(40),
        busy_day(1_000, day=MANY),
        busy_day(48, 2, SHORT),
        busy_day(100, 2, LONG),
        busy_day(0, 1, STILL),
    ]
    arabic = busy_day(30, 2, ARABIC)
    pages.append(SamplePage(arabic.url, arabic.template, with_text(arabic.context, RTL)))  # type: ignore[arg-type]
    write(folder, media, iter(pages))
    for page in pages:
        for view in page.context["events"]:  # type: ignore[attr-defined]
            (folder / view.url).write_text(f"<!doctype html><title>{view.id}</title>", encoding="utf-8")
    pieces = segments("101", ONE)
    for number in range(4):
        data = footage_js(
            slug(number), day_bounds(ONE, ZONE), () if number else pieces, (), (), full=True, begins={}
        )
        script = folder / "cameras" / slug(number) / f"{ONE:%Y/%m/%d}" / "footage.js"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_bytes(data)
    for piece in pieces:
        sprite = folder / f"previews/{piece.video.removeprefix('media/')}{PREVIEW_ENDINGS['sprite']}"
        sprite.parent.mkdir(parents=True, exist_ok=True)
        sprite.hardlink_to(media / "picture.jpg")
    return folder


def address(day: date) -> str:
    return f"{day:%Y/%m/%d}/index.html"
