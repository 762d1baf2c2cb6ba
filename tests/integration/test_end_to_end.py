"""From a simulated camera to pages that nginx serves: real Motion, hooks, recorder, generator, announcer and browser."""

import http.client
import json
import re
import shutil
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import quote

import pytest
from links import crawl
from looking import difference, frame_seen, gray, tiles, visitor_centre
from playwright.sync_api import sync_playwright
from theme_site import opened
from whole_event import inside, legacy_id, moment, wait_for_event, wait_for_segments
from whole_system import (
    CAMERA,
    CAPTURE_S,
    LOOP_S,
    PASSWORD,
    SEGMENT_S,
    SIZE,
    SLUG,
    TITLE,
    USER,
    WholeSystem,
)

SLACK = timedelta(seconds=2)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    with WholeSystem(tmp_path_factory.mktemp("end-to-end")) as running:
        yield running


@pytest.fixture(scope="module")
def event(system):
    return wait_for_event(system)


@pytest.fixture(scope="module")
def segments(system, event):
    return wait_for_segments(system, event)


@pytest.fixture(autouse=True)
def logs_on_failure(request):
    """Show what all programs said under a test that fails."""
    before = request.session.testsfailed
    yield
    if request.session.testsfailed > before and "system" in request.fixturenames:
        print(request.getfixturevalue("system").tails())


def test_an_event_stands_where_readers_and_programs_look(system, event):
    """Day page, own page, day.json, feed and the predecessor's JSON have it; facts of the motion and a picture too."""
    clip = event.entry
    assert (clip["camera"], clip["end_reason"]) == (CAMERA, "motion_stopped")
    day = system.get(f"{system.history.day}/index.html").body.decode()
    assert f'href="../../../{system.history.day}/{event.id}.html"' in day
    page = system.history.page(event.id)[-1].body
    assert f"{TITLE}, {system.local(moment(clip['start'])):%H:%M:%S}" in page
    motion = clip["motion"]
    assert motion["changed_pixels"] > 1500
    assert f"{motion['changed_pixels']:,} pixels changed" in page
    assert event.id in system.get(f"cameras/{SLUG}/{system.history.day}/index.html").body.decode()
    feed = json.loads(system.get("feeds/latest.json").body)
    assert event.id in {item["id"] for item in feed["items"]}
    record = next(
        each
        for each in json.loads(system.get("event_api/events").body)
        if each["event_id"] == legacy_id(event.id)
    )
    assert record["camera_name"] == TITLE
    assert moment(record["timestamp"]) == moment(clip["start"]).replace(microsecond=0)
    for key in ("high_res_image_path", "low_res_image_path", "high_res_video_path", "low_res_video_path"):
        assert system.get(record[key], "HEAD").status == 200, key
    picture = system.get(system.day_path(clip["image"]))
    assert picture.status == 200
    assert picture.body[:2] == b"\xff\xd8"


def test_its_times_are_those_of_what_happened(system, event):
    """Start, trigger and end are within two seconds of when the visitor came and went, by the clock on the wall."""
    start, end = moment(event.entry["start"]), moment(event.entry["end"])
    trigger = datetime.strptime(event.entry["event"], f"{CAMERA}-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    came, went = system.crossing(trigger)
    assert abs(trigger - came) < SLACK
    assert abs(start - (came - timedelta(seconds=CAPTURE_S))) < SLACK
    assert abs(end - (went + timedelta(seconds=CAPTURE_S))) < SLACK


def test_it_is_announced_to_everybody_who_listens(system, event):
    """A stream and a websocket through nginx name clip, day and camera, in rising revisions; the predecessor's stream has it once."""
    for heard in (system.sse.data, system.socket.data):
        about = [said for said in heard if event.id in said["clips"]]
        assert len(about) >= 3, "being recorded, recorded, with previews"
        for said in about:
            assert system.history.day.replace("/", "-") in said["days"]
            assert SLUG in said["cameras"]
        revisions = [said["revision"] for said in heard]
        assert revisions == sorted(set(revisions))
    assert [identity for identity, _ in system.sse.messages] == [said["revision"] for said in system.sse.data]
    told = [said for said in system.legacy.data if said["event_id"] == legacy_id(event.id)]
    assert len(told) == 1
    assert set(told[0]) == {
        "event_id", "timestamp", "camera_name", "high_res_image_path", "low_res_image_path",
        "high_res_video_path", "low_res_video_path",
    }  # fmt: skip
    assert told[0]["high_res_video_path"] == system.day_path(event.entry["video"]["url"])


def test_previews_change_its_page_later(system, event, record_property):
    """The page is there, closed and without previews, before they are; the poster comes first. How long each took is kept."""
    bare = next((at, state) for at, state in event.states if "end" in state)
    dressed = next((at, state) for at, state in event.states if "preview" in state)
    assert "preview" not in bare[1]
    assert set(dressed[1]["preview"]) >= {"poster", "still"}
    whole = next((at, state) for at, state in event.states if "video" in state.get("preview", {}))
    assert set(whole[1]["preview"]) == {"video", "poster", "sprite", "still"}
    pages = system.history.page(event.id)
    assert "being recorded" in pages[0].body
    closed = next(seen for seen in pages if "<dt>End</dt>" in seen.body)
    assert "previews/" not in closed.body
    assert "previews/" in pages[-1].body
    movie_closed = event.video.stat().st_mtime
    for name, seconds in (
        ("page", closed.at - movie_closed),
        ("poster", dressed[0] - movie_closed),
        ("previews", whole[0] - movie_closed),
    ):
        record_property(f"seconds_from_movie_end_to_{name}", round(seconds, 3))
        print(f"from the end of the movie to its {name}: {seconds:.3f} s")
    assert closed.at - movie_closed < 15
    assert system.history.faults == []


def test_its_pictures_show_what_was_there(system, event):
    """Poster and still are of a moment near the clip's middle, with the visitor in it; Motion's picture has him where Motion saw him; the tiles pass him by."""
    made = {kind: system.site / system.day_path(url) for kind, url in event.entry["preview"].items()}
    start, end = moment(event.entry["start"]), moment(event.entry["end"])
    empty, middle = gray(event.video), gray(event.video, at_s=(end - start).total_seconds() / 2)
    assert visitor_centre(middle, empty) is not None, "the clip's own middle"
    for kind in ("poster", "still"):
        picture = gray(made[kind])
        near = (
            gray(event.video, at_s=(end - start).total_seconds() / 2 - tenth / 10) for tenth in range(-10, 11)
        )
        assert min(difference(picture, moment) for moment in near) < 3 < difference(picture, empty), kind
    seen = visitor_centre(gray(system.site / system.day_path(event.entry["image"])), empty)
    assert seen == pytest.approx(event.entry["motion"]["x"] / SIZE[0], abs=0.15)
    sheet = tiles(made["sprite"])
    came, _ = system.crossing(start)
    shown = [(place, visitor_centre(tile, sheet[0])) for place, tile in enumerate(sheet)]
    assert shown[1][1] is None
    midway = [(place, centre) for place, centre in shown if centre is not None and 0.25 < centre < 0.75]
    assert len(midway) >= 3
    for place, centre in midway:
        when = start + (end - start) * (place + 0.5) / len(sheet)
        assert abs(came + system.passed(centre) - when) < SLACK, "what a tile shows happened at another time"


def test_a_segment_plays_at_the_time_asked_for(system, event, segments):
    """In Chromium through nginx: the frame shown is that of the wall time in the address, and playing goes on from there."""
    came, went = system.crossing(moment(event.entry["start"]))
    asked, segment = inside(segments, came + (went - came) / 2)
    quiet, _ = inside(segments, came - timedelta(seconds=1.5))
    base = f"http://127.0.0.1:{system.http}/cameras/{SLUG}/{system.history.day}/index.html"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with opened(browser, viewport={"width": 1280, "height": 900}) as page:
            page.add_init_script(
                "window.blocked = []; addEventListener('securitypolicyviolation', (e) => blocked.push(e.violatedDirective));"
            )
            background, _ = frame_seen(page, f"{base}#t={quiet:%Y-%m-%dT%H:%M:%S.%f}Z")
            shown, playing = frame_seen(page, f"{base}#t={asked:%Y-%m-%dT%H:%M:%S.%f}Z")
            assert playing["src"].endswith(
                ("/playlist.m3u8", segment["video"]["url"].removeprefix("../../.."))
            )
            assert playing["time"] == pytest.approx(asked.timestamp(), abs=0.5)
            centre = visitor_centre(shown, background)
            assert centre is not None, "the visitor is not in the frame of a time at which he was there"
            happened = came + system.passed(centre)
            assert abs(happened - asked) < timedelta(seconds=1), "what is shown happened at another time"
            page.get_by_role("button", name="Play", exact=True).click()
            page.wait_for_function(
                "(then) => document.querySelector('.now-clock').dataset.time / 1000 > then + 0.5",
                arg=playing["time"],
            )
            assert page.evaluate("blocked") == []
        browser.close()


def test_segments_are_cut_by_the_clock_and_follow_each_other(segments):
    """But for the first they begin within a group of pictures of whole multiples, and where the one before ended."""
    for before, after in pairwise(segments):
        start = moment(after["start"])
        assert abs(start - moment(before["end"])) < timedelta(seconds=0.5)
        late = start.timestamp() % SEGMENT_S
        assert late < 3.5 or late > SEGMENT_S - 0.5
        assert before["end_reason"] == "rotated"


def test_no_link_is_dead_and_parts_of_videos_can_be_had(system, event, segments):
    """Everything that can be reached from the home page is there, through nginx too; Range answers 206."""
    reached, dead = crawl(system.site)
    assert dead == []
    assert f"{system.history.day}/{event.id}.html" in reached
    assert f"cameras/{SLUG}/{system.history.day}/index.html" in reached
    gone = [path for path in sorted(reached) if system.get(quote(path), "HEAD").status != 200]
    assert gone == []
    for url in (event.entry["video"]["url"], event.entry["preview"]["video"], segments[0]["video"]["url"]):
        path = system.day_path(url)
        part = system.get(path, Range="bytes=100-299")
        assert (part.status, part.headers["content-type"]) == (206, "video/mp4")
        assert part.body == (system.site / path).read_bytes()[100:300]
    sidecar = event.sidecar.relative_to(system.archive.resolve())
    assert system.get(f"media/{sidecar}").status == 404, "sidecars are not for readers"


def test_motions_live_pictures_come_through_nginx(system, event):
    """/motion-stream/ passes Motion's stream of the camera on: whole JPEGs, one after another."""
    connection = http.client.HTTPConnection("127.0.0.1", system.http, timeout=30)
    try:
        connection.request("GET", f"/motion-stream/{CAMERA}/stream")
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.getheader("Content-Type").startswith("multipart/x-mixed-replace")
        data, deadline = b"", time.monotonic() + 30
        while data.count(b"\xff\xd9") < 3 and time.monotonic() < deadline:
            data += answer.read1(65_536)
        whole = re.findall(
            rb"Content-type: image/jpeg\s.*?\xff\xd8\xff.*?\xff\xd9", data, re.DOTALL | re.IGNORECASE
        )
        assert len(whole) >= 2
    finally:
        connection.close()


@pytest.fixture(scope="module")
def stopped(system, event, segments) -> dict:
    """Send SIGTERM to everything while somebody walks by, then do a last build; what came of it."""

    def being_recorded():
        clips = [c for c in system.day()["clips"] if c["kind"] == "event"]
        return "end" not in clips[-1] and clips[-1]

    clip = system.wait(being_recorded, 2 * LOOP_S + 30, "an event that is being recorded")
    codes = system.terminate()
    return {"codes": codes, "clip": clip, "built": system.build()}


def test_a_stop_loses_nothing(system, stopped):
    """Motion finishes the event, the recorder its segment; after a last build all are on the site and none is being recorded."""
    assert stopped["codes"] == {"watch": 0, "announce": 0, "motion": 0, "record": 0}
    assert stopped["built"].returncode == 0, stopped["built"].stderr
    assert json.loads(stopped["built"].stdout)["problems"] == 0
    clips = json.loads((system.site / system.history.day / "day.json").read_bytes())["clips"]
    assert [clip["id"] for clip in clips if "end" not in clip or "video" not in clip.get("preview", {})] == []
    last = next(clip for clip in clips if clip["id"] == stopped["clip"]["id"])
    assert last["end_reason"] == "stopped"
    assert [clip["end_reason"] for clip in clips if clip["kind"] == "segment"][-1] == "stopped"
    on_site = {clip["video"]["url"].rpartition("/")[2] for clip in clips}
    assert {path.name for path in system.archive.rglob("*.mp4")} == on_site
    for page in system.site.rglob("*.html"):
        assert not re.search(r"being recorded|recording…", page.read_text()), page
    assert crawl(system.site)[1] == []


def test_the_cameras_password_is_nowhere(system, stopped):
    """No page, feed, sidecar, index or log of sitegen's programs, nor the build's own words, holds the login."""
    places = [*system.site.rglob("*"), *system.archive.rglob("*"), *(system.folder / "state").rglob("*")]
    places += [program.log for name, program in system.programs.items() if name != "motion"]
    places += system.run.rglob("*.log")
    searched = 0
    for path in places:
        if path.is_file() and path.suffix != ".mp4":
            searched += 1
            data = path.read_bytes()
            assert PASSWORD.encode() not in data, path
            assert USER.encode() not in data, path
    assert searched > 30
    said = stopped["built"].stdout.decode() + stopped["built"].stderr
    assert PASSWORD not in said


def test_nothing_was_complained_of(system, stopped):
    """In a run where all is well no program of ours logs a warning, an error or a traceback, nor does a hook or nginx."""
    for name in ("watch", "announce", "record"):
        text = system.programs[name].log.read_text()
        assert not re.search(r"\b(WARNING|ERROR|CRITICAL)\b|Traceback", text), text
    assert "sitegen-hook:" not in system.programs["motion"].log.read_text()
    assert (system.run / "error.log").read_text() == ""
    assert "rtsp://" not in system.programs["record"].log.read_text()
