"""Days on which clocks change strangely, and an independent computation of the local day of a moment."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from archives import put_clip
from sandbox import Sandbox, aged, film

PLACES: dict[str, tuple[str, date]] = {
    "spring": ("Europe/Berlin", date(2026, 3, 29)),
    "autumn": ("Europe/Berlin", date(2026, 10, 25)),
    "half an hour forward": ("Australia/Lord_Howe", date(2026, 10, 4)),
    "half an hour back": ("Australia/Lord_Howe", date(2026, 4, 5)),
    "no midnight, Brazil": ("America/Sao_Paulo", date(2017, 10, 15)),
    "no midnight, Egypt": ("Africa/Cairo", date(2026, 4, 24)),
    "no midnight, Lebanon": ("Asia/Beirut", date(2026, 3, 29)),
    "two evenings, Lebanon": ("Asia/Beirut", date(2026, 10, 25)),
    "no such day, Samoa": ("Pacific/Apia", date(2011, 12, 30)),
    "no such day, Kiribati": ("Pacific/Kiritimati", date(1994, 12, 31)),
    "back over midnight, Newfoundland": ("America/St_Johns", date(2010, 11, 7)),
    "two midnights, Cuba": ("America/Havana", date(2026, 11, 1)),
    "two hours, Antarctica": ("Antarctica/Troll", date(2026, 3, 29)),
}


def day_of(when: datetime, zone: ZoneInfo) -> date:
    """Return the local day that has begun last at a moment: the latest that clocks have shown until then.

    It steps through two days and asks the zone each time; no arithmetic with local times is done.
    """
    steps = range(0, 50 * 3_600, 30)
    return max((when - timedelta(seconds=seconds)).astimezone(zone).date() for seconds in steps)


def moments(day: date, zone: ZoneInfo, minutes: int) -> list[datetime]:
    """Return moments (UTC) from a day before a local day to a day after it, so many minutes apart."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    return [noon + timedelta(minutes=minute) for minute in range(-36 * 60, 36 * 60, minutes)]


def strange_site(folder: Path, name: str, minutes: int) -> tuple[Sandbox, list[datetime]]:
    """Make an archive with a clip every so many minutes around a strange day; each lasts into the next."""
    zone, day = PLACES[name]
    box = Sandbox(folder, f'[site]\ntimezone = "{zone}"\n[camera.101]\ntitle = "Driveway"\n')
    starts = moments(day, ZoneInfo(zone), minutes)
    for start in starts:
        aged(put_clip(box.root, start, video=film(), seconds=minutes * 60 + 5))
    return box, starts


def misplaced(box: Sandbox, starts: list[datetime], zone: str) -> list[str]:
    """Return what is on another day than an independent computation says, or not on exactly one."""
    found = []
    shown: dict[str, list[str]] = {}
    for path in box.site.glob("*/*/*/day.json"):
        for clip in json.loads(path.read_bytes())["clips"]:
            shown.setdefault(clip["start"], []).append("-".join(path.parts[-4:-1]))
    for start in starts:
        days = shown.get(start.strftime("%Y-%m-%dT%H:%M:%S.000Z"), [])
        if days != [day_of(start, ZoneInfo(zone)).isoformat()]:
            found.append(f"{start:%FT%TZ} is on {days}")
    return found
