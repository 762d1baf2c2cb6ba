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


class PageLink(msgspec.Struct, frozen=True):
    """One of the owner's pages."""

    title: str
    url: str


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
    """Start of the clip that is being recorded; None: none is."""


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
    title: str
    """From the note."""
    tags: tuple[str, ...]
    keep: bool
    note_html: str
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


class MonthView(msgspec.Struct, frozen=True, cache_hash=True):
    """A month of the calendar: weeks of seven entries, Monday first; None outside the month or without a page."""

    year: int
    month: int
    weeks: tuple[tuple[tuple[int, DayLink | None] | None, ...], ...]
    """Each entry: (day of the month, its link or None), or None for a cell outside the month."""


class GapView(msgspec.Struct, frozen=True, kw_only=True):
    """A gap, cut to the day it is shown on."""

    camera_title: str
    start: datetime
    end: datetime | None
    cause: str
    cause_text: str
    """The cause in words."""


class Bar(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True, gc=False):
    """Something on a lane of the timeline; `left` and `width` are percent of the day (0..100)."""

    kind: str
    """"event", "segment" or "gap"."""
    left: float
    width: float
    url: str
    label: str
    level: int
    """How much motion: 1 (little or unknown) to 4; 0 for what is no event."""


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One camera's line in the timeline of a day."""

    camera: str
    """Its title."""
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


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """What the status page says; the one page that may hold what depends on now."""

    built_at: datetime
    clips: int
    days: int
    backlog: int
    """Clips whose previews are not made yet."""
    archive_bytes: int
    """Bytes of all videos known."""
    disk_total_bytes: int
    disk_free_bytes: int
    problems: tuple[ProblemView, ...]
    cameras: tuple[CameraStatus, ...]


class CameraStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One camera on the status page."""

    camera: CameraView
    last_segment: datetime | None
    last_event: datetime | None
    coverage_today: float | None
    """Percent of today so far that segments cover; None: it is not recorded continuously."""
    gaps_today: tuple[GapView, ...]
