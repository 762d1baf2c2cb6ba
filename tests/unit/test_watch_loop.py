"""The watch loop, with real watchdog in a thread: hints lead to pages, troubles are waited out, nothing is adopted early."""

import json
import logging
import os
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from archives import configure, make_video, put_clip
from links import crawl
from waiting import wait_until
from written_world import in_pieces

from sitegen import header_marks, watch_loop
from sitegen.archive.index import Index
from sitegen.build import Generator
from sitegen.errors import LockHeld
from sitegen.lock import Lock
from sitegen.settings import load
from sitegen.status_page import StatusPage
from sitegen.watch_loop import build_once, watch

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = "2026/11/22"


class Watching:
    """A site that is kept current by a thread."""

    def __init__(self, folder) -> None:
        self.folder, self.root, self.output = folder, folder / "archive", folder / "site"
        self.settings = load(configure(folder))
        self.stop, self.wake, self.built = threading.Event(), threading.Event(), []

    def put(self, minute=0, **fields):
        return put_clip(self.root, NOON + timedelta(minutes=minute), **fields)

    def ids(self) -> set[str]:
        try:
            return {c["id"] for c in json.loads((self.output / DAY / "day.json").read_text())["clips"]}
        except FileNotFoundError:
            return set()

    def trouble(self) -> dict[str, str]:
        """What status.json says is in the way; {}: nothing."""
        return json.loads((self.output / "status.json").read_text()).get("trouble", {})

    @contextmanager
    def running(self):
        failures = []
        for left in (self.stop, self.wake, self.built):
            left.clear()

        def run() -> None:
            try:
                watch(self.settings, self.stop, self.wake, on_build=self.built.append)
            except Exception as error:
                failures.append(error)
                raise

        thread = threading.Thread(target=run)
        thread.start()
        try:
            wait_until(lambda: self.built or failures, what="the first build")
            yield
        finally:
            self.stop.set()
            self.wake.set()
            thread.join(60)
            assert not thread.is_alive()
        assert not failures


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setattr(watch_loop, "RETRY_S", 0.1)
    monkeypatch.setattr(watch_loop, "_LOOK_S", 0.2)
    return Watching(tmp_path)


def test_what_comes_is_published_and_what_goes_is_taken_away(site):
    """A clip in a new dated folder, its note by a rename, its deletion: each is followed, links stay sound."""
    with site.running():
        assert site.ids() == set()
        video = site.put(0)
        wait_until(lambda: site.ids() == {"101-20261122T120000Z"})
        page = site.output / DAY / "101-20261122T120000Z.html"
        (video.parent / ".note.tmp").write_text("---\ntitle: The parcel\n---\n")
        (video.parent / ".note.tmp").rename(video.with_suffix(".md"))
        wait_until(lambda: "The parcel" in page.read_text())
        keep = site.put(5, camera="102")
        wait_until(lambda: "102-20261122T120500Z" in site.ids())
        shutil.rmtree(video.parent)
        wait_until(lambda: site.ids() == {"102-20261122T120500Z"})
        wait_until(lambda: not page.exists())
        assert keep.exists()
    _, dead = crawl(site.output)
    assert not dead


def test_a_burst_is_joined_and_nothing_of_it_is_lost(site):
    """300 clips at once: all are there, by fewer builds than clips."""
    with site.running():
        for number in range(300):
            site.put(number / 10, token=str(number))
        wait_until(lambda: len(site.ids()) == 300, timeout_s=60)
        assert len(site.built) < 300


def test_the_predecessors_json_follows_a_stream_of_clips(site, monkeypatch):
    """It may lag while clips follow each other, catches up by itself, and is up to date when the program ends."""

    def listed():
        return len(json.loads((site.output / "event_api/events").read_text()))

    def put(numbers):
        for number in numbers:
            site.put(number)
            wait_until(lambda wanted=number + 1: len(site.ids()) == wanted)

    with site.running():
        put(range(4))
        wait_until(lambda: listed() == 4)
    monkeypatch.setattr(watch_loop, "_PACE_S", 3_600)
    with site.running():
        put(range(4, 7))
        assert listed() < 7
    assert listed() == 7


def test_a_clip_being_recorded_is_shown_and_then_whole(site):
    """Its sidecar without end is there first, the one with end replaces it."""
    with site.running():
        video = site.put(0, kind="segment", seconds=None)
        wait_until(site.ids)
        video.unlink()
        site.put(0, kind="segment", seconds=300)
        wait_until(lambda: "end" in json.loads((site.output / DAY / "day.json").read_text())["clips"][0])


def test_a_video_without_sidecar_waits_until_it_is_quiet(site, monkeypatch):
    """It is not adopted while it may still be written; then it is, without another event."""
    monkeypatch.setattr(watch_loop, "SETTLE_S", 1.5)
    film = make_video(site.folder / "film.mp4", 1)
    with site.running():
        video = site.put(0, sidecar=False, video=film.read_bytes())
        marker = site.put(1)
        wait_until(lambda: "101-20261122T120100Z" in site.ids())
        written = video.stat().st_mtime
        wait_until(lambda: len(site.ids()) == 2)
        assert (site.output / DAY / "day.json").stat().st_mtime - written >= 1.4
        assert marker.exists()


def test_a_sidecar_that_is_late_comes_before_adoption(site, monkeypatch):
    """A hook that takes its time: the clip appears once, as its sidecar says."""
    monkeypatch.setattr(watch_loop, "SETTLE_S", 3_600)
    film = make_video(site.folder / "film.mp4", 1)
    with site.running():
        site.put(0, sidecar=False, video=film.read_bytes())
        site.put(1)
        wait_until(lambda: site.ids() == {"101-20261122T120100Z"})
        site.put(0, video=film.read_bytes())
        wait_until(lambda: len(site.ids()) == 2)
        assert not json.loads((site.output / "status.json").read_text())["problems"]


def test_an_archive_that_goes_is_waited_for(site, caplog):
    """P8: while it is away the site stays as it is, and says why; when it is back, with more in it, that is published."""
    caplog.set_level(logging.INFO)
    site.put(0)
    with site.running():
        away, record = site.folder / "away", (site.output / "build.json").read_bytes()
        site.root.rename(away)
        wait_until(lambda: "it is missing" in site.trouble().get("reason", ""))
        since = site.trouble()["since"]
        assert site.ids() == {"101-20261122T120000Z"}
        site.root.mkdir()
        wait_until(lambda: "it is empty" in site.trouble()["reason"])
        assert site.trouble()["since"] == since  # it never came back meanwhile
        assert (site.output / "build.json").read_bytes() == record
        site.root.rmdir()
        put_clip(away, NOON + timedelta(minutes=1))
        away.rename(site.root)
        wait_until(lambda: len(site.ids()) == 2)
        wait_until(lambda: "works again" in caplog.text)
        wait_until(lambda: not site.trouble())  # the status may come a second later than the rest
        site.put(2)
        wait_until(lambda: len(site.ids()) == 3)
    errors = [r.getMessage() for r in caplog.records if r.levelname == "ERROR"]
    assert len(errors) == len(set(errors)) >= 2  # each trouble is told once, not at each try


def test_a_root_that_was_replaced_is_scanned(site):
    """Another folder under its name, with half of the clips: what is in it counts, and what comes into it."""
    site.put(0), site.put(1)
    with site.running():
        wait_until(lambda: len(site.ids()) == 2)
        new = site.folder / "new"
        put_clip(new, NOON)
        site.root.rename(site.folder / "old")
        new.rename(site.root)
        wait_until(lambda: site.ids() == {"101-20261122T120000Z"})
        site.put(3)
        wait_until(lambda: len(site.ids()) == 2)


def test_what_no_event_tells_of_is_found_by_the_next_scan(site, monkeypatch):
    """A sidecar that was changed in place without being closed; and the scan comes by itself."""
    monkeypatch.setattr(watch_loop, "RESCAN_S", 1.0)
    video = site.put(0)
    with site.running():
        wait_until(site.ids)
        os.truncate(video.with_suffix(".yaml"), 10)
        wait_until(lambda: json.loads((site.output / "status.json").read_text())["problems"])


def test_the_owners_pages_are_watched(site):
    """A page comes, changes and goes."""
    content = site.folder / "content"
    about = site.output / "about/index.html"
    with site.running():
        content.mkdir()
        (content / "about.md").write_text("one")
        wait_until(lambda: about.exists() and "one" in about.read_text())
        (content / "about.md").write_text("two, and longer")
        wait_until(lambda: "two" in about.read_text())
        (content / "about.md").unlink()
        wait_until(lambda: not about.exists())


def test_stopping_gives_the_locks_back(site):
    """While it runs nobody else may build; afterwards anybody may."""
    with site.running(), pytest.raises(LockHeld, match="the generator"):
        Generator(site.settings)
    Generator(site.settings).close()


def test_previews_are_a_second_change_of_the_page(site):
    """The clip is on its page before its preview is made; then the page changes, and the revision with it."""
    site.put(0, video=make_video(site.folder / "film.mp4", 2))
    page = site.output / DAY / "101-20261122T120000Z.html"
    with site.running():
        assert ".poster.jpg" not in page.read_text() or len(site.built) > 1
        wait_until(lambda: ".poster.jpg" in page.read_text(), timeout_s=60)
        wait_until(lambda: site.built[-1].revision > site.built[0].revision)
    _, dead = crawl(site.output)
    assert not dead


def test_one_build_makes_the_previews_too(site):
    """It returns when they are made, and tells how many are left on the way; without them it is quicker."""
    site.put(0, video=make_video(site.folder / "film.mp4", 2))
    site.put(1, video=b"no video at all")
    left = []
    plain = build_once(site.settings, full=False, previews=False, progress=left.append)
    assert (plain.revision, left) == (1, [])
    built = build_once(site.settings, full=False, previews=True, progress=left.append)
    assert (built.published, built.problems) == (True, 1)  # the one that is no video
    assert built.revision > 1
    assert left
    (clip,) = [c for c in json.loads((site.output / DAY / "day.json").read_text())["clips"] if "preview" in c]
    assert clip["id"] == "101-20261122T120000Z"
    again = build_once(site.settings, full=False, previews=True, progress=left.append)
    assert (again.published, again.revision) == (False, built.revision)


@pytest.mark.parametrize("name", ["set_previews", "held_stems"])
def test_a_database_that_refuses_for_a_while_does_not_end_it(site, monkeypatch, name):
    """A full disk is logged and tried again, also outside a build."""
    film = make_video(site.folder / "film.mp4", 1)
    refusals = iter([True, True])

    def refuse(*arguments, **options):
        if next(refusals, False):
            raise sqlite3.OperationalError("database or disk is full")
        return working(*arguments, **options)

    working = getattr(Index, name)
    monkeypatch.setattr(Index, name, refuse)
    with site.running():
        site.put(0, video=film.read_bytes())
        page = site.output / DAY / "101-20261122T120000Z.html"
        wait_until(lambda: page.exists() and ".low.mp4" in page.read_text(), timeout_s=60)
    assert next(refusals, None) is None


def test_headers_are_read_on_without_a_hint(site, monkeypatch):
    """A build leaves videos for the next one, which comes by itself."""
    monkeypatch.setattr(header_marks, "MOST_AT_ONCE", 1)
    for minute in range(4):
        site.put(5 * minute, kind="segment", seconds=300, video=in_pieces())
    playlist = site.output / "cameras/driveway/2026/11/22/playlist.m3u8"
    with site.running():
        wait_until(lambda: playlist.read_text().count("#EXT-X-MAP") == 4, what="all segments in the playlist")


def test_the_status_page_tells_that_watch_is_at_work(site, monkeypatch):
    """It is written again now and then though nothing happens, and that is no new revision."""
    monkeypatch.setattr(watch_loop, "HEARTBEAT_S", 0.3)
    site.put(0)
    with site.running():
        record = (site.output / "build.json").read_bytes()
        first = (site.output / "status.json").read_bytes()
        wait_until(lambda: (site.output / "status.json").read_bytes() != first, what="another status page")
    assert (site.output / "build.json").read_bytes() == record


def test_a_trouble_that_cannot_be_told_ends_nothing(site, monkeypatch, caplog):
    """Whatever goes wrong while it is told: that is tried again with the build, and told once that can be done."""
    broken = iter(
        [OSError(28, "No space left on device"), RuntimeError("a bug"), sqlite3.OperationalError("locked")]
    )
    told = []

    def refuse(self, trouble):
        told.append(trouble)
        if (error := next(broken, None)) is not None:
            raise error
        return working(self, trouble)

    working = StatusPage.tell
    monkeypatch.setattr(StatusPage, "tell", refuse)
    site.put(0)
    with site.running():
        site.root.rename(site.folder / "away")
        wait_until(site.trouble, what="the trouble on the site")
        (site.folder / "away").rename(site.root)
        wait_until(lambda: not site.trouble(), what="its end")
    assert len(told) == 4
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1


def test_a_failing_write_is_logged_once(site, monkeypatch, caplog):
    """Though it names another temporary file at each try."""
    tries = []

    def refuse(place, data, mtime_ns):
        tries.append(place)
        raise OSError(28, "No space left on device", place)

    with site.running():
        with monkeypatch.context() as patch:
            patch.setattr("sitegen.site.publish.create", refuse)
            patch.setattr("sitegen.site.stage.create", refuse)
            site.put(0)
            wait_until(lambda: len(tries) > 8, what="several tries")
        wait_until(site.ids, what="the clip")
    assert len(set(tries)) == len(tries)
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1


def test_a_watch_that_cannot_begin_says_so(site):
    """The state folder cannot be had: programs are told once, whoever is at work is left alone; then all is as before."""
    site.put(0)
    with site.running():
        pass
    page = (site.output / "status/index.html").read_bytes()
    (site.folder / "blocker").touch()
    blocked = load(configure(site.folder, '[archive]\nstate = "blocker/state"\n'))
    with closing(Lock(site.output)), pytest.raises(NotADirectoryError):
        watch(blocked, site.stop, site.wake, on_build=site.built.append)
    assert not site.trouble()
    for _ in range(2):
        with pytest.raises(NotADirectoryError):
            watch(blocked, site.stop, site.wake, on_build=site.built.append)
        told = (site.output / "status.json").stat()
        assert (site.trouble()["what"], site.trouble()["reason"]) == (
            "state",
            "the state folder cannot be used: Not a directory",
        )
        assert "sitegen_trouble 1" in (site.output / "metrics.prom").read_text()
        assert told.st_mtime_ns == getattr(site, "told_ns", told.st_mtime_ns)
        site.told_ns = told.st_mtime_ns
    assert (site.output / "status/index.html").read_bytes() == page
    configure(site.folder)
    with site.running():
        assert not site.trouble()
    assert "sitegen_trouble 0" in (site.output / "metrics.prom").read_text()
