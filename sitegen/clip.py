"""The nouns that every part uses; plain frozen data, no input and no output.

Times are aware datetimes in UTC. Paths are text, relative to the archive's root, with `/` between parts.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

import msgspec

VIDEO_SUFFIXES = (".mp4", ".mkv", ".mov", ".webm", ".ts", ".m4v", ".avi")
"""Endings (lower case) that make a file a video."""

ClipKind = Literal["event", "segment"]
SidecarKind = Literal["event", "segment", "outage"]


class Motion(msgspec.Struct, frozen=True, omit_defaults=True):
    """What Motion measured at the strongest moment; pixels, and counts. None: not measured."""

    changed_pixels: int | None = None
    noise: int | None = None
    labels: int | None = None
    x: int | None = None
    y: int | None = None
    width: int | None = None
    height: int | None = None


class Sidecar(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The checked content of one sidecar file, schema 1."""

    kind: SidecarKind
    camera: str
    """Motion's camera_id as text, for instance "101"."""
    start: datetime
    """First frame."""
    end: datetime | None = None
    """Last frame; None while it is being recorded (an outage: while it lasts)."""
    video: str | None = None
    """A bare file name in the sidecar's folder; None only for an outage."""
    image: str | None = None
    preview: str | None = None
    """A bare file name: a small video of the same time, recorded from the camera's sub-stream."""
    event: str | None = None
    """Clips of one Event share it."""
    motion: Motion | None = None
    end_reason: str | None = None
    extra: dict[str, Any] = {}


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a person wrote beside a video."""

    keep: bool = False
    tags: tuple[str, ...] = ()
    title: str | None = None
    text: str = ""
    """Markdown, not trusted."""


class Clip(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One video file with its sidecar, or one adopted without."""

    path: str
    """The video's; it is the clip's key in the index."""
    id: str
    kind: ClipKind
    camera: str
    start: datetime
    end: datetime | None = None
    """None: it is being recorded."""
    bytes: int = 0
    mtime_ns: int = 0
    """The video's; previews carry the same."""
    image: str | None = None
    """Path of Motion's own picture."""
    image_bytes: int = 0
    event: str | None = None
    motion: Motion | None = None
    end_reason: str | None = None
    extra: dict[str, Any] = {}
    note: Note | None = None
    adopted: bool = False
    """True: it has no sidecar; its times come from its name or its file."""
    sub: str | None = None
    """Path of a small video of the same time, which the recorder kept from the camera's sub-stream."""
    poster: bool = False
    """True: its poster and small still are made, under `previews/` (see sitegen.archive.layout)."""
    previews: bool = False
    """True: its previews are complete: small video and sprite too."""
    preview_error: str | None = None
    """Why there will be no previews; None: none yet, or made."""

    @property
    def movie(self) -> str:
        """Which of Motion's movies it is: "motion", "timelapse" or "debug"."""
        movie = self.extra.get("movie")
        return str(movie) if movie in ("timelapse", "debug") else "motion"  # a tuple: it may be a list, too

    @property
    def listed_as(self) -> Literal["event", "segment", "other"]:
        """Where readers find it: "other" is a timelapse or debug movie, which is no event of its own."""
        return "segment" if self.kind == "segment" else "event" if self.movie == "motion" else "other"


class Outage(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A stretch in which Motion had lost a camera."""

    path: str
    """The sidecar's."""
    camera: str
    start: datetime
    end: datetime | None = None
    """None: it lasts."""
    end_reason: str | None = None


class Gap(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Time in which a camera should have been recorded and was not."""

    camera: str
    start: datetime
    end: datetime | None = None
    """None: it lasts."""
    cause: str
    """An end_reason, "camera_lost", or "unknown"."""


class Camera(msgspec.Struct, frozen=True, kw_only=True):
    """A source of footage."""

    id: str
    slug: str
    """Made from the title, unique, safe in a URL."""
    title: str
    order: int = 0


class Problem(msgspec.Struct, frozen=True, order=True):
    """Something sitegen could not use; shown on the status page."""

    path: str
    """Which file, relative to the archive's root (or the configuration's folder)."""
    key: str
    """Which key in it, or ""."""
    reason: str
    remedy: str = ""


class Day(msgspec.Struct, frozen=True):
    """One local calendar day in the site's time zone; 22 to 26 hours long."""

    date: date
    start: datetime
    """UTC."""
    end: datetime
    """UTC; the next day's start."""
