"""Days of which something cannot be played, or is no segment, in Chromium: the viewer goes on with all the rest."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import put_clip
from coded_footage import NOON, at, film, put_film
from playwright.sync_api import expect
from theme_site import opened
from waiting import wait_until
from watched_site import Watched, camera_opened, clock, pictures, seek, settled_at, site_served, wait_clock

ENGINES = ("native", "hls.js", "files")
DAMAGED = "The recording 13:00:10\u201313:00:20 cannot be played; went on at 13:00:20."


def _put(archive: Path, store: Path) -> None:
    """One camera with a damaged segment, one with an event's movie in a gap, one that is whole."""
    for first in (0, 20):
        put_film(archive, store, "101", first, 10)
    put_clip(
        archive,
        NOON.replace(second=10),
        kind="segment",
        camera="101",
        seconds=10,
        video=film(store / "whole.mp4", 10, 10).read_bytes()[:300],
        end_reason="rotated",
    )
    for first in (0, 24):
        put_film(archive, store, "102", first, 10)
    put_film(archive, store, "102", 14, 6, kind="event")
    put_film(archive, store, "103", 0, 34)


@pytest.fixture(scope="module")
def damaged(tmp_path_factory) -> Iterator[Watched]:
    with site_served(tmp_path_factory.mktemp("damaged"), _put) as site:
        yield site


@pytest.mark.parametrize("engine", ENGINES)
def test_a_damaged_segment_is_told_and_passed_over(chromium, damaged, tmp_path, engine):
    """Playing goes on with the segment after it and says so; who stands in it is told, and can have the file."""
    with camera_opened(chromium, damaged, engine, moment=at(8)) as page:
        settled_at(page, tmp_path, 8)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 20.5)
        expect(page.locator(".told")).to_have_text(DAMAGED)
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        settled_at(page, tmp_path, clock(page))
        seek(page, 15)
        expect(page.locator(".word")).to_have_text("This recording cannot be played: download it.")
        assert clock(page) == 15
        seek(page, 25)
        settled_at(page, tmp_path, 25)
        expect(page.locator(".word")).to_be_hidden()


def test_a_camera_with_a_damaged_segment_does_not_stop_the_others(chromium, damaged):
    """Its tile says so while the others play, and shows pictures again with its next segment."""
    with opened(chromium, viewport={"width": 1200, "height": 900}) as page:
        page.goto(f"{damaged.day()}#t={at(8.0)}&cams=driveway,gate")
        expect(page.locator(".now-clock")).to_have_text("13:00:08 CET")
        wait_until(lambda: None not in pictures(page), 20, "both pictures")
        page.keyboard.press("Space")
        word = page.locator(".tile:visible .word").first
        expect(word).to_have_text("This recording cannot be played: download it.")
        wait_clock(page, lambda now: now > 20)
        expect(word).to_be_hidden()
        wait_until(lambda: None not in pictures(page), 20, "both pictures again")
        assert page.locator(".told").text_content() == ""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_movie_of_an_event_outside_the_segments_plays_among_them(chromium, damaged, tmp_path, engine):
    """Segments play by HLS also on a day with such a movie; it is played in its turn, and the holes around it are told."""
    with camera_opened(chromium, damaged, engine, "garden", at(8)) as page:
        settled_at(page, tmp_path, 8)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: 14.2 < now < 20)
        expect(page.locator(".told")).to_have_text(
            "Nothing recorded 13:00:10\u201313:00:14: cause not known; went on at 13:00:14."
        )
        wait_clock(page, lambda now: now > 24.2)
        expect(page.locator(".told")).to_have_text(
            "Nothing recorded 13:00:20\u201313:00:24: cause not known; went on at 13:00:24."
        )
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        settled_at(page, tmp_path, clock(page))
        for seconds in (16.4, 5.25, 26.0):
            seek(page, seconds)
            settled_at(page, tmp_path, seconds)
