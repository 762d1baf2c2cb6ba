"""The database file of the index: its tables, opening it and making it anew, transactions, remembered texts.

Tables: `folders`, `files` (what the scan saw), `clips`, `outages`, `problems` (what it came to), `wanted` (files that a
sidecar names), `held` (stems with a video that may still be written), `counts` and `waiting` (how many clips, how many
without previews; kept by triggers), `dirty`
(pages to write), `whole` (folders of the site that lack nothing),
`pieces` (of a page over many days, each until a clip of its day changes), `changed` (what the next announcement names), `meta`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sitegen.errors import IndexFailed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
WAITING = "end_us IS NOT NULL AND preview_error IS NULL AND preview_ns IS NOT mtime_ns"
"""Which clips have neither all previews nor a reason why not."""

SEGMENTS_WITH_SUB, SEGMENTS = 1, 2
"""Tiers of clips that wait for previews; the first one, 0, are all that are no segments."""

_CACHE_KIB = 1_024  # memory is not to grow with the archive; the system caches the file anyway
_CACHE_FOR_ALL_KIB = 8_192

_TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folders(path TEXT PRIMARY KEY, digest BLOB NOT NULL, mtime_ns INT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(folder TEXT NOT NULL, name TEXT NOT NULL, size INT, mtime_ns INT, inode INT,
    PRIMARY KEY(folder, name)) WITHOUT ROWID;
CREATE TABLE wanted(file TEXT NOT NULL, stem TEXT NOT NULL, PRIMARY KEY(file, stem)) WITHOUT ROWID;
CREATE INDEX wanted_stem ON wanted(stem);
CREATE TABLE held(stem TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE clips(number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, id TEXT NOT NULL, kind TEXT NOT NULL,
    camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT, day TEXT NOT NULL, event TEXT, mtime_ns INT NOT NULL,
    bytes INT NOT NULL, tier INT NOT NULL, poster_ns INT, preview_ns INT, preview_error TEXT, doc BLOB NOT NULL);
CREATE TABLE outages(path TEXT PRIMARY KEY, stem TEXT NOT NULL, camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT,
    doc BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX outages_stem ON outages(stem);
CREATE INDEX outages_camera ON outages(camera, start_us);
CREATE TABLE problems(stem TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL);
CREATE INDEX problems_stem ON problems(stem);
CREATE TABLE counts(camera TEXT NOT NULL, day TEXT NOT NULL, events INT NOT NULL, segments INT NOT NULL, clips INT NOT NULL,
    bytes INT NOT NULL, PRIMARY KEY(camera, day)) WITHOUT ROWID;
CREATE INDEX counts_day ON counts(day, camera);
CREATE TABLE whole(path TEXT PRIMARY KEY, mtime_ns INT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting(tier INT PRIMARY KEY, clips INT NOT NULL);
INSERT INTO waiting VALUES(0, 0), (1, 0), (2, 0);
CREATE TABLE pieces(kind TEXT NOT NULL, day TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(kind, day)) WITHOUT ROWID;
CREATE TABLE dirty(kind TEXT NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(day, kind, key)) WITHOUT ROWID;
CREATE TABLE changed(path TEXT PRIMARY KEY, id TEXT NOT NULL, day TEXT NOT NULL, camera TEXT NOT NULL, new INT NOT NULL) WITHOUT ROWID;
"""

_INDEXES = {
    "clips_id": "clips(id)",
    "clips_day": "clips(day, camera, start_us, id)",
    "clips_time": "clips(kind, start_us, id)",
    "clips_camera": "clips(camera, kind, start_us, id)",
    "clips_end": "clips(camera, coalesce(end_us, start_us))",
    "clips_event": "clips(event) WHERE event IS NOT NULL",
    "clips_failed": "clips(path) WHERE preview_error IS NOT NULL",
    "clips_waiting": f"clips(tier, poster_ns IS mtime_ns, start_us) WHERE {WAITING}",
}

# A row each for (camera, day), for a camera, for a day, and for all: "" stands for every one.
_SPOTS = (("{0}.camera", "{0}.day"), ("{0}.camera", "''"), ("''", "{0}.day"), ("''", "''"))


def _count_in(row: str) -> str:
    values = f"{row}.kind='event', {row}.kind='segment', 1, {row}.bytes"
    return "".join(
        f"INSERT INTO counts VALUES({camera.format(row)}, {day.format(row)}, {values}) ON CONFLICT(camera, day) DO UPDATE SET"
        " events=events+excluded.events, segments=segments+excluded.segments, clips=clips+1, bytes=bytes+excluded.bytes;"
        for camera, day in _SPOTS
    )


def _count_out(row: str) -> str:
    return "".join(
        f"UPDATE counts SET events=events-({row}.kind='event'), segments=segments-({row}.kind='segment'), clips=clips-1,"  # noqa: S608 - fixed texts only
        f" bytes=bytes-{row}.bytes WHERE camera={camera.format(row)} AND day={day.format(row)};"
        f"DELETE FROM counts WHERE camera={camera.format(row)} AND day={day.format(row)} AND clips=0;"
        for camera, day in _SPOTS
    )


def _drop_pieces(*rows: str) -> str:
    return "".join(f"DELETE FROM pieces WHERE kind={row}.kind AND day={row}.day;" for row in rows)  # noqa: S608 - fixed texts only


def _count_waiting(**rows: str) -> str:
    """Add, or take away, a row that waits for previews."""
    condition = {
        row: f"{row}.end_us IS NOT NULL AND {row}.preview_error IS NULL AND {row}.preview_ns IS NOT {row}.mtime_ns"
        for row in rows
    }
    return "".join(
        f"UPDATE waiting SET clips=clips{sign}({condition[row]}) WHERE tier={row}.tier;"  # noqa: S608 - fixed texts only
        for row, sign in rows.items()
    )


_TRIGGERS = {
    "waiting_added": f"AFTER INSERT ON clips BEGIN {_count_waiting(new='+')} END",
    "waiting_gone": f"AFTER DELETE ON clips BEGIN {_count_waiting(old='-')} END",
    "waiting_changed": f"AFTER UPDATE ON clips BEGIN {_count_waiting(old='-', new='+')} END",
    "piece_old": f"AFTER INSERT ON clips BEGIN {_drop_pieces('new')} END",
    "piece_gone": f"AFTER DELETE ON clips BEGIN {_drop_pieces('old')} END",
    "piece_changed": f"AFTER UPDATE ON clips BEGIN {_drop_pieces('old', 'new')} END",
    "clip_added": f"AFTER INSERT ON clips BEGIN {_count_in('new')} END",
    "clip_gone": f"AFTER DELETE ON clips BEGIN {_count_out('old')} END",
    "clip_moved": "AFTER UPDATE OF kind, camera, day, bytes ON clips WHEN old.kind<>new.kind OR old.camera<>new.camera"
    f" OR old.day<>new.day OR old.bytes<>new.bytes BEGIN {_count_out('old')} {_count_in('new')} END",
}

_SUMS = "sum(kind='event'), sum(kind='segment'), count(*), sum(bytes) FROM clips"
_COUNT_ALL = f"""
INSERT INTO counts SELECT camera, day, {_SUMS} GROUP BY camera, day
UNION ALL SELECT camera, '', {_SUMS} GROUP BY camera
UNION ALL SELECT '', day, {_SUMS} GROUP BY day
UNION ALL SELECT '', '', {_SUMS} HAVING count(*)>0
"""


SCHEMA = blake2b(f"{_TABLES}{_INDEXES}{_TRIGGERS}".encode(), digest_size=8).hexdigest()
"""By this an index is known to have these tables."""


def micros(when: datetime) -> int:
    """Return a time as microseconds since 1970."""
    return (when - _EPOCH) // _MICROSECOND


def from_micros(value: int) -> datetime:
    """Return the time of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


class Database:
    """The open file. One writer; what is deleted or damaged is made anew, since the archive tells it all again."""

    def __init__(self, path: Path, *, identity: str, read_only: bool = False) -> None:
        """Open the index, or make it anew when it is missing, damaged, or of another `identity`.

        `identity` names what rows depend on besides the archive (sitegen.archive.index.identity_of).
        `read_only`: look at one state of it, also beside a generator at work, and write nothing.
        Raises IndexFailed when there can be none, or nothing to look at.
        """
        self.fresh = False
        """True: it was made anew, nothing of the site is known."""
        self.path, self._wanted, self._read_only = path, f"{SCHEMA} {identity}", read_only
        if read_only:
            self._db = self._connect_to_look()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = self._connect()
            if not self._is_usable():
                self.start_anew()
        except sqlite3.Error as error:
            raise IndexFailed(path, str(error)) from error

    def _is_usable(self) -> bool:
        try:
            self._set_up()
            return self.meta("identity") == self._wanted
        except sqlite3.DatabaseError:
            return False

    @contextmanager
    def mended(self) -> Iterator[None]:
        """Raise IndexFailed for what SQLite raises inside; a damaged file is made anew before that, unless read-only."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) % 256
            if not self._read_only and code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
                self.start_anew()
            raise IndexFailed(self.path, str(error)) from error

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)

    def _connect_to_look(self) -> sqlite3.Connection:
        if not self.path.is_file():
            raise IndexFailed(self.path, "there is none yet")
        # Without a log beside it nobody has it open, and SQLite needs no files of its own to read it.
        mode = "mode=ro" if self.path.with_name(self.path.name + "-wal").exists() else "mode=ro&immutable=1"
        db = sqlite3.connect(f"{self.path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None)
        try:
            db.execute("BEGIN")  # all questions are about one state
            identity = db.execute("SELECT value FROM meta WHERE key='identity'").fetchone()
        except sqlite3.Error as error:
            db.close()
            raise IndexFailed(self.path, str(error)) from error
        if identity != (self._wanted,):
            db.close()
            raise IndexFailed(self.path, "it is of another version, time zone or archive")
        return db

    def _set_up(self) -> None:
        # WAL with NORMAL: a crash of the machine may cost the last step, which a scan finds again; never the file.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")

    def start_anew(self) -> None:
        """Forget everything: delete the file and make another."""
        self._db.close()
        for name in (self.path.name, self.path.name + "-wal", self.path.name + "-shm"):
            self.path.with_name(name).unlink(missing_ok=True)
        self._db = self._connect()
        self._set_up()
        self._db.executescript(_TABLES)
        self._add_secondaries()
        self.set_meta("identity", self._wanted)
        self.fresh = True

    def _add_secondaries(self) -> None:
        for name, what in _INDEXES.items():
            self._db.execute(f"CREATE INDEX {name} ON {what}")
        for name, what in _TRIGGERS.items():
            self._db.execute(f"CREATE TRIGGER {name} {what}")

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Put clips into an empty table faster: what is derived from its rows is made once, at the end.

        To be used inside a transaction.
        """
        for kind, names in (("INDEX", _INDEXES), ("TRIGGER", _TRIGGERS)):
            for name in names:
                self._db.execute(f"DROP {kind} {name}")
        self._db.execute(f"PRAGMA cache_size=-{_CACHE_FOR_ALL_KIB}")
        try:
            yield
            self._db.execute(_COUNT_ALL)
            self._db.execute(
                f"UPDATE waiting SET clips=(SELECT count(*) FROM clips WHERE {WAITING} AND clips.tier=waiting.tier)"  # noqa: S608
            )
            self._add_secondaries()
        finally:
            self._db.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")

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
            with suppress(sqlite3.Error):  # a full disk has rolled it back already
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

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a question to the database (sitegen.archive.counts asks them)."""
        return self._db.execute(sql, arguments).fetchall()
