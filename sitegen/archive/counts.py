"""Questions about the archive as a whole: how many clips, which days, which cameras. Reads the index only."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from sitegen.archive.database import WAITING, from_micros
from sitegen.archive.index import Index
from sitegen.clip import VIDEO_SUFFIXES


class DayCount(msgspec.Struct, frozen=True):
    """How much there is of one day (of one camera, or of all)."""

    day: date
    events: int
    segments: int


class CameraCount(msgspec.Struct, frozen=True):
    """How much there is of one camera."""

    camera: str
    events: int
    segments: int
    last_seen: datetime
    """End (or start, while it is being recorded) of its last clip."""


def clip_count(index: Index) -> int:
    """Return the number of clips; O(N) in SQLite, some microseconds a thousand."""
    return int(index.rows("SELECT count(*) FROM clips")[0][0])


def video_count(index: Index) -> int:
    """Return the number of videos that the scan saw, whether they are clips or not; O(N)."""
    where = " OR ".join(f"path LIKE '%{suffix}'" for suffix in VIDEO_SUFFIXES)  # LIKE: in capitals or not
    return int(index.rows(f"SELECT count(*) FROM files WHERE {where}")[0][0])  # noqa: S608 - fixed texts only


def camera_ids(index: Index) -> list[str]:
    """Return the ids of all cameras that have a clip or an outage."""
    return [r[0] for r in index.rows("SELECT camera FROM clips UNION SELECT camera FROM outages ORDER BY 1")]


def days(index: Index, camera: str | None = None) -> list[DayCount]:
    """Return the days that have clips, oldest first."""
    where, arguments = ("", ()) if camera is None else ("WHERE camera=?", (camera,))
    sql = f"SELECT day,sum(kind='event'),sum(kind='segment') FROM clips {where} GROUP BY day ORDER BY day"  # noqa: S608
    return [DayCount(date.fromisoformat(d), e, s) for d, e, s in index.rows(sql, *arguments)]


def neighbour_days(index: Index, day: date, camera: str | None = None) -> tuple[date | None, date | None]:
    """Return the days with clips before and after a day."""
    where, arguments = ("", ()) if camera is None else (" AND camera=?", (camera,))
    text = day.isoformat()
    before = index.rows(f"SELECT max(day) FROM clips WHERE day<?{where}", text, *arguments)[0][0]  # noqa: S608
    after = index.rows(f"SELECT min(day) FROM clips WHERE day>?{where}", text, *arguments)[0][0]  # noqa: S608
    return (date.fromisoformat(before) if before else None, date.fromisoformat(after) if after else None)


def last_day(index: Index, camera: str) -> date | None:
    """Return the newest day with clips of a camera."""
    found = index.rows("SELECT max(day) FROM clips WHERE camera=?", camera)[0][0]
    return date.fromisoformat(found) if found else None


def has_day(index: Index, day: date, camera: str | None = None) -> bool:
    """Say whether there is any clip of a day."""
    where, arguments = ("", ()) if camera is None else (" AND camera=?", (camera,))
    return bool(index.rows(f"SELECT 1 FROM clips WHERE day=?{where} LIMIT 1", day.isoformat(), *arguments))  # noqa: S608


def days_between(index: Index, first: date, last: date) -> list[date]:
    """Return the days with clips from `first` to `last`, both included."""
    sql = "SELECT DISTINCT day FROM clips WHERE day>=? AND day<=?"
    return [date.fromisoformat(r[0]) for r in index.rows(sql, first.isoformat(), last.isoformat())]


def cameras(index: Index) -> dict[str, CameraCount]:
    """Return the counts of each camera that has clips."""
    sql = "SELECT camera,sum(kind='event'),sum(kind='segment'),max(coalesce(end_us,start_us)) FROM clips GROUP BY camera"
    return {c: CameraCount(c, e, s, from_micros(t)) for c, e, s, t in index.rows(sql)}


def total_bytes(index: Index) -> int:
    """Return the bytes of all videos."""
    return int(index.rows("SELECT coalesce(sum(bytes),0) FROM clips")[0][0])


def waiting_for_previews(index: Index, *, segments: bool) -> int:
    """Return how many clips wait for previews."""
    kinds = "1" if segments else "kind<>'segment'"
    return int(index.rows(f"SELECT count(*) FROM clips WHERE {WAITING} AND {kinds}")[0][0])  # noqa: S608


def any_previews(index: Index) -> bool:
    """Say whether any clip is known to have previews."""
    return bool(index.rows("SELECT 1 FROM clips WHERE preview_ns IS NOT NULL LIMIT 1"))
