"""The predecessor's JSON, field for field."""

import json
import re
import uuid
from datetime import UTC, datetime

from models import FULL, START, a_clip, a_model

from sitegen.site import feeds


def api(tmp_path, *clips, **options):
    with a_model(tmp_path, *clips, **options) as model:
        events, by_date = feeds.api_documents(model, model.index.newest("event", feeds.API_LENGTH))
    return json.loads(events), json.loads(by_date)


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
