"""What the index knows of the site: the pages to write, what the next announcement names, what is kept of pages.

Reads and writes the tables `dirty`, `changed`, `pieces` and `whole`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from sitegen.archive.clip_rows import Placed
from sitegen.archive.header_rows import HeaderRows


class SiteRows(HeaderRows):
    """The part of the index that knows the site; every public method is one statement or a few."""

    # what is on the site

    def whole_folders(self) -> dict[str, int]:
        """Return the mtimes (ns; 0: it was not there) that folders of the site had when nothing was missing in them."""
        return dict(self._db.execute("SELECT path,mtime_ns FROM whole"))

    def set_whole_folders(self, folders: Mapping[str, int]) -> None:
        """Remember that nothing is missing in folders of the site."""
        self._db.executemany("INSERT OR REPLACE INTO whole VALUES(?,?)", folders.items())

    def event_ids(self, day: str) -> list[str]:
        """Return the ids of the clips of a day that have a page of their own."""
        return [
            r[0] for r in self._db.execute("SELECT id FROM clips WHERE day=? AND kind<>'segment'", (day,))
        ]

    def previews_in(self, folder: str) -> list[tuple[str, bool]]:
        """Return the videos below a folder whose poster is known to be made, and whether all their previews are."""
        sql = (
            "SELECT path,preview_ns IS mtime_ns FROM clips WHERE path>? AND path<?"
            " AND (poster_ns=mtime_ns OR preview_ns=mtime_ns)"
        )
        below = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")  # "0" follows "/" in ASCII
        found = self._db.execute(sql, below).fetchall()
        return [(path, bool(whole)) for path, whole in found if path.rpartition("/")[0] == folder]

    # pieces of pages

    def piece(self, kind: str, day: str) -> bytes | None:
        """Return what was kept of a day for a page over many days; None: nothing, or a clip of it changed since."""
        row = self._db.execute("SELECT body FROM pieces WHERE kind=? AND day=?", (kind, day)).fetchone()
        return bytes(row[0]) if row else None

    def put_piece(self, kind: str, day: str, body: bytes) -> None:
        """Keep a piece made of a day's clips of one kind until one of them changes."""
        self._db.execute("INSERT OR REPLACE INTO pieces VALUES(?,?,?)", (kind, day, body))

    def drop_pieces(self, kind: str | None = None, before: str | None = None) -> None:
        """Forget pieces: all, or those of a kind for the days before one."""
        if kind is None:
            self._db.execute("DELETE FROM pieces")
        else:
            self._db.execute("DELETE FROM pieces WHERE kind=? AND day<?", (kind, before))

    # what is to be written

    def mark(self, pages: Iterable[tuple[str, str, str]]) -> None:
        """Remember pages that must be written: (kind, day, key)."""
        due = list(pages)
        self._db.executemany("INSERT OR IGNORE INTO dirty VALUES(?,?,?)", due)
        for kind, day, key in due:
            if kind == "camera-day":
                self.forget_runs(key, day)

    def mark_all_days(self) -> None:
        """Remember that the pages of all clips, days and cameras' days must be written: a row a day, taken apart later."""
        self._db.execute(
            "INSERT OR IGNORE INTO dirty SELECT 'whole',day,'' FROM counts WHERE camera='' AND day<>''"
        )

    def dirty_previews(self) -> Iterator[str]:
        """Yield the videos that are no clips any more, whose previews must go."""
        for row in self._db.execute("SELECT key FROM dirty WHERE day='' AND kind='previews'"):
            yield row[0]

    def dirty_days(self, after: str, limit: int) -> list[str]:
        """Return the next days that have pages to be written, in order; "": from the first one."""
        sql = "SELECT DISTINCT day FROM dirty WHERE day>? ORDER BY day LIMIT ?"
        return [r[0] for r in self._db.execute(sql, (after, limit))]

    def dirty_of_day(self, day: str) -> list[tuple[str, str, str]]:
        """Return the pages of one day that must be written: (kind, day, key), in order of kind and key."""
        if self._db.execute("SELECT 1 FROM dirty WHERE day=? AND kind='whole'", (day,)).fetchone() is None:
            sql = "SELECT kind,day,key FROM dirty WHERE day=? ORDER BY kind,key"
            return self._db.execute(sql, (day,)).fetchall()
        sql = (
            "SELECT kind,day,key FROM dirty WHERE day=?1 AND kind<>'whole' UNION SELECT 'day',?1,'' "
            "UNION SELECT 'camera-day',?1,camera FROM counts WHERE day=?1 AND camera<>'' "
            "UNION SELECT 'playlist',?1,camera FROM counts WHERE day=?1 AND camera<>'' AND segments>0 "
            "UNION SELECT 'clip',?1,id FROM clips WHERE day=?1 AND kind<>'segment' ORDER BY 1,3"
        )
        return self._db.execute(sql, (day,)).fetchall()

    def written(self, day: str, pages: Iterable[tuple[str, str, str]]) -> None:
        """Forget pages of one day that are written; the others of that day keep their marks."""
        done = set(pages)
        left = [page for page in self.dirty_of_day(day) if page not in done]
        self._db.execute("DELETE FROM dirty WHERE day=?", (day,))
        self.mark(left)

    def unmark(self, pages: Iterable[tuple[str, str, str]]) -> None:
        """Forget pages that are written."""
        self._db.executemany("DELETE FROM dirty WHERE kind=? AND day=? AND key=?", pages)

    def is_dirty(self, *, but: Collection[str] = ()) -> bool:
        """Say whether any page must be written, but those of some kinds."""
        kept = ",".join("?" * len(but))
        sql = f"SELECT 1 FROM dirty WHERE kind NOT IN ({kept}) LIMIT 1"  # noqa: S608 - question marks only
        return self._db.execute(sql, tuple(but)).fetchone() is not None

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

    def clean(self, *, but: Collection[str] = ()) -> None:
        """Forget what was to be written and announced: it is done; pages of some kinds are left for later."""
        kept = ",".join("?" * len(but))
        self._db.execute(f"DELETE FROM dirty WHERE kind NOT IN ({kept})", tuple(but))  # noqa: S608 - question marks only
        self._db.execute("DELETE FROM changed")
