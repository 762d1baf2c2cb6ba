"""The clips in the index: which there are, by day, camera, kind and neighbourhood. Reads and writes the table `clips`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from sitegen.archive.database import WAITING, Database, micros
from sitegen.clip import Clip


class Placed(msgspec.Struct, frozen=True):
    """A clip and the local day it lies on."""

    clip: Clip
    day: date


class ClipRows(Database):
    """The part of the index that knows clips; every public method is one statement."""

    def _placed(self, sql: str, *arguments: Any) -> list[Placed]:
        query = f"SELECT doc,id,preview_ns,preview_error,day FROM clips {sql}"  # noqa: S608 - fixed texts only
        return [_place(row) for row in self._db.execute(query, arguments)]

    def each_clip(self, order: str = "start_us DESC") -> Iterator[Placed]:
        """Yield all clips without holding them."""
        for row in self._db.execute(
            f"SELECT doc,id,preview_ns,preview_error,day FROM clips ORDER BY {order}"  # noqa: S608 - fixed texts only
        ):
            yield _place(row)

    def clips_of_stem(self, stem: str) -> list[Placed]:
        """Return the clips of one stem, by path."""
        return self._placed("WHERE stem=? ORDER BY path", stem)

    def clips_of_base(self, base: str) -> list[Placed]:
        """Return the clips that would have the same id, in order of video path."""
        return self._placed("WHERE base=? ORDER BY path", base)

    def shared_bases(self) -> list[str]:
        """Return the bases that several clips have."""
        return [r[0] for r in self._db.execute("SELECT base FROM clips GROUP BY base HAVING count(*)>1")]

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

    def clips_of_day_limited(self, day: date, camera: str | None, limit: int) -> list[str]:
        """Return the paths of a few clips of a day: enough to say whether there are any others."""
        where, arguments = _camera_first(camera)
        sql = f"SELECT path FROM clips WHERE {where} day=? LIMIT ?"  # noqa: S608 - fixed texts only
        return [r[0] for r in self._db.execute(sql, (*arguments, day.isoformat(), limit))]

    def clips_of_event(self, event: str) -> list[Placed]:
        """Return the clips that share an Event, by start and then id."""
        return self._placed("WHERE event=? ORDER BY start_us,id", event)

    def newest(self, kind: str, limit: int, camera: str | None = None) -> list[Placed]:
        """Return the newest clips of a kind, newest first."""
        if camera is None:
            return self._placed("WHERE kind=? ORDER BY start_us DESC,id DESC LIMIT ?", kind, limit)
        return self._placed(
            "WHERE camera=? AND kind=? ORDER BY start_us DESC,id DESC LIMIT ?", camera, kind, limit
        )

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
        sql = "WHERE camera=? AND start_us>? ORDER BY start_us,id LIMIT 1"
        return next(iter(self._placed(sql, camera, micros(start))), None)

    def last_before(self, camera: str, start: datetime) -> Placed | None:
        """Return a camera's last clip of any kind that starts before a moment."""
        sql = "WHERE camera=? AND start_us<? ORDER BY start_us DESC,id DESC LIMIT 1"
        return next(iter(self._placed(sql, camera, micros(start))), None)

    def put_clip(self, clip: Clip, stem: str, base: str, day: date) -> None:
        """Insert a clip, or replace the one of the same video; what is known of its previews stays."""
        end = None if clip.end is None else micros(clip.end)
        doc = msgspec.json.encode(msgspec.structs.replace(clip, id="", previews=False, preview_error=None))
        self._db.execute(
            "INSERT INTO clips VALUES(?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,?) ON CONFLICT(path) DO UPDATE SET stem=excluded.stem,"
            "base=excluded.base,id=excluded.id,kind=excluded.kind,camera=excluded.camera,start_us=excluded.start_us,"
            "end_us=excluded.end_us,day=excluded.day,event=excluded.event,mtime_ns=excluded.mtime_ns,bytes=excluded.bytes,"
            "doc=excluded.doc,"
            "preview_error=CASE WHEN clips.mtime_ns=excluded.mtime_ns THEN clips.preview_error END",
            (
                clip.path, stem, base, clip.id, clip.listed_as, clip.camera, micros(clip.start), end, day.isoformat(),
                clip.event, clip.mtime_ns, clip.bytes, doc,
            ),
        )  # fmt: skip

    def drop_clip(self, path: str) -> None:
        """Forget a clip."""
        self._db.execute("DELETE FROM clips WHERE path=?", (path,))

    def set_id(self, path: str, clip_id: str) -> None:
        """Give a clip its id."""
        self._db.execute("UPDATE clips SET id=? WHERE path=?", (clip_id, path))

    def set_previews(self, path: str, mtime_ns: int | None, error: str | None) -> None:
        """Remember that the previews of a video with this mtime are made, or why they never will be."""
        self._db.execute(
            "UPDATE clips SET preview_ns=?,preview_error=? WHERE path=?", (mtime_ns, error, path)
        )

    def waiting_for_previews(self, limit: int, *, segments: bool) -> list[Placed]:
        """Return clips that wait for previews: events (with other movies) before segments, newest first."""
        kinds = "kind<>'segment'" if not segments else "1"
        return self._placed(
            f"WHERE {WAITING} AND {kinds} ORDER BY kind='segment',start_us DESC LIMIT ?", limit
        )

    def forget_previews(self) -> None:
        """Take all previews for stale: they are made again."""
        self._db.execute("UPDATE clips SET preview_ns=NULL,preview_error=NULL")


def _camera_first(camera: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if camera is None else ("camera=? AND", (camera,))


_decode_clip = msgspec.json.Decoder(Clip).decode


def _place(row: tuple[bytes, str, int | None, str | None, str]) -> Placed:
    clip = _decode_clip(row[0])
    made = row[2] is not None and row[2] == clip.mtime_ns
    clip = msgspec.structs.replace(clip, id=row[1], previews=made, preview_error=row[3])
    return Placed(clip, date.fromisoformat(row[4]))
