"""The database file of the index: its tables, opening it and making it anew, transactions, remembered texts.

Tables: `files` (what the scan saw), `clips`, `outages`, `problems` (what it came to), `stems` (images that a sidecar
names, videos held back), `dirty` (pages to write), `changed` (what the next announcement names), `meta`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sitegen.errors import IndexFailed

SCHEMA = 2
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
CREATE TABLE dirty(kind TEXT NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(day, kind, key)) WITHOUT ROWID;
CREATE TABLE changed(path TEXT PRIMARY KEY, id TEXT NOT NULL, day TEXT NOT NULL, camera TEXT NOT NULL, new INT NOT NULL) WITHOUT ROWID;
"""


def micros(when: datetime) -> int:
    """Return a time as microseconds since 1970."""
    return (when - _EPOCH) // timedelta(microseconds=1)


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
        self._db.execute("PRAGMA cache_size=-16384")

    def start_anew(self) -> None:
        """Forget everything: delete the file and make another."""
        self._db.close()
        for name in (self.path.name, self.path.name + "-wal", self.path.name + "-shm"):
            self.path.with_name(name).unlink(missing_ok=True)
        self._db = self._connect()
        self._set_up()
        self._db.executescript(_TABLES)
        self.set_meta("identity", self._wanted)
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
