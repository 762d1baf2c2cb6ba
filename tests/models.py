"""Makes models for tests: an index with clips and outages in it, and what pages see of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive.index import Index
from sitegen.archive.layout import base_id
from sitegen.clip import Camera, Clip, Motion, Note, Outage
from sitegen.days import DayFinder
from sitegen.site.model import Model
from sitegen.site.views import PageLink, SiteView

START = datetime(2026, 11, 22, 3, 55, 3, 120_000, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
CAMERAS = (
    Camera(id="101", slug="driveway", title="Driveway", order=1),
    Camera(id="102", slug="camera-102", title="موقف <b>", order=2),
)


def a_clip(start: datetime = START, *, kind: str = "event", camera: str = "101", **fields: object) -> Clip:
    """A clip of 38 s; `seconds=None`: it is being recorded."""
    seconds = fields.pop("seconds", 38)
    clip_id = base_id(kind, camera, start)
    values = {
        "path": f"{kind}s/{camera}/{start:%Y%m%d}/{clip_id}.mp4",
        "id": clip_id,
        "end": None if seconds is None else start + timedelta(seconds=seconds),
        "bytes": 5_000,
        "mtime_ns": 7,
    }
    return Clip(kind=kind, camera=camera, start=start, **(values | fields))


@contextmanager
def a_model(
    folder: Path,
    *clips: Clip,
    outages: tuple[Outage, ...] = (),
    zone: ZoneInfo = BERLIN,
    full_video: bool = True,
    url: str = "",
) -> Iterator[Model]:
    """A model of these clips; `previews` and `preview_error` of a clip are taken over."""
    index = Index(folder / "index.sqlite", identity="test")
    for clip in clips:
        index.put_clips([(clip, *DayFinder(zone).day_and_hour(clip.start))])
        if clip.previews or clip.preview_error:
            made = clip.mtime_ns if clip.previews else None
            index.set_previews(clip.path, poster_ns=made, preview_ns=made, error=clip.preview_error)
    for outage in outages:
        index.put_outage(outage, outage.path)
    site = SiteView(
        title="Cameras & more",
        language="en",
        timezone=zone.key,
        full_video=full_video,
        url=url,
        pages=(PageLink("About us", "about%20us/index.html"),),
    )
    try:
        yield Model(index, CAMERAS, zone, site)
    finally:
        index.close()


def changed(clip: Clip, **fields: object) -> Clip:
    """The same clip with other values."""
    return msgspec.structs.replace(clip, **fields)


FULL = a_clip(
    event="101-e",
    image="events/101/20261122/p.jpg",
    motion=Motion(changed_pixels=5210, x=0),
    note=Note(keep=True, tags=("parcel",), title="A parcel"),
    previews=True,
    end_reason="motion_stopped",
)
"""A clip that has all that a clip can have."""
