"""Sample views for the tests of themes: clips in every state, a day, cameras, months, gaps, status."""

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from sitegen.clip import Motion
from sitegen.site.times import clock, iso
from sitegen.site.views import (
    Bar,
    CameraStatus,
    CameraView,
    ClipView,
    DayCoverage,
    DayLink,
    DayView,
    FeedLink,
    GapView,
    Lane,
    MonthView,
    ProblemView,
    StatusView,
)

ZONE = ZoneInfo("Europe/Berlin")
TITLES = {"101": "Driveway", "102": "Garden gate", "103": "Back door", "104": "Workshop"}
DATE = date(2026, 11, 22)
SHADES = (1, 5, 20, 80)
LONG = "Wheelbarrowneighbourhood" * 13


def slug(camera: str) -> str:
    return TITLES[camera].lower().replace(" ", "-")


def local(day: date, clock: str, fold: int = 0) -> datetime:
    """The UTC time at which clocks show `clock` on `day`."""
    hour, minute, second = (int(part) for part in clock.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, second, fold=fold, tzinfo=ZONE).astimezone(
        UTC
    )


def clip(
    camera: str, start: datetime, seconds: float | None = 38, kind: str = "event", **changes: object
) -> ClipView:
    """A clip with its previews made; None for `seconds`: it is being recorded."""
    stamp = f"{camera}-{start:%Y%m%dT%H%M%S}Z" + ("-s" if kind == "segment" else "")
    here = start.astimezone(ZONE)
    day_url = f"{here:%Y/%m/%d}/index.html"
    camera_day = f"cameras/{slug(camera)}/{day_url}"
    stem = f"{kind}s/{camera}/{start:%Y%m%d}/{stamp}"
    done = seconds is not None
    end = None if seconds is None else start + timedelta(seconds=seconds)
    view = ClipView(
        id=stamp,
        kind=kind,
        movie="motion",
        camera_id=camera,
        camera_slug=slug(camera),
        camera_title=TITLES[camera],
        start=start,
        start_iso=iso(start),
        start_clock=clock(start, ZONE),
        end=end,
        end_iso=iso(end) if end else "",
        seconds=seconds or 0,
        url=f"{here:%Y/%m/%d}/{stamp}.html"
        if kind == "event"
        else f"{camera_day}#t={start:%Y-%m-%dT%H:%M:%SZ}",
        day_url=day_url,
        camera_day_url=camera_day,
        video=f"media/{stem}.mp4",
        video_name=f"{stamp}.mp4",
        video_type="video/mp4",
        bytes=4_213_000,
        low_video=f"previews/{stem}.mp4" if done else "",
        poster=f"previews/{stem}.jpg" if done else "",
        still=f"previews/{stem}.small.jpg" if done else "",
        sprite=f"previews/{stem}.sprite.jpg" if done else "",
        image="",
        image_bytes=0,
        low_bytes=0,
        poster_bytes=0,
        event=f"{camera}-{start:%Y%m%dT%H%M%S}Z" if kind == "event" else "",
        motion=Motion(changed_pixels=5210, noise=12, labels=3, x=310, y=190, width=120, height=80)
        if kind == "event"
        else None,
        level=2 if kind == "event" else 0,
        frame=(1920, 1080) if kind == "event" else None,
        title="",
        tags=(),
        keep=False,
        note_html="",
        end_reason="motion_stopped" if kind == "event" else "rotated",
        adopted=False,
        preview_error="",
        extra=(),
    )
    return replace(view, **changes)


def unmade(view: ClipView, **changes: object) -> ClipView:
    """The same clip before its previews are made."""
    return replace(view, **({"low_video": "", "poster": "", "still": "", "sprite": ""} | changes))


def busy_events(day: date = DATE) -> tuple[ClipView, ...]:
    """Events of a day in every state that a page can show."""
    return (
        clip("101", local(day, "00:12:40"), 12),
        clip("102", local(day, "03:55:03"), 37.9, title="Fox at the gate", tags=("fox", "night"), keep=True),
        clip("101", local(day, "07:31:00"), 0.4),
        clip("103", local(day, "07:31:09"), 125, adopted=True, motion=None, event=""),
        unmade(
            clip(
                "101",
                local(day, "12:04:10"),
                61,
                tags=("parcel",),
                title="Parcel delivered, left by the door",
            )
        ),
        unmade(clip("104", local(day, "12:40:00"), 44), preview_error="ffmpeg could not decode the video"),
        clip("102", local(day, "16:20:00"), 3_725, video="", title=LONG),
        clip("101", local(day, "23:58:10"), None),
    )


def segments(camera: str, day: date = DATE, count: int = 40, first: str = "00:00:00") -> tuple[ClipView, ...]:
    """Five-minute segments one after another, with a hole after the tenth and the last being recorded."""
    start = local(day, first)
    starts = [start + timedelta(seconds=300 * (n + (3 if n >= 10 else 0))) for n in range(count)]
    last = unmade(clip(camera, starts[-1], None, "segment", end_reason=""))
    return (*(clip(camera, when, 300, "segment") for when in starts[:-1]), last)


def day_view(day: date = DATE) -> DayView:
    start, end = local(day, "00:00:00"), local(day + timedelta(days=1), "00:00:00")
    length = (end - start).total_seconds()
    hours = []
    for n in range(int(length // 3600)):
        here = (start + timedelta(hours=n)).astimezone(ZONE)
        twice = here.replace(fold=1 - here.fold).utcoffset() != here.utcoffset()
        hours.append((f"{here:%H} {here:%Z}" if twice else f"{here:%H}", n * 3600 / length * 100))
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return DayView(
        date=day,
        start=start,
        end=end,
        url=f"{day:%Y/%m/%d}/index.html",
        previous=DayLink(date=before, url=f"{before:%Y/%m/%d}/index.html", events=3, segments=288, level=1),
        next=DayLink(date=after, url=f"{after:%Y/%m/%d}/index.html", events=0, segments=288),
        hours=tuple(hours),
    )


def lane(camera: str, day: DayView, clips: tuple[ClipView, ...], gaps: tuple[GapView, ...] = ()) -> Lane:
    length = (day.end - day.start).total_seconds()

    def bar(kind: str, start: datetime, end: datetime | None, *, url: str, label: str, level: int) -> Bar:
        seconds = ((end or start + timedelta(seconds=60)) - start).total_seconds()
        left = (start - day.start).total_seconds() / length * 100
        return Bar(kind=kind, left=left, width=seconds / length * 100, url=url, label=label, level=level)

    bars = [bar(c.kind, c.start, c.end, url=c.url, label=c.id, level=1 + len(c.title) % 4) for c in clips]
    bars += [bar("gap", g.start, g.end, url="", label=g.cause_text, level=0) for g in gaps]
    bars.sort(key=lambda b: ("segment", "gap", "event").index(b.kind))
    return Lane(
        camera=TITLES[camera],
        camera_id=camera,
        slug=slug(camera),
        url=f"cameras/{slug(camera)}/{day.url}",
        bars=tuple(bars),
    )


def gap(camera: str, day: date = DATE) -> GapView:
    return GapView(
        camera_title=TITLES[camera],
        start=local(day, "00:50:00"),
        end=local(day, "01:05:00"),
        cause="camera_lost",
        cause_text="the camera could not be reached",
        day_url=f"{day:%Y/%m/%d}/index.html",
    )


def camera_view(camera: str, clips: tuple[ClipView, ...]) -> CameraView:
    newest = next((c for c in reversed(clips) if c.camera_id == camera and c.kind == "event"), None)
    return CameraView(
        id=camera,
        slug=slug(camera),
        title=TITLES[camera],
        url=f"cameras/{slug(camera)}/index.html",
        events=1_234 if newest else 0,
        segments=40 if camera == "101" else 0,
        last_seen=newest.end or newest.start if newest else None,
        newest=newest,
        picture=newest,
        latest_day_url=f"cameras/{slug(camera)}/{DATE:%Y/%m/%d}/index.html" if newest else "",
    )


def months(day: date = DATE, prefix: str = "") -> tuple[MonthView, ...]:
    """Two months, of which some days have pages."""

    def view(year: int, month: int, last: int) -> MonthView:
        cells: list[tuple[int, DayLink | None] | None] = [None] * date(year, month, 1).weekday()
        for number in range(1, last + 1):
            when = date(year, month, number)
            url = f"{prefix}{when:%Y/%m/%d}/index.html"
            events = number % 4 * 7
            link = DayLink(
                date=when, url=url, events=events, segments=288, level=bisect_right(SHADES, events)
            )
            cells.append((number, link if when <= day and number % 6 else None))
        cells += [None] * (-len(cells) % 7)
        return MonthView(year, month, tuple(tuple(cells[n : n + 7]) for n in range(0, len(cells), 7)))

    return view(2026, 11, 30), view(2026, 10, 31)


def heat() -> tuple[tuple[int, ...], ...]:
    """Events by weekday and hour: none at night, most in the afternoon."""
    return tuple(
        tuple(max(0, (hour - 6) * (day + 1) - 3 * (hour // 20)) for hour in range(24)) for day in range(7)
    )


def day_coverage(camera: str, day: date = DATE, days: int = 14) -> tuple[DayCoverage, ...]:
    """Coverage of the days before one, newest first: whole ones, parts, and one without segments."""

    def one(n: int) -> DayCoverage:
        when = day - timedelta(days=n)
        url = f"cameras/{slug(camera)}/{when:%Y/%m/%d}/index.html"
        return DayCoverage(when, url, None if n % 7 == 5 else 100.0 - n * n / 3, n % 5 * 9)

    return tuple(one(n) for n in range(days))


def feed_links(camera: str | None = None, day: date | None = None) -> tuple[FeedLink, ...]:
    """What a page names in its head: the site's feeds, a camera's, a camera's day's playlists."""
    found = [
        FeedLink("Newest events", "feeds/latest.json", "application/feed+json"),
        FeedLink("Newest events", "feeds/latest.atom", "application/atom+xml"),
        FeedLink("Events and outages", "feeds/calendar.ics", "text/calendar"),
    ]
    if camera is not None:
        found.append(FeedLink(TITLES[camera], f"feeds/cameras/{slug(camera)}.json", "application/feed+json"))
        found.append(FeedLink(TITLES[camera], f"feeds/cameras/{slug(camera)}.atom", "application/atom+xml"))
    if camera is not None and day is not None:
        folder = f"cameras/{slug(camera)}/{day:%Y/%m/%d}"
        found.append(FeedLink(TITLES[camera], f"{folder}/playlist.m3u8", "application/vnd.apple.mpegurl"))
        found.append(FeedLink(TITLES[camera], f"{folder}/clips.m3u", "audio/x-mpegurl"))
    return tuple(found)


def problem(path: str, key: str, reason: str, remedy: str) -> ProblemView:
    return ProblemView(path=path, key=key, reason=reason, remedy=remedy)


def status_view(cameras: tuple[CameraView, ...]) -> StatusView:
    return StatusView(
        built_at=local(DATE, "23:58:12"),
        revision=4_211,
        clips=123_456,
        days=31,
        backlog=12,
        archive_bytes=1_234_567_890_123,
        disk_total_bytes=2_000_000_000_000,
        disk_free_bytes=345_600_000_000,
        disk_low=False,
        stale_after_seconds=900,
        silent_after_seconds=900,
        days7_start=local(DATE - timedelta(days=6), "00:00:00"),
        gaps_more=3,
        problems=(
            problem(
                "events/101/20261122/broken.yaml",
                "start",
                "it is not a time",
                "write RFC 3339 with an offset",
            ),
            problem("events/101/20261122/x.mp4", "", "the video has no length", ""),
        ),
        cameras=tuple(
            CameraStatus(
                camera=camera,
                last_segment=camera.last_seen if camera.segments else None,
                last_event=camera.last_seen,
                coverage_today=97.25 if camera.segments else None,
                gaps_today=(gap(camera.id), replace(gap(camera.id), end=None)) if camera.segments else (),
                coverage_week=88.5 if camera.segments else None,
                gaps_week_count=camera.segments and 3,
                gaps_week_seconds=2_700.0 if camera.segments else 0.0,
                gaps_week=tuple(gap(camera.id, DATE - timedelta(n)) for n in range(camera.segments and 3)),
            )
            for camera in cameras
        ),
    )
