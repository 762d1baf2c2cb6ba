"""Live pictures: Motion itself behind nginx, asked for them only when told to; and a clear word where it cannot be reached."""

import shutil
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from nginx_server import free_port, running, running_nginx
from playwright.sync_api import Page, expect
from theme_site import opened
from waiting import wait_until

from sitegen.process import find

SHOWN = "() => [...document.querySelectorAll('.screen img')].filter((one) => one.naturalWidth > 0).length"


class Live(NamedTuple):
    """A site that nginx serves, with a Motion whose camera 101 plays a film and whose camera 102 is lost."""

    address: str


@pytest.fixture(scope="module")
def live(tmp_path_factory, playable) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    film = folder / "film.mp4"
    film.write_bytes((playable / next(playable.glob("media/events/101/**/*.mp4"))).read_bytes())
    stream, archive = free_port(), folder / "archive"
    archive.mkdir()
    sources = {"101": f"file://{film}", "102": "rtsp://127.0.0.1:9/none"}
    for camera, source in sources.items():
        text = f"camera_id {camera}\nnetcam_url {source}\nwidth 128\nheight 72\nframerate 5\n"
        (folder / f"{camera}.conf").write_text(text + "movie_output off\npicture_output off\n")
    cameras = "".join(f"camera {folder}/{camera}.conf\n" for camera in sources)
    (folder / "motion.conf").write_text(
        f"daemon off\nsetup_mode off\ntarget_dir {folder}\nstream_port {stream}\nstream_localhost on\n"
        f"stream_maxrate 5\nwebcontrol_port 0\n{cameras}"
    )
    motion = [find("motion"), "-n", "-c", str(folder / "motion.conf")]
    site = folder / "site"
    shutil.copytree(playable, site)
    with (
        running(motion, stream, folder / "motion.log"),
        running_nginx(site, archive, folder / "run", motion_stream=f"127.0.0.1:{stream}") as port,
    ):
        yield Live(f"http://127.0.0.1:{port}/")


def visit(page: Page, live: Live) -> None:
    """Open the page; announcements are not the subject, and nobody makes any here."""
    page.route("**/announce/events", lambda route: route.fulfill(status=204))
    page.goto(live.address + "live/index.html")


def pictures(page: Page) -> list[str]:
    return page.evaluate("() => performance.getEntriesByType('resource').map((one) => one.name)")


def camera(page: Page, title: str):
    return page.locator("li[data-stream]").filter(has=page.get_by_role("heading", name=title))


def test_pictures_come_when_they_are_asked_for(chromium, live):
    """Before, Motion is asked whether it is there, and for no pictures; then new pictures each second, with the time; Stop ends it."""
    # Motion refuses a picture now and then (502), which the browser reports; the page asks again.
    with opened(chromium, errors=False, viewport={"width": 1280, "height": 900}) as page:
        visit(page, live)
        expect(page.locator("[data-word]")).to_contain_text("Motion on the recorder and are not kept")
        asked = [name for name in pictures(page) if "motion-stream" in name]
        assert [name.rpartition("/")[2] for name in asked] == ["status.json"]
        expect(camera(page, "Back door").locator(".screen")).to_contain_text("only recorded")
        expect(page.get_by_role("button", name="Try again")).to_be_hidden()
        driveway = camera(page, "Driveway")
        driveway.get_by_role("button", name="Play").click()
        wait_until(lambda: page.evaluate(SHOWN) == 1, 60, "a picture")
        expect(driveway.locator(".state.good")).to_be_visible()
        wait_until(
            lambda: len([n for n in pictures(page) if "/101/current?" in n]) >= 3, 30, "the next pictures"
        )
        driveway.get_by_role("button", name="Stop").click()
        assert page.locator(".screen img").count() == 0
        assert not [name for name in pictures(page) if "/stream" in name]


def test_what_motion_lost_and_what_it_has_not_is_said(chromium, live):
    """`Play all` asks for every camera: one plays, one is lost since a time, two are none of Motion's."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        visit(page, live)
        page.get_by_role("button", name="Play all").click()
        expect(camera(page, "Garden gate").locator(".state.alarm")).to_contain_text(
            "lost since", timeout=30_000
        )
        expect(camera(page, "Back door").locator(".screen")).to_contain_text("only recorded")
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play all")).to_be_visible()


def test_the_large_one_is_a_stream_and_hidden_pages_have_none(chromium, live):
    """The enlarged camera shows Motion's stream; a hidden page lets go of it and takes it up again."""
    with opened(chromium, viewport={"width": 1280, "height": 900}) as page:
        visit(page, live)
        driveway = camera(page, "Driveway")
        driveway.get_by_role("button", name="Larger").click()
        wait_until(lambda: page.evaluate(SHOWN) == 1, 60, "the stream")
        assert driveway.locator("img").get_attribute("src").endswith("/101/stream")
        assert driveway.bounding_box()["width"] > 800
        hide = """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
        page.evaluate(hide, True)
        assert page.locator(".screen img").count() == 0
        page.evaluate(hide, False)
        wait_until(lambda: page.evaluate(SHOWN) == 1, 60, "the stream again")
        page.get_by_role("button", name="Fewer pictures").click()
        wait_until(lambda: "current" in driveway.locator("img").get_attribute("src"), 30, "single pictures")


def test_motion_that_comes_back_is_found_by_trying_again(chromium, live):
    """`Try again` asks once more, says that it was in vain, and goes when Motion answers."""
    with opened(chromium, errors=False) as page:
        page.route("**/motion-stream/status.json", lambda route: route.fulfill(status=502))
        visit(page, live)
        again = page.get_by_role("button", name="Try again")
        again.click()
        expect(page.locator("#said")).to_contain_text("cannot be reached")
        page.unroute("**/motion-stream/status.json")
        again.click()
        expect(again).to_be_hidden()
        expect(page.get_by_role("button", name="Play all")).to_be_focused()
        expect(camera(page, "Driveway").locator(".screen")).to_have_text("Stopped")


def test_who_saves_data_is_told_when_playing(chromium, server):
    """Nothing is asked of Motion before."""
    with opened(chromium) as page:
        page.add_init_script(
            "Object.defineProperty(Navigator.prototype, 'connection', { get: () => ({ saveData: true }) })"
        )
        page.goto(server.address + "live/index.html")
        expect(page.locator(".screen").first).to_have_text("Stopped")
        assert not [name for name in pictures(page) if "motion-stream" in name]


def test_without_motion_there_is_a_clear_word(chromium, playable, server):
    """On a static host and from a disk the page says at once why there are no pictures, and each box on a host so."""
    with opened(chromium, errors=False) as page:
        page.goto(server.address + "live/index.html")
        expect(page.locator("[data-word]")).to_contain_text("Motion cannot be reached from here")
        assert set(page.locator(".screen").all_inner_texts()) == {"Unreachable"}
        page.get_by_role("button", name="Play all").click()
        expect(page.locator(".state").first).to_be_empty()
        expect(page.get_by_role("button", name="Play all")).to_be_visible()
    with opened(chromium) as page:
        page.goto((playable / "live/index.html").as_uri())
        expect(page.locator("[data-word]")).to_contain_text("opened from a disk")
        assert page.get_by_role("button", name="Play").count() == 0
        assert page.locator(".screen").count() == 0
    with opened(chromium, java_script_enabled=False) as page:
        page.goto((playable / "live/index.html").as_uri())
        expect(camera(page, "Driveway")).to_contain_text("motion-stream/101/stream")
        assert page.locator("main a[href*=motion-stream]").count() == 0
