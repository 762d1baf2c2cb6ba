"""The predecessor's JSON, field for field."""

import json
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import msgspec
from models import FULL, START, a_clip, a_model

from sitegen.site import legacy_json
from sitegen.site.model import Model
from sitegen.site.pages import Page
from sitegen.site.prose import Content
from sitegen.site.render import Renderer
from sitegen.site.theme import load_theme


def api(tmp_path, *clips, **options):
    with a_model(tmp_path, *clips, **options) as model:
        pieces = []
        for day, found in groupby(model.index.newest("event", legacy_json.API_LENGTH), key=lambda p: p.day):
            pieces.append((day, legacy_json.api_day(model, found)))
    documents = legacy_json.events(pieces), legacy_json.events_by_date(pieces)
    return tuple(json.loads(b"".join(parts)) for parts in documents)


def test_the_predecessors_event_field_for_field(tmp_path):
    """Seven fields, all text; the id is version 5 of the clip's in the DNS namespace."""
    ((event,), by_date) = api(tmp_path, FULL)
    base = "previews/events/101/20261122/101-20261122T035503Z.mp4"
    assert event == {
        "event_id": str(uuid.uuid5(uuid.NAMESPACE_DNS, "101-20261122T035503Z")),
        "timestamp": "2026-11-22T04:55:03+01:00",
        "camera_name": "Driveway",
        "high_res_image_path": "media/events/101/20261122/p.jpg",
        "low_res_image_path": f"{base}.still.jpg",
        "high_res_video_path": "media/events/101/20261122/101-20261122T035503Z.mp4",
        "low_res_video_path": f"{base}.low.mp4",
    }
    assert uuid.UUID(event["event_id"]).version == 5
    assert by_date == {"2026-11-22T00:00:00Z": [event]}


def test_the_predecessors_event_has_empty_text_for_what_is_not_there(tmp_path):
    """Never null, never a missing field."""
    ((event,), _) = api(tmp_path, a_clip(), full_video=False)
    paths = {k: v for k, v in event.items() if k.endswith("_path")}
    assert set(paths.values()) == {""}
    assert len(paths) == 4
    (tmp_path / "2").mkdir()
    ((event,), _) = api(tmp_path / "2", a_clip(previews=True))
    assert event["high_res_image_path"].endswith(".poster.jpg")  # Motion left no picture


def test_the_predecessors_list_is_newest_first(tmp_path):
    """And so are the days, each at local midnight, called Z as the predecessor did."""
    times = [datetime(2026, 11, 22, 22, 30, tzinfo=UTC), datetime(2026, 11, 22, 23, 30, tzinfo=UTC), START]
    events, by_date = api(tmp_path, *(a_clip(t) for t in times))
    assert [e["timestamp"] for e in events] == [
        "2026-11-23T00:30:00+01:00",
        "2026-11-22T23:30:00+01:00",
        "2026-11-22T04:55:03+01:00",
    ]
    assert list(by_date) == ["2026-11-23T00:00:00Z", "2026-11-22T00:00:00Z"]
    assert [e for day in by_date.values() for e in day] == events
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", d) for d in by_date)


def test_summer_and_winter_have_their_offsets(tmp_path):
    """The hour that comes twice is told apart by its offset."""
    events, _ = api(
        tmp_path,
        a_clip(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        a_clip(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    )
    assert [e["timestamp"] for e in events] == ["2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+02:00"]


def test_days_pieces_make_the_whole_lists(tmp_path):
    """Put together as they are, they are the JSON of all records at once; no day at all makes empty lists."""
    days = [date(2026, 11, 23), date(2026, 11, 22)]
    clips = [a_clip(START + timedelta(days=d, minutes=n)) for d in range(2) for n in range(3)]
    with a_model(tmp_path, *clips) as model:
        found = [model.index.clips_of_day(day)[::-1] for day in days]
        pieces = [(day, legacy_json.api_day(model, f)) for day, f in zip(days, found, strict=True)]
        records = [
            legacy_json.api_record(p.clip, "Driveway", model.zone, full_video=True) for f in found for p in f
        ]
    assert b"".join(legacy_json.events(pieces)) == msgspec.json.encode(records) + b"\n"
    by_date = {"2026-11-23T00:00:00Z": records[:3], "2026-11-22T00:00:00Z": records[3:]}
    assert b"".join(legacy_json.events_by_date(pieces)) == msgspec.json.encode(by_date) + b"\n"
    assert b"".join(legacy_json.events([])) == b"[]\n"
    assert b"".join(legacy_json.events_by_date([])) == b"{}\n"


def test_the_list_ends_within_a_day(tmp_path, monkeypatch):
    """The newest so many, whatever days they lie on; of the last day only its newest; kept pieces follow the archive."""
    monkeypatch.setattr(legacy_json, "API_LENGTH", 4)
    clips = [a_clip(START + timedelta(days=d, minutes=n)) for d in range(3) for n in range(3)]
    theme = load_theme("default", search=(), zone=ZoneInfo("UTC"))
    page = Page("api", key="event")
    with a_model(tmp_path, *clips) as model:

        def starts():
            files = Renderer(Model(model.index, *rest), theme, Content(), None, None).files(page)
            events, by_date = (json.loads(b"".join(data)) for data in files.values())
            assert [e for day in by_date.values() for e in day] == events
            return [e["timestamp"][:16] for e in events]

        rest = (model.cameras, model.zone, model.site)
        wanted = [f"2026-11-{d}T04:{m}" for d, m in ((24, 57), (24, 56), (24, 55), (23, 57))]
        assert starts() == wanted
        assert starts() == wanted  # now of pieces that were kept
        model.index.drop_clip(clips[8].path)
        assert starts() == [*wanted[1:], "2026-11-23T04:56"]
