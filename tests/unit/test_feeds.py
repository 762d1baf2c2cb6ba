"""The site for programs: day.json, index.json and status.json."""

import json
from datetime import date, timedelta
from urllib.parse import urljoin

import jsonschema
from day_schema import DAY_SCHEMA
from models import FULL, START, a_clip, a_model

from sitegen.clip import Gap, Problem
from sitegen.site import feeds, status_facts
from sitegen.site.pages import Page, paths


def day_document(tmp_path, *clips, gaps=(), **options):
    with a_model(tmp_path, *clips, **options) as model:
        views = model.clips(model.index.clips_of_day(date(2026, 11, 22)))
        document = json.loads(feeds.day_json(model, "2026-11-22", views, gaps))
    jsonschema.validate(document, DAY_SCHEMA)
    return document


def test_day_json_says_all_of_a_clip(tmp_path):
    """Every key of the contract, with links relative to the document."""
    (clip,) = day_document(tmp_path, FULL)["clips"]
    base = "previews/events/101/20261122/101-20261122T035503Z.mp4"
    assert clip == {
        "id": "101-20261122T035503Z",
        "kind": "event",
        "camera": "101",
        "start": "2026-11-22T03:55:03.120Z",
        "end": "2026-11-22T03:55:41.120Z",
        "event": "101-e",
        "title": "A parcel",
        "url": "../../../2026/11/22/101-20261122T035503Z.html",
        "video": {
            "url": "../../../media/events/101/20261122/101-20261122T035503Z.mp4",
            "bytes": 5000,
            "type": "video/mp4",
        },
        "image": "../../../media/events/101/20261122/p.jpg",
        "preview": {
            "video": f"../../../{base}.low.mp4",
            "poster": f"../../../{base}.poster.jpg",
            "sprite": f"../../../{base}.sprite.jpg",
            "still": f"../../../{base}.still.jpg",
        },
        "motion": {"changed_pixels": 5210, "x": 0},
        "keep": True,
        "tags": ["parcel"],
        "end_reason": "motion_stopped",
    }
    assert (
        urljoin("http://h/sub/2026/11/22/day.json", clip["url"])
        == f"http://h/sub/2026/11/22/{clip['id']}.html"
    )


def test_day_json_leaves_out_what_is_absent(tmp_path):
    """Neither null nor empty text; a clip that is being recorded has no end and no size."""
    (clip,) = day_document(tmp_path, a_clip(seconds=None, bytes=0, mtime_ns=0))["clips"]
    assert set(clip) == {"id", "kind", "camera", "start", "url", "video"}
    assert set(clip["video"]) == {"url", "type"}


def test_day_json_of_a_site_without_originals(tmp_path):
    """It names previews only."""
    (clip,) = day_document(tmp_path, FULL, full_video=False)["clips"]
    assert not {"video", "image"} & set(clip)
    assert "preview" in clip


def test_day_json_is_in_order_of_start_and_then_id(tmp_path):
    """Also where ids and cameras of one moment differ."""
    clips = [
        a_clip(START, camera="102"),
        a_clip(START, kind="segment"),
        a_clip(START + timedelta(minutes=1)),
        a_clip(START),
    ]
    found = [c["id"] for c in day_document(tmp_path, *clips)["clips"]]
    assert found == [
        "101-20261122T035503Z",
        "101-20261122T035503Z-s",
        "102-20261122T035503Z",
        "101-20261122T035603Z",
    ]


def test_day_json_has_gaps(tmp_path):
    """One that lasts has no end."""
    gaps = [
        Gap(camera="101", start=START, end=START + timedelta(seconds=5), cause="killed"),
        Gap(camera="101", start=START + timedelta(hours=1), cause="camera_lost"),
    ]
    assert day_document(tmp_path, FULL, gaps=gaps)["gaps"] == [
        {
            "camera": "101",
            "start": "2026-11-22T03:55:03.120Z",
            "end": "2026-11-22T03:55:08.120Z",
            "cause": "killed",
        },
        {"camera": "101", "start": "2026-11-22T04:55:03.120Z", "cause": "camera_lost"},
    ]


def test_index_json_says_where_everything_is(tmp_path):
    """Days newest first and cameras in their order, with counts; every link as the pages have it."""
    clips = [a_clip(), a_clip(START, kind="segment"), a_clip(START + timedelta(days=1))]
    with a_model(tmp_path, *clips) as model:
        document = json.loads(feeds.index_json(model))
    assert document["days"] == [
        {
            "date": "2026-11-23",
            "url": "2026/11/23/index.html",
            "json": "2026/11/23/day.json",
            "events": 1,
            "segments": 0,
        },
        {
            "date": "2026-11-22",
            "url": "2026/11/22/index.html",
            "json": "2026/11/22/day.json",
            "events": 1,
            "segments": 1,
        },
    ]
    first, second = document["cameras"]
    assert first == {
        "id": "101",
        "slug": "driveway",
        "title": "Driveway",
        "url": "cameras/driveway/index.html",
        "feed": "feeds/cameras/driveway.json",
        "atom": "feeds/cameras/driveway.atom",
        "last_seen": "2026-11-23T03:55:41.120Z",
        "events": 2,
        "segments": 1,
    }
    assert "last_seen" not in second
    assert document["pages"] == [{"title": "About us", "url": "about%20us/index.html"}]
    assert document["feeds"] == {
        "latest": "feeds/latest.json",
        "latest_atom": "feeds/latest.atom",
        "calendar": "feeds/calendar.ics",
    }
    assert (document["timezone"], document["manifest"]) == ("Europe/Berlin", "manifest.webmanifest")


def test_index_json_says_how_addresses_are_made(tmp_path):
    """Each template, filled in, is where the site has that file."""
    with a_model(tmp_path, FULL, a_clip(START, kind="segment")) as model:
        addresses = json.loads(feeds.index_json(model))["addresses"]
    known = {"YYYY": "2026", "MM": "11", "DD": "22", "slug": "driveway", "id": FULL.id}
    found = {name: template.format(**known) for name, template in addresses.items()}
    pages = [Page("day", "2026-11-22"), Page("clip", "2026-11-22", FULL.id)]
    pages += [Page(kind, "2026-11-22", "101") for kind in ("camera-day", "playlist")]
    files = {path for page in pages for path in paths(page, {"101": "driveway"})}
    assert set(found.values()) - files == {"announce/events"}
    assert found["playlist_low"] == "cameras/driveway/2026/11/22/playlist-low.m3u8"


def test_status_json_is_the_status_page_for_programs(tmp_path):
    """Counts, disk, Problems, cameras; what is not known is left out."""
    now = START + timedelta(minutes=5)
    with a_model(tmp_path, FULL) as model:
        status = status_facts.status(
            model,
            now=now,
            revision=7,
            disk_total_bytes=9,
            disk_free_bytes=4,
            problems=[Problem("p", "k", "r", "m")],
            backlog=2,
        )
    assert json.loads(feeds.status_json(status)) == {
        "schema": 1,
        "built_at": "2026-11-22T04:00:03.120Z",
        "revision": 7,
        "stale_after_seconds": status.stale_after_seconds,
        "silent_after_seconds": 900,
        "clips": 1,
        "days": 1,
        "backlog": 2,
        "archive_bytes": 5000,
        "disk": {"total_bytes": 9, "free_bytes": 4},
        "disk_low": True,
        "problems": [{"path": "p", "key": "k", "reason": "r", "remedy": "m"}],
        "cameras": [
            {
                "id": "101",
                "slug": "driveway",
                "title": "Driveway",
                "last_event": "2026-11-22T03:55:03.120Z",
                "gaps_week": 0,
                "gaps_week_seconds": 0.0,
            },
            {
                "id": "102",
                "slug": "camera-102",
                "title": "موقف <b>",
                "gaps_week": 0,
                "gaps_week_seconds": 0.0,
            },
        ],
    }


def test_the_same_document_has_the_same_bytes(tmp_path):
    """P5 rests on it."""
    with a_model(tmp_path, FULL) as model:
        views = model.clips(model.index.clips_of_day(date(2026, 11, 22)))
        assert feeds.day_json(model, "2026-11-22", views, []) == feeds.day_json(
            model, "2026-11-22", views, []
        )
        assert feeds.index_json(model).endswith(b"}\n")
