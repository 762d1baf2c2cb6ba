"""What templates get: plain frozen data. Together with `theme.toml` this is the contract of themes.

Every `url` is relative to the site's root and already percent-encoded; a template writes `{{ root }}{{ clip.url }}`.
Times are aware UTC datetimes; the filters `clock`, `moment`, `iso`, `duration` and `filesize` make text of them.
"""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from sitegen.clip import Motion


class SiteView(msgspec.Struct, frozen=True, kw_only=True):
    """The site as a whole."""

    title: str
    language: str
    timezone: str
    full_video: bool
    """False: pages offer only previews."""
    pages: tuple[PageLink, ...]
    """The owner's own pages, for the navigation."""
    url: str = ""
    """Its absolute address, for OpenGraph; "": not known."""
    silent_after_seconds: int = 900
    """A camera that is recorded and of which nothing came for longer is silent: so long that three segments should have."""


class PageLink(msgspec.Struct, frozen=True):
    """One of the owner's pages."""

    title: str
    url: str


class FeedLink(msgspec.Struct, frozen=True):
    """A feed or playlist, for `<link rel="alternate">`."""

    title: str
    url: str
    type: str
    """Media type, for instance "application/feed+json"."""


class CameraView(msgspec.Struct, frozen=True, kw_only=True):
    """A camera and what is known of it."""

    id: str
    slug: str
    title: str
    url: str
    events: int
    """How many event clips there are of it."""
    segments: int
    last_seen: datetime | None
    """End (or start, while it is being recorded) of its newest clip; None: it has none."""
    newest: ClipView | None
    """Its newest event clip."""
    latest_day_url: str
    """Its newest day's page, or ""."""
    recording_since: datetime | None = None
    """Start of the segment that is being recorded, or of the event of a camera without segments; None: none is."""
    stopped_since: datetime | None = None
    """Since when its continuous recording is stopped, on purpose; None: it is not, or there never was any."""
    picture: ClipView | None = None
    """Its newest event that has a picture, else its newest segment that has; None: there is none, and on the live page."""
    lost_since: datetime | None = None
    """Since when it could not be reached; None: nothing says that it cannot be."""


class ClipView(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True, gc=False):
    """One clip. A text that is absent is ""."""

    id: str
    kind: str
    """"event" or "segment"."""
    movie: str
    """"motion", "timelapse" or "debug"."""
    camera_id: str
    camera_slug: str
    camera_title: str
    start: datetime
    start_iso: str
    """What the filter `iso` says of `start`; and so on: worked out once for all pages."""
    start_clock: str
    end: datetime | None
    """None: it is being recorded."""
    end_iso: str
    """"" while it is being recorded."""
    seconds: float
    """Length; 0 while it is being recorded."""
    url: str
    """Its page; for a segment, its camera's day with `#t=`."""
    day_url: str
    camera_day_url: str
    video: str
    """URL of the original, or "" where the site offers only previews."""
    video_name: str
    video_type: str
    """Media type, for instance "video/mp4"."""
    bytes: int
    low_video: str
    """URL of the small video, or "": not made yet."""
    poster: str
    """URL of a large still, or ""."""
    still: str
    """URL of a small still, or ""."""
    sprite: str
    """URL of the sheet for scrubbing: 6 columns x 5 rows of 160x90 tiles, evenly spaced over the clip; or ""."""
    image: str
    """URL of Motion's own picture, or ""."""
    event: str
    motion: Motion | None
    level: int
    """How much motion: 1 (little or unknown) to 4; 0 for a segment."""
    image_bytes: int
    """Size of Motion's own picture; 0: there is none."""
    low_bytes: int = 0
    """Size of the small video; filled only on the clip's own page, 0 elsewhere."""
    poster_bytes: int = 0
    """Likewise, of the large still."""
    frame: tuple[int, int] | None = None
    """Width and height of the video in pixels, which the box of `motion` lies in; None: not known, or no box.

    Filled only on the clip's own page."""
    title: str
    """From the note."""
    tags: tuple[str, ...]
    keep: bool
    note_html: str = ""
    """The note's prose, made safe; templates write it with `|safe`. Filled only on the clip's own page."""
    end_reason: str
    adopted: bool
    preview_error: str
    extra: tuple[tuple[str, str], ...]


class DayLink(msgspec.Struct, frozen=True, kw_only=True):
    """One day in a calendar or a list."""

    date: date
    url: str
    events: int
    segments: int
    level: int = 0
    """How many events, for shading: 0: none, 1: up to 4, 2: up to 19, 3: up to 79, 4: more."""


class MonthView(msgspec.Struct, frozen=True, cache_hash=True):
    """A month of the calendar: weeks of seven entries, Monday first; None outside the month or without a page."""

    year: int
    month: int
    weeks: tuple[tuple[tuple[int, DayLink | None] | None, ...], ...]
    """Each entry: (day of the month, its link or None), or None for a cell outside the month."""


class DayCoverage(msgspec.Struct, frozen=True, cache_hash=True):
    """How much of one day a camera's segments cover."""

    date: date
    url: str
    """The camera's day; "": it has no clip on it."""
    percent: float | None
    """None: it is not recorded continuously then."""
    events: int


class GapView(msgspec.Struct, frozen=True, kw_only=True):
    """A gap, cut to the day it is shown on."""

    camera_title: str
    start: datetime
    end: datetime | None
    cause: str
    cause_text: str
    """The cause in words."""
    day_url: str = ""
    """The moment it begins, on the day's page; "" where that day has none."""


class Bar(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True, gc=False):
    """Something on a lane of the timeline; `left` and `width` are percent of the day (0..100).

    Neighbouring segments are one bar up to the next full hour; on a day with very many events, those close together are one.
    """

    kind: str
    """"event", "segment" or "gap"."""
    left: float
    width: float
    """0: it has no end yet."""
    url: str
    """An event's page; the moment on the camera's day; "" for a gap."""
    label: str
    level: int
    """How much motion: 1 (little or unknown) to 4, the highest of all it stands for; 0 for what is no event."""
    count: int = 1
    """So many clips it stands for."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One camera's line in the timeline of a day."""

    camera: str
    """Its title."""
    camera_id: str
    slug: str
    url: str
    """The camera's day; the camera itself, where it has no clip on that day and only a gap."""
    bars: tuple[Bar, ...]
    """In the order of painting: segments, gaps, events."""


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """One local day."""

    date: date
    start: datetime
    end: datetime
    url: str
    previous: DayLink | None
    next: DayLink | None
    hours: tuple[tuple[str, float], ...]
    """Hour marks: label ("00" to "23"; a doubled hour with its zone) and place in percent of the day."""


class ProblemView(msgspec.Struct, frozen=True, kw_only=True):
    """A Problem in words."""

    path: str
    key: str
    reason: str
    remedy: str


class TroubleView(msgspec.Struct, frozen=True, kw_only=True):
    """Why no build can be done; the site stays as it is meanwhile."""

    what: str
    """What cannot be used: "archive", "index", "site", "state" (its folder) or "file" (another one)."""
    reason: str
    remedy: str
    since: datetime


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """What the status page says; the one page that may hold what depends on now."""

    built_at: datetime
    revision: int
    """The site's revision that this was written with."""
    trouble: TroubleView | None = None
    """None: all is well. Else everything else here is as it was at `built_at`, but the disk."""
    clips: int
    days: int
    backlog: int
    """Clips whose previews are not made yet."""
    archive_bytes: int
    """Bytes of all videos known."""
    disk_total_bytes: int
    """The archive's disk; 0, and 0 free: not known."""
    disk_free_bytes: int
    disk_low: bool
    """Less than 5 % or 2 GB is free."""
    stale_after_seconds: int
    """When the page is older than that, nobody keeps it current."""
    silent_after_seconds: int
    """As in SiteView: a recorded camera of which no segment came for longer has a gap that lasts."""
    days7_start: datetime
    """Begin of the seven local days, today the last, that `coverage_week` and `gaps_week` are about."""
    gaps_more: int
    """So many gaps of these days are not named."""
    problems: tuple[ProblemView, ...]
    cameras: tuple[CameraStatus, ...]


class CameraStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One camera on the status page."""

    camera: CameraView
    last_segment: datetime | None
    last_event: datetime | None
    coverage_today: float | None
    """Percent of today so far that segments cover; None: it is not recorded continuously, or no more today."""
    gaps_today: tuple[GapView, ...]
    coverage_week: float | None
    """Percent of the last seven days so far; None: it is not recorded continuously, or no more in these days."""
    gaps_week_count: int
    gaps_week_seconds: float
    """Length of all of them together; one that lasts counts until `built_at`."""
    gaps_week: tuple[GapView, ...]
    """Newest first; of all cameras together at most 100 are named."""
