"""Atom 1.0 feeds of events (RFC 4287). Pure; what a feed says of an event is kept: a new event makes one entry, not a hundred."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import escape

from sitegen.site.json_feed import root_of, words
from sitegen.site.legacy_json import event_id
from sitegen.site.model import Model
from sitegen.site.times import stamp_of
from sitegen.site.views import ClipView

_ENTRIES_KEPT = 2_048
_NEVER = "1970-01-01T00:00:00.000Z"
_forbidden = re.compile("[^\t\n\r -\u2029\u202f-\u2065\u206a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document can hold, and what turns the direction of the text that follows."""


def atom_feed(model: Model, clips: Iterable[ClipView], *, title: str, page: str, feed: str) -> bytes:
    """Return an Atom feed of events, newest first.

    `page` and `feed` are URLs relative to the site's root. Links are absolute where the site knows its address, else
    relative to the feed. Its ids depend on neither; its times are those of the clips, not of the build.
    """
    root = root_of(model.site.url, feed)
    entries = [_entry(clip, model.zone, root) for clip in clips]
    updated = max((updated for updated, _ in entries), default=_NEVER)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
        f' xml:lang="{xml(model.site.language)}">\n'
        f"<id>urn:uuid:{event_id(f'{feed} {model.site.title}')}</id>\n"
        f"<title>{xml(title)}</title>\n"
        f"<updated>{updated}</updated>\n"
        f"<author><name>{xml(model.site.title) or 'sitegen'}</name></author>\n"
        f'<link rel="self" type="application/atom+xml" href="{xml(root + feed)}"/>\n'
        f'<link rel="alternate" type="text/html" href="{xml(root + page)}"/>\n'
        "<generator>sitegen</generator>\n"
    )
    return "".join([head, *(text for _, text in entries), "</feed>\n"]).encode()


@lru_cache(_ENTRIES_KEPT)
def _entry(clip: ClipView, zone: ZoneInfo, root: str) -> tuple[str, str]:
    """Return when a clip's entry was last changed (it ends when the clip does), and the entry."""
    updated = stamp_of(clip.end_iso or clip.start_iso)
    title, text = words(clip, zone)
    return updated, "".join(
        (
            f"<entry>\n<id>urn:uuid:{event_id(clip.id)}</id>\n<title>{xml(title)}</title>\n",
            f"<published>{stamp_of(clip.start_iso)}</published>\n<updated>{updated}</updated>\n",
            f'<link rel="alternate" type="text/html" href="{xml(root + clip.url)}"/>\n',
            _enclosure(clip, root),
            *(f'<category term="{xml(tag)}"/>\n' for tag in clip.tags),
            f"<summary>{xml(text)}</summary>\n",
            _picture(clip, text, root),
            "</entry>\n",
        )
    )


def _enclosure(clip: ClipView, root: str) -> str:
    if clip.video:
        length = f' length="{clip.bytes}"' if clip.bytes else ""
        return (
            f'<link rel="enclosure" type="{xml(clip.video_type)}"{length} href="{xml(root + clip.video)}"/>\n'
        )
    if clip.low_video:
        return f'<link rel="enclosure" type="video/mp4" href="{xml(root + clip.low_video)}"/>\n'
    return ""


def _picture(clip: ClipView, text: str, root: str) -> str:
    """Return the picture, for readers that show thumbnails and for those that show content."""
    picture = clip.poster or clip.image
    if not picture:
        return ""
    html = f'<p><a href="{escape(root + clip.url)}"><img src="{escape(root + picture)}" alt=""></a></p><p>{escape(text)}</p>'
    small = root + (clip.still or picture)
    return f'<media:thumbnail url="{xml(small)}"/>\n<content type="html">{xml(html)}</content>\n'


def xml(text: str) -> str:
    """Return a text as XML carries it, without what XML forbids."""
    return str(escape(_forbidden.sub("", str(text))))
