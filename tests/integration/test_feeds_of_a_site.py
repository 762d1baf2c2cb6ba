"""Every feed and list of a really built site, fetched from nginx, is read by an independent parser."""

import json
import re
import urllib.request
from urllib.parse import unquote, urljoin

import feedparser
import icalendar
import jsonschema
import m3u8
import pytest
from atom_rules import check_atom
from json_feed_schema import JSON_FEED_SCHEMA
from whole_site import ADDRESS

_LINK = re.compile(r'<link rel="?alternate"? [^>]*>')


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.headers.get_content_type(), answer.read()


def files(whole, pattern):
    found = sorted(path.relative_to(whole.output).as_posix() for path in whole.output.glob(pattern))
    assert found, pattern
    return found


def test_json_feeds(whole):
    """JSON Feed 1.1, by the schema of its text; absolute, for the site knows its address."""
    for path in files(whole, "feeds/**/*.json"):
        document = json.loads(fetch(whole.http + path)[1])
        jsonschema.validate(document, JSON_FEED_SCHEMA)
        assert document["feed_url"] == ADDRESS + path
        assert all(item["url"].startswith(ADDRESS) for item in document["items"])


def test_atom_feeds(whole):
    """By the RFC's rules and by feedparser; the same events as in the JSON Feed beside it."""
    for path in files(whole, "feeds/**/*.atom"):
        kind, data = fetch(whole.http + path)
        assert kind == "application/atom+xml"
        check_atom(data)
        found = feedparser.parse(data)
        assert not found.bozo
        items = json.loads((whole.output / path).with_suffix(".json").read_text())["items"]
        assert [entry.link for entry in found.entries] == [item["url"] for item in items]


def test_the_calendar(whole):
    """It has the events and the outages, and each event's page."""
    kind, data = fetch(f"{whole.http}feeds/calendar.ics")
    assert kind == "text/calendar"
    found = icalendar.Calendar.from_ical(data)
    events = found.walk("VEVENT")
    assert not any(event.errors for event in events)
    pages = {event["URL"].removeprefix(ADDRESS) for event in events if "URL" in event}
    assert pages
    assert all((whole.output / page).is_file() for page in pages)
    assert any("not recorded" in event["SUMMARY"] for event in events)


@pytest.mark.parametrize("name", ["playlist.m3u8", "playlist-low.m3u8"])
def test_playlists(whole, name):
    """Each byte range lies in its file; the busy day's recordings are all in it."""
    listed = 0
    for path in files(whole, f"cameras/*/*/*/*/{name}"):
        kind, data = fetch(whole.http + path)
        assert kind == "application/vnd.apple.mpegurl"
        found = m3u8.loads(data.decode())
        assert found.is_endlist
        for segment in found.segments:
            size, _, offset = segment.byterange.partition("@")
            there = whole.output / unquote(urljoin(f"/{path}", segment.uri))[1:]
            assert int(offset) + int(size) <= there.stat().st_size
        listed += len(found.segments)
    assert listed


def test_lists_of_clips(whole):
    """Each entry is a file that the server has."""
    for path in files(whole, "cameras/*/*/*/*/clips.m3u"):
        lines = fetch(whole.http + path)[1].decode().splitlines()
        assert lines[0] == "#EXTM3U"
        for url in lines[2::2]:
            assert (whole.output / unquote(urljoin(f"/{path}", url))[1:]).is_file()


def test_every_page_names_its_feeds(whole):
    """With the type under which the server gives them."""
    for page in whole.pages().values():
        _, html = fetch(whole.http + page)
        links = [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in _LINK.findall(html.decode())]
        assert len(links) >= 3, page
        for link in links:
            kind, data = fetch(urljoin(whole.http + page, link["href"]))
            assert data
            assert (kind == link["type"]) or link["href"].endswith((".json", ".m3u")), link
