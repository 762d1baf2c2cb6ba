"""One camera's day in Chromium, behind nginx and from a disk: native HLS, hls.js and single files show the same moments."""

import time
from itertools import pairwise

import pytest
from coded_footage import at
from playwright.sync_api import expect
from theme_site import opened
from waiting import wait_until
from watched_site import (
    FRAME_S,
    camera_opened,
    clock,
    pictures,
    seek,
    settled_at,
    source,
    still_picture,
    wait_clock,
)

ENGINES = ("native", "hls.js", "files")
GAP = "Nothing recorded 13:00:20\u201313:00:30: the camera could not be reached"
WATCH_TIME = """() => {
    window.seen = [];
    sitegen.on("time", ({ time, playing, gap }) => playing && window.seen.push([time / 1000, performance.now() / 1000]));
}"""
PAUSE = "() => document.querySelector('.viewer-bar .start[aria-label=Pause]')?.click()"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_moment_is_its_picture(chromium, watched, tmp_path, engine):
    """A deep link, and moments before and after borders and a gap, show the picture of that time, to the frame."""
    with camera_opened(chromium, watched, engine, moment=at(8)) as page:
        settled_at(page, tmp_path, 8)
        assert still_picture(page, tmp_path) == 8
        for seconds in (12.35, 9.95, 36.4, 10, 65.25):
            seek(page, seconds)
            settled_at(page, tmp_path, seconds)
            assert still_picture(page, tmp_path) == pytest.approx(seconds)
        expect(page.locator(".now-clock")).to_have_text("13:01:05 CET")
        page.evaluate(f"() => {{ location.hash = 't={at(3)}'; }}")
        wait_clock(page, lambda now: 3 < now < 8)  # who follows a link wants to see what happened
        expect(page.locator(".segments a[aria-current]")).to_have_text("13:00:00")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_picture_gives_way_to_the_video(chromium, watched, tmp_path, engine):
    """A day that is opened without a moment shows a picture at once; played, the video is what is seen."""
    with camera_opened(chromium, watched, engine) as page:
        poster = page.locator(".screen > .poster")
        expect(poster).to_be_visible()
        expect(page.locator(".now-clock")).to_have_text("13:00:00 CET")
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 1)
        expect(poster).to_have_count(0)
        assert still_picture(page, tmp_path) >= 1


def test_buttons_work_before_anything_was_played(chromium, watched, tmp_path):
    """The next file and single pictures, on a day that was only opened; a pause writes its moment into the address."""
    with camera_opened(chromium, watched, "native") as page:
        page.get_by_role("button", name="Next file").click()
        wait_clock(page, lambda now: 9.9 < now < 10.3)
    with camera_opened(chromium, watched, "native") as page:
        expect(page.locator(".now-clock")).to_have_text("13:00:00 CET")
        page.keyboard.press(".")
        settled_at(page, tmp_path, 0)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 2)
        page.keyboard.press("Space")
        page.wait_for_function("() => /#t=2026-11-22T12:00:0[2-9]Z/.test(location.hash)")


@pytest.mark.parametrize("engine", ENGINES)
def test_playing_goes_on_over_a_border_and_jumps_over_a_gap(chromium, watched, tmp_path, engine):
    """From one file to the next without a hole in time; over the gap at once, and it says so."""
    with camera_opened(chromium, watched, engine, moment=at(8.5)) as page:
        settled_at(page, tmp_path, 8.0)
        page.evaluate(WATCH_TIME)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 10.5)
        seek(page, 18.6)
        wait_clock(page, lambda now: now > 30.6)
        expect(page.locator(".told")).to_have_text(f"{GAP}; went on at 13:00:30.")
        page.keyboard.press("Space")
        expect(page.locator(".told")).to_have_text("")
        told = [(now - 1_795_348_800, wall) for now, wall in page.evaluate("() => window.seen")]
        times = [now for now, _ in told]
        first = [(now, wall) for now, wall in told if now < 18]
        # a machine that is busy may tell late, but no second is left out
        assert max((b - a) - (late - early) for (a, early), (b, late) in pairwise(first)) < 0.9
        assert first[-1][0] > 10.2
        assert not [now for now in times if 20.1 < now < 29.95]
        wait_until(lambda: (still_picture(page, tmp_path) or 0) > 30, 20, "a picture after the gap")
        settled_at(page, tmp_path, clock(page))


def test_a_gap_that_was_jumped_over_is_not_told_for_long(chromium, watched):
    """Some seconds of playing later it is of no interest."""
    with camera_opened(chromium, watched, "native", moment=at(19)) as page:
        page.keyboard.press("Space")
        expect(page.locator(".told")).to_have_text(f"{GAP}; went on at 13:00:30.")
        wait_clock(page, lambda now: now > 35)
        expect(page.locator(".told")).not_to_have_text("")
        expect(page.locator(".told")).to_have_text("")
        assert clock(page) < 60
        expect(page.get_by_role("button", name="Pause")).to_be_visible()


@pytest.mark.parametrize(
    ("moment", "said"),
    [("2026-11-23T09:00:00Z", "2026-11-23 10:00:00"), ("2026-11-20T09:00:00Z", "2026-11-20 10:00:00")],
)
def test_a_moment_of_another_day_is_told(chromium, watched, moment, said):
    """A link with the wrong day stands at the end of this one, and says why; a seek takes the words away."""
    for address in (watched.camera_day("driveway"), watched.day()):
        with opened(chromium) as page:
            page.goto(f"{address}#t={moment}")
            expect(page.locator(".told")).to_have_text(f"{said} CET is not of this day.")
            seek(page, 5)
            expect(page.locator(".told")).to_have_text("")


@pytest.mark.parametrize("engine", ENGINES)
def test_in_a_gap_the_cause_is_said(chromium, watched, tmp_path, engine):
    """Who stands in the gap is told why there is no picture; playing goes on where recording did; so at the end of the day."""
    with camera_opened(chromium, watched, engine, moment=at(5)) as page:
        settled_at(page, tmp_path, 5)
        seek(page, 25)
        expect(page.locator(".word")).to_have_text(f"{GAP}.")
        assert clock(page) == 25
        seek(page, 79)
        settled_at(page, tmp_path, 79)
        page.keyboard.press("Space")
        expect(page.locator(".told")).to_contain_text("the end of what was recorded on this day")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        seek(page, 25, play=True)
        wait_clock(page, lambda now: now > 30.1)
        page.keyboard.press("Space")


@pytest.mark.parametrize("engine", ENGINES)
def test_pictures_one_by_one_and_ten_seconds(chromium, watched, tmp_path, engine):
    """`.` and `,` go to the next picture and back; j and l ten seconds, also over a gap; buttons go to the files beside."""
    with camera_opened(chromium, watched, engine, moment=at(41)) as page:
        settled_at(page, tmp_path, 41)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 42)  # how far apart pictures are is learned from what is shown
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        wait_until(lambda: abs((still_picture(page, tmp_path) or 0) - clock(page)) <= FRAME_S, 20, "rest")
        before = still_picture(page, tmp_path)
        for key, step in ((".", 1), (".", 2), (",", 1), (",", 0), (",", -1)):
            page.keyboard.press(key)
            wanted = pytest.approx(before + step * FRAME_S)
            wait_until(lambda wanted=wanted: still_picture(page, tmp_path) == wanted, 20, f"picture {step}")
        now = clock(page)
        page.keyboard.press("l")
        wait_clock(page, lambda then: then == pytest.approx(now + 10))
        page.keyboard.press("j")
        page.keyboard.press("j")
        wait_clock(page, lambda then: then == pytest.approx(now - 10))
        page.get_by_role("button", name="Next file").click()
        settled_at(page, tmp_path, 40)
        page.get_by_role("button", name="Previous file").click()
        settled_at(page, tmp_path, 30)


@pytest.mark.parametrize("engine", ENGINES)
def test_half_speed_to_sixteen_times(chromium, watched, tmp_path, engine):
    """The speed that is chosen is the video's, it lasts over borders, and the clock stays that of the picture."""
    with camera_opened(chromium, watched, engine, moment=at(1)) as page:
        settled_at(page, tmp_path, 1)
        page.keyboard.press("Space")
        rate = "() => document.querySelector('.tile video:not([hidden])')?.playbackRate"
        for speed, until in (("0.5", 1.5), ("16", 12)):
            page.get_by_label("Speed").select_option(speed)
            wait_clock(page, lambda now, until=until: now > until)
            wait_until(lambda speed=speed: page.evaluate(rate) == float(speed), 20, f"speed {speed}")
        page.evaluate(PAUSE)  # at sixteen times the day may be over before a press of ours comes
        expect(page.get_by_role("button", name="Play")).to_be_visible()
        settled_at(page, tmp_path, clock(page))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_small_video_is_of_the_same_moment(chromium, watched, tmp_path, engine):
    """The original plays until the small one is asked for; that goes on at the same time, and the address keeps it."""
    with camera_opened(chromium, watched, engine, "garden", moment=at(30)) as page:
        settled_at(page, tmp_path, 30)
        began = time.monotonic()
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 30.5)
        page.get_by_role("button", name="Original").click()
        if engine == "files":
            wait_until(lambda: "/previews/" in source(page), 20, "the small file")
        else:
            wait_until(lambda: "/media/" not in source(page), 20, "the small film")
        wait_clock(page, lambda now: now > 31.5)
        page.get_by_role("button", name="Pause").click()
        passed = time.monotonic() - began
        wait_until(lambda: still_picture(page, tmp_path) is not None, 20, "a picture")
        settled_at(page, tmp_path, clock(page), within=0.11)  # the small one has ten pictures a second
        assert 31.5 < clock(page) < 30.1 + passed


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sub_stream_keeps_its_own_time(chromium, watched_subs, tmp_path, engine):
    """Its files begin and end elsewhere than the segments that they belong to; it plays on over its own borders."""
    with camera_opened(chromium, watched_subs, engine, moment=at(20)) as page:
        settled_at(page, tmp_path, 20)
        page.get_by_role("button", name="Original").click()
        wait_until(lambda: "/media/" not in source(page), 20, "the small video")
        for seconds in (12, 39.5, 40.8, 45):  # the segments meet at 40, the sub-stream's files at 41.9
            seek(page, seconds)
            settled_at(page, tmp_path, seconds)
        seek(page, 41)
        page.get_by_role("button", name="Play", exact=True).click()
        wait_clock(page, lambda now: now > 43)
        page.get_by_role("button", name="Pause").click()
        settled_at(page, tmp_path, clock(page))
        assert 43 < clock(page) < 55


@pytest.mark.parametrize("disk", [False, True])
def test_movies_of_events_play_one_after_another(chromium, watched, tmp_path, disk):
    """A camera that records no segments plays its events' files, and says where there is no movie."""
    with opened(chromium) as page:
        page.goto(watched.camera_day("yard", disk=disk) + f"#t={at(9)}")
        settled_at(page, tmp_path, 9)
        page.keyboard.press("Space")
        wait_clock(page, lambda now: now > 34.3)
        expect(page.locator(".told")).to_have_text("No movie 13:00:10\u201313:00:34; went on at 13:00:34.")
        page.keyboard.press("Space")
        wait_until(lambda: (still_picture(page, tmp_path) or 0) > 34, 20, "the second movie")


def test_a_file_that_no_browser_plays_is_named_and_can_be_had(chromium, watched):
    """The viewer says that it cannot play it, and links to it; nothing goes round in circles."""
    with camera_opened(chromium, watched, "files", "shed") as page:
        page.get_by_role("button", name="Play").click()
        expect(page.locator(".word")).to_contain_text("This browser cannot play this file")
        link = page.locator(".word").get_by_role("link", name="download it")
        assert link.get_attribute("href").endswith(".mp4")
        expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_segment_of_the_list_plays_and_is_marked(chromium, watched):
    """A press on a segment plays it in the page; what plays is marked; pictures of the tile and the clock agree."""
    with camera_opened(chromium, watched, "native") as page:
        link = page.get_by_role("link", name="13:00:30", exact=True)
        link.click()
        expect(link).to_have_attribute("aria-current", "true")
        wait_clock(page, lambda now: now > 30.3)
        (shown,) = pictures(page)
        assert 30 <= shown <= clock(page) + 0.3
