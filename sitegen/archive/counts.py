"""Questions about the archive as a whole: how many clips, which days, which cameras. Reads the index only."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from sitegen.archive.clip_rows import last_tier
from sitegen.archive.database import from_micros
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
    """Return the number of clips."""
    return _total(index, "clips")


def total_bytes(index: Index) -> int:
    """Return the bytes of all videos."""
    return _total(index, "bytes")


def _total(index: Index, column: str) -> int:
    found = index.rows(f"SELECT {column} FROM counts WHERE camera='' AND day=''")  # noqa: S608 - fixed texts only
    return int(found[0][0]) if found else 0


def video_count(index: Index) -> int:
    """Return the number of videos that the scan saw, whether they are clips or not; O(N)."""
    where = " OR ".join(f"name LIKE '%{suffix}'" for suffix in VIDEO_SUFFIXES)  # LIKE: in capitals or not
    sub = "EXISTS(SELECT 1 FROM wanted WHERE file=ltrim(folder||'/'||name,'/'))"  # a sub-stream is no clip
    return int(index.rows(f"SELECT count(*) FROM files WHERE ({where}) AND NOT {sub}")[0][0])  # noqa: S608 - fixed texts only


def camera_ids(index: Index) -> list[str]:
    """Return the ids of all cameras that have a clip or an outage."""
    sql = "SELECT camera FROM counts WHERE day='' AND camera<>'' UNION SELECT camera FROM outages ORDER BY 1"
    return [r[0] for r in index.rows(sql)]


def days(index: Index, camera: str | None = None) -> list[DayCount]:
    """Return the days that have clips, oldest first."""
    sql = "SELECT day,events,segments FROM counts WHERE camera=? AND day<>'' ORDER BY day"
    return [DayCount(date.fromisoformat(d), e, s) for d, e, s in index.rows(sql, camera or "")]


def neighbour_days(index: Index, day: date, camera: str | None = None) -> tuple[date | None, date | None]:
    """Return the days with clips before and after a day."""
    where, text = "FROM counts WHERE camera=? AND day<>'' AND day", day.isoformat()
    before = index.rows(f"SELECT max(day) {where}<?", camera or "", text)[0][0]
    after = index.rows(f"SELECT min(day) {where}>?", camera or "", text)[0][0]
    return (date.fromisoformat(before) if before else None, date.fromisoformat(after) if after else None)


def last_day(index: Index, camera: str) -> date | None:
    """Return the newest day with clips of a camera."""
    found = index.rows("SELECT max(day) FROM counts WHERE camera=?", camera)[0][0]
    return date.fromisoformat(found) if found else None


def has_day(index: Index, day: date, camera: str | None = None) -> bool:
    """Say whether there is any clip of a day."""
    return clips_of_day(index, day, camera) > 0


def has_segments(index: Index, day: date, camera: str) -> bool:
    """Say whether there is any segment of a camera on a day."""
    sql = "SELECT segments FROM counts WHERE camera=? AND day=?"
    return any(row[0] > 0 for row in index.rows(sql, camera, day.isoformat()))


def clips_of_day(index: Index, day: date, camera: str | None = None) -> int:
    """Return how many clips there are of a day."""
    found = index.rows("SELECT clips FROM counts WHERE camera=? AND day=?", camera or "", day.isoformat())
    return int(found[0][0]) if found else 0


def days_between(index: Index, first: date, last: date) -> list[date]:
    """Return the days with clips from `first` to `last`, both included."""
    sql = "SELECT day FROM counts WHERE camera='' AND day>=? AND day<=?"
    return [date.fromisoformat(r[0]) for r in index.rows(sql, first.isoformat(), last.isoformat())]


def cameras(index: Index) -> dict[str, CameraCount]:
    """Return the counts of each camera that has clips."""
    seen = "SELECT max(coalesce(end_us,start_us)) FROM clips WHERE clips.camera=counts.camera"
    sql = f"SELECT camera,events,segments,({seen}) FROM counts WHERE day='' AND camera<>''"  # noqa: S608 - fixed texts only
    return {c: CameraCount(c, e, s, from_micros(t)) for c, e, s, t in index.rows(sql)}


def last_seen(index: Index, camera: str) -> datetime | None:
    """Return the latest end (or start, of what has none) of a camera's clips; None: it has none."""
    found = index.rows("SELECT max(coalesce(end_us,start_us)) FROM clips WHERE camera=?", camera)[0][0]
    return None if found is None else from_micros(found)


def heat(index: Index, camera: str) -> tuple[tuple[int, ...], ...]:
    """Return how many events a camera had by weekday (7, Monday first) and local hour (24)."""
    slots = dict(index.rows("SELECT slot,events FROM heat WHERE camera=?", camera))
    return tuple(tuple(slots.get(24 * day + hour, 0) for hour in range(24)) for day in range(7))


def coverage(
    index: Index, camera: str, since: date | None = None, limit: int = 92
) -> list[tuple[date, timedelta, int]]:
    """Return for a camera's newest days with clips how much of each its segments hold, and how many events there are.

    A segment counts for the day on which it starts, and each for itself: where they overlap it is more than the time.
    """
    sql = "SELECT day,recorded_us,events FROM counts WHERE camera=? AND day>? AND day>=? ORDER BY day DESC LIMIT ?"
    rows = index.rows(sql, camera, "", since.isoformat() if since else "", limit)
    return [(date.fromisoformat(day), timedelta(microseconds=us), events) for day, us, events in rows]


def waiting_for_previews(index: Index, *, segments: bool) -> int:
    """Return how many clips wait for previews; without `segments`, of these only those with a sub-stream."""
    sql = "SELECT sum(clips) FROM waiting WHERE tier<=?"
    return int(index.rows(sql, last_tier(segments=segments))[0][0])


def any_previews(index: Index) -> bool:
    """Say whether any clip is known to have previews."""
    return bool(
        index.rows("SELECT 1 FROM clips WHERE poster_ns IS NOT NULL OR preview_ns IS NOT NULL LIMIT 1")
    )
