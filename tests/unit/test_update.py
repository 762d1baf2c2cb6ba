"""The update: in which order files are written and deleted, so that no link is ever dead (P3)."""

import os
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from models import CAMERAS, a_clip

from sitegen.archive.index import Index
from sitegen.site.pages import Page, paths, slug_maps
from sitegen.site.publish import Publisher
from sitegen.site.update import Update, stray_previews

SLUGS, _ = slug_maps(CAMERAS)


class Recording(Publisher):
    """A publisher that remembers what it did, in order."""

    def __init__(self, output) -> None:
        super().__init__(output, now_ns=lambda: 1_700_000_000_000_000_000)
        self.done = []
        self.fails_at = None

    def write(self, path, data):
        if path == self.fails_at:
            raise OSError(28, "No space left on device")
        written = super().write(path, data)
        if written:
            self.done.append(f"write {path}")
        return written

    @contextmanager
    def stage(self):
        with super().stage() as stage:
            put = stage.put

            def remember(path, data):
                put(path, data)
                self.done.append(f"stage {path}")

            stage.put = remember
            yield stage
            if stage.files:
                self.done.append("publish")

    def delete(self, path):
        self.done.append(f"delete {path}")
        return super().delete(path)


class Pages:
    """Stands in for the renderer: pages are there, or are no more, as the test says."""

    def __init__(self) -> None:
        self.there = {}
        self.model = SimpleNamespace(cameras=CAMERAS, site=SimpleNamespace(full_video=True))
        self.theme = SimpleNamespace(assets=lambda: (SimpleNamespace(path="assets/a.1.css", data=b"css"),))

    def paths(self, page):
        return () if page.kind == "camera" and not page.key else paths(page, SLUGS)

    def exists(self, page):
        return page in self.there

    def files(self, page):
        return {p: self.there[page].encode() for p in self.paths(page)} if page in self.there else None


class Site:
    def __init__(self, folder) -> None:
        self.index = Index(folder / "index.sqlite", identity="x")
        self.publisher, self.pages, self.archive = Recording(folder / "site"), Pages(), folder / "archive"
        self.archive.mkdir()
        self.publisher.prepare()

    def run(self, *marked, sweep=False):
        self.index.mark(marked)
        self.publisher.done = []
        update = Update(self.publisher, self.pages, self.index)
        update.run(self.archive, sweep=sweep)
        return update


@pytest.fixture
def site(tmp_path):
    found = Site(tmp_path)
    yield found
    found.index.close()


HOME, DAY, OLD, NEW = (
    Page("home"),
    Page("day", "2026-11-22"),
    Page("clip", "2026-11-22", "old"),
    Page("clip", "2026-11-22", "new"),
)


def test_what_is_new_comes_before_what_links_to_it(site):
    """Assets, then new pages, then those that are replaced, the home page last, deletions after all."""
    site.pages.there = {HOME: "1", DAY: "1", OLD: "1"}
    site.run(HOME, DAY, OLD)
    assert site.publisher.done[0] == "write assets/a.1.css"
    assert site.publisher.done[-1] == "write index.html"
    site.pages.there = {HOME: "2", DAY: "2", NEW: "2"}
    site.run(HOME, DAY, OLD, NEW)
    assert site.publisher.done == [
        "write 2026/11/22/new.html",
        "write 2026/11/22/day.json",
        "write 2026/11/22/index.html",
        "write index.json",
        "write feeds/latest.json",
        "write feeds/latest.atom",
        "write index.html",
        "delete 2026/11/22/old.html",
    ]


def test_the_archive_is_linked(site):
    """`media` leads to it."""
    site.run()
    assert (site.publisher.output / "media").resolve() == site.archive


def test_a_site_of_previews_has_no_link_to_the_archive(site):
    """full_video = false: a link that is there goes, after the pages that led through it are replaced."""
    site.pages.there = {HOME: "1", OLD: "1"}
    site.run(HOME, OLD)
    site.pages.model.site.full_video = False
    site.pages.there = {HOME: "2"}
    assert site.run(HOME, OLD).news
    assert site.publisher.done[-3:] == [
        "write index.html",
        "delete 2026/11/22/old.html",
        "delete media",
    ]
    assert not (site.publisher.output / "media").is_symlink()
    assert site.archive.is_dir()
    assert not site.run().news


def test_equal_pages_are_no_news(site):
    """P6: nothing is written, and there is nothing to announce; the status page alone is no news either."""
    site.pages.there = {HOME: "1", DAY: "1"}
    assert site.run(HOME, DAY).news
    update = site.run(HOME, DAY)
    assert not update.news
    assert site.publisher.done == []
    site.pages.there[Page("status")] = "1"
    assert not site.run(Page("status")).news
    assert "write status.json" in site.publisher.done


def test_a_pass_that_fails_is_taken_up_where_it_stopped(site):
    """What was written is marked no more, what was not still is; nothing has been deleted."""
    site.pages.there = {HOME: "1", DAY: "1", OLD: "1"}
    site.run(HOME, DAY, OLD)
    site.pages.there = {HOME: "2", DAY: "2", NEW: "2"}
    site.publisher.fails_at = "2026/11/22/index.html"
    with pytest.raises(OSError, match="No space"):
        site.run(HOME, DAY, OLD, NEW)
    assert (site.publisher.output / "2026/11/22/old.html").exists()
    assert site.index.dirty_of_day("")
    site.publisher.fails_at = None
    site.run()
    assert "write index.html" in site.publisher.done
    assert site.publisher.done[-1] == "delete 2026/11/22/old.html"


def test_a_sweep_deletes_what_no_page_has(site):
    """Pages under an old slug, old assets, files of nobody; not build.json, media or what is hidden."""
    site.pages.there = {HOME: "1", Page("camera", key="101"): "1"}
    output = site.publisher.output
    strays = [
        "cameras/old/index.html",
        "feeds/cameras/old.json",
        "assets/a.0.css",
        "2025/01/01/x.html",
        "notes.txt",
        "2026/11/22/lost.html.gz",
        "2025/99/99/index.html",
        "cameras/driveway/2025/13/01/index.html",
        os.fsdecode(b"2025/01/02/\xff.html"),
    ]
    kept = ["build.json", ".well-known/x"]
    for path in [*strays, *kept]:
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text("1")
    site.run(HOME, Page("camera", key="101"))
    assert all((output / p).exists() for p in strays)
    site.run(sweep=True)
    assert not any((output / p).exists() for p in strays)
    assert all(
        (output / p).exists() for p in [*kept, "index.html", "cameras/driveway/index.html", "assets/a.1.css"]
    )


def test_a_sweep_deletes_previews_of_videos_that_are_gone(site):
    """And leaves those of the ones that are there, and no folder."""
    clip = a_clip(path="events/101/a.mp4")
    site.index.put_clips([(clip, clip.start.date(), clip.start.hour)])
    output = site.publisher.output
    for path in ("previews/events/101/a.mp4.low.mp4", "previews/events/102/b.mp4.low.mp4", "previews/x.txt"):
        (output / path).parent.mkdir(parents=True, exist_ok=True)
        (output / path).write_text("1")
    assert list(stray_previews(output, site.index)) == ["previews/events/102/b.mp4.low.mp4", "previews/x.txt"]
    site.run(sweep=True)
    assert (output / "previews/events/101/a.mp4.low.mp4").exists()
    assert not (output / "previews/events/102").exists()


def test_new_days_are_put_on_the_site_whole(site):
    """P3: a day's pages link to each other in a circle; they come together, and before the home page that links to them."""
    pages = [Page("clip", f"2026-11-{day:02}", f"c{n}") for day in range(1, 11) for n in range(3)]
    pages += [Page("day", f"2026-11-{day:02}") for day in range(1, 11)]
    site.pages.there = dict.fromkeys([*pages, HOME, Page("camera-day", "2026-11-01", "101")], "1")
    site.run(*site.pages.there)
    done = site.publisher.done
    assert done[1:8] == [  # clips first, as far as there is an order in a circle
        *(f"stage 2026/11/01/c{n}.html" for n in range(3)),
        *(f"stage cameras/driveway/2026/11/01/{name}" for name in ("clips.m3u", "footage.js", "index.html")),
        "stage 2026/11/01/day.json",
    ]
    assert [d for d in done if not d.startswith("stage")] == [
        "write assets/a.1.css",
        "publish",
        "publish",
        "write index.json",
        "write feeds/latest.json",
        "write feeds/latest.atom",
        "write index.html",
    ]
    assert len([d for d in done if d.startswith("stage 2026") and "/c" in d]) == 30
    assert not site.index.is_dirty()


def test_a_new_day_that_fails_keeps_its_marks(site):
    """Nothing of it is on the site; the days before it are, and are not written again."""
    pages = [Page("day", f"2026-11-{day:02}") for day in range(1, 12)]
    site.pages.there = dict.fromkeys(pages, "1")
    made = site.pages.files
    site.pages.files = lambda page: 1 / 0 if page == pages[-1] else made(page)
    with pytest.raises(ZeroDivisionError):
        site.run(*pages)
    assert sorted(p.name for p in (site.publisher.output / "2026/11").iterdir()) == [
        f"{day:02}" for day in range(1, 9)
    ]
    assert site.index.dirty_days("", 99) == [page.day for page in pages[8:]]
    site.pages.files = made
    site.run()
    assert site.publisher.done[-1] == "publish"
    assert len([d for d in site.publisher.done if d.endswith("index.html")]) == 3
    assert not site.index.is_dirty()


def test_a_page_of_a_new_day_that_is_no_more_is_not_made(site):
    """It was marked and then its clip went: no file, and its mark stays until deletions are done."""
    site.pages.there = {DAY: "1", OLD: "1"}
    site.run(DAY, OLD, NEW)
    assert not (site.publisher.output / "2026/11/22/new.html").exists()
    assert site.index.dirty_of_day("2026-11-22") == [tuple(NEW)]


def test_a_sweep_of_a_site_that_was_empty_looks_at_nothing(site):
    """Nothing of a first build is looked for again: with 100,000 pages that would be a part of its cost."""
    site.pages.there = {HOME: "1", DAY: "1"}
    site.publisher.files = lambda: 1 / 0
    assert site.run(HOME, DAY, sweep=True).news
    with pytest.raises(ZeroDivisionError):
        site.run(sweep=True)
