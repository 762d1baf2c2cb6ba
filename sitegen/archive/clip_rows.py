"""The clips in the index: which there are, by day, camera, kind and neighbourhood. Reads and writes the table `clips`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from sitegen.archive.database import Database, micros
from sitegen.archive.layout import base_id
from sitegen.archive.runs import as_one, merged
from sitegen.archive.scan import stem_of
from sitegen.archive.tables import FRAME, PIECES, SEGMENTS, SEGMENTS_WITH_SUB, WAITING
from sitegen.clip import Clip


class Placed(msgspec.Struct, frozen=True):
    """A clip and the local day it lies on."""

    clip: Clip
    day: date


_COLUMNS = "doc,id,poster_ns,preview_ns,preview_error,day"
_PUT = (
    "INSERT INTO clips VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL,?) ON CONFLICT(path) DO UPDATE SET"
    " id=excluded.id,kind=excluded.kind,camera=excluded.camera,start_us=excluded.start_us,end_us=excluded.end_us,"
    "day=excluded.day,event=excluded.event,mtime_ns=excluded.mtime_ns,bytes=excluded.bytes,tier=excluded.tier,"
    "slot=excluded.slot,reads=excluded.reads,doc=excluded.doc,"
    "preview_error=CASE WHEN clips.mtime_ns=excluded.mtime_ns THEN clips.preview_error END"
)
_encode_clip = msgspec.json.Encoder().encode
_decode_clip = msgspec.json.Decoder(Clip).decode


class ClipRows(Database):
    """The part of the index that knows clips; every public method is one statement or a few."""

    def __init__(self, path: Path, *, identity: str, read_only: bool = False) -> None:
        """Open the index, or make it anew; see Database."""
        self._runs: dict[tuple[str, str], list[Clip]] = {}
        super().__init__(path, identity=identity, read_only=read_only)

    def _placed(self, sql: str, *arguments: Any) -> list[Placed]:
        query = f"SELECT {_COLUMNS} FROM clips {sql}"  # noqa: S608 - fixed texts only
        return [_place(row) for row in self._db.execute(query, arguments)]

    def each_clip(self, order: str = "start_us DESC") -> Iterator[Placed]:
        """Yield all clips without holding them."""
        for row in self._db.execute(
            f"SELECT {_COLUMNS} FROM clips ORDER BY {order}"  # noqa: S608 - fixed texts only
        ):
            yield _place(row)

    def clips_of_stem(self, stem: str) -> list[Placed]:
        """Return the clips of one stem, by path."""
        # "/" follows "." in ASCII: between the two is what has the stem and an ending.
        found = self._placed("WHERE path>? AND path<? ORDER BY path", stem + ".", stem + "/")
        return [placed for placed in found if stem_of(placed.clip.path) == stem]

    def clips_in(self, folder: str) -> list[Clip]:
        """Return the clips whose videos lie in a folder ("": the root), not below it."""
        # "0" follows "/" in ASCII: between the two is all that lies below.
        found = self._placed(
            "WHERE path>? AND path<?", *((folder + "/", folder + "0") if folder else ("", "\U0010ffff"))
        )
        return [p.clip for p in found if p.clip.path.rpartition("/")[0] == folder]

    def clips_of_base(self, base: str) -> list[Placed]:
        """Return the clips whose ids are, or begin with, this one, in order of video path."""
        where = "WHERE id=? OR (id>? AND id<?) ORDER BY path"  # "." follows "-" in ASCII
        return [p for p in self._placed(where, base, base + "-", base + ".") if base_of(p.clip) == base]

    def shared_ids(self) -> list[str]:
        """Return the ids that several clips have: those of one base, before they are numbered."""
        return [r[0] for r in self._db.execute("SELECT id FROM clips GROUP BY id HAVING count(*)>1")]

    def clip(self, path: str) -> Placed | None:
        """Return the clip of a video."""
        return next(iter(self._placed("WHERE path=?", path)), None)

    def clip_by_id(self, clip_id: str) -> Placed | None:
        """Return a clip by its id."""
        return next(iter(self._placed("WHERE id=?", clip_id)), None)

    def clips_of_day(self, day: date, camera: str | None = None) -> list[Placed]:
        """Return the clips of a day, of one camera or of all, by start and then id."""
        if camera is None:
            return self._placed("WHERE day=? ORDER BY start_us,id", day.isoformat())
        return self._placed("WHERE day=? AND camera=? ORDER BY start_us,id", day.isoformat(), camera)

    def clips_of_event(self, event: str) -> list[Placed]:
        """Return the clips that share an Event, by start and then id."""
        return self._placed("WHERE event=? ORDER BY start_us,id", event)

    def clips_of_events_of(self, day: date) -> list[Placed]:
        """Return the clips of other days that share an Event with a clip of this day, by start and then id."""
        events = "SELECT event FROM clips WHERE day=? AND event IS NOT NULL"
        where = f"WHERE event IN ({events}) AND day<>? ORDER BY start_us,id"
        return self._placed(where, day.isoformat(), day.isoformat())

    def newest(self, kind: str, limit: int, camera: str | None = None) -> list[Placed]:
        """Return the newest clips of a kind, newest first."""
        if camera is None:
            return self._placed("WHERE kind=? ORDER BY start_us DESC,id DESC LIMIT ?", kind, limit)
        return self._placed(
            "WHERE camera=? AND kind=? ORDER BY start_us DESC,id DESC LIMIT ?", camera, kind, limit
        )

    def pictured(self, camera: str, *, images: bool) -> Placed | None:
        """Return the clip whose picture stands for a camera: its newest event with one, else its newest such segment.

        `images`: Motion's own pictures count; they are looked for among the newest few events only.
        """
        for limit in (1, _LOOKED_AT):
            for placed in self.newest("event", limit, camera):
                if has_picture(placed.clip, images=images):
                    return placed
        where = "WHERE camera=? AND kind=? AND poster_ns=mtime_ns ORDER BY start_us DESC,id DESC LIMIT 1"
        found = (self._placed(where, camera, kind) for kind in ("event", "segment"))
        return next((placed[0] for placed in found if placed), None)

    def is_among_newest(self, clip: Clip, limit: int, camera: str | None = None) -> bool:
        """Say whether a clip is one of the `limit` newest of its kind, of a camera or of all."""
        where, arguments = _camera_first(camera)
        sql = f"SELECT start_us,id FROM clips WHERE {where} kind=? ORDER BY start_us DESC,id DESC LIMIT 1 OFFSET ?"  # noqa: S608 - fixed texts only
        last = self._db.execute(sql, (*arguments, clip.listed_as, limit - 1)).fetchone()
        return last is None or (micros(clip.start), clip.id) >= tuple(last)

    def before(self, kind: str, start: datetime, clip_id: str, camera: str | None = None) -> Placed | None:
        """Return the last clip of a kind before a place in the order of (start, id)."""
        where, arguments = _camera_first(camera)
        sql = f"WHERE {where} kind=? AND (start_us,id)<(?,?) ORDER BY start_us DESC,id DESC LIMIT 1"
        return next(iter(self._placed(sql, *arguments, kind, micros(start), clip_id)), None)

    def after(self, kind: str, start: datetime, clip_id: str, camera: str | None = None) -> Placed | None:
        """Return the first clip of a kind after a place in the order of (start, id)."""
        where, arguments = _camera_first(camera)
        sql = f"WHERE {where} kind=? AND (start_us,id)>(?,?) ORDER BY start_us,id LIMIT 1"
        return next(iter(self._placed(sql, *arguments, kind, micros(start), clip_id)), None)

    def first_after(self, camera: str, start: datetime) -> Placed | None:
        """Return a camera's first clip of any kind that starts after a moment."""
        found = (self.after(kind, start, _LAST_ID, camera) for kind in _KINDS)
        return min((p for p in found if p is not None), key=_order, default=None)

    def last_before(self, camera: str, start: datetime) -> Placed | None:
        """Return a camera's last clip of any kind that starts before a moment."""
        found = (self.before(kind, start, "", camera) for kind in _KINDS)
        return max((p for p in found if p is not None), key=_order, default=None)

    def recorded_runs(self, camera: str, day: date) -> list[Clip]:
        """Return what was recorded of a camera in the segments that start on a day, by start; see sitegen.archive.runs.

        Kept in memory until a page of this camera's day is marked: a week of them costs next to nothing then.
        """
        key = camera, day.isoformat()
        if key not in self._runs:
            if len(self._runs) == _RUNS_KEPT:
                self._runs.clear()
            where = "WHERE day=? AND camera=? AND kind='segment' ORDER BY start_us,id"
            rows = self._db.execute(f"SELECT start_us,end_us,number FROM clips {where}", (key[1], camera))  # noqa: S608
            self._runs[key] = [
                as_one(self._placed("WHERE number=?", run.last)[0].clip, run) for run in merged(rows)
            ]
        return self._runs[key]

    def forget_runs(self, camera: str, day: str) -> None:
        """Work out the recorded stretches of a camera's day again, when they are asked for."""
        self._runs.pop((camera, day), None)

    def forget_kept(self) -> None:
        """Forget what is kept in memory only."""
        self._runs.clear()

    def put_clips(self, clips: Iterable[tuple[Clip, date, int]]) -> None:
        """Insert clips with day and hour at which they start, as clocks show them, or replace those of the same videos.

        What is known of their previews stays.
        """
        self._db.executemany(_PUT, [_row(*placed) for placed in clips])

    def drop_clip(self, path: str) -> None:
        """Forget a clip."""
        self._db.execute("DELETE FROM clips WHERE path=?", (path,))

    def set_id(self, path: str, clip_id: str) -> None:
        """Give a clip its id."""
        self._db.execute("UPDATE clips SET id=? WHERE path=?", (clip_id, path))

    def set_previews(
        self, path: str, *, poster_ns: int | None, preview_ns: int | None, error: str | None
    ) -> None:
        """Remember that the poster, or all previews, of a video with this mtime are made, or why they never will be."""
        self._db.execute(
            "UPDATE clips SET poster_ns=?,preview_ns=?,preview_error=? WHERE path=?",
            (poster_ns, preview_ns, error, path),
        )

    def waiting_for_previews(self, limit: int, *, segments: bool) -> list[Placed]:
        """Return clips that wait for previews: events (with other movies), segments with a sub-stream, other segments.

        In each tier those without a poster come first, and among these the newest. Without `segments`, only those with
        a sub-stream are among them: their previews cost next to nothing.
        """
        found: list[Placed] = []
        for tier in range(last_tier(segments=segments) + 1):
            for has_poster in (0, 1):
                where = f"WHERE {WAITING} AND tier=? AND (poster_ns IS mtime_ns)=?"
                found += self._placed(
                    f"{where} ORDER BY start_us DESC LIMIT ?", tier, has_poster, limit - len(found)
                )
        return found

    def forget_previews(self) -> None:
        """Take all previews for stale: they are made again."""
        self._db.execute("UPDATE clips SET poster_ns=NULL,preview_ns=NULL,preview_error=NULL")


def last_tier(*, segments: bool) -> int:
    """Return the last tier of clips that get previews."""
    return SEGMENTS if segments else SEGMENTS_WITH_SUB


def has_picture(clip: Clip, *, images: bool) -> bool:
    """Say whether a clip has a poster or, where these count, a picture by Motion."""
    return clip.poster or (images and bool(clip.image))


_RUNS_KEPT = 1_000
_LOOKED_AT = 8
_IN_BOXES = (".mp4", ".m4v", ".mov")
_KINDS = ("event", "segment", "other")
_LAST_ID = "\U0010ffff"


def _order(placed: Placed) -> tuple[datetime, str]:
    return placed.clip.start, placed.clip.id


def base_of(clip: Clip) -> str:
    """Return a clip's id before it is numbered."""
    return base_id(clip.kind, clip.camera, clip.start)


def _row(clip: Clip, day: date, hour: int) -> tuple[Any, ...]:
    end = None if clip.end is None else micros(clip.end)
    listed_as = clip.listed_as
    slot = 24 * day.weekday() + hour if listed_as == "event" else None
    return (
        clip.path, clip.id, listed_as, clip.camera, micros(clip.start), end, day.isoformat(), clip.event,
        clip.mtime_ns, clip.bytes, _tier(clip), slot, _reads(clip), _encode_clip(clip),
    )  # fmt: skip


def _reads(clip: Clip) -> int:
    """Return what pages need to know of the inside of a clip's video."""
    if clip.end is None:
        return 0
    if clip.kind == "segment":
        return PIECES if clip.path.lower().endswith(_IN_BOXES) else 0
    motion = clip.motion
    box = motion is not None and None not in {motion.x, motion.y, motion.width, motion.height}
    return FRAME if box else 0


def _tier(clip: Clip) -> int:
    if clip.kind != "segment":
        return 0
    return SEGMENTS if clip.sub is None else SEGMENTS_WITH_SUB


def _camera_first(camera: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if camera is None else ("camera=? AND", (camera,))


def _place(row: tuple[bytes, str, int | None, int | None, str | None, str]) -> Placed:
    doc, clip_id, poster_ns, preview_ns, error, day = row
    clip = _decode_clip(doc)
    made = preview_ns is not None and preview_ns == clip.mtime_ns
    poster = made or (poster_ns is not None and poster_ns == clip.mtime_ns)
    if poster or error or clip.id != clip_id:
        clip = msgspec.structs.replace(clip, id=clip_id, poster=poster, previews=made, preview_error=error)
    return Placed(clip, date.fromisoformat(day))
