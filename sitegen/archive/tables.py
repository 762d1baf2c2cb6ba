"""What the index consists of: its tables, what is looked up by, and the triggers that keep sums and queues. Touches nothing.

Tables: `folders`, `files` (what the scan saw), `clips`, `outages`, `problems` (what it came to), `wanted` (files that a
sidecar names), `held` (stems with a video that may still be written), `counts`, `heat` and `waiting` (how many clips, by
camera and day, by hour of the week, and without previews), `headers` and `unread` (what is known of the inside of videos,
and which are to be read), `dirty` (pages to write), `whole` (folders of the site that lack nothing), `pieces` (of a page over
many days, each until a clip of its day changes), `changed` (what the next announcement names), `meta`.
"""

from __future__ import annotations

from hashlib import blake2b

WAITING = "end_us IS NOT NULL AND preview_error IS NULL AND preview_ns IS NOT mtime_ns"
"""Which clips have neither all previews nor a reason why not."""

FRAME, PIECES = 1, 2
"""What is read of a clip's video (column `reads`): nothing (0), the size of its pictures, or also its pieces.

In `headers` and `unread` a video has twice its clip's number, and its small video one more.
"""

SEGMENTS_WITH_SUB, SEGMENTS = 1, 2
"""Tiers of clips that wait for previews; the first one, 0, are all that are no segments."""

TABLES = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE folders(path TEXT PRIMARY KEY, digest BLOB NOT NULL, mtime_ns INT NOT NULL) WITHOUT ROWID;
CREATE TABLE files(folder TEXT NOT NULL, name TEXT NOT NULL, size INT, mtime_ns INT, inode INT,
    PRIMARY KEY(folder, name)) WITHOUT ROWID;
CREATE TABLE wanted(file TEXT NOT NULL, stem TEXT NOT NULL, PRIMARY KEY(file, stem)) WITHOUT ROWID;
CREATE INDEX wanted_stem ON wanted(stem);
CREATE TABLE held(stem TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE clips(number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, id TEXT NOT NULL, kind TEXT NOT NULL,
    camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT, day TEXT NOT NULL, event TEXT, mtime_ns INT NOT NULL,
    bytes INT NOT NULL, tier INT NOT NULL, slot INT, reads INT NOT NULL, poster_ns INT, preview_ns INT, preview_error TEXT,
    doc BLOB NOT NULL);
CREATE TABLE outages(path TEXT PRIMARY KEY, stem TEXT NOT NULL, camera TEXT NOT NULL, start_us INT NOT NULL, end_us INT,
    doc BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX outages_stem ON outages(stem);
CREATE INDEX outages_camera ON outages(camera, start_us);
CREATE INDEX outages_start ON outages(start_us, path);
CREATE TABLE problems(stem TEXT NOT NULL, path TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL);
CREATE INDEX problems_stem ON problems(stem);
CREATE TABLE counts(camera TEXT NOT NULL, day TEXT NOT NULL, events INT NOT NULL, segments INT NOT NULL, clips INT NOT NULL,
    bytes INT NOT NULL, recorded_us INT NOT NULL, PRIMARY KEY(camera, day)) WITHOUT ROWID;
CREATE TABLE heat(camera TEXT NOT NULL, slot INT NOT NULL, events INT NOT NULL, PRIMARY KEY(camera, slot)) WITHOUT ROWID;
CREATE TABLE headers(number INTEGER PRIMARY KEY, width INT NOT NULL, height INT NOT NULL, init_bytes INT NOT NULL,
    pieces BLOB NOT NULL, begins_s REAL NOT NULL);
CREATE TABLE unread(refused INT NOT NULL, start_us INT NOT NULL, number INT NOT NULL,
    PRIMARY KEY(refused, start_us, number)) WITHOUT ROWID;
CREATE INDEX counts_day ON counts(day, camera);
CREATE TABLE whole(path TEXT PRIMARY KEY, mtime_ns INT NOT NULL) WITHOUT ROWID;
CREATE TABLE waiting(tier INT PRIMARY KEY, clips INT NOT NULL);
INSERT INTO waiting VALUES(0, 0), (1, 0), (2, 0);
CREATE TABLE pieces(kind TEXT NOT NULL, day TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY(kind, day)) WITHOUT ROWID;
CREATE TABLE dirty(kind TEXT NOT NULL, day TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY(day, kind, key)) WITHOUT ROWID;
CREATE TABLE changed(path TEXT PRIMARY KEY, id TEXT NOT NULL, day TEXT NOT NULL, camera TEXT NOT NULL, new INT NOT NULL) WITHOUT ROWID;
"""

INDEXES = {
    "clips_id": "clips(id)",
    "clips_day": "clips(day, camera, start_us, id)",
    "clips_time": "clips(kind, start_us, id)",
    "clips_camera": "clips(camera, kind, start_us, id)",
    "clips_end": "clips(camera, coalesce(end_us, start_us))",
    "clips_event": "clips(event) WHERE event IS NOT NULL",
    "clips_pictured": "clips(camera, kind, start_us, id) WHERE poster_ns=mtime_ns",
    "clips_failed": "clips(path) WHERE preview_error IS NOT NULL",
    "clips_waiting": f"clips(tier, poster_ns IS mtime_ns, start_us) WHERE {WAITING}",
}

# A row each for (camera, day), for a camera, for a day, and for all: "" stands for every one.
_SPOTS = (("{0}.camera", "{0}.day"), ("{0}.camera", "''"), ("''", "{0}.day"), ("''", "''"))


def _recorded(row: str) -> str:
    """Return how long a segment is in microseconds; 0 while it is being recorded, and for others."""
    return f"(CASE WHEN {row}kind='segment' THEN max(0, coalesce({row}end_us-{row}start_us, 0)) ELSE 0 END)"


def _count_in(row: str) -> str:
    values = f"{row}.kind='event', {row}.kind='segment', 1, {row}.bytes, {_recorded(f'{row}.')}"
    return "".join(
        f"INSERT INTO counts VALUES({camera.format(row)}, {day.format(row)}, {values}) ON CONFLICT(camera, day) DO UPDATE SET"
        " events=events+excluded.events, segments=segments+excluded.segments, clips=clips+1, bytes=bytes+excluded.bytes,"
        " recorded_us=recorded_us+excluded.recorded_us;"
        for camera, day in _SPOTS
    )


def _count_out(row: str) -> str:
    return "".join(
        f"UPDATE counts SET events=events-({row}.kind='event'), segments=segments-({row}.kind='segment'), clips=clips-1,"  # noqa: S608 - fixed texts only
        f" bytes=bytes-{row}.bytes, recorded_us=recorded_us-{_recorded(f'{row}.')} WHERE camera={camera.format(row)} AND day={day.format(row)};"
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


def _heat(*, into: str = "", out_of: str = "") -> str:
    """Add a row to the events of its hour of the week, or take it away."""
    less = f"UPDATE heat SET events=events-1 WHERE camera={out_of}.camera AND slot={out_of}.slot;"  # noqa: S608 - fixed texts only
    more = f"INSERT INTO heat SELECT {into}.camera, {into}.slot, 1 WHERE {into}.slot IS NOT NULL ON CONFLICT DO UPDATE SET events=events+1;"
    return (less if out_of else "") + (more if into else "")


def _forget_inside(low: int) -> str:
    """Forget what is known of a video (`low`: of its small video), and that it is to be read."""
    number = f"2*old.number+{low}"
    return (
        f"DELETE FROM headers WHERE number={number};"  # noqa: S608 - fixed texts only
        f"DELETE FROM unread WHERE refused IN (0, 1) AND start_us=old.start_us AND number={number};"
    )


def _to_read(low: int) -> str:
    """Remember that a video is to be read, if it is of those that are."""
    wanted = f"new.reads={PIECES} AND new.preview_ns IS new.mtime_ns" if low else "new.reads>0"
    return f"INSERT OR IGNORE INTO unread SELECT 0, new.start_us, 2*new.number+{low} WHERE {wanted};"


_SEEN = "mtime_ns, start_us, reads"
_OTHER = "old.mtime_ns<>new.mtime_ns OR old.start_us<>new.start_us OR old.reads<>new.reads"

TRIGGERS = {
    "heat_added": f"AFTER INSERT ON clips WHEN new.slot IS NOT NULL BEGIN {_heat(into='new')} END",
    "heat_gone": f"AFTER DELETE ON clips WHEN old.slot IS NOT NULL BEGIN {_heat(out_of='old')} END",
    "heat_moved": "AFTER UPDATE OF slot, camera ON clips WHEN old.slot IS NOT new.slot OR old.camera<>new.camera"
    f" BEGIN {_heat(into='new', out_of='old')} END",
    "inside_new": f"AFTER INSERT ON clips WHEN new.reads>0 BEGIN {_to_read(0)} END",
    "inside_gone": f"AFTER DELETE ON clips WHEN old.reads>0 BEGIN {_forget_inside(0)} {_forget_inside(1)} END",
    "inside_other": f"AFTER UPDATE OF {_SEEN} ON clips WHEN {_OTHER} BEGIN {_forget_inside(0)} {_to_read(0)} END",
    "inside_small": f"AFTER UPDATE OF {_SEEN}, preview_ns ON clips WHEN {PIECES} IN (old.reads, new.reads)"
    f" AND (old.preview_ns IS NOT new.preview_ns OR {_OTHER}) BEGIN {_forget_inside(1)} {_to_read(1)} END",
    "waiting_added": f"AFTER INSERT ON clips BEGIN {_count_waiting(new='+')} END",
    "waiting_gone": f"AFTER DELETE ON clips BEGIN {_count_waiting(old='-')} END",
    "waiting_changed": f"AFTER UPDATE ON clips BEGIN {_count_waiting(old='-', new='+')} END",
    "piece_old": f"AFTER INSERT ON clips BEGIN {_drop_pieces('new')} END",
    "piece_gone": f"AFTER DELETE ON clips BEGIN {_drop_pieces('old')} END",
    "piece_changed": f"AFTER UPDATE ON clips BEGIN {_drop_pieces('old', 'new')} END",
    "clip_added": f"AFTER INSERT ON clips BEGIN {_count_in('new')} END",
    "clip_gone": f"AFTER DELETE ON clips BEGIN {_count_out('old')} END",
    "clip_moved": "AFTER UPDATE OF kind, camera, day, bytes, start_us, end_us ON clips WHEN old.kind<>new.kind"
    " OR old.camera<>new.camera OR old.day<>new.day OR old.bytes<>new.bytes"
    f" OR {_recorded('old.')}<>{_recorded('new.')} BEGIN {_count_out('old')} {_count_in('new')} END",
}

_SUMS = f"sum(kind='event'), sum(kind='segment'), count(*), sum(bytes), sum({_recorded('')}) FROM clips"
_BY = "UNION ALL SELECT camera, '', {0} GROUP BY camera UNION ALL SELECT '', day, {0} GROUP BY day UNION ALL SELECT '', '', {0}"
COUNT_ALL = (
    "INSERT INTO heat SELECT camera, slot, count(*) FROM clips WHERE slot IS NOT NULL GROUP BY camera, slot",
    "INSERT INTO unread SELECT 0, start_us, 2*number FROM clips WHERE reads>0",
    f"UPDATE waiting SET clips=(SELECT count(*) FROM clips WHERE {WAITING} AND clips.tier=waiting.tier)",  # noqa: S608 - fixed texts only
    f"INSERT INTO counts SELECT camera, day, {_SUMS} GROUP BY camera, day {_BY.format(_SUMS)} HAVING count(*)>0",
)
"""What the triggers would have done for each clip, for all of them at once."""

SCHEMA = blake2b(f"{TABLES}{INDEXES}{TRIGGERS}".encode(), digest_size=8).hexdigest()
"""By this an index is known to have these tables."""
