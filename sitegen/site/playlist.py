"""A camera's day as static HLS over the video files themselves: no copy, no other encoding. Pure.

Fragmented mp4 files are listed in pieces of some ten seconds. Where footage is missing the playlist has one EXT-X-GAP
entry in which no time passes: it has length 0 and points to the next file's initialisation part. With the gap's real
length, browsers that know the tag and those that do not disagree about where everything after it lies (Chromium
shortens its time line while it plays, hls.js waits before the gap for ever); so, all of them agree: a moment's place
is the sum of the EXTINF before it, and the time of day comes from each file's EXT-X-PROGRAM-DATE-TIME.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from sitegen.archive.video_headers import Headers
from sitegen.site.timeline import TOLERANCE
from sitegen.site.times import stamp

_SHORTEST_TARGET_S = 10
_seconds = itemgetter(2)
_VERSION, _VERSION_WITH_GAPS = 7, 8


class Film(NamedTuple):
    """One video file that is closed."""

    start: datetime
    end: datetime
    url: str
    """Percent-encoded, from the site's root."""
    headers: Headers | None
    """None, or without pieces: a player cannot take it piece by piece, so it cannot be listed."""


def playlist(films: Iterable[Film], root: str) -> bytes:
    """Return the media playlist of a day's films, given by start; what cannot be listed is missing footage.

    `root` leads from the playlist to the site's root. Without films it is a valid playlist that is over at once.
    """
    lines: list[str] = []
    reached: datetime | None = None
    target, version = _SHORTEST_TARGET_S, _VERSION
    for start, end, url, headers in films:
        if headers is None or not headers.pieces:
            continue
        uri = root + url
        lines += _beginning(uri, headers.init_bytes, first=reached is None)
        if reached is not None and start - reached > TOLERANCE:
            lines += _gap(reached, uri, headers.init_bytes)
            version = _VERSION_WITH_GAPS
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{stamp(start)}")
        lines += [
            f"#EXTINF:{seconds:.6f},\n#EXT-X-BYTERANGE:{size}@{offset}\n{uri}"
            for offset, size, seconds in headers.pieces
        ]
        target = max(target, math.ceil(max(map(_seconds, headers.pieces))))
        reached = end if reached is None else max(reached, end)
    return "\n".join([*_head(version, target), *lines, "#EXT-X-ENDLIST", ""]).encode()


def _head(version: int, target: int) -> list[str]:
    return [
        "#EXTM3U",
        f"#EXT-X-VERSION:{version}",
        f"#EXT-X-TARGETDURATION:{target}",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",  # every piece begins with a key frame
    ]


def _beginning(uri: str, init_bytes: int, *, first: bool) -> list[str]:
    """Return what says that another file begins: its time stamps begin at 0 again, and it may be encoded otherwise."""
    where = f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{init_bytes}@0"'
    return [where] if first else ["#EXT-X-DISCONTINUITY", where]


def _gap(start: datetime, uri: str, init_bytes: int) -> list[str]:
    """Return missing footage; what it points to is there and holds no frame, for players that ask for it all the same."""
    return [
        f"#EXT-X-PROGRAM-DATE-TIME:{stamp(start)}",
        *("#EXT-X-GAP", "#EXTINF:0.000000,", f"#EXT-X-BYTERANGE:{init_bytes}@0", uri),
    ]
