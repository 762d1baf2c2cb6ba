"""The index: a SQLite database derived from the archive, disposable at any moment.

Tables: `files` (what the scan saw), `clips`, `outages`, `problems` (what it came to), `stems` (images that a sidecar
names, videos held back), `dirty` (pages to write), `changed` (what the next announcement names), `meta`.
All of one step is written in one transaction, so that a killed build is taken up where it stopped.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from sitegen.archive.scan import FileEntry
from sitegen.clip import Clip, Outage, Problem

SCHEMA = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WAITING = "end_us IS NOT NULL AND preview_error IS NULL AND (preview_ns IS NULL OR preview_ns<>mtime_ns)"
"""Which clips have neither previews nor a reason why not."""

_TABLES = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(path TEXT PRIMARY KEY, folder TEXT NOT NULL, stem TEXT NOT NULL, size INT, mtime_ns INT, inode INT) WITHOUT ROWID;
CREATE INDEX files_stem ON files(stem);
CREATE INDEX files_folder ON files(folder);
CREATE TABLE stems(stem TEXT PRIMARY KEY, wanted_image TEXT, held INT NOT NULL) WITHOUT ROWID;
CREATE INDEX stems_image ON stems(wanted_image) WHERE wanted_image IS NOT NULL;
CREATE TABLE clips(path TEXT PRIMARY KEY, stem TEXT NOT NULL, base TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL,
    camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT, day TEXT NOT NULL, event TEXT, mtime_ns INT NOT NULL,
    bytes INT NOT NULL, preview_ns INT, preview_error TEXT, doc BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX clips_stem ON clips(stem);
CREATE INDEX clips_base ON clips(base);
CREATE INDEX clips_id ON clips(id);
CREATE INDEX clips_day ON clips(day, camera, start_us, id);
CREATE INDEX clips_time ON clips(kind, start_us, id);
CREATE INDEX clips_camera ON clips(camera, kind, start_us, id);
CREATE INDEX clips_camera_time ON clips(camera, start_us, id);
CREATE INDEX clips_waiting ON clips(kind, start_us) WHERE {WAITING};
CREATE INDEX clips_event ON clips(event) WHERE event IS NOT NULL;
CREATE TABLE outages(path TEXT PRIMARY KEY, stem TEXT NOT NULL, camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT,
    doc BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX outages_stem ON outages(stem);
CREATE INDEX outages_camera ON outages(camera, start_us);
CREATE TABLE problems(stem TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL);
CREATE INDEX problems_stem ON problems(stem);
CREATE TABLE dirty(kind TEXT NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(kind, day, key)) WITHOUT ROWID;
CREATE TABLE changed(path TEXT PRIMARY KEY, id TEXT NOT NULL, day TEXT NOT NULL, camera TEXT NOT NULL, new INT NOT NULL) WITHOUT ROWID;
"""


def micros(when: datetime) -> int:
    """Return a time as microseconds since 1970."""
    return (when - _EPOCH) // timedelta(microseconds=1)


def from_micros(value: int) -> datetime:
    """Return the time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class Placed(msgspec.Struct, frozen=True):
    """A clip and the local day it lies on."""

    clip: Clip
    day: date


class Index:
    """The open database. One writer; every public method is one statement or a few."""

    def __init__(self, path: Path, *, identity: str) -> None:
        """Open the index, or make it anew when it is missing, damaged, or of another `identity`.

        `identity` names what rows depend on besides the archive (the site's time zone, the archive's root).
        """
        self.fresh = False
        """True: it was made anew, nothing of the site is known."""
        path.parent.mkdir(parents=True, exist_ok=True)
        wanted = f"{SCHEMA} {identity}"
        try:
            self._db = self._connect(path)
            usable = self.meta("identity") == wanted
        except sqlite3.DatabaseError:
            usable = False
        if not usable:
            self._start_anew(path, wanted)

    @staticmethod
    def _connect(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        # WAL with NORMAL: a crash of the machine may cost the last step, which a scan finds again; never the file.
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA cache_size=-16384")
        return db

    def _start_anew(self, path: Path, wanted: str) -> None:
        if hasattr(self, "_db"):
            self._db.close()
        for name in (path.name, path.name + "-wal", path.name + "-shm"):
            path.with_name(name).unlink(missing_ok=True)
        self._db = self._connect(path)
        self._db.executescript(_TABLES)
        self.set_meta("identity", wanted)
        self.fresh = True

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside, or nothing. It may stand inside another one, whose part it then is."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # meta

    def meta(self, key: str) -> str | None:
        """Return a remembered text, or None; a database without tables raises sqlite3.DatabaseError."""
        row = self._db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Remember a text."""
        self._db.execute("INSERT OR REPLACE INTO meta VALUES(?,?)", (key, value))

    def drop_meta(self, key: str) -> None:
        """Forget a text."""
        self._db.execute("DELETE FROM meta WHERE key=?", (key,))

    # files

    def file(self, path: str) -> FileEntry | None:
        """Return a known file."""
        row = self._db.execute("SELECT path,size,mtime_ns,inode FROM files WHERE path=?", (path,)).fetchone()
        return FileEntry(*row) if row else None

    def folders(self, below: str) -> list[str]:
        """Return the folders that hold known files: `below` itself ("": the root) and all under it."""
        if not below:
            return [r[0] for r in self._db.execute("SELECT DISTINCT folder FROM files")]
        sql = "SELECT DISTINCT folder FROM files WHERE folder=? OR (folder>? AND folder<?)"
        return [
            r[0] for r in self._db.execute(sql, (below, below + "/", below + "0"))
        ]  # "0" follows "/" in ASCII

    def files_in(self, folder: str) -> dict[str, FileEntry]:
        """Return the known files of one folder, by path."""
        rows = self._db.execute("SELECT path,size,mtime_ns,inode FROM files WHERE folder=?", (folder,))
        return {row[0]: FileEntry(*row) for row in rows}

    def files_of(self, stem: str) -> list[FileEntry]:
        """Return the files of one stem, by path."""
        rows = self._db.execute(
            "SELECT path,size,mtime_ns,inode FROM files WHERE stem=? ORDER BY path", (stem,)
        )
        return [FileEntry(*row) for row in rows]

    def put_file(self, file: FileEntry, stem: str) -> None:
        """Remember a file as the scan saw it."""
        folder = file.path.rpartition("/")[0]
        row = (file.path, folder, stem, file.size, file.mtime_ns, file.inode)
        self._db.execute("INSERT OR REPLACE INTO files VALUES(?,?,?,?,?,?)", row)

    def drop_file(self, path: str) -> None:
        """Forget a file."""
        self._db.execute("DELETE FROM files WHERE path=?", (path,))

    # stems

    def put_stem(self, stem: str, wanted_image: str | None, *, held: bool) -> None:
        """Remember what a stem waits for."""
        if wanted_image is None and not held:
            self._db.execute("DELETE FROM stems WHERE stem=?", (stem,))
        else:
            self._db.execute("INSERT OR REPLACE INTO stems VALUES(?,?,?)", (stem, wanted_image, held))

    def stems_wanting(self, image: str) -> list[str]:
        """Return the stems whose sidecar names this image."""
        return [r[0] for r in self._db.execute("SELECT stem FROM stems WHERE wanted_image=?", (image,))]

    def held_stems(self) -> list[str]:
        """Return the stems with a video that may still be written."""
        return [r[0] for r in self._db.execute("SELECT stem FROM stems WHERE held=1")]

    # clips

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

    # outages and problems

    def outages_of_stem(self, stem: str) -> list[Outage]:
        """Return the outages of one stem."""
        return self._outages("WHERE stem=?", stem)

    def outages_between(self, camera: str, start: datetime, end: datetime) -> list[Outage]:
        """Return the outages of a camera that touch a stretch of time, by start."""
        sql = "WHERE camera=? AND start_us<? AND (end_us IS NULL OR end_us>?) ORDER BY start_us,path"
        return self._outages(sql, camera, micros(end), micros(start))

    def open_outages(self, camera: str, after: datetime | None, until: datetime) -> list[Outage]:
        """Return the outages of a camera that nobody ended and that began after one moment, until another."""
        sql = "WHERE camera=? AND end_us IS NULL AND start_us>=? AND start_us<=?"
        return self._outages(sql, camera, micros(after) if after else -(2**62), micros(until))

    def _outages(self, sql: str, *arguments: Any) -> list[Outage]:
        rows = self._db.execute(f"SELECT doc FROM outages {sql}", arguments)  # noqa: S608 - fixed texts only
        return [msgspec.json.decode(r[0], type=Outage) for r in rows]

    def put_outage(self, outage: Outage, stem: str) -> None:
        """Insert or replace an outage."""
        end = None if outage.end is None else micros(outage.end)
        self._db.execute(
            "INSERT OR REPLACE INTO outages VALUES(?,?,?,?,?,?)",
            (outage.path, stem, outage.camera, micros(outage.start), end, msgspec.json.encode(outage)),
        )

    def drop_outages(self, stem: str) -> None:
        """Forget the outages of one stem."""
        self._db.execute("DELETE FROM outages WHERE stem=?", (stem,))

    def set_problems(self, stem: str, problems: Iterable[Problem]) -> bool:
        """Replace the Problems of one stem (or of the scan, stem "?"); say whether they changed."""
        old = self._db.execute("SELECT path,key,reason,remedy FROM problems WHERE stem=?", (stem,)).fetchall()
        new = [(p.path, p.key, p.reason, p.remedy) for p in problems]
        if sorted(old) == sorted(new):
            return False
        self._db.execute("DELETE FROM problems WHERE stem=?", (stem,))
        self._db.executemany("INSERT INTO problems VALUES(?,?,?,?,?)", [(stem, *row) for row in new])
        return True

    def add_problem(self, stem: str, problem: Problem) -> bool:
        """Add one Problem; say whether it is new."""
        row = (stem, problem.path, problem.key, problem.reason, problem.remedy)
        sql = "SELECT 1 FROM problems WHERE stem=? AND path=? AND key=? AND reason=? AND remedy=?"
        if self._db.execute(sql, row).fetchone():
            return False
        self._db.execute("INSERT INTO problems VALUES(?,?,?,?,?)", row)
        return True

    def problems(self) -> list[Problem]:
        """Return all Problems, in order of path; failed previews are among them."""
        rows = self._db.execute("SELECT path,key,reason,remedy FROM problems").fetchall()
        failed = self._db.execute(
            "SELECT path,preview_error FROM clips WHERE preview_error IS NOT NULL"
        ).fetchall()
        found = [Problem(*row) for row in rows]
        found += [
            Problem(path, "", error, "play the video itself; its page offers it") for path, error in failed
        ]
        return sorted(found)

    # counts

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a question to the database (sitegen.archive.counts asks them)."""
        return self._db.execute(sql, arguments).fetchall()

    # what is to be written

    def mark(self, pages: Iterable[tuple[str, str, str]]) -> None:
        """Remember pages that must be written: (kind, day, key)."""
        self._db.executemany("INSERT OR IGNORE INTO dirty VALUES(?,?,?)", pages)

    def mark_all_clips(self) -> None:
        """Remember that the pages of all clips, days and cameras' days must be written."""
        for source in (
            "SELECT 'clip',day,id FROM clips WHERE kind<>'segment'",
            "SELECT DISTINCT 'day',day,'' FROM clips",
            "SELECT DISTINCT 'camera-day',day,camera FROM clips",
        ):
            self._db.execute(f"INSERT OR IGNORE INTO dirty {source}")

    def dirty(self, kind: str, after: tuple[str, str] | None, limit: int) -> list[tuple[str, str, str]]:
        """Return the next pages of a kind that must be written, in order of (day, key); None: from the first one."""
        sql = "SELECT kind,day,key FROM dirty WHERE kind=? AND (day,key)>=(?,?) ORDER BY day,key LIMIT ?"
        if after is not None:
            sql = sql.replace(">=", ">")
        return self._db.execute(sql, (kind, *(after or ("", "")), limit)).fetchall()

    def unmark(self, pages: Iterable[tuple[str, str, str]]) -> None:
        """Forget pages that are written."""
        self._db.executemany("DELETE FROM dirty WHERE kind=? AND day=? AND key=?", pages)

    def is_dirty(self) -> bool:
        """Say whether any page must be written."""
        return self._db.execute("SELECT 1 FROM dirty LIMIT 1").fetchone() is not None

    def note_change(self, placed: Placed, *, new: bool) -> None:
        """Remember a clip for the next announcement; once new, it stays new until then."""
        self._db.execute(
            "INSERT INTO changed VALUES(?,?,?,?,?) ON CONFLICT(path) DO UPDATE SET id=excluded.id,day=excluded.day,"
            "camera=excluded.camera,new=max(new,excluded.new)",
            (placed.clip.path, placed.clip.id, placed.day.isoformat(), placed.clip.camera, new),
        )

    def changed(self) -> list[tuple[str, str, str, str, bool]]:
        """Return what the next announcement names: (path, clip id, day, camera id, new)."""
        rows = self._db.execute("SELECT path,id,day,camera,new FROM changed ORDER BY id")
        return [(p, i, d, c, bool(n)) for p, i, d, c, n in rows]

    def clean(self) -> None:
        """Forget what was to be written and announced: it is done."""
        self._db.execute("DELETE FROM dirty")
        self._db.execute("DELETE FROM changed")


def _camera_first(camera: str | None) -> tuple[str, tuple[str, ...]]:
    return ("", ()) if camera is None else ("camera=? AND", (camera,))


_decode_clip = msgspec.json.Decoder(Clip).decode


def _place(row: tuple[bytes, str, int | None, str | None, str]) -> Placed:
    clip = _decode_clip(row[0])
    made = row[2] is not None and row[2] == clip.mtime_ns
    clip = msgspec.structs.replace(clip, id=row[1], previews=made, preview_error=row[3])
    return Placed(clip, date.fromisoformat(row[4]))
