"""What the files of one stem are together; P2: each video becomes a clip, is held, or is a Problem."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from archives import stamp
from hypothesis import given
from hypothesis import strategies as st

from sitegen.archive.assemble import assemble
from sitegen.archive.scan import FileEntry
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.clip import Problem, Sidecar

START = datetime(2026, 11, 22, 3, 55, 3, tzinfo=UTC)
GOOD = {"kind": "event", "camera": "101", "start": stamp(START), "end": stamp(START + timedelta(seconds=9))}


def text(**fields) -> bytes:
    return sidecar_text(
        {k: v for k, v in (GOOD | {"video": "a.mp4"} | fields).items() if v is not None}
    ).encode()


def made_up(file: FileEntry) -> Sidecar:
    name = file.path.rpartition("/")[2]
    return Sidecar(kind="event", camera="unknown", start=START, end=START, video=name)


def run(contents: dict[str, bytes], adopt=made_up, present=()):
    files = [FileEntry(path, len(data), 7, 1) for path, data in sorted(contents.items())]

    def read(path: str) -> bytes:
        return contents[path]

    return assemble(files, read=read, adopt=adopt, size_of=lambda p: 7 if p in present else None)


def test_a_video_with_its_sidecar_is_a_clip():
    """All that the sidecar says arrives, with the video's size and time."""
    result = run(
        {"x/a.mp4": b"video", "x/a.yaml": text(event="e", end_reason="motion_stopped", extra={"k": 1})}
    )
    (clip,) = result.clips
    assert (clip.path, clip.kind, clip.camera, clip.start) == ("x/a.mp4", "event", "101", START)
    assert (clip.end, clip.event, clip.end_reason) == (START + timedelta(seconds=9), "e", "motion_stopped")
    assert (clip.bytes, clip.mtime_ns, clip.adopted, clip.extra) == (5, 7, False, {"k": 1})
    assert result.problems == ()


def test_a_clip_that_is_being_recorded_has_no_size_yet():
    """Without `end` its size and time are left out, so that its page does not change with each byte."""
    (clip,) = run({"x/a.mp4": b"video", "x/a.yaml": text(end=None)}).clips
    assert (clip.end, clip.bytes, clip.mtime_ns) == (None, 0, 0)


def test_an_image_is_linked_only_when_it_is_there():
    """Whether it is or not, the stem waits for it."""
    contents = {"x/a.mp4": b"", "x/a.yaml": text(image="p.jpg")}
    without, with_it = run(contents), run(contents, present={"x/p.jpg"})
    assert (without.clips[0].image, with_it.clips[0].image) == (None, "x/p.jpg")
    assert without.wanted == with_it.wanted == ("x/p.jpg",)


def test_a_note_goes_with_its_clip():
    """Also with a clip that was adopted."""
    note = b"---\nkeep: true\ntitle: Parcel\n---\nAt the door"
    for contents in ({"a.mp4": b"v", "a.yaml": text(), "a.md": note}, {"a.mp4": b"v", "a.md": note}):
        (clip,) = run(contents).clips
        assert (clip.note.keep, clip.note.title, clip.note.text) == (True, "Parcel", "At the door")


def test_a_note_alone_is_nothing():
    """There is no clip and no Problem: a person may write before the video comes."""
    assert run({"a.md": b"hello"}) == run({})


def test_a_video_without_sidecar_is_adopted():
    """It is a clip, and says that it was adopted."""
    (clip,) = run({"a.mp4": b"v"}).clips
    assert clip.adopted
    assert clip.bytes == 1


def test_a_video_that_may_still_be_written_is_held():
    """Neither clip nor Problem yet; it is remembered."""
    result = run({"a.mp4": b"v"}, adopt=lambda _: None)
    assert (result.clips, result.problems, result.held) == ((), (), ("a.mp4",))


def test_a_video_that_cannot_be_adopted_is_a_problem():
    """With the reason that adoption gives."""
    problem = Problem("a.mp4", "", "the video is empty")
    result = run({"a.mp4": b""}, adopt=lambda _: problem)
    assert (result.clips, result.problems) == ((), (problem,))


@pytest.mark.parametrize(
    "sidecar", [b"", b"nonsense: [", b"\xff", b"kind: event\n", b"x" * 70_000, text(end="soon")]
)
def test_a_bad_sidecar_is_a_problem_and_its_video_is_adopted(sidecar):
    """P2: what somebody wrote wrong does not hide the video."""
    result = run({"x/a.mp4": b"v", "x/a.yaml": sidecar})
    assert [c.path for c in result.clips] == ["x/a.mp4"]
    assert result.clips[0].adopted
    assert {p.path for p in result.problems} == {"x/a.yaml"}


def test_a_sidecar_that_names_another_stem_is_a_problem():
    """It cannot take another's video; its own is adopted."""
    result = run({"x/a.mp4": b"v", "x/a.yaml": text(video="b.mp4")})
    (problem,) = result.problems
    assert (problem.path, problem.key) == ("x/a.yaml", "video")
    assert "b.mp4" in problem.reason
    assert "not its own stem" in problem.reason
    assert [c.adopted for c in result.clips] == [True]


def test_a_sidecar_whose_video_has_gone_is_a_problem_and_no_clip():
    """Nothing of it may be shown."""
    result = run({"x/a.yaml": text()})
    assert result.clips == ()
    (problem,) = result.problems
    assert "is not there" in problem.reason


def test_two_videos_of_one_stem_are_two_clips():
    """a.mkv beside a.mp4: one has the sidecar, the other is adopted."""
    result = run({"x/a.mp4": b"v", "x/a.mkv": b"v", "x/a.yaml": text()})
    assert {(c.path, c.adopted) for c in result.clips} == {("x/a.mp4", False), ("x/a.mkv", True)}


def test_an_ending_in_capitals_is_the_same_ending():
    """A.MP4 is a video as well."""
    (clip,) = run({"x/A.MP4": b"v", "x/A.yaml": text(video="A.MP4")}).clips
    assert not clip.adopted


def test_an_outage_has_no_video():
    """A sidecar of kind outage is an outage, lasting or over."""
    values = {"kind": "outage", "camera": "101", "start": stamp(START)}
    result = run({"o.yaml": sidecar_text(values).encode()})
    (outage,) = result.outages
    assert (outage.path, outage.camera, outage.start, outage.end) == ("o.yaml", "101", START, None)
    assert result.clips == ()


def test_a_video_beside_an_outage_is_adopted():
    """P2: an outage has no video; one that lies beside it all the same is not passed over."""
    result = run({"a.mp4": b"v", "a.yaml": OUTAGE})
    assert len(result.outages) == 1
    assert [c.adopted for c in result.clips] == [True]


def test_a_file_that_cannot_be_read_is_a_problem():
    """A disk error costs the sidecar or the note, not the build."""

    def read(path: str) -> bytes:
        raise OSError(5, "Input/output error")

    files = [FileEntry(f"a{e}", 1, 7, 1) for e in (".md", ".mp4", ".yaml")]
    result = assemble(files, read=read, adopt=made_up, size_of=lambda _: None)
    assert len(result.clips) == 1
    assert sorted(p.path for p in result.problems) == ["a.md", "a.yaml"]


SIDECARS = [
    None,
    b"",
    b"nonsense: [",
    text(),
    text(video="b.mp4"),
    text(end=None),
    text(image="p.jpg"),
    text(kind="segment"),
]
OUTAGE = sidecar_text({"kind": "outage", "camera": "101", "start": stamp(START)}).encode()
SIDECARS.append(OUTAGE)
ADOPT = {
    "adopted": made_up,
    "held": lambda _: None,
    "refused": lambda f: Problem(f.path, "", "no"),
}


@given(
    st.sets(st.sampled_from([".mp4", ".mkv", ".avi", ".MP4"])),
    st.sampled_from(SIDECARS) | st.binary(max_size=80),
    st.none() | st.binary(max_size=40),
    st.sampled_from(sorted(ADOPT)),
)
def test_every_video_is_accounted_for(endings, sidecar, note, adopt):
    """P2: with whatever lies beside it, each video is exactly one of clip, held, and Problem."""
    contents = {f"x/a{e}": b"v" for e in endings}
    if sidecar is not None:
        contents["x/a.yaml"] = sidecar
    if note is not None:
        contents["x/a.md"] = note
    result = run(contents, adopt=ADOPT[adopt])
    videos = sorted(f"x/a{e}" for e in endings)
    told = [p.path for p in result.problems if not p.path.endswith((".yaml", ".md"))]
    assert sorted(itertools.chain((c.path for c in result.clips), result.held, told)) == videos


@pytest.mark.parametrize("refused", ["a.yaml", "a.md", "a.mp4"])
def test_what_the_disk_refuses_is_asked_for_again(refused):
    """A file that cannot be read is a Problem now, and due at the next look: nothing about it says when that is over."""
    files = [FileEntry(path, 9, 7, 1) for path in ("a.md", "a.mp4", "a.yaml")]

    def read(path: str) -> bytes:
        if path == refused:
            raise PermissionError(13, "Permission denied")
        return b"Hello" if path == "a.md" else text(video="b.mp4" if refused == "a.mp4" else "a.mp4")

    def adopt(file: FileEntry) -> Sidecar:
        if file.path == refused:
            raise PermissionError(13, "Permission denied")
        return made_up(file)

    result = assemble(files, read=read, adopt=adopt, size_of=lambda _: None)
    assert result.unread
    assert [p.reason for p in result.problems if p.path == refused] == ["cannot be read: Permission denied"]
    assert not run({"a.yaml": text(), "a.mp4": b"x"}).unread
