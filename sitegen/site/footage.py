"""footage.js: what the player has to know of a camera's day, as a script that also works from file://. Pure.

It calls `sitegen.footage.put` with the camera's slug, the day and the data: times in whole milliseconds since 1970,
clips as [start, length, kind, flags, path] and gaps as [from, to or null, cause in words]. A clip has a sixth value
where its small video does not begin with it: how many milliseconds later, or, negative, earlier.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from operator import attrgetter

from sitegen.archive.layout import PREVIEW_ENDINGS
from sitegen.clip import Day
from sitegen.site.views import ClipView, GapView

ORIGINAL, LOW_VIDEO, SPRITE, STILL, IN_PIECES = 1, 2, 4, 8, 16
"""A clip's flags: what the site has of it; and whether players can take its original piece by piece (HLS)."""

_KINDS = {"segment": 0, "event": 1}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_MEDIA, _PREVIEWS = len("media/"), len("previews/")
_LOW, _STILL = len(PREVIEW_ENDINGS["video"]), len(PREVIEW_ENDINGS["still"])
_by_start = attrgetter("start", "id")
_ESCAPED = str.maketrans({"<": r"\u003c", ">": r"\u003e", "&": r"\u0026"})


def footage_js(
    slug: str,
    bounds: Day,
    clips: Iterable[ClipView],
    in_pieces: Collection[str],
    gaps: Iterable[GapView],
    *,
    full: bool,
    begins: Mapping[str, float],
) -> bytes:
    """Return the script for a camera's day.

    Listed are segments and events (no timelapse, no debug movie) that are closed, by start; `in_pieces` are the ids of
    those whose original is a fragmented mp4. `full`: the site offers originals. `begins`: how many seconds after its
    clip a small video begins, by the clip's id, where they do not begin together.
    """
    listed = sorted((c for c in clips if c.end is not None and c.movie == "motion"), key=_by_start)
    missing = [[_ms(g.start), _ms(g.end) if g.end else None, g.cause_text] for g in gaps]
    rows = ",\n".join([row for c in listed if (row := _row(c, in_pieces, begins.get(c.id, 0.0)))])
    day = bounds.date.isoformat()
    head = f'"from":{_ms(bounds.start)},"to":{_ms(bounds.end)},"endings":{_safe(PREVIEW_ENDINGS)},"full":{_safe(full)}'
    data = f'{{{head},"clips":[{rows}],"gaps":{_safe(missing)}}}'
    return f"sitegen.footage.put({_safe(slug)},{_safe(day)},{data});\n".encode("ascii")


def _row(clip: ClipView, in_pieces: Collection[str], begins_s: float) -> str:
    """Return a clip's row; "" where the site has nothing of it to show."""
    start, end = _ms(clip.start), _ms(clip.end or clip.start)
    flags = LOW_VIDEO * bool(clip.low_video) + SPRITE * bool(clip.sprite) + STILL * bool(clip.still)
    if clip.video:
        flags += ORIGINAL + IN_PIECES * (clip.id in in_pieces)
        path = clip.video[_MEDIA:]
    elif clip.low_video:
        path = clip.low_video[_PREVIEWS:-_LOW]
    elif clip.still:
        path = clip.still[_PREVIEWS:-_STILL]
    else:
        return ""
    # The path is percent-encoded: no character of it needs an escape.
    later = f",{round(begins_s * 1000)}" if begins_s and clip.low_video else ""
    return f'[{start},{end - start},{_KINDS[clip.kind]},{flags},"{path}"{later}]'


def _ms(when: datetime) -> int:
    return (when - _EPOCH) // _MILLISECOND


def _safe(value: object) -> str:
    """Return a value as JSON that is safe in a script, wherever that stands, and whatever names hold."""
    return json.dumps(value, separators=(",", ":")).translate(_ESCAPED)
