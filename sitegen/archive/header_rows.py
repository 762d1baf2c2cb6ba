"""What the index knows of the inside of videos, and which are still to be read. Reads and writes `headers` and `unread`.

Rows come and go by triggers (sitegen.archive.tables): a video that changed is to be read again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from sitegen.archive.clip_rows import ClipRows
from sitegen.archive.tables import PIECES
from sitegen.archive.video_headers import NOTHING, Headers, Piece

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[Piece, ...]).decode
_NO_PIECES = _encode(())


class Unread(msgspec.Struct, frozen=True):
    """A video whose headers are to be read."""

    number: int
    """By which the index knows it."""
    start_us: int
    path: str
    """Of the clip's video, also when its small video is meant."""
    low: bool
    pieces: bool


class HeaderRows(ClipRows):
    """The part of the index that knows what is inside videos; every public method is one statement or a few."""

    def headers(self, path: str, *, low: bool = False) -> Headers | None:
        """Return what is known of a video, or of its small video; None: nothing (yet)."""
        found = self._headers("clips.path=?", low, path)
        return found.get(path)

    def headers_of_day(self, day: date, camera: str, *, low: bool = False) -> dict[str, Headers]:
        """Return what is known of a camera's videos of a day, or of their small videos, by the video's path."""
        return self._headers("clips.day=? AND clips.camera=?", low, day.isoformat(), camera)

    def _headers(self, where: str, low: bool, *arguments: str) -> dict[str, Headers]:  # noqa: FBT001 - its callers name it
        what = "clips.path,width,height,init_bytes,pieces,begins_s"
        sql = f"SELECT {what} FROM clips JOIN headers ON headers.number=2*clips.number+? WHERE {where}"  # noqa: S608 - fixed texts only
        rows = self._db.execute(sql, (low, *arguments))
        return {
            path: Headers(wide, high, init, _decode(pieces), begins)
            for path, wide, high, init, pieces, begins in rows
        }

    def begins_of_day(self, day: date, camera: str) -> dict[str, float]:
        """Return how many seconds after their clips small videos of a camera's day begin, by the clip's path; where that is 0, nothing."""
        sql = (
            "SELECT path,begins_s FROM clips JOIN headers ON headers.number=2*clips.number+1"
            " WHERE day=? AND camera=? AND begins_s<>0"
        )
        return dict(self._db.execute(sql, (day.isoformat(), camera)).fetchall())

    def in_pieces(self, day: date, camera: str) -> set[str]:
        """Return the videos of a camera's day that players can take piece by piece, without what those are."""
        sql = (
            "SELECT path FROM clips JOIN headers ON headers.number=2*clips.number"
            " WHERE day=? AND camera=? AND init_bytes>0"
        )
        return {row[0] for row in self._db.execute(sql, (day.isoformat(), camera))}

    def frames_of_day(self, day: date) -> dict[str, tuple[int, int]]:
        """Return width and height of the pictures of a day's events that say where motion was, by the video's path."""
        sql = (
            "SELECT path,width,height FROM clips JOIN headers ON headers.number=2*clips.number"
            " WHERE day=? AND kind<>'segment' AND width>0"
        )
        return {path: (wide, high) for path, wide, high in self._db.execute(sql, (day.isoformat(),))}

    # what is to be read

    def has_unread(self) -> bool:
        """Say whether any video is to be read."""
        return self._db.execute("SELECT 1 FROM unread WHERE refused=0 LIMIT 1").fetchone() is not None

    def unread(self, limit: int) -> list[Unread]:
        """Return videos that are to be read, the newest first."""
        sql = (
            "SELECT unread.number,unread.start_us,path,reads FROM unread JOIN clips ON clips.number=unread.number/2"
            " WHERE refused=0 ORDER BY unread.start_us DESC,unread.number DESC LIMIT ?"
        )
        rows = self._db.execute(sql, (limit,))
        return [
            Unread(number, start_us, path, bool(number % 2), reads == PIECES)
            for number, start_us, path, reads in rows
        ]

    def put_headers(self, found: Iterable[tuple[Unread, Headers]]) -> None:
        """Remember what was read; of a file that has nothing of it, that nothing need be read."""
        rows = list(found)
        self._db.executemany(
            "DELETE FROM unread WHERE refused=0 AND start_us=? AND number=?",
            [(of.start_us, of.number) for of, _ in rows],
        )
        self._db.executemany(
            "INSERT OR REPLACE INTO headers VALUES(?,?,?,?,?,?)",
            [
                (
                    *(of.number, h.width, h.height, h.init_bytes),
                    *(_encode(h.pieces) if h.pieces else _NO_PIECES, h.begins_s),
                )
                for of, h in rows
                if h != NOTHING
            ],
        )

    def refuse(self, videos: Iterable[Unread]) -> None:
        """Remember that the disk refused files: they are asked again later."""
        sql = "UPDATE unread SET refused=1 WHERE refused=0 AND start_us=? AND number=?"
        self._db.executemany(sql, [(of.start_us, of.number) for of in videos])

    def ask_refused_again(self) -> None:
        """Take the files that the disk refused for unread."""
        self._db.execute("UPDATE unread SET refused=0 WHERE refused=1")
