"""sitegen.explain: what is meant by FILE or ID, and the first reason why something is not on the site."""

import os
from datetime import UTC, date, datetime

import msgspec
import pytest

from sitegen.archive.scan import FileEntry
from sitegen.clip import Problem
from sitegen.errors import UsageError
from sitegen.explain.explanation import (
    ClipFacts,
    Explanation,
    OutageFacts,
    PreviewState,
    SiteFile,
    text,
)
from sitegen.explain.subject import Subject, subject_of
from sitegen.explain.verdict import Seen, Verdict, verdict

NOW = datetime(2026, 11, 22, 3, 55, 3, 120_000, tzinfo=UTC)
FILE = FileEntry("events/a.mp4", 10, 1, 7)
CLIP = ClipFacts(
    id="101-20261122T035503Z",
    kind="event",
    camera="101",
    camera_title="Driveway",
    start=NOW,
    start_local="2026-11-22 04:55:03 CET",
    end=NOW,
    end_local="2026-11-22 04:55:03 CET",
    video="events/a.mp4",
    sidecar="events/a.yaml",
    day=date(2026, 11, 22),
    pages=(SiteFile("2026/11/22/101-20261122T035503Z.html", there=True),),
    previews=PreviewState("waiting"),
)
OUTAGE = OutageFacts(camera="101", start=NOW, start_local="…", day=date(2026, 11, 22), pages=())
WELL = Seen(now=FILE, known=FILE, clip=CLIP, published=True)


@pytest.fixture
def places(tmp_path):
    """An archive, a site and a working folder, as keyword arguments of subject_of."""
    for name in ("archive/events", "site/previews/events", "work"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "archive/events/a.mp4").touch()
    (tmp_path / "site/media").symlink_to("../archive")
    return {"root": tmp_path / "archive", "output": tmp_path / "site", "working": tmp_path / "work"}


def test_one_file_is_found_by_every_way_to_it(tmp_path, places):
    """Absolute, relative to the archive or to the working folder, through links, by its preview: it is the same file."""
    (tmp_path / "link").symlink_to("archive")
    (tmp_path / "site/previews/events/a.mp4.poster.jpg").touch()
    ways = [
        "events/a.mp4",
        str(tmp_path / "archive/events/a.mp4"),
        "../archive/events/a.mp4",
        "../archive/events/../events/a.mp4",
        str(tmp_path / "link/events/a.mp4"),
        "../site/media/events/a.mp4",
        "../site/previews/events/a.mp4.poster.jpg",
    ]
    for way in ways:
        assert subject_of(way, **places) == Subject(way, "video", "events/a.mp4")


def test_what_is_no_file_and_has_no_ending_is_an_id(places):
    """A clip id has no slash and no known ending; a camera's id in it may have a dot. All else is a file that is missing."""
    for text_ in ("101-20261122T035503Z", "front.door-20261122T035503Z-s-2"):
        assert subject_of(text_, **places) == Subject(text_, "id")
    assert subject_of("gone.mp4", **places) == Subject("gone.mp4", "video", "gone.mp4")
    assert subject_of("events/gone", **places) == Subject("events/gone", "other", "events/gone")


def test_what_lies_elsewhere_has_no_path(tmp_path, places):
    """A file outside is not taken for one of the archive, wherever a link in the archive leads."""
    outside = tmp_path / "work/b.mp4"
    outside.touch()
    assert subject_of("b.mp4", **places) == Subject("b.mp4", "video")
    assert subject_of(str(outside), **places).path is None
    assert subject_of("/nowhere/c.yaml", **places) == Subject("/nowhere/c.yaml", "sidecar")
    (tmp_path / "archive/b.mp4").symlink_to(outside)
    assert subject_of("b.mp4", **places).path == "b.mp4"
    (tmp_path / "site/index.html").touch()
    assert subject_of("../site/index.html", **places).path is None


@pytest.mark.parametrize("asked", ["", "a\0b", "events", "."])
def test_what_can_be_neither_is_refused(places, asked):
    """Nothing, and folders, are wrong usage."""
    with pytest.raises(UsageError):
        subject_of(asked, **places)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.MKV", "video"), ("a.yaml", "sidecar"), ("a.md", "note"), ("a.JPG", "image"), ("a.txt", "other")],
)
def test_the_kind_follows_from_the_ending(places, name, kind):
    """Endings count in any case."""
    assert subject_of(f"x/{name}", **places).kind == kind


def said(path: str | None = "events/a.mp4", kind: str = "video", **changes: object) -> Verdict:
    return verdict(Subject(path or "x", kind, path), msgspec.structs.replace(WELL, **changes))


def test_what_is_on_the_site_has_no_reason():
    """A file or an id that is published has no reason and no remark."""
    assert said() == Verdict()
    assert said(None, "id") == Verdict()
    assert said("events/a.yaml", "sidecar") == Verdict()
    assert said("o.yaml", "sidecar", clip=None, outage=OUTAGE) == Verdict()


NEWER = FileEntry("events/a.mp4", 11, 2, 7)
PROBLEM = Problem("events/a.mp4", "start", "is no time", "write one")
NOT = {
    "outside": (said(None), "outside the archive", "put it"),
    "hidden": (said("events/.a.mp4"), "hidden", "no dot"),
    "hidden folder": (said(".hooks/1/a.mp4"), "hidden", "no dot"),
    "missing": (said(there=False, known=None, clip=None), "no such file", "check its name"),
    "deleted": (said(there=False), "was deleted", "sitegen build"),
    "a link": (said(now=Problem("a", "", "not a regular file", "put it there")), "not a regular", "put it"),
    "of no interest": (said("a.txt", "other", known=None, clip=None), "no video, image", "ending"),
    "no index": (said(known=None, clip=None, index_trouble="there is none yet"), "none yet", "sitegen build"),
    "id without index": (
        said(None, "id", clip=None, index_trouble="gone"),
        "index cannot tell: gone",
        "build",
    ),
    "unknown id": (said(None, "id", clip=None), "no clip has this id", "sitegen build"),
    "not scanned": (said(known=None, clip=None), "not scanned yet", "sitegen watch"),
    "changed since": (
        said(now=NEWER, clip=None, problems=(PROBLEM,)),
        "changed after the last scan",
        "build",
    ),
    "a Problem": (said(clip=None, problems=(PROBLEM,)), "start: is no time", "write one"),
    "held": (said(clip=None, held=True), "may still be written", "wait"),
    "unused image": (said("a.jpg", "image", clip=None), "no sidecar names it", "posters"),
    "stray note": (said("a.md", "note", clip=None), "no clip of the same name", ".md"),
    "not its sidecar": (
        said("events/a.mp4", "sidecar", belongs=False, problems=(PROBLEM,)),
        "start: is no",
        "write",
    ),
    "a bug": (said(clip=None), "no clip of it", "--full"),
    "not published": (said(published=False), "page is not written", "sitegen build"),
    "outage": (said("o.yaml", "sidecar", clip=None, outage=OUTAGE, published=False), "no gap", "build"),
}


@pytest.mark.parametrize("name", NOT)
def test_the_first_reason_is_told_with_its_remedy(name):
    """Each way not to be on the site has its own line, and something to do."""
    found, reason, remedy = NOT[name]
    assert reason in found.reason
    assert remedy in found.remedy
    assert "\n" not in found.reason + found.remedy


def test_remarks_on_what_is_on_the_site():
    """Being recorded, changed since, and files that are missing are told, though it is on the site."""
    recording = msgspec.structs.replace(CLIP, end=None, end_local=None)
    lost = msgspec.structs.replace(CLIP, pages=(SiteFile("x.html", there=False),))
    for changes, remark in (
        ({"clip": recording, "now": NEWER}, "is being recorded"),
        ({"now": NEWER}, "changed after the last scan"),
        ({"clip": lost}, "missing in the site's folder"),
    ):
        found = said(**changes)
        assert found.reason == ""
        (told,) = found.remarks
        assert remark in told


def test_the_text_says_the_verdict_first_and_all_facts():
    """One line for the verdict, then a line a fact; what is not there on the site is marked."""
    clip = msgspec.structs.replace(
        CLIP,
        event="101-1",
        image="events/a.jpg",
        bytes=10,
        pages=(SiteFile("p.html", there=False),),
        previews=PreviewState("failed", "it is cut"),
    )
    problems = (PROBLEM, Problem("events/a.jpg", "", "is no picture", "delete it"))
    told = Explanation(
        asked="x",
        kind="video",
        on_site=True,
        path=clip.video,
        remarks=("well",),
        clip=clip,
        problems=problems,
    )
    assert text(told).splitlines() == [
        "events/a.mp4: on the site",
        "  remark    well",
        "  clip      101-20261122T035503Z, event of camera 101 (Driveway)",
        "  start     2026-11-22T03:55:03.120Z, 2026-11-22 04:55:03 CET",
        "  end       2026-11-22T03:55:03.120Z, 2026-11-22 04:55:03 CET",
        "  event     101-1",
        "  video     events/a.mp4, 10 bytes",
        "  sidecar   events/a.yaml",
        "  image     events/a.jpg",
        "  day       2026-11-22",
        "  previews  failed: it is cut",
        "  page      p.html (not there)",
        "  Problem   events/a.mp4: start: is no time; write one",
        "  Problem   events/a.jpg: is no picture; delete it",
    ]


def test_the_text_of_what_is_not_on_the_site():
    """The reason stands in the first line, the remedy in the second; an outage that lasts has no end yet."""
    told = Explanation(asked="o", kind="id", on_site=False, reason="so it is", remedy="do it", outage=OUTAGE)
    assert text(told).splitlines() == [
        "o: not on the site: so it is",
        "  remedy    do it",
        "  outage    of camera 101",
        "  start     2026-11-22T03:55:03.120Z, …",
        "  end       not yet",
        "  day       2026-11-22",
    ]


def test_a_name_that_is_no_text_can_be_asked_for(places):
    """A name that is not UTF-8 is a file like any other until it is judged."""
    name = os.fsdecode(b"events/\xff.mp4")
    (places["root"] / name).touch()
    assert subject_of(name, **places) == Subject(name, "video", name)
