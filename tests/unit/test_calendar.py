"""feeds/calendar.ics: events and outages, read by icalendar."""

import uuid
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
from models import FULL, START, a_clip, a_model, changed

from sitegen.clip import Note, Outage
from sitegen.site import calendar

LOST = Outage(
    path="outages/101/20261122/a.yaml",
    camera="101",
    start=START - timedelta(hours=2),
    end=START - timedelta(hours=1),
)


def lines_of(data):
    """The lines as they are, folded; each is checked for its end and length."""
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut
    return lines


def entries(tmp_path, *clips, outages=(), **options):
    with a_model(tmp_path, *clips, outages=outages, **options) as model:
        data = calendar.calendar_ics(
            model,
            model.index.newest("event", calendar.EVENTS),
            model.index.newest_outages(calendar.OUTAGES),
        )
    lines_of(data)
    found = icalendar.Calendar.from_ical(data)
    assert (found["VERSION"], bool(found["PRODID"])) == ("2.0", True)
    assert not found.errors
    events = found.walk("VEVENT")
    assert all(not event.errors and {"UID", "DTSTAMP", "DTSTART"} <= set(event) for event in events)
    assert len({event["UID"] for event in events}) == len(events)
    return events


def test_an_event_is_an_entry(tmp_path):
    """Times in UTC, what it is and what its note calls it, tags, its page; the stamp is its end: there is no clock in it."""
    (event,) = entries(tmp_path, FULL, url="https://cctv.example/sub")
    assert event["UID"] == str(uuid.uuid5(uuid.NAMESPACE_DNS, FULL.id))
    assert event["SUMMARY"] == "Driveway: event (A parcel)"
    assert event.start == datetime(2026, 11, 22, 3, 55, 3, tzinfo=UTC)
    assert event.end == event["DTSTAMP"].dt == datetime(2026, 11, 22, 3, 55, 41, tzinfo=UTC)
    assert event.categories == ["parcel"]
    assert event["URL"] == f"https://cctv.example/sub/2026/11/22/{FULL.id}.html"


def test_there_is_no_url_without_an_address(tmp_path):
    """A calendar has no place that a link could start from."""
    (event,) = entries(tmp_path, a_clip())
    assert "URL" not in event
    assert event["SUMMARY"] == "Driveway: event"
    assert "CATEGORIES" not in event


def test_an_outage_is_an_entry(tmp_path):
    """It says what was the matter; the outage of a camera that nobody knows is left out."""
    unknown = changed(LOST, camera="999", path="outages/999/20261122/a.yaml")
    (event,) = entries(tmp_path, outages=(LOST, unknown))
    assert event["SUMMARY"] == "Driveway: not recorded, the camera could not be reached"
    assert event.end - event.start == timedelta(hours=1)


def test_what_lasts_has_no_end(tmp_path):
    """Neither a clip that is being recorded nor an outage."""
    found = entries(tmp_path, a_clip(seconds=None), outages=(changed(LOST, end=None),))
    assert len(found) == 2
    assert not any("DTEND" in event for event in found)


def test_an_entry_ends_behind_its_start(tmp_path):
    """Also where the clip is shorter than a second."""
    (event,) = entries(tmp_path, a_clip(seconds=0.2))
    assert event.end - event.start == timedelta(seconds=1)


def test_an_empty_calendar_is_valid(tmp_path):
    """It must hold a component: one that nobody sees."""
    with a_model(tmp_path) as model:
        data = calendar.calendar_ics(model, [], [])
    lines_of(data)
    (component,) = icalendar.Calendar.from_ical(data).subcomponents
    assert component.name == "VTIMEZONE"


@pytest.mark.parametrize(
    "title",
    [
        "a;b,c\\d",
        "line\nbreak\r\nand\rmore",
        "📦" * 60,
        "ي" * 200,
        "\x00\x07bell\x7f",
        "\u202egnp\u2066 \u05d0",
        "x" * 300,
        "END:VEVENT",
    ],
)
def test_any_title_comes_back_as_it_was(tmp_path, title):
    """Escaped and folded; line breaks become those of iCalendar, what it forbids, or turns the text, is left out."""
    (event,) = entries(tmp_path, changed(FULL, note=Note(title=title, tags=("a,b", title))))
    wanted = title.replace("\r\n", "\n").replace("\r", "\n")
    wanted = "".join(c for c in wanted if c == "\n" or c.isprintable())
    assert event["SUMMARY"] == f"Driveway: event ({wanted})"
    assert event.categories == ["a,b", wanted]


@pytest.mark.parametrize("length", range(60, 90))
def test_folding_cuts_no_character(length):
    """Wherever the 75th octet lies."""
    for letter in ("x", "é", "語", "📦"):
        value = "x" * length + letter * 40
        folded = calendar.line("SUMMARY", value)
        lines_of(folded.encode() + b"END:VCALENDAR\r\n")
        assert folded.replace("\r\n ", "") == f"SUMMARY:{value}\r\n"
