"""Sample pages for the tests of themes: a busy site, an empty one, a hostile one, and a day on which clocks change."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
from msgspec.structs import replace
from view_samples import (
    DATE,
    TITLES,
    busy_events,
    camera_view,
    clip,
    day_coverage,
    day_view,
    feed_links,
    gap,
    heat,
    lane,
    months,
    segments,
    status_view,
)

from sitegen.site.theme import Theme
from sitegen.site.views import CameraView, ClipView, DayLink, DayView, GapView, Lane, PageLink, SiteView

HOSTILE = '"><script>alert(1)</script>&amp;<img src=x onerror=alert(2)>'
RTL = "كاميرا الباب الأمامي (ليلاً) 101"

SITE = SiteView(
    title="Elm Street 4",
    language="en",
    timezone="Europe/Berlin",
    full_video=True,
    pages=(PageLink("About these cameras", "about/index.html"),),
)


@dataclass(frozen=True)
class SamplePage:
    """One page to render: where it is, what makes it, and what it gets besides site, root and here."""

    url: str
    template: str
    context: dict[str, object]


def busy_pages(day: date = DATE) -> Iterator[SamplePage]:
    """Every page of a small but busy site, all links between them real."""
    events, pieces, hole = busy_events(day), segments("101", day), gap("101", day)
    view = day_view(day)
    cameras = tuple(camera_view(camera, events) for camera in TITLES)
    own = tuple(c for c in events if c.camera_id == "101")
    here = lane("101", view, own + pieces, (hole,))
    lanes = (here, *(lane(c, view, tuple(e for e in events if e.camera_id == c)) for c in list(TITLES)[1:]))
    others = (clip("101", view.start, 60, movie="timelapse"),)
    yield SamplePage(
        "index.html",
        "home.html",
        {"title": SITE.title, "newest": events[::-1], "months": months(day), "cameras": cameras},
    )
    yield SamplePage(
        view.url,
        "day.html",
        {
            "title": f"{day}",
            "day": view,
            "lanes": lanes,
            "events": events[::-1],
            "tags": tuple(sorted({tag for event in events for tag in event.tags})),
            "others": others,
            "gaps": (hole,),
            "segment_count": 40,
        },
    )
    link = DayLink(date=day, url=view.url, events=len(events), segments=40)
    alone = {"previous": None, "next": None, "siblings": (), "day": link, "title": "Timelapse"}
    yield SamplePage(others[0].url, "clip.html", {"clip": others[0], **alone})
    for n, event in enumerate(events):
        beside = {
            "previous": events[n - 1] if n else None,
            "next": events[n + 1] if n + 1 < len(events) else None,
        }
        more = {"siblings": events[:1] if n == 1 else (), "day": link, "title": event.title or event.id}
        extra = {
            "note_html": "<p>It came <em>twice</em>.</p>",
            "extra": (("movie", "motion"), ("lens", "4 mm")),
        }
        shown = replace(event, **extra) if n == 1 else event
        yield SamplePage(event.url, "clip.html", {"clip": shown, **beside, **more})
    yield SamplePage("cameras/index.html", "cameras.html", {"title": "Cameras", "cameras": cameras})
    for camera in cameras:
        mine = tuple(c for c in events if c.camera_id == camera.id)
        context = {"title": camera.title, "camera": camera, "months": months(day, f"cameras/{camera.slug}/")}
        more = {"newest": mine[::-1], "feeds": feed_links(camera.id)}
        prose = "<p>It looks <em>down</em> the drive.</p>" if camera.id == "101" else ""
        facts = {
            "heat": heat(),
            "heat_max": 116,
            "coverage": day_coverage(camera.id, day),
            "prose_html": prose,
        }
        yield SamplePage(camera.url, "camera.html", context | more | facts)
    yield SamplePage(
        "live/index.html",
        "live.html",
        {"title": "Live", "cameras": tuple(replace(c, newest=None) for c in cameras)},
    )
    yield camera_day(cameras[0], view, here, pieces, events=own, gaps=(hole,))
    yield SamplePage("status/index.html", "status.html", {"title": "Status", "status": status_view(cameras)})
    prose = "<p>Four cameras.</p><h2>Who sees this</h2><ul><li>We do.</li></ul><pre>rsync -a site/ usb/</pre>"
    yield SamplePage("about/index.html", "page.html", {"title": "About these cameras", "body_html": prose})


def camera_day(
    camera: CameraView,
    day: DayView,
    bars: Lane,
    pieces: tuple[ClipView, ...],
    *,
    events: tuple[ClipView, ...] = (),
    gaps: tuple[GapView, ...] = (),
) -> SamplePage:
    context: dict[str, object] = {
        "title": f"{camera.title}, {day.date}",
        "camera": camera,
        "day": replace(day, previous=None),
        "lane": bars,
        "segments": pieces,
        "events": events[::-1],
        "tags": tuple(sorted({tag for event in events for tag in event.tags})),
        "others": (),
        "gaps": gaps,
        "feeds": feed_links(camera.id, day.date),
    }
    return SamplePage(f"cameras/{camera.slug}/{day.url}", "camera-day.html", context)


def empty_pages() -> Iterator[SamplePage]:
    """Every page of a site that has nothing yet, and of a camera and a day without anything."""
    camera = camera_view("104", ())
    day = replace(day_view(), previous=None, next=None)
    bars = Lane(
        camera="Workshop", camera_id="104", slug="workshop", url=f"cameras/workshop/{day.url}", bars=()
    )
    nothing: dict[str, object] = {"events": (), "tags": (), "others": (), "gaps": (), "segment_count": 0}
    blank = replace(status_view(()), problems=(), clips=0, disk_total_bytes=0)
    yield SamplePage(
        "index.html", "home.html", {"title": SITE.title, "newest": (), "months": (), "cameras": ()}
    )
    yield SamplePage(day.url, "day.html", {"title": "Day", "day": day, "lanes": ()} | nothing)
    yield SamplePage("cameras/index.html", "cameras.html", {"title": "Cameras", "cameras": ()})
    yield SamplePage("live/index.html", "live.html", {"title": "Live", "cameras": ()})
    blank_heat = {"heat": ((0,) * 24,) * 7, "heat_max": 0, "coverage": (), "prose_html": ""}
    yield SamplePage(
        camera.url,
        "camera.html",
        {"title": "Workshop", "camera": camera, "months": (), "newest": ()} | blank_heat,
    )
    yield camera_day(camera, day, bars, ())
    yield SamplePage("status/index.html", "status.html", {"title": "Status", "status": blank})


def with_text(view: object, text: str) -> object:
    """The same views with every text that comes from outside replaced; URLs, ids and kinds are sitegen's own."""
    texts = {
        "title",
        "camera_title",
        "camera",
        "label",
        "cause_text",
        "reason",
        "remedy",
        "path",
        "key",
        "value",
    }
    texts |= {"video_name", "end_reason", "preview_error", "event", "body"}
    if isinstance(view, tuple):
        return tuple(with_text(item, text) for item in view)
    if isinstance(view, dict):
        return {key: text if key == "title" else with_text(item, text) for key, item in view.items()}
    if not isinstance(view, msgspec.Struct):
        return view
    changes: dict[str, object] = {}
    for name in view.__struct_fields__:
        value = getattr(view, name)
        if name in texts and isinstance(value, str):
            changes[name] = text
        elif name == "tags":
            changes[name] = (text, text)
        elif name == "extra":
            changes[name] = ((text, text),)
        else:
            changes[name] = with_text(value, text)
    return replace(view, **changes)


def hostile_pages(text: str) -> Iterator[SamplePage]:
    """The busy site when whoever names cameras, files and tags means harm, or writes another way."""
    for page in busy_pages():
        yield SamplePage(page.url, page.template, with_text(page.context, text))  # type: ignore[arg-type]


def render(theme: Theme, page: SamplePage, site: SiteView = SITE) -> str:
    root = "../" * page.url.count("/")
    context = {"feeds": feed_links()} | page.context
    return theme.render(page.template, root, site=site, here=page.url, **context)


def write_site(folder: Path, theme: Theme, pages: Iterator[SamplePage], site: SiteView = SITE) -> None:
    """Write pages and assets as a build does; what videos and pictures they name is the caller's business."""
    for asset in theme.assets():
        path = folder / asset.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(asset.data)
    for page in pages:
        path = folder / page.url
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(render(theme, page, site), encoding="utf-8")
