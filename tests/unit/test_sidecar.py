"""sitegen.archive.sidecar: what is read, and what becomes of everything else."""

from datetime import UTC, datetime

import pytest

from sitegen.archive.sidecar import read_sidecar
from sitegen.clip import Clip, Motion, Sidecar

CONTRACT = b"""\
schema: 1
kind: event                              # event | segment
camera: "101"
start: "2026-11-22T03:55:03.120Z"        # first frame; RFC 3339, with offset
end: "2026-11-22T03:55:41.020Z"          # last frame; absent while it is being recorded
video: "101-34-20261122T035503Z.mp4"     # a bare file name in this folder
image: "101-34-20261122T035507Z.jpg"     # optional, likewise
event: "101-20261122T035503Z"            # optional: clips of one Event share it
motion: {changed_pixels: 5210, noise: 12, labels: 3, x: 310, y: 190, width: 120, height: 80}   # optional
end_reason: motion_stopped               # optional
extra: {}                                # optional, anything; kept and shown as text
"""


def changed(**lines: str | None) -> bytes:
    """Return the contract's example with some lines written otherwise (None: left out)."""
    kept = [line for line in CONTRACT.decode().splitlines() if line.split(":")[0] not in lines]
    return "\n".join(kept + [f"{key}: {value}" for key, value in lines.items() if value is not None]).encode()


def test_the_contracts_example_is_read_whole():
    """Every key of the contract's example arrives, times in UTC, with no Problem."""
    sidecar, problems = read_sidecar(CONTRACT, "a.yaml")
    assert problems == ()
    assert sidecar == Sidecar(
        kind="event",
        camera="101",
        start=datetime(2026, 11, 22, 3, 55, 3, 120_000, UTC),
        end=datetime(2026, 11, 22, 3, 55, 41, 20_000, UTC),
        video="101-34-20261122T035503Z.mp4",
        image="101-34-20261122T035507Z.jpg",
        event="101-20261122T035503Z",
        motion=Motion(changed_pixels=5210, noise=12, labels=3, x=310, y=190, width=120, height=80),
        end_reason="motion_stopped",
    )


def test_the_least_sidecar_is_enough():
    """schema, kind, camera, start and video are all that is needed."""
    text = b'schema: 1\nkind: segment\ncamera: "1"\nstart: 2026-11-22T04:55:03+01:00\nvideo: a.mkv\n'
    sidecar, problems = read_sidecar(text, "a.yaml")
    assert problems == ()
    assert sidecar is not None
    assert sidecar.start == datetime(2026, 11, 22, 3, 55, 3, tzinfo=UTC)
    assert sidecar.start.tzinfo is UTC
    assert (sidecar.end, sidecar.motion, sidecar.extra) == (None, None, {})


def test_a_small_video_of_the_same_time_is_named():
    """`preview` is a bare file name like `video`; a sidecar without is as valid as before."""
    sidecar, problems = read_sidecar(changed(preview='"101-34-20261122T035503Z.sub.mp4"'), "a.yaml")
    assert problems == ()
    assert sidecar is not None
    assert sidecar.preview == "101-34-20261122T035503Z.sub.mp4"


def test_an_outage_needs_no_video():
    """A sidecar of kind outage has no video, and one with a video is refused."""
    sidecar, problems = read_sidecar(changed(kind="outage", video=None, image=None), "a.yaml")
    assert problems == ()
    assert sidecar is not None
    assert sidecar.kind == "outage"
    assert read_sidecar(changed(kind="outage"), "a.yaml")[1][0].key == "video"
    wrong = changed(kind="outage", video=None, image=None, preview='"a.mp4"')
    assert read_sidecar(wrong, "a.yaml")[1][0].key == "preview"


def test_a_key_without_a_value_is_absent():
    """`end:` and `end: null` mean that there is no end."""
    for empty in ("", "null", "~"):
        sidecar, problems = read_sidecar(changed(end=empty, extra=empty), "a.yaml")
        assert problems == ()
        assert sidecar is not None
        assert sidecar.end is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", "2"), ("schema", '"1"'), ("schema", "true"), ("schema", "1.5"), ("schema", None),
        ("kind", "foo"), ("kind", "[event]"), ("kind", None),
        ("camera", "101"), ("camera", "012"), ("camera", "no"), ("camera", '""'), ("camera", '".."'),
        ("camera", '"a/b"'), ("camera", '"1\\n"'), ("camera", f'"{"x" * 65}"'), ("camera", None), ("camera", "{}"),
        ("start", '"2026-11-22T03:55:03"'), ("start", "2026-11-22"), ("start", "12:30:00"), ("start", "1"),
        ("start", '"2026-13-01T00:00:00Z"'), ("start", '"2026-11-22T03:55:60Z"'), ("start", '"now"'),
        ("start", '"0001-01-01T00:00:00+23:59"'), ("start", '"9999-12-31T23:59:59-23:59"'), ("start", None),
        ("start", '"1969-12-31T23:59:59Z"'), ("start", '"2200-01-01T00:00:00Z"'),
        ("start", '"2026-11-22T03:55:03+99:99"'), ("start", '"٢٠٢٦-11-22T03:55:03Z"'),
        ("end", '"2026-11-22T03:55:03.119Z"'), ("end", '"2027-11-22T00:00:00Z"'), ("end", "3"),
        ("video", '"a/b.mp4"'), ("video", '"../b.mp4"'), ("video", '".b.mp4"'), ("video", '".."'), ("video", '""'),
        ("video", '"a\\0.mp4"'), ("video", '"a\\n.mp4"'), ("video", '"a.mp4\\n"'), ("video", '"a.html"'),
        ("video", f'"{"ä" * 126}.mp4"'), ("video", f'"{"x" * 252}.mp4"'), ("video", None), ("video", "[a.mp4]"),
        ("image", '"/a.jpg"'), ("image", '"a.mp4"'), ("image", "3"), ("image", '"a.svg"'),
        ("preview", '"a/b.mp4"'), ("preview", '".b.mp4"'), ("preview", '"a.jpg"'), ("preview", "3"), ("preview", '""'),
        ("preview", '"101-34-20261122T035503Z.mp4"'), ("preview", f'"{"ä" * 126}.mp4"'),
        ("event", '""'), ("event", '"a\\tb"'), ("event", f'"{"x" * 201}"'), ("event", "20261122"),
        ("motion", "3"), ("motion", "[]"), ("extra", "[]"), ("extra", "text"),
        ("end_reason", "off"), ("end_reason", "1"), ("end_reason", '"\\x7f"'), ("end_reason", '"a\\u2028b"'),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_makes_a_problem(key, value):
    """A wrong value costs the sidecar, and the Problem names file, key, reason and remedy."""
    sidecar, problems = read_sidecar(changed(**{key: value}), "events/a.yaml")
    assert sidecar is None
    assert [problem.key for problem in problems] == [key]
    assert problems[0].path == "events/a.yaml"
    assert problems[0].reason
    assert problems[0].remedy


@pytest.mark.parametrize("value", ["text", "1.5", "true", "[]", "99999999999999999999"])
def test_a_measure_that_is_no_whole_number_makes_a_problem(value):
    """The key of a wrong measure is told with its mapping."""
    sidecar, problems = read_sidecar(changed(motion=f"{{noise: 1, x: {value}}}"), "a.yaml")
    assert sidecar is None
    assert problems[0].key == "motion.x"


def test_a_number_for_a_text_is_to_be_put_in_quotes():
    """Who forgot the quotes of `camera: 101` is told so."""
    assert read_sidecar(changed(camera="101"), "a.yaml")[1][0].remedy == "put it in quotes"


def test_all_that_is_wrong_is_told():
    """A sidecar with several mistakes makes a Problem for each."""
    _, problems = read_sidecar(changed(camera="101", start=None, motion="{x: a}"), "a.yaml")
    assert {problem.key for problem in problems} == {"camera", "start", "motion.x"}


def test_unknown_keys_are_reported_once_and_ignored():
    """A sidecar of a later writer is used; one Problem names what was not understood."""
    sidecar, problems = read_sidecar(changed(motion="{x: 1, speed: 2}") + b"\nzone: a\nlens: {}\n", "a.yaml")
    assert sidecar is not None
    assert sidecar.motion == Motion(x=1)
    assert len(problems) == 1
    assert problems[0].key == "zone, lens, motion.speed"


def test_extra_keeps_anything():
    """Whatever stands in extra is kept, and a list where a word is usual upsets nobody."""
    sidecar, problems = read_sidecar(
        changed(extra='{movie: [1], "no": {a: [1.5, null, true, "x\\ny"]}}'), "a.yaml"
    )
    assert problems == ()
    assert sidecar is not None
    assert sidecar.extra == {"movie": [1], "no": {"a": [1.5, None, True, "x\ny"]}}
    assert (
        Clip(path="a", id="a", kind="event", camera="1", start=sidecar.start, extra=sidecar.extra).movie
        == "motion"
    )


@pytest.mark.parametrize("data", [b"", b"# nothing\n", b"text", b"- 1", b"3", b"---\n"])
def test_what_has_no_keys_is_refused(data):
    """An empty file, a text and a list are no sidecars."""
    sidecar, problems = read_sidecar(data, "a.yaml")
    assert sidecar is None
    assert problems[0].reason == "has no keys"


@pytest.mark.parametrize(
    ("within", "beyond", "reason"),
    [
        ("[" * 13 + "]" * 13, "[" * 14 + "]" * 14, "levels"),
        ("[" + "1," * 1_984 + "]", "[" + "1," * 1_985 + "]", "nodes"),
        (str(2**63 - 1), str(2**63), "too large a number"),
        (str(-(2**63)), str(-(2**63) - 1), "too large a number"),
    ],
)
def test_a_limit_holds_exactly(within, beyond, reason):
    """16 levels, 2,000 nodes and 64 bits are taken; one more is not."""
    least = {"image": None, "event": None, "motion": None, "end_reason": None, "end": None}
    assert read_sidecar(changed(**least, extra=f"{{a: [{within}]}}"), "a.yaml")[1] == ()
    assert reason in read_sidecar(changed(**least, extra=f"{{a: [{beyond}]}}"), "a.yaml")[1][0].reason


def test_64_kib_are_taken_and_no_byte_more():
    """The limit of size holds exactly."""
    padded = CONTRACT + b"#" * (64 * 1024 - len(CONTRACT))
    assert read_sidecar(padded, "a.yaml")[1] == ()
    assert "64 KiB" in read_sidecar(padded + b"#", "a.yaml")[1][0].reason
