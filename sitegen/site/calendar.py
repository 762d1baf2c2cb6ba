"""feeds/calendar.ics: the newest events and outages as a calendar (RFC 5545). Pure; entries that did not change are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from sitegen.archive.index import Placed
from sitegen.clip import Outage
from sitegen.site.addresses import folder_of
from sitegen.site.legacy_json import event_id
from sitegen.site.model import Model
from sitegen.site.timeline import cause_text

EVENTS, OUTAGES = 1_000, 200
"""So many of the newest are listed."""

_ENTRIES_KEPT = 4_096
_LINE_OCTETS = 75
_CONTINUES = 0b1100_0000, 0b1000_0000
"""Mask and value of the octets of UTF-8 at which no line may be cut."""
_A_SECOND = timedelta(seconds=1)
_forbidden = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

# A calendar must hold something: this shows nothing.
_NOTHING = (
    "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def calendar_ics(model: Model, events: Iterable[Placed], outages: Iterable[Outage]) -> bytes:
    """Return the calendar. UIDs and DTSTAMPs follow from the footage alone, so the same footage makes the same bytes."""
    root = model.site.url.rstrip("/") + "/" if model.site.url else ""
    entries = [_vevent(_of_event(model, placed, root)) for placed in events]
    entries += [_vevent(_of_outage(model, o)) for o in outages if o.camera in model.by_id]
    head = "".join(
        (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//sitegen//sitegen//EN\r\n",
            line("NAME", text(model.site.title)),
            line("X-WR-CALNAME", text(model.site.title)),
        )
    )
    return "".join([head, *(entries or [_NOTHING]), "END:VCALENDAR\r\n"]).encode()


class _Entry(NamedTuple):
    key: str
    start: datetime
    end: datetime | None
    summary: str
    tags: tuple[str, ...] = ()
    url: str = ""


def _of_event(model: Model, placed: Placed, root: str) -> _Entry:
    clip, note = placed.clip, placed.clip.note
    summary = f"{model.by_id[clip.camera].title}: event"
    if note and note.title:
        summary += f" ({note.title})"
    url = f"{root}{folder_of(placed.day)}/{clip.id}.html" if root else ""
    return _Entry(clip.id, clip.start, clip.end, summary, note.tags if note else (), url)


def _of_outage(model: Model, outage: Outage) -> _Entry:
    summary = f"{model.by_id[outage.camera].title}: not recorded, {cause_text('camera_lost')}"
    return _Entry(f"outage {outage.path}", outage.start, outage.end, summary)


@lru_cache(_ENTRIES_KEPT)
def _vevent(entry: _Entry) -> str:
    """Return a VEVENT; it was last changed when what it tells of had ended. What lasts has no end yet."""
    start, end = entry.start, entry.end
    # Times have whole seconds here, and the end must lie behind the start.
    until = max(end, start + _A_SECOND) if end else None
    return "".join(
        (
            "BEGIN:VEVENT\r\n",
            line("UID", event_id(entry.key)),
            line("DTSTAMP", _utc(end or start)),
            line("DTSTART", _utc(start)),
            line("DTEND", _utc(until)) if until else "",
            line("SUMMARY", text(entry.summary)),
            line("CATEGORIES", ",".join(map(text, entry.tags))) if entry.tags else "",
            line("URL", entry.url) if entry.url else "",
            "TRANSP:TRANSPARENT\r\nEND:VEVENT\r\n",
        )
    )


def _utc(when: datetime) -> str:
    return f"{when.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(value: str) -> str:
    """Return a text as a calendar carries it, without characters that it forbids or that turn the text's direction."""
    broken = value.replace("\r\n", "\n").replace("\r", "\n")
    return _forbidden.sub("", broken).translate(_ESCAPES)


def line(name: str, value: str) -> str:
    """Return a property, folded: no line is longer than 75 octets, and no character is cut."""
    octets = f"{name}:{value}".encode()
    parts: list[bytes] = []
    room = _LINE_OCTETS
    mask, inside = _CONTINUES
    while len(octets) > room:
        cut = room
        while octets[cut] & mask == inside:
            cut -= 1
        parts.append(octets[:cut])
        octets, room = octets[cut:], _LINE_OCTETS - 1  # a blank leads on
    return b"\r\n ".join([*parts, octets]).decode() + "\r\n"
