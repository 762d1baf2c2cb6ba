"""The index: a SQLite database derived from the archive, disposable at any moment.

Here are folders, files, stems, outages and Problems; clips are in sitegen.archive.clip_rows, the pages to write in
sitegen.archive.site_rows, the file itself in sitegen.archive.database. All of one step is written in one transaction,
so that a killed build is taken up where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from sitegen.archive.clip_rows import Placed
from sitegen.archive.database import micros
from sitegen.archive.scan import Entry, FileEntry, stem_of
from sitegen.archive.site_rows import SiteRows
from sitegen.clip import Outage, Problem

__all__ = ["Index", "Placed", "identity_of"]


def identity_of(timezone: str, root: Path) -> str:
    """Return what an index depends on besides the archive's files: sitegen's version, the time zone, the archive's root."""
    return f"{version('sitegen')} {timezone} {root}"


class FolderMark(msgspec.Struct, frozen=True):
    """By what a folder is known again without a look at each of its files."""

    digest: bytes
    """Of its entries, as the scan saw them."""
    mtime_ns: int
    """The folder's own; 0: it may not be trusted, a change in the same moment would not show."""


UNKNOWN = FolderMark(b"", 0)
_NO_END = datetime.max.replace(tzinfo=UTC)


class Index(SiteRows):
    """All that is known of one archive. One writer; every public method is one statement or a few."""

    # folders and files

    def folders(self, below: str = "") -> dict[str, FolderMark]:
        """Return the folders that were listed: `below` itself ("": the root) and all under it."""
        sql, arguments = "SELECT path,digest,mtime_ns FROM folders", list[str]()
        if below:
            sql += " WHERE path=? OR (path>? AND path<?)"
            arguments = [below, below + "/", below + "0"]  # "0" follows "/" in ASCII
        return {
            path: FolderMark(digest, mtime_ns) for path, digest, mtime_ns in self._db.execute(sql, arguments)
        }

    def put_folder(self, path: str, mark: FolderMark) -> None:
        """Remember a folder as it was listed."""
        self._db.execute("INSERT OR REPLACE INTO folders VALUES(?,?,?)", (path, mark.digest, mark.mtime_ns))

    def forget_mark(self, path: str) -> None:
        """Forget how a folder looked: a file in it was taken over by itself, and the next scan must compare it."""
        self.put_folder(path, UNKNOWN)

    def drop_folder(self, path: str) -> None:
        """Forget a folder that is no more."""
        self._db.execute("DELETE FROM folders WHERE path=?", (path,))

    def file(self, path: str) -> FileEntry | None:
        """Return a known file."""
        folder, _, name = path.rpartition("/")
        sql = "SELECT size,mtime_ns,inode FROM files WHERE folder=? AND name=?"
        row = self._db.execute(sql, (folder, name)).fetchone()
        return FileEntry(path, *row) if row else None

    def entries_in(self, folder: str) -> dict[str, Entry]:
        """Return the known files of one folder, by name."""
        rows = self._db.execute("SELECT name,size,mtime_ns,inode FROM files WHERE folder=?", (folder,))
        return {row[0]: row for row in rows}

    def files_of(self, stem: str) -> list[FileEntry]:
        """Return the files of one stem, by path."""
        folder, slash, name = stem.rpartition("/")
        sql = "SELECT name,size,mtime_ns,inode FROM files WHERE folder=? AND (name=? OR (name>? AND name<?)) ORDER BY name"
        # "/" follows "." in ASCII: between the two is what has the stem and an ending.
        rows = self._db.execute(sql, (folder, name, name + ".", name + "/"))
        found = [FileEntry(folder + slash + row[0], *row[1:]) for row in rows]
        return [file for file in found if stem_of(file.path) == stem]

    def put_files(self, folder: str, entries: Iterable[Entry]) -> None:
        """Remember files of one folder as the scan saw them."""
        self._db.executemany(
            "INSERT OR REPLACE INTO files VALUES(?,?,?,?,?)", [(folder, *entry) for entry in entries]
        )

    def drop_file(self, path: str) -> None:
        """Forget a file."""
        folder, _, name = path.rpartition("/")
        self._db.execute("DELETE FROM files WHERE folder=? AND name=?", (folder, name))

    # what stems wait for

    def wanted_by(self, stem: str) -> set[str]:
        """Return the files that a stem's sidecar names besides its video, there or not."""
        return {r[0] for r in self._db.execute("SELECT file FROM wanted WHERE stem=?", (stem,))}

    def set_wanted(self, stem: str, files: Iterable[str]) -> None:
        """Remember the files that a stem's sidecar names besides its video."""
        self._db.execute("DELETE FROM wanted WHERE stem=?", (stem,))
        self._db.executemany("INSERT OR IGNORE INTO wanted VALUES(?,?)", [(file, stem) for file in files])

    def stems_wanting(self, path: str) -> list[str]:
        """Return the stems whose sidecar names this file."""
        return [r[0] for r in self._db.execute("SELECT stem FROM wanted WHERE file=?", (path,))]

    def set_held(self, stem: str, *, held: bool) -> None:
        """Remember whether a stem has a video that may still be written."""
        sql = "INSERT OR IGNORE INTO held VALUES(?)" if held else "DELETE FROM held WHERE stem=?"
        self._db.execute(sql, (stem,))

    def held_stems(self) -> list[str]:
        """Return the stems with a video that may still be written."""
        return [r[0] for r in self._db.execute("SELECT stem FROM held")]

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

    def lost_since(self, camera: str) -> datetime | None:
        """Return since when a camera cannot be reached: nobody ended that outage, and no clip began after it."""
        last = self.last_before(camera, _NO_END)
        lasting = self.open_outages(camera, last.clip.start if last else None, _NO_END)
        return min((outage.start for outage in lasting), default=None)

    def newest_outages(self, limit: int) -> list[Outage]:
        """Return the newest outages of all cameras, newest first."""
        return self._outages("ORDER BY start_us DESC,path DESC LIMIT ?", limit)

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

    def problem_count(self) -> int:
        """Return the number of Problems."""
        sql = "SELECT (SELECT count(*) FROM problems)+(SELECT count(*) FROM clips WHERE preview_error IS NOT NULL)"
        return int(self._db.execute(sql).fetchone()[0])

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
