"""JSON Feed 1.1 of events."""

import json
from datetime import timedelta

import jsonschema
import pytest
from json_feed_schema import JSON_FEED_SCHEMA
from models import FULL, START, a_clip, a_model, changed

from sitegen.clip import Note
from sitegen.site.json_feed import json_feed


def feed(tmp_path, *clips, path="feeds/cameras/driveway.json", **options):
    with a_model(tmp_path, *clips, **options) as model:
        data = json_feed(
            model, model.newest_events(), title="T", page="cameras/driveway/index.html", feed=path
        )
    document = json.loads(data)
    jsonschema.validate(document, JSON_FEED_SCHEMA)
    assert len({item["id"] for item in document["items"]}) == len(document["items"])
    return document


def test_a_feed_is_json_feed_1_1(tmp_path):
    """The fields that its readers need, of the right types, newest first, with unique ids."""
    document = feed(tmp_path, FULL, a_clip(START + timedelta(hours=1)), a_clip(START, kind="segment"))
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    newer, item = document["items"]
    assert newer["date_published"] > item["date_published"]
    assert item == {
        "id": "101-20261122T035503Z",
        "url": "../../2026/11/22/101-20261122T035503Z.html",
        "title": "A parcel (Driveway, 2026-11-22 04:55:03 CET)",
        "content_text": "Driveway, 2026-11-22 04:55:03 CET",
        "image": "../../previews/events/101/20261122/101-20261122T035503Z.mp4.poster.jpg",
        "date_published": "2026-11-22T03:55:03.120Z",
        "tags": ["parcel"],
        "attachments": [
            {
                "url": "../../media/events/101/20261122/101-20261122T035503Z.mp4",
                "mime_type": "video/mp4",
                "size_in_bytes": 5000,
                "duration_in_seconds": 38.0,
            }
        ],
    }


@pytest.mark.parametrize("url", ["https://cctv.example/sub", "https://cctv.example/sub/"])
def test_a_feed_with_an_address_has_absolute_links(tmp_path, url):
    """A reader that fetched it can follow them, with or without a slash at the end."""
    document = feed(tmp_path, FULL, url=url)
    root = "https://cctv.example/sub/"
    assert document["feed_url"] == root + "feeds/cameras/driveway.json"
    assert document["home_page_url"] == root + "cameras/driveway/index.html"
    (item,) = document["items"]
    for link in (item["url"], item["image"], item["attachments"][0]["url"]):
        assert link.startswith(root)
        assert "//" not in link.removeprefix("https://")


def test_a_feed_without_an_address_has_relative_links(tmp_path):
    """As deep as the feed lies; it does not say its own address, by which readers would mix it up with another's."""
    document = feed(tmp_path, FULL, path="feeds/latest.json")
    assert not {"feed_url", "home_page_url"} & set(document)
    assert document["items"][0]["url"].startswith("../2026/")


def test_a_feed_of_a_clip_that_is_being_recorded(tmp_path):
    """It says so, and claims neither size nor length."""
    (item,) = feed(tmp_path, a_clip(seconds=None, bytes=0))["items"]
    assert item["content_text"].endswith(": being recorded")
    assert set(item["attachments"][0]) == {"url", "mime_type"}
    assert not {"tags", "image"} & set(item)


def test_a_feed_without_originals_attaches_the_preview(tmp_path):
    """Or nothing, while there is none."""
    (item,) = feed(tmp_path, FULL, full_video=False)["items"]
    assert item["attachments"][0]["url"].endswith(".low.mp4")
    (tmp_path / "2").mkdir()
    (item,) = feed(tmp_path / "2", a_clip(), full_video=False)["items"]
    assert "attachments" not in item


def test_a_feed_of_an_empty_site_is_valid(tmp_path):
    """It has no items."""
    assert feed(tmp_path)["items"] == []


def test_a_title_turns_no_text_that_follows(tmp_path):
    """Controls of direction are left out of title and tags; a title of nothing else is none."""
    for title, shown in (("\u202egnp\u2066 \u05d0", "gnp \u05d0 ("), ("\u202e", "")):
        note = Note(title=title, tags=("a\u202eb",))
        (item,) = feed(tmp_path, changed(FULL, note=note))["items"]
        assert item["title"] == f"{shown}Driveway, 2026-11-22 04:55:03 CET" + ")" * bool(shown)
        assert item["tags"] == ["ab"]
