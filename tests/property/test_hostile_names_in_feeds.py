"""Whatever cameras, titles and tags are called, every feed and list stays what it is: independent readers read it."""

import dataclasses
import json
import xml.etree.ElementTree as ET
from datetime import UTC, date

import feedparser
import icalendar
import jsonschema
import pytest
from atom_rules import check_atom
from hypothesis import example, given, settings
from hypothesis import strategies as st
from json_feed_schema import JSON_FEED_SCHEMA
from markup import markup
from models import CAMERAS, FULL, a_model, changed

from sitegen.archive.index import Placed
from sitegen.clip import Gap, Note
from sitegen.site import calendar
from sitegen.site.atom import atom_feed
from sitegen.site.feeds import index_json
from sitegen.site.footage import footage_js
from sitegen.site.json_feed import json_feed, unturned
from sitegen.site.m3u import clips_m3u
from sitegen.site.one_day import gap_view
from sitegen.site.shell import manifest

DAY = date(2026, 11, 22)
PIECES = [
    "</script>",
    "<!--",
    "]]>",
    "&amp;",
    '"',
    "'",
    "\\",
    ";,:",
    "END:VEVENT",
    "%2e%2e/",
    "../",
    "{{x}}",
    "${x}",
    "موقف",
    "📦",
    "👨\u200d👩\u200d👧",
]
PIECES += [
    "\r\n",
    "\n#EXTM3U\n",
    "\u2028",
    "\x85",
    "\x00",
    "\x1b",
    "\ufeff",
    "\ufffe",
    "\u202e",
    "\U0010ffff",
]
PIECES += ["\t", " ", "é" * 40, "a" * 300]
NASTY = st.lists(
    st.sampled_from(PIECES) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6
).map("".join)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    with a_model(tmp_path_factory.mktemp("hostile"), FULL) as found:
        yield found


@settings(max_examples=200, deadline=None)
@given(name=NASTY, title=NASTY, tag=NASTY)
@example(name="</title><script>", title="\ud7ff\ue000", tag="a,b;c")
def test_no_name_breaks_a_feed(model, name, title, tag):
    """Two hundred names, in each place where a name may stand."""
    cameras = (changed(CAMERAS[0], title=name), CAMERAS[1])
    site = changed(model.site, title=name, url="https://h.example/")
    world = dataclasses.replace(model, cameras=cameras, site=site)
    clip = changed(FULL, note=Note(title=title or None, tags=(tag,)))
    view = world.clip(Placed(clip, DAY))
    made = {"title": name or "x", "page": "index.html", "feed": "feeds/latest.json"}

    document = json.loads(json_feed(world, [view], **made))
    jsonschema.validate(document, JSON_FEED_SCHEMA)
    assert document["items"][0].get("tags", [""]) == [unturned(tag)]

    data = atom_feed(world, [view], **made)
    check_atom(data)
    found = feedparser.parse(data)
    assert (found.bozo, len(found.entries)) == (False, 1)
    content = ET.fromstring(data).findtext("{*}entry/{*}content") or ""
    assert [tag for tag, _ in markup(content).tags] == ["p", "a", "img", "p"], "what readers show as HTML"

    ics = calendar.calendar_ics(world, [Placed(clip, DAY)], [])
    assert all(len(line) <= 75 for line in ics.split(b"\r\n"))
    (event,) = icalendar.Calendar.from_ical(ics).walk("VEVENT")
    assert event["DTSTART"].dt == clip.start.astimezone(UTC).replace(microsecond=0)
    assert "\x00" not in event["SUMMARY"]

    lines = clips_m3u([view], "../").decode().split("\n")
    assert [line[:8] for line in lines] == ["#EXTM3U", "#EXTINF:", "../media", ""]

    gap = gap_view(world, Gap(camera="101", start=clip.start, cause=name))
    script = footage_js("driveway", world.bounds(DAY), [view], [], [gap], full=True, begins={}).decode(
        "ascii"
    )
    assert not set("<>&") & set(script)
    assert script.count("\n") == 1

    assert json.loads(manifest(site, {}))["name"] == name
    assert json.loads(index_json(world))["cameras"][0]["title"] == name
