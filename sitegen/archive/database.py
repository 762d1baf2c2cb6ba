"""The database file of the index: opening it and making it anew, transactions, remembered texts. See sitegen.archive.tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sitegen.archive.tables import COUNT_ALL, INDEXES, SCHEMA, TABLES, TRIGGERS
from sitegen.errors import IndexFailed

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CACHE_KIB = 1_024  # memory is not to grow with the archive; the system caches the file anyway
_CACHE_FOR_ALL_KIB = 8_192
_DAMAGED = "it is damaged"
_NO_TEXT = "Could not decode to UTF-8"
"""So Python's sqlite3 begins what it says of a text in a row that was damaged; SQLite itself does not look."""


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
        except (sqlite3.DatabaseError, UnicodeDecodeError):
            return False

    @contextmanager
    def mended(self) -> Iterator[None]:
        """Raise IndexFailed for what SQLite raises inside; a damaged file is made anew before that, unless read-only.

        SQLite quotes what is damaged, and where that is no UTF-8 Python raises UnicodeDecodeError in place of SQLite's
        error. The same may come from elsewhere, with a file that is sound: then it is no trouble of the index.
        """
        try:
            yield
        except UnicodeDecodeError as error:
            if self._read_only or self._is_usable():
                raise
            self.start_anew()
            raise IndexFailed(self.path, _DAMAGED) from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", 0) % 256
            damaged = code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB} or str(error).startswith(
                _NO_TEXT
            )
            if not self._read_only and damaged:
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
        except UnicodeDecodeError as error:
            db.close()
            raise IndexFailed(self.path, _DAMAGED) from error
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
        self.forget_kept()
        self._db.close()
        for name in (self.path.name, self.path.name + "-wal", self.path.name + "-shm"):
            self.path.with_name(name).unlink(missing_ok=True)
        self._db = self._connect()
        self._set_up()
        self._db.executescript(TABLES)
        self._add_secondaries()
        self.set_meta("identity", self._wanted)
        self.fresh = True

    def forget_kept(self) -> None:
        """Forget what is kept in memory only."""

    def _add_secondaries(self) -> None:
        for name, what in INDEXES.items():
            self._db.execute(f"CREATE INDEX {name} ON {what}")
        for name, what in TRIGGERS.items():
            self._db.execute(f"CREATE TRIGGER {name} {what}")

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Put clips into an empty table faster: what is derived from its rows is made once, at the end.

        To be used inside a transaction.
        """
        for kind, names in (("INDEX", INDEXES), ("TRIGGER", TRIGGERS)):
            for name in names:
                self._db.execute(f"DROP {kind} {name}")
        self._db.execute(f"PRAGMA cache_size=-{_CACHE_FOR_ALL_KIB}")
        try:
            yield
            for statement in COUNT_ALL:
                self._db.execute(statement)
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
