"""The player of a camera's day and of a clip, in Chromium, from a disk and from a strict server."""

import pytest
from playwright.sync_api import Page
from theme_site import PLAYER, opened, short_segments
from view_samples import busy_events


def front(page: Page) -> dict:
    """What the video that is seen is doing, and what the clock under it says."""
    return page.evaluate(
        """() => {
            const video = document.querySelector("[data-player] video:not([hidden])");
            const clock = document.querySelector("[data-clock]");
            return { seconds: video.currentTime, file: video.currentSrc.split("/").pop(), ready: video.readyState,
                     seen: clock.textContent, time: clock.dataset.time || "",
                     current: document.querySelector(".segments [aria-current]")?.dataset.start || "" };
        }"""
    )


def wait_at(page: Page, time: str) -> dict:
    """Wait until the player stands on a frame of the wall time given, to a quarter of a second."""
    page.wait_for_function(
        """(wanted) => {
            const clock = document.querySelector("[data-clock]");
            const video = document.querySelector("[data-player] video:not([hidden])");
            return video.readyState >= 2 && !video.seeking && Math.abs(Date.parse(clock.dataset.time) - Date.parse(wanted)) < 250;
        }""",
        arg=time,
    )
    return front(page)


@pytest.mark.parametrize("where", ["disk", "server"])
def test_the_player_opens_at_a_time_and_follows_the_address(chromium, playable, server, where):
    """`#t=` seeks into the right segment; a new `#t=` seeks again; a time in a gap goes to where recording resumes."""
    base = f"{playable.as_uri()}/" if where == "disk" else server.address
    files = [piece.video_name for piece in short_segments()]
    with opened(chromium) as page:
        page.goto(f"{base}{PLAYER}#t=2026-11-22T02:55:06Z")
        there = wait_at(page, "2026-11-22T02:55:06Z")
        assert there["file"] == files[1]
        assert there["seconds"] == pytest.approx(2, abs=0.25)
        assert there["seen"].startswith("03:55:0")
        assert there["current"] == "2026-11-22T02:55:04Z"
        page.evaluate(
            "document.querySelector('video').playbackRate = 0.0625; location.hash = '#t=2026-11-22T02:55:01.5Z'"
        )
        assert wait_at(page, "2026-11-22T02:55:01.5Z")["file"] == files[0]
        page.evaluate("location.hash = '#t=2026-11-22T02:55:20Z'")
        assert wait_at(page, "2026-11-22T02:55:38Z")["file"] == files[2]


def test_segments_play_one_after_another(chromium, server):
    """Playing goes on over the end of a file and over a gap to the last segment, and the clock says wall time."""
    with opened(chromium) as page:
        page.goto(f"{server.address}{PLAYER}")
        page.get_by_role("button", name="Speed").click()
        page.get_by_role("button", name="Speed").click()
        page.get_by_role("link", name="03:55:00").click()
        page.wait_for_function(
            """() => {
                const now = document.querySelector(".segments [aria-current]").dataset.start;
                window.seen = [...new Set([...(window.seen || []), now])];
                return Date.parse(document.querySelector("[data-clock]").dataset.time) >= Date.parse("2026-11-22T02:55:45Z");
            }"""
        )
        starts = ["02:55:00", "02:55:04", "02:55:38", "02:55:42"]
        assert page.evaluate("window.seen") == [f"2026-11-22T{start}Z" for start in starts]
        assert page.locator(".now").first.get_attribute("visibility") == "visible"


def test_the_small_video_can_be_chosen(chromium, server):
    """The original plays until the reader asks for the small one, which goes on at the same time."""
    with opened(chromium) as page:
        page.goto(f"{server.address}{PLAYER}#t=2026-11-22T02:55:06Z")
        wait_at(page, "2026-11-22T02:55:06Z")
        source = "document.querySelector('[data-player] video:not([hidden])').currentSrc"
        assert "/media/" in page.evaluate(source)
        page.get_by_role("button", name="Quality: original").click()
        page.wait_for_function(f"() => {source}.includes('/previews/')")
        wait_at(page, "2026-11-22T02:55:06Z")
        clip = busy_events()[1]
        page.goto(f"{server.address}{clip.url}")
        page.get_by_role("button", name="Play the original").click()
        page.wait_for_function("() => document.querySelector('video').currentSrc.includes('/media/')")
