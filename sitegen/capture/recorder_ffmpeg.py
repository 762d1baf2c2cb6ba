"""Speaks ffmpeg: the command line for one camera, and what its output means; starts nothing, touches no disk."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sitegen.capture.recorder_policy import Trouble, heartbeat_s
from sitegen.secret import Secret

FRAGMENTS = "movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1"
"""flush_packets counts only in here; a kill then loses one fragment at most."""

_MICROSECONDS = 1_000_000
_OPENED = re.compile(r"\[segment @ [^]]*\] (?:\[\w+\] )?Opening '(?P<path>.*)' for writing\Z")
_LEVEL = re.compile(
    r"(?P<source>(?:\[[^]]*@ [^]]*\] )?)\[(?P<level>panic|fatal|error|warning|info)\] (?P<text>.*)"
)
_USERINFO = re.compile(r"://[^/\s'\"]*@")
_TROUBLES: tuple[tuple[re.Pattern[str], Trouble], ...] = (
    (re.compile(r"No space left on device|Disk quota exceeded|File too large"), "disk_full"),
    (re.compile(r"in stream #1, codec not currently supported|sample rate not set|track 1: "), "audio"),
    (re.compile(r"received signal \d+|Received > \d+ system signals"), "signal"),
    (re.compile(r"Failed to open segment|Failure occurred when ending segment"), "local"),
    (re.compile(r"Input #0, mpjpeg, from"), "untimed"),
)
_RTSP, _HTTP = ("rtsp", "rtsps"), ("http", "https")
_MOTION_NAMES = {"mjpeg": "http", "mjpg": "http"}
SCHEMES = (*_RTSP, *_HTTP, *_MOTION_NAMES, "file")
"""Kinds of addresses that can be recorded; Motion knows more."""

_SHORTEST_SECRET = 3


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a camera's video comes from and how it is taken."""

    url: Secret = field(repr=False)
    transport: Literal["tcp", "udp"] = "tcp"
    segment_seconds: int = 300
    stall_seconds: float = 20.0

    @property
    def scheme(self) -> str:
        """The address's kind, in lower case: "rtsp"."""
        return self.url.reveal().partition("://")[0].lower()

    @property
    def heartbeat_s(self) -> float:
        """How often ffmpeg is to say how many frames it has."""
        return heartbeat_s(self.stall_seconds)


@dataclass(frozen=True, kw_only=True)
class Way:
    """What was learned about a camera: whether its sound can be kept, and whether its frames carry times."""

    audio: bool = True
    timed: bool = True


def argv(
    source: Source, way: Way, pattern: str, report_to: int, address_from: int | None = None
) -> list[str]:
    """Return the command line that records a camera into files named by `pattern`; it reports to a descriptor.

    Everybody on the machine can read it. `address_from` is a descriptor from which ffmpeg reads what `script` returns;
    None: there is no script, or the address may be seen.
    """
    sound = ["-map", "0:a:0?"] if way.audio else []
    return [
        *("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "level+info"),
        *("-nostats", "-stats_period", f"{source.heartbeat_s:g}", "-progress", f"pipe:{report_to}"),
        *(_input(source, way) if address_from is None else _scripted(address_from)),
        *("-map", "0:v:0", *sound, "-c", "copy"),
        *("-f", "segment", "-segment_time", str(source.segment_seconds), "-segment_atclocktime", "1"),
        *("-reset_timestamps", "1", "-strftime", "1"),
        *("-segment_format", "mp4", "-segment_format_options", FRAGMENTS),
        *("-segment_list", "pipe:1", "-segment_list_type", "csv"),
        "file:" + pattern,
    ]


def _input(source: Source, way: Way) -> list[str]:
    scheme = source.scheme
    url = source.url.reveal()
    timeout = str(int(source.stall_seconds * _MICROSECONDS))
    if scheme == "file":
        return ["-re", "-stream_loop", "-1", "-i", "file:" + url[len("file://") :]]
    if scheme in _RTSP:
        options = [word for name, text in _rtsp_options(source, way) for word in (f"-{name}", text)]
        return [*options, "-i", url]
    arrival = [] if way.timed else ["-use_wallclock_as_timestamps", "1"]
    real = _MOTION_NAMES.get(scheme, scheme) + url[len(scheme) :]
    return [*arrival, "-rw_timeout", timeout, "-i", real]


def _rtsp_options(source: Source, way: Way) -> list[tuple[str, str]]:
    return [
        ("rtsp_transport", source.transport),
        ("allowed_media_types", "video+audio" if way.audio else "video"),
        ("timeout", str(int(source.stall_seconds * _MICROSECONDS))),
    ]


def script(source: Source, way: Way) -> bytes | None:
    """Return the address and its options as a script of ffmpeg's concat reader; None: it cannot be put so.

    With http, what ffmpeg says of its input, from which we learn whether its frames carry times, would not be said.
    """
    if source.scheme not in _RTSP:
        return None
    url = source.url.reveal().replace("'", r"'\''")
    options = "".join(f"option {name} {text}\n" for name, text in _rtsp_options(source, way))
    return f"ffconcat version 1.0\nfile '{url}'\n{options}".encode()


def _scripted(address_from: int) -> list[str]:
    whitelist = ["-safe", "0", "-protocol_whitelist", "pipe,rtp,srtp,tcp,tls,udp"]
    return ["-f", "concat", *whitelist, "-i", f"pipe:{address_from}"]


@dataclass(frozen=True)
class Line:
    """One line of ffmpeg's log, without secrets."""

    level: str
    text: str
    opened: str | None
    """Path of the file that it opened to write."""
    trouble: Trouble | None


def read_line(raw: str, url: Secret) -> Line:
    """Read a line that ffmpeg wrote to stderr, at -loglevel level+info."""
    opened = _OPENED.match(raw)
    match = _LEVEL.match(raw)
    text = match["source"] + match["text"] if match else raw
    trouble = next((name for pattern, name in _TROUBLES if pattern.search(raw)), None)
    return Line(
        level=match["level"] if match else "info",
        text=redact(text, url),
        opened=opened["path"] if opened else None,
        trouble=trouble,
    )


def redact(text: str, url: Secret) -> str:
    """Return text without what is secret in a camera's address: user and password, and values of its query."""
    text = _USERINFO.sub("://***@", url.mask(text))
    for value in _query_values(url.reveal()):
        text = text.replace(value, "***")
    return text


def _query_values(url: str) -> list[str]:
    """Return what some cameras take for a login: everything after the `?`, whole and in parts, longest first."""
    try:
        query = urlsplit(url).query
    except ValueError:
        return []
    values = {query, *(value for _, value in parse_qsl(query)), *query.replace("=", "&").split("&")[1::2]}
    return sorted((value for value in values if len(value) >= _SHORTEST_SECRET), key=len, reverse=True)


class Row(NamedTuple):
    """A row of the segment list."""

    name: str
    seconds: float | None
    """Length of the file; None: not known."""


def closed_row(line: str) -> Row | None:
    """Return what a row of the segment list says: that a file is closed; None: the line is no such row."""
    if not line.endswith(tuple("0123456789")) or line.count(",") < 2:  # noqa: PLR2004 - name,start,end
        return None
    name, start, end = (*next(csv.reader([line]), []), "", "", "")[:3]
    return Row(name, _length(start, end)) if name else None


def _length(start: str, end: str) -> float | None:
    """Return how long a file is whose row has these times; the first row says 0, whenever its first frame was."""
    try:
        first, last = float(start), float(end)
    except ValueError:
        return None
    return last - first if 0 < first < last else None


def last_frames(reports: bytes) -> int | None:
    """Return how many frames ffmpeg has, by the last of its progress reports; None: there is none in it."""
    count = reports.rpartition(b"frame=")[2].partition(b"\n")[0].strip()
    return int(count) if count.isdigit() else None
