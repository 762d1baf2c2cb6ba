"""Pages tell of news: by announcements, by asking build.json, and not at all from a disk; and they move nothing."""

import json
import os
from datetime import timedelta

from playwright.sync_api import Page, expect
from theme_site import Server, opened
from view_samples import DATE, day_view, local
from waiting import wait_until

DAY = f"{DATE:%Y/%m/%d}"
NEW, NEWER = "101-20261122T225900Z", "104-20261122T225930Z"
"""Events of the sample's day, later than all that its page shows."""


def message(revision: int, *clips: str, day: str = "2026-11-22", camera: str = "driveway") -> str:
    return json.dumps({"revision": revision, "clips": clips, "days": [day], "cameras": [camera]})


def listening(server: Server, page: Page, path: str) -> None:
    page.goto(server.address + path)
    wait_until(lambda: len(server.listeners) == 1, 30, "the page listens")


def hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_page_counts_the_events_that_concern_it(chromium, server):
    """Other days, known revisions and segments are not counted; the same event is counted once."""
    with opened(chromium) as page:
        listening(server, page, day_view().url)
        server.announce(message(42, "101-20261121T120000Z", day="2026-11-21"))
        server.announce(message(41, NEW))
        server.announce(message(43, NEW, "101-20261122T225905Z-s"))
        box = page.locator("#news")
        expect(box).to_have_text("1 new")
        server.announce(message(44, NEW, NEWER, "103-20261122T120000Z"))
        expect(box).to_have_text("2 new")


def test_what_is_no_event_is_called_an_update(chromium, server):
    """A preview that was made, or a new segment, changes the page and brings nothing new to look at."""
    with opened(chromium) as page:
        listening(server, page, day_view().url)
        server.announce(message(42, "101-20261122T225905Z-s"))
        expect(page.locator("#news")).to_have_text("Updated")


def test_a_cameras_page_counts_its_own(chromium, server):
    """Of an announcement about two cameras each camera's page counts its events only."""
    with opened(chromium) as page:
        listening(server, page, "cameras/driveway/index.html")
        server.announce(message(42, "104-20261122T225930Z", camera="workshop"))
        server.announce(message(43, NEW, NEWER))
        expect(page.locator("#news")).to_have_text("1 new")


def test_news_move_nothing_and_the_place_is_kept(chromium, server):
    """The button covers no more than its place; pressed, it loads the page at the moment that was watched."""
    # There the viewer opens, and the sample has footage of one camera only.
    with opened(chromium, errors=False) as page:
        listening(server, page, day_view().url)
        page.evaluate("scrollTo(0, 400)")
        place = "JSON.stringify([scrollY, document.querySelector('main').getBoundingClientRect(), document.activeElement.id])"
        before = page.evaluate(place)
        page.evaluate("window.same = true")
        server.announce(message(42, NEW))
        button = page.get_by_role("button", name="1 new")
        expect(button).to_be_visible()
        assert page.evaluate(place) == before
        assert page.evaluate("window.same")
        page.evaluate(
            """() => {
                document.body.dataset.watching = "";
                sitegen.send("time", { time: Date.parse("2026-11-22T03:55:03Z"), playing: true, gap: "" });
            }"""
        )
        with page.expect_navigation():
            button.click()
        assert page.url.endswith("#t=2026-11-22T03:55:03.000Z")
        expect(page.locator("#news")).to_be_empty()


def test_one_connection_and_none_while_hidden(chromium, server):
    """A hidden page asks nothing; seen again, it asks what it missed and listens with one connection."""
    with opened(chromium) as page:
        listening(server, page, "index.html")
        hide(page, hidden=True)
        wait_until(lambda: not server.listeners, 30, "the connection is closed")
        polls = server.polls
        server.revision = 42
        touch(server)
        hide(page, hidden=False)
        expect(page.locator("#news button")).to_be_visible()
        wait_until(lambda: len(server.listeners) == 1, 30, "the page listens again")
        assert server.polls == polls + 1


def touch(server: Server) -> None:
    """Make the home page new."""
    later = (server.folder / "index.html").stat().st_mtime + 60
    os.utime(server.folder / "index.html", (later, later))


def test_without_announcements_a_page_asks_build_json(chromium, server):
    """When SSE is refused, build.json is read every 30 s; what is new the feed tells, once the page itself is new."""
    server.announcing = False
    items = [{"id": one} for one in (NEW, NEWER, "101-20261121T225900Z")]
    server.documents["feeds/latest.json"] = {"items": items}
    with opened(chromium) as page:
        page.clock.install()
        with page.expect_response("**/announce/events"):
            page.goto(server.address + "index.html")
        assert server.polls == 1
        for polls, revision in ((2, 41), (3, 42)):
            server.revision = revision
            with page.expect_response("**/build.json"):
                page.clock.run_for(31_000)
            assert server.polls >= polls
            expect(page.locator("#news")).to_be_empty()
        server.revision = 43
        touch(server)
        page.clock.run_for(31_000)
        expect(page.locator("#news")).to_have_text("2 new")


def test_a_stream_that_never_answers_is_not_waited_for(chromium, server):
    """A proxy that drops the connection leaves the browser trying for ever: meanwhile build.json is asked."""
    with opened(chromium, errors=False) as page:
        page.clock.install()
        page.route("**/announce/**", lambda route: route.abort())
        page.goto(server.address + "index.html")
        wait_until(lambda: server.polls == 1, 30, "the first look")
        server.revision = 43
        touch(server)
        wait_until(lambda: page.clock.run_for(31_000) or server.polls >= 2, 30, "a second look")
        expect(page.locator("#news")).to_have_text("Updated")


def test_what_came_before_the_first_look_is_told(chromium, server):
    """A page that lay in a hidden tab, was long on its way or came out of a store is older than the site: it says so."""
    with opened(chromium) as page:
        page.add_init_script("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
        page.goto(server.address + "index.html")
        wait_until(lambda: page.evaluate("document.readyState") == "complete", 30, "the page is loaded")
        server.revision = 44
        touch(server)
        hide(page, hidden=False)
        expect(page.locator("#news")).to_have_text("Updated")


def test_a_copy_on_a_disk_asks_nobody(chromium, playable):
    """From file:// nothing is asked for, no camera is called silent, and the status page says what it is."""
    with opened(chromium) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.set_fixed_time(local(DATE + timedelta(days=400), "12:00:00"))
        page.goto((playable / "index.html").as_uri())
        assert page.locator(".age").count() > 0
        assert page.locator("main .alarm").count() == 0
        page.goto((playable / "status/index.html").as_uri())
        expect(page.get_by_text("This is a copy, made 2026-11-22")).to_be_visible()
        assert not [url for url in asked if "announce" in url or url.endswith(".json")]


TROUBLE = "The archive cannot be used: 12,345 of 67,890 clips are gone"
"""One of the longest."""


def test_home_says_how_it_is(chromium, server):
    """From status.json: no build can be done, nobody writes, the disk is full, cameras are silent, or all is well; what stands below does not move."""
    now = local(DATE, "12:00:00")
    late = {"last_segment": (now - timedelta(minutes=20)).isoformat()}
    driveway, gate, yard = (
        {"id": one, "title": title} for one, title in (("101", "Driveway"), ("102", "Gate"), ("103", "Yard"))
    )
    status = {
        "built_at": now.isoformat(),
        "stale_after_seconds": 300,
        "disk_low": False,
        "cameras": [driveway | {"last_segment": now.isoformat()}, gate],
    }
    old = {"built_at": (now - timedelta(minutes=10)).isoformat(), "cameras": [driveway | late]}
    silent = "No footage for more than 15 minutes: "
    said = {
        "All is well. Status": status,
        "The disk is nearly full. Status": status | {"disk_low": True},
        f"{silent}Driveway, Gate. Status": status | {"cameras": [driveway | late, gate | late]},
        f"{silent}3 cameras. Status": status | {"cameras": [driveway | late, gate | late, yard | late]},
        "Nothing written for 10 minutes: a copy, or sitegen does not run. Status": status | old,
        "All is well. Status ": status | {"cameras": [driveway | late | {"last_event": now.isoformat()}]},
        "Cannot be reached: Gate. Status": status
        | {"cameras": [gate | late | {"lost_since": late["last_segment"]}]},
        "All is well. Status  ": status | {"silent_after_seconds": 10_800, "cameras": [driveway | late]},
        "All is well. Status   ": status
        | {"cameras": [driveway | late | {"stopped_since": late["last_segment"]}]},
        "No footage for more than 180 minutes: Gate. Status": status
        | {
            "silent_after_seconds": 10_800,
            "cameras": [gate | {"last_segment": (now - timedelta(hours=4)).isoformat()}],
        },
        "2 problems. Status": status | {"problems": [{}, {}]},
        f"{TROUBLE}. Status": status | old | {"trouble": {"reason": TROUBLE[0].lower() + TROUBLE[1:]}},
    }
    for text, document in said.items():
        server.documents["status.json"] = document
        with opened(chromium) as page:
            page.clock.set_fixed_time(now + timedelta(seconds=5))
            server.stuck = {"/sub/status.json"}
            page.goto(server.address + "index.html")
            expect(page.locator("#health")).to_have_text("Coverage, gaps and problems: Status")
            place = page.locator("main").bounding_box()
            server.stuck = set()
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            expect(page.locator("#health")).to_have_text(text)
            assert page.locator("main").bounding_box() == place
            alarm = page.locator("#health .alarm").count()
            assert alarm == (not text.startswith(("All is well", "2 problems")))


def test_home_without_a_status_claims_nothing(chromium, server):
    """When status.json cannot be had any more, "all is well" is taken back."""
    now = local(DATE, "12:00:00")
    server.documents["status.json"] = {"built_at": now.isoformat(), "disk_low": False, "cameras": []}
    with opened(chromium, errors=False) as page:
        page.clock.set_fixed_time(now)
        page.goto(server.address + "index.html")
        expect(page.locator("#health")).to_have_text("All is well. Status")
        page.route("**/status.json", lambda route: route.abort())
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#health")).to_have_text("Coverage, gaps and problems: Status")
