"""For every kind of change: the files written are those that two builds from scratch differ in, and hardly more is rendered."""

from collections.abc import Callable

import pytest
from written_world import MIDDLE, NEW, OLD, World, in_pieces, minutes

Change = Callable[[World], object]

LISTS = {"home", "cameras", "camera"}
ITSELF_ONLY = LISTS | {"api", "clip", "camera-day", "day"}
WITHOUT_HTML = {"api", "playlist", "calendar", "shell"}
BOX = {"changed_pixels": 700, "x": 310, "y": 190, "width": 120, "height": 80}
RECORDED = {"camera": "104", "kind": "segment", "motion": None, "end_reason": "rotated"}
"""A segment of a camera that has no events."""
NOTE = "---\ntitle: Parcel\n---\nHello\n"

CLIPS: dict[str, tuple[Change, set[str]]] = {
    "newest event": (lambda w: w.put("x", minutes(NEW, 60)), set()),
    "newest event, being recorded": (lambda w: w.put("x", minutes(NEW, 60), seconds=None), set()),
    "event in the middle": (lambda w: w.put("x", minutes(MIDDLE, 50.5)), set()),
    "event on a new day": (lambda w: w.put("x", minutes(NEW, 3 * 1440)), set()),
    "event on a day between": (lambda w: w.put("x", minutes(OLD, 3 * 1440)), set()),
    "event on an old day": (lambda w: w.put("x", minutes(OLD, 12)), set()),
    "first event of a camera": (lambda w: w.put("x", minutes(NEW, 60), camera="104"), set()),
    "one more of an Event": (lambda w: w.put("x", minutes(OLD, 1000), event="101-old"), set()),
    "debug movie": (lambda w: w.put("x", minutes(OLD, 12), extra={"movie": "debug"}), LISTS),
    "old event removed": (lambda w: w.remove("old-2"), set()),
    "newest event removed": (lambda w: w.remove("new-3"), set()),
    "one of an Event removed": (lambda w: w.remove("old-0"), set()),
    "a day's last clips removed": (lambda w: [w.remove(name) for name in w.events if name[:3] == "old"], set()),
    "newest segment": (lambda w: w.put_segment("x", minutes(NEW, 20)), set()),
    "newest segment, being recorded": (lambda w: w.put_segment("x", minutes(NEW, 20), None), {"playlist"}),
    "newest segment, killed": (lambda w: w.put_segment("x", minutes(NEW, 20), reason="killed"), set()),
    "newest segment, stopped": (lambda w: w.put_segment("x", minutes(NEW, 20), reason="stopped"), set()),
    "newest segment, stopped and not rotated": (
        lambda w: w.edit("new-segment-3", "rotated", "stopped"), set(),
    ),
    "last segment of a camera, killed long ago": (
        lambda w: w.put("x", minutes(OLD, 30), camera="102", kind="segment", motion=None, end_reason="killed"), set(),
    ),
    "old segment": (lambda w: w.put_segment("x", minutes(OLD, 20)), {"day", "camera-day"}),
    "segment in a gap": (lambda w: w.put_segment("x", minutes(OLD, 10)), set()),
    "segment days later": (lambda w: w.put_segment("x", minutes(NEW, 3 * 1440)), set()),
    "old segment removed": (lambda w: w.remove("old-segment-1"), set()),
    "newest segment removed": (lambda w: w.remove("new-segment-3"), set()),
    "another camera": (lambda w: w.edit("old-2", 'camera: "101"', 'camera: "102"'), set()),
    "another day": (lambda w: w.edit("old-2", "2026-11-02", "2026-11-03"), {"cameras"}),
    "another minute": (lambda w: w.edit("old-2", "T10:20:00", "T10:19:00"), {"cameras", "home", "camera"}),
    "other motion": (lambda w: w.edit("old-2", "700", "900"), LISTS | {"api", "clip", "camera-day"}),
    "other motion of the newest": (lambda w: w.edit("new-3", "700", "900"), LISTS | {"api", "clip", "camera-day"}),
    "another extra": (lambda w: w.edit("old-2", "}\n", '}\nextra: {"a": "b"}\n'), ITSELF_ONLY),
    "a comment in the sidecar": (lambda w: w.edit("old-2", "kind", "# a comment\nkind"), set()),
    "an unknown key": (lambda w: w.edit("old-2", "kind", "colour: red\nkind"), set()),
    "a broken sidecar": (lambda w: w.sidecar("old-2").write_text("nonsense: ["), set()),
    "a lost sidecar": (lambda w: w.sidecar("old-2").unlink(), set()),
    "a lost video": (lambda w: w.touch(w.events["old-2"]).unlink(), set()),
    "a box in the motion": (lambda w: w.put("x", minutes(OLD, 12), motion=BOX, video=in_pieces()), set()),
    "another recording": (lambda w: w.touch(w.events["old-segment-1"]).write_bytes(in_pieces(9)), LISTS | {"camera-day"}),
    "a recording no more": (lambda w: w.touch(w.events["old-segment-1"]).write_bytes(b"x" * 99), LISTS),
    "a sidecar without video": (lambda w: w.put_stray("x.yaml"), set()),
}  # fmt: skip
"""What is changed in an archive, and the kinds of pages that may be rendered though they stay the same."""

BESIDE: dict[str, tuple[Change, set[str]]] = {
    "note with a title": (lambda w: w.note("old-2", NOTE), LISTS | {"api", "clip"}),
    "note with a title, newest": (lambda w: w.note("new-3", NOTE), {"api", "clip", "cameras"}),
    "note without": (lambda w: w.note("old-2", "Hello"), ITSELF_ONLY),
    "note without, newest": (lambda w: w.note("new-3", "Hello"), ITSELF_ONLY),
    "note of a segment": (lambda w: w.note("old-segment-1", NOTE), LISTS | {"api", "camera-day"}),
    "image": (lambda w: w.image("old-2", b"jpeg"), LISTS | {"clip"}),
    "image of the newest": (lambda w: w.image("new-2", b"jpeg"), {"clip"}),
    "outage that lasts": (lambda w: w.put_outage(minutes(MIDDLE, 200), None), set()),
    "outage": (lambda w: w.put_outage(minutes(MIDDLE, 200), minutes(MIDDLE, 230)), set()),
    "outage over days": (lambda w: w.put_outage(minutes(OLD, 60), minutes(NEW, -90)), set()),
    "outage that lasts until now": (lambda w: w.put_outage(minutes(NEW, 60), None), set()),
    "outage of a camera without clips": (lambda w: w.put_outage(minutes(NEW, 60), None, "104"), set()),
    "outage in a gap": (lambda w: w.put_outage(minutes(MIDDLE, 200), None, "101"), set()),
    "previews": (lambda w: w.previews("old-2"), LISTS | {"clip"}),
    "previews of one of an Event": (lambda w: w.previews("old-0"), LISTS | {"clip"}),
    "previews of the newest": (lambda w: w.previews("new-3"), {"clip"}),
    "previews of a segment": (lambda w: w.previews("old-segment-1"), LISTS),
    "a page of the owner": (lambda w: w.content("notes/about.md", "Hello"), set()),
    "a page of the owner in the navigation": (lambda w: w.content("about.md", "Hello"), WITHOUT_HTML),
    "prose of a camera": (lambda w: w.content("cameras/driveway.md", "Hello"), set()),
    "prose of no camera": (lambda w: w.content("cameras/nobody.md", "Hello"), set()),
    "nothing": (lambda w: None, set()),
    "a restart": (lambda w: w.restart(), set()),
}
"""Likewise, for what belongs to clips, or to none."""

LATER: dict[str, tuple[Change, Change, set[str]]] = {
    "segment closed": (
        lambda w: w.put_segment("x", minutes(NEW, 20), None),
        lambda w: w.edit("x", "video:", 'end: "2026-11-20T10:25:00Z"\nvideo:'),
        LISTS | {"api"},
    ),
    "recording goes on after a kill": (
        lambda w: w.put("x", minutes(OLD, 30), camera="102", kind="segment", motion=None, end_reason="killed"),
        lambda w: w.put("y", minutes(MIDDLE, 30), camera="102", kind="segment", motion=None, end_reason="rotated"),
        set(),
    ),
    "a killed recording was none": (
        lambda w: w.put("x", minutes(OLD, 30), camera="102", kind="segment", motion=None, end_reason="killed"),
        lambda w: w.edit("x", "killed", "rotated"),
        {"camera"},
    ),
    "event closed": (
        lambda w: w.put("x", minutes(NEW, 60), seconds=None),
        lambda w: w.edit("x", "video:", 'end: "2026-11-20T11:00:25Z"\nvideo:'),
        {"api", "clip"},
    ),
    "note changed": (lambda w: w.note("old-2", "Hi"), lambda w: w.note("old-2", "Ho"), ITSELF_ONLY),
    "note removed": (lambda w: w.note("old-2", NOTE), lambda w: w.note("old-2", None), LISTS | {"api", "clip"}),
    "image removed": (lambda w: w.image("old-2", b"x"), lambda w: w.image("old-2", None), LISTS | {"clip"}),
    "image under an event being recorded": (
        lambda w: w.put("x", minutes(NEW, 60), seconds=None), lambda w: w.image("new-3", b"jpeg"), {"clip"},
    ),
    "previews under an event being recorded": (
        lambda w: w.put("x", minutes(NEW, 60), seconds=None), lambda w: w.previews("new-3"), {"clip"},
    ),
    "previews of a camera's segment": (
        lambda w: w.put("x", minutes(NEW, 20), **RECORDED, video=in_pieces()), lambda w: w.previews("x"), {"camera"},
    ),
    "previews of a camera's last segment but one": (
        lambda w: [w.put(name, minutes(NEW, at), **RECORDED, video=in_pieces()) for name, at in (("x", 20), ("y", 40))],
        lambda w: w.previews("x"),
        set(),
    ),
    "previews of a camera's older segment": (
        lambda w: [
            [w.put(name, minutes(NEW, at), **RECORDED, video=in_pieces()) for name, at in (("x", 20), ("y", 40))],
            w.build(), w.previews("y"),
        ],
        lambda w: w.previews("x"),
        set(),
    ),
    "segment with a camera's picture removed": (
        lambda w: [
            [w.put(name, minutes(NEW, at), **RECORDED, video=in_pieces()) for name, at in (("x", 20), ("y", 40))],
            w.build(), w.previews("x"), w.previews("y"),
        ],
        lambda w: w.remove("y"),
        set(),
    ),
    "lasting outage ended": (
        lambda w: w.put_outage(minutes(NEW, 60), None),
        lambda w: w.put_outage(minutes(NEW, 60), minutes(NEW, 90)),
        set(),
    ),
    "lasting outage ended by a clip": (
        lambda w: w.put_outage(minutes(NEW, 60), None),
        lambda w: w.put("x", minutes(NEW, 90), camera="102"),
        set(),
    ),
    "outage ended": (
        lambda w: w.put_outage(minutes(MIDDLE, 200), None),
        lambda w: w.put_outage(minutes(MIDDLE, 200), minutes(MIDDLE, 230)),
        set(),
    ),
    "outage ended by a clip": (
        lambda w: w.put_outage(minutes(OLD, 60), None),
        lambda w: w.put("x", minutes(OLD, 2 * 1440), camera="102"),
        set(),
    ),
    "page changed": (lambda w: w.content("about.md", "Hi"), lambda w: w.content("about.md", "Ho"), set()),
    "page removed": (lambda w: w.content("about.md", "Hi"), lambda w: w.content("about.md", None), WITHOUT_HTML),
    "prose changed": (
        lambda w: w.content("cameras/driveway.md", "Hi"),
        lambda w: w.content("cameras/driveway.md", "Ho"),
        set(),
    ),
    "prose removed": (
        lambda w: w.content("cameras/driveway.md", "Hi"),
        lambda w: w.content("cameras/driveway.md", None),
        set(),
    ),
    "the box of an event moved": (
        lambda w: w.put("x", minutes(OLD, 12), motion=BOX, video=in_pieces()),
        lambda w: w.edit("x", "310", "311"),
        LISTS | {"api", "clip", "camera-day", "playlist"},
    ),
    "Problem solved": (
        lambda w: w.edit("old-2", "kind", "colour: red\nkind"),
        lambda w: w.edit("old-2", "colour: red\n", ""),
        set(),
    ),
}  # fmt: skip
"""What was there, what changed, and the kinds of pages that may be rendered though they stay the same."""


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.generator.close()


def check(world: World, change: Change, vain: set[str]) -> None:
    outcome = world.outcome(change)
    assert (outcome.written, outcome.deleted) == (outcome.changed, outcome.gone)
    surplus = {page for page in outcome.vain if page.kind not in vain}
    assert not surplus, f"rendered in vain: {sorted(surplus)}"
    assert len(outcome.vain) <= len(vain) + 3, "more than two neighbours, or two days, were rendered in vain"


@pytest.mark.parametrize("name", CLIPS)
def test_a_change_of_a_clip_writes_what_differs(world, name):
    """Clips and segments added, removed, moved, described otherwise: the set of files is exact, the pages are bounded."""
    check(world, *CLIPS[name])


@pytest.mark.parametrize("name", BESIDE)
def test_a_change_beside_clips_writes_what_differs(world, name):
    """Notes, images, outages, previews and the owner's pages likewise."""
    check(world, *BESIDE[name])


@pytest.mark.parametrize("name", LATER)
def test_a_later_change_writes_what_differs(world, name):
    """What ends, changes once more or goes again likewise."""
    before, change, vain = LATER[name]
    before(world)
    world.build()
    check(world, change, vain)
