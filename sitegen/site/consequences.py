"""From what changed in the archive to the pages that must be written again. Reads the index as it is after the change.

The pages themselves are named in sitegen.site.pages; here is what only the index can tell: who the neighbours are.
Cost: a few queries a change, whatever the size of the archive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

import msgspec

from sitegen.archive import counts
from sitegen.archive.clip_rows import has_picture
from sitegen.archive.index import Index, Placed
from sitegen.archive.refresh import Change
from sitegen.clip import Clip, Note, Outage
from sitegen.site import calendar
from sitegen.site.model import FEED_LENGTH
from sitegen.site.pages import (
    Page,
    Spot,
    clip_pages,
    touched_by_clip,
    touched_by_gap,
    touched_by_new_day,
)
from sitegen.site.timeline import STOPPED, ends_a_recording

_LAST = date.max
_WITH_CAMERAS = {Page("cameras"), Page("home")}
_NO_END = datetime.max.replace(tzinfo=UTC)


def of_change(index: Index, change: Change) -> set[Page]:
    """Return the pages that one changed clip touches; what days link to each other is for `of_days`."""
    if change.old is not None and change.new is not None and _place(change.old) == _place(change.new):
        return _in_place(index, change.old.clip, change.new)
    places = [p for p in (change.old, change.new) if p is not None]
    pages = touched_by_clip(spot(p) for p in places)
    for placed in places:
        pages |= clip_pages(_around(index, placed))
        pages |= _gaps(index, placed)
    return pages


def spot(placed: Placed) -> Spot:
    """Return where a clip is."""
    clip = placed.clip
    return Spot(clip.id, clip.listed_as, clip.camera, placed.day.isoformat(), clip.event)


def _place(placed: Placed) -> tuple[object, ...]:
    """Return what decides on which pages a clip is, and where on them."""
    return spot(placed), placed.clip.kind, placed.clip.start


def _in_place(index: Index, old: Clip, new: Placed) -> set[Page]:
    """Return the pages of a clip that stays where it is and only looks different: no order, no count, no day changes."""
    clip, here = new.clip, spot(new)
    pages = clip_pages([here]) | {Page("status")}
    if _without_prose(old) == _without_prose(clip):
        return pages  # its own page alone shows the prose of a note
    pages |= {Page("day", here.day), Page("camera-day", here.day, here.camera)} | clip_pages(
        _around(index, new)
    )
    if clip.kind == "segment":
        if (old.end, old.end_reason) != (clip.end, clip.end_reason):
            pages |= _gaps(index, new, old.end_reason) | {
                Page("camera", key=clip.camera)
            }  # it tells how much of each day is covered
            if STOPPED in {old.end_reason, clip.end_reason}:
                pages |= _WITH_CAMERAS  # they say since when
        if _in_playlist(old) != _in_playlist(clip):
            pages.add(Page("playlist", here.day, here.camera))
    if here.listed_as != "other" and _in_api(old) != _in_api(clip):
        pages.add(Page("api", key=here.listed_as))
    if here.listed_as == "event" and _in_calendar(old) != _in_calendar(clip):
        pages |= {Page("calendar")} if index.is_among_newest(clip, calendar.EVENTS) else set()
    if _is_last_seen(index, old, clip) or (old.end is None) != (
        clip.end is None
    ):  # whether it is being recorded
        pages |= _WITH_CAMERAS | {Page("camera", key=clip.camera)}
    if _is_pictured(index, old, clip):
        pages |= _WITH_CAMERAS
    return pages | _lists(index, clip)


def _lists(index: Index, clip: Clip) -> set[Page]:
    """Return the pages with lists of newest clips that a clip is in."""
    pages = set()
    shown = (index.last_before(clip.camera, _NO_END), *index.newest("event", 1, clip.camera))
    if any(placed is not None and placed.clip.path == clip.path for placed in shown):
        pages |= _WITH_CAMERAS | {Page("camera", key=clip.camera)}  # shown with its camera
    if clip.listed_as == "event":
        if index.is_among_newest(clip, FEED_LENGTH, clip.camera):
            pages.add(Page("camera", key=clip.camera))
        if index.is_among_newest(clip, FEED_LENGTH):
            pages.add(Page("home"))
    return pages


def _is_last_seen(index: Index, old: Clip, new: Clip) -> bool:
    """Say whether a clip that stays where it is changed when its camera was last seen: it need not be the last to begin."""
    before, after = old.end or old.start, new.end or new.start
    if before == after:
        return False
    latest = counts.last_seen(index, new.camera)
    return latest is None or after >= latest or before > latest


def _is_pictured(index: Index, old: Clip, new: Clip) -> bool:
    """Say whether the picture of a clip that stays where it is stands, or stood, for its camera."""
    for images in (True, False):  # the site may not offer Motion's pictures
        if new.listed_as == "other" or not any(has_picture(clip, images=images) for clip in (old, new)):
            continue
        shown = index.pictured(new.camera, images=images)
        if shown is None or _rank(new) >= _rank(shown.clip):
            return True
    return False


def _rank(clip: Clip) -> tuple[object, ...]:
    """Return by what the clip is chosen whose picture stands for a camera: the highest."""
    return clip.listed_as == "event", clip.start, clip.id


def _without_prose(clip: Clip) -> Clip:
    note = None if clip.note is None else msgspec.structs.replace(clip.note, text="")
    return msgspec.structs.replace(clip, note=None if note == Note() else note)


def _in_playlist(clip: Clip) -> tuple[object, ...]:
    """Return what the playlists say of a segment that stays where it is."""
    return clip.end, clip.previews, clip.bytes, clip.mtime_ns


def _in_calendar(clip: Clip) -> tuple[object, ...]:
    """Return what the calendar says of an event that stays where it is."""
    note = clip.note or Note()
    return clip.end, note.title, note.tags


def _in_api(clip: Clip) -> tuple[object, ...]:
    """Return what the predecessor's JSON says of a clip that stays where it is."""
    return clip.path, clip.image, clip.poster, clip.previews


def _around(index: Index, placed: Placed) -> list[Spot | None]:
    """Return the neighbours that link to a clip, and the clips of its Event."""
    clip = placed.clip
    if clip.kind == "segment":
        return []
    before = index.before(clip.listed_as, clip.start, clip.id)
    after = index.after(clip.listed_as, clip.start, clip.id)
    siblings = index.clips_of_event(clip.event) if clip.event else []
    return [spot(p) for p in (before, after, *siblings) if p is not None]


def of_days(index: Index, changes: Iterable[Change]) -> set[Page]:
    """Return the pages that link to days, as their neighbours, which all these changes together made or emptied.

    A day is counted before and after them all: its second clip may have come with its first one.
    """
    more: Counter[tuple[date, str | None]] = Counter()
    for change in changes:
        for placed, step in ((change.old, -1), (change.new, 1)):
            if placed is not None:
                more[placed.day, None] += step
                more[placed.day, placed.clip.camera] += step
    pages: set[Page] = set()
    for (day, camera), step in more.items():
        now = counts.clips_of_day(index, day, camera)
        if (now == 0) != (now - step == 0):
            pages |= touched_by_new_day(counts.neighbour_days(index, day, camera), camera)
    return pages


def _gaps(index: Index, placed: Placed, once: str | None = None) -> set[Page]:
    """Return the pages whose gaps a clip may change: a segment borders on them, any clip may end an outage.

    `once` is the reason for which it ended before it changed. A camera's last segment may begin a gap that lasts.
    """
    clip = placed.clip
    pages: set[Page] = set()
    if clip.kind == "segment":
        before = index.before("segment", clip.start, clip.id, clip.camera)
        after = index.after("segment", clip.start, clip.id, clip.camera)
        first = before.day if before else placed.day
        last = max(after.day if after else placed.day, placed.day)
        reasons = (once, clip.end_reason, before.clip.end_reason if before else None)
        if after is None and any(ends_a_recording(reason) for reason in reasons):
            last = _LAST
        pages |= touched_by_gap(clip.camera, counts.days_between(index, first, last))
    earlier = index.last_before(clip.camera, clip.start)
    for outage in index.open_outages(clip.camera, earlier.clip.start if earlier else None, clip.start):
        pages |= of_outage(index, outage)
    return pages


def of_outage(index: Index, outage: Outage) -> set[Page]:
    """Return the pages that an outage touches: all days it lasts, and the days its segments' gaps reach to."""
    before = index.before("segment", outage.start, "", outage.camera)
    first = before.day if before else _date(outage.start)
    reached: datetime | None = outage.end
    if reached is None:
        pages = {Page("calendar")} | touched_by_gap(outage.camera, counts.days_between(index, first, _LAST))
        if index.first_after(outage.camera, outage.start) is None:
            pages |= _WITH_CAMERAS | {Page("camera", key=outage.camera)}  # it is, or was, lost until now
        return pages
    after = index.after("segment", reached, "", outage.camera)
    last = after.day if after else _later(reached)
    days = counts.days_between(index, first, max(first, last))
    return {Page("calendar")} | touched_by_gap(outage.camera, days)


def of_headers(placed: Placed) -> set[Page]:
    """Return the pages that say what is inside a clip's video (or its small video): it became known, or another."""
    here = spot(placed)
    if placed.clip.kind == "segment":
        return {Page("playlist", here.day, here.camera), Page("camera-day", here.day, here.camera)}
    return clip_pages([here])


def _date(when: datetime) -> date:
    """Return a day that is not after the local day, in any zone."""
    return date.fromordinal(when.date().toordinal() - 1)


def _later(when: datetime) -> date:
    return date.fromordinal(when.date().toordinal() + 1)


def everything(cameras: Iterable[str], content: Iterable[str]) -> set[Page]:
    """Return all pages but those that the index marks by itself (clips, days, cameras' days)."""
    pages = {
        Page("home"),
        Page("cameras"),
        Page("live"),
        Page("calendar"),
        Page("shell"),
        Page("status"),
        Page("api", key="event"),
        Page("api", key="segment"),
    }
    pages |= {Page("camera", key=c) for c in cameras}
    return pages | {Page("content", key=path) for path in content}


def became_whole(old: Clip | None, new: Clip | None) -> bool:
    """Say whether a clip is new to those who wait for clips: it is there and closed, and was not before."""
    return new is not None and new.end is not None and (old is None or old.end is None)
