"""A playlist over borders and a gap plays in Chromium, natively and with hls.js: no time passes in a gap."""

import shutil

import pytest
from hls_films import COUNT, DARKEST, RATE, SECONDS, STEP, make_films, write_playlist
from waiting import wait_until

from sitegen.resources import resource

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Films</title><link rel="icon" href="data:,">
<video muted playsinline></video><script src="hls.js"></script></html>"""
_LENGTH = COUNT * SECONDS
_BRIGHTNESS = """() => {
    const canvas = document.createElement("canvas"), pencil = canvas.getContext("2d");
    pencil.drawImage(document.querySelector("video"), 0, 0, 8, 8);
    return pencil.getImageData(4, 4, 1, 1).data[0];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Three films; between the second and the third an hour is missing."""
    found = make_films(tmp_path_factory.mktemp("films"))
    write_playlist(found, ("0.mp4", 0), ("1.mp4", SECONDS), ("2.mp4", 3_600))
    assert (found / "playlist.m3u8").read_bytes().count(b"#EXT-X-GAP") == 1
    shutil.copy(resource("themes") / "default/assets/hls.light.min.js", found / "hls.js")
    (found / "index.html").write_text(_PAGE)
    return found


@pytest.fixture
def playable(folder):
    """What the server of these tests serves."""
    return folder


@pytest.fixture(params=["natively", "with hls.js"])
def page(request, chromium, server):
    found = chromium.new_page()
    trouble = []
    found.on("requestfailed", lambda asked: trouble.append(asked.url) if "m3u8" in asked.url else None)
    found.on("response", lambda answer: trouble.append(answer.url) if answer.status >= 400 else None)
    found.goto(f"{server.address}index.html")
    if request.param == "natively":
        found.evaluate("document.querySelector('video').src = 'playlist.m3u8'")
    else:
        found.evaluate("""() => {
            const hls = new Hls({enableWorker: false});
            hls.loadSource("playlist.m3u8");
            hls.attachMedia(document.querySelector("video"));
        }""")
    wait_until(lambda: found.evaluate("document.querySelector('video').readyState >= 2"))
    yield found
    assert trouble == []
    found.close()


def test_the_time_line_is_the_sum_of_the_files(page):
    """It is played to its end over the border and the gap, and is as long then as before."""
    for again in (False, True):
        length = page.evaluate("document.querySelector('video').duration")
        assert length == pytest.approx(_LENGTH, abs=0.05)
        if not again:
            page.evaluate("v => { v = document.querySelector('video'); v.playbackRate = 8; v.play(); }")
            wait_until(lambda: page.evaluate("document.querySelector('video').ended"))


def test_each_place_shows_its_picture(page):
    """Before and behind the gap, wherever one comes from: the brightness says which picture it is."""
    video = "document.querySelector('video')"
    for place in (8.45, 3.95, 11.05, 4.05, 0.05):
        page.evaluate(f"{video}.currentTime = {place}")
        wait_until(lambda: page.evaluate(f"!{video}.seeking && {video}.readyState >= 2"))
        wanted = int(place * RATE)
        # Eight bits of RGB and the decoder's rounding are a picture at most.
        wait_until(lambda wanted=wanted: abs(_picture(page.evaluate(_BRIGHTNESS)) - wanted) <= 1)


def _picture(brightness):
    """Return which picture is as bright as that; RGB has 255 steps for the 219 of luma."""
    return round((brightness * 219 / 255 + 16 - DARKEST) / STEP)
