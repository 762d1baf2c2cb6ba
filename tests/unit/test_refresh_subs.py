"""A video that a sidecar names as its preview is no clip of its own, whatever comes first."""

import pytest
from refreshed import Archive

from sitegen.archive import counts
from sitegen.errors import ArchiveGone


@pytest.fixture
def archive(tmp_path):
    found = Archive(tmp_path)
    yield found
    found.index.close()


def put_pair(archive):
    main = archive.put(0, kind="segment", token="a", preview="101-a-20261122T120000Z.sub.mp4")
    sub = main.with_name("101-a-20261122T120000Z.sub.mp4")
    return main, sub


def only_clip(archive):
    (placed,) = archive.index.each_clip()
    return placed.clip


@pytest.mark.parametrize("first", ["both", "main", "sub"])
def test_a_sub_stream_belongs_to_its_segment(archive, first):
    """Whether a scan finds both, or one comes after the other."""
    main, sub = put_pair(archive)
    hidden = main.with_suffix(".yaml").rename(archive.root / ".later") if first == "sub" else None
    if first != "main":
        sub.write_bytes(b"small")
    archive.all()
    sub.write_bytes(b"small")
    if hidden is not None:
        assert counts.clip_count(archive.index) == 2  # nobody claims it yet: better adopted than lost
        hidden.rename(main.with_suffix(".yaml"))
    archive.paths(main.with_suffix(".yaml"), sub)
    clip = only_clip(archive)
    assert clip.path.endswith("120000Z.mp4")
    assert clip.sub == sub.relative_to(archive.root).as_posix()
    assert archive.all().changes == ()


def test_a_sub_stream_that_nobody_names_any_more_is_adopted(archive):
    """Nothing in the archive is passed over in silence (P2)."""
    main, sub = put_pair(archive)
    sub.write_bytes(b"small")
    archive.all()
    sidecar = main.with_suffix(".yaml")
    sidecar.write_text("".join(x for x in sidecar.read_text().splitlines(True) if "preview" not in x))
    archive.paths(sidecar)
    assert {p.clip.path: p.clip.adopted for p in archive.index.each_clip()} == {
        main.relative_to(archive.root).as_posix(): False,
        sub.relative_to(archive.root).as_posix(): True,
    }


def test_a_sub_stream_that_goes_is_forgotten(archive):
    """Its segment stays, without it."""
    _, sub = put_pair(archive)
    sub.write_bytes(b"small")
    archive.all()
    sub.unlink()
    (change,) = archive.paths(sub).changes
    assert (change.old.clip.sub is not None, change.new.clip.sub) == (True, None)


def test_it_does_not_matter_which_stem_is_judged_first(archive):
    """A video that has a neighbour with a sidecar, and is named by another one: a scan of all and hints agree."""
    first = archive.put(0, kind="segment", token="a")
    claimed = first.with_suffix(".webm")
    claimed.write_bytes(b"small")
    archive.put(5, kind="segment", token="b", preview=claimed.name)
    archive.all()
    at_once = sorted(p.clip.path for p in archive.index.each_clip())
    archive.paths(first.with_suffix(".yaml"), claimed)
    archive.index.forget_mark(first.parent.relative_to(archive.root).as_posix())
    archive.all()
    assert sorted(p.clip.path for p in archive.index.each_clip()) == at_once
    assert not any(path.endswith(".webm") for path in at_once)


def test_sub_streams_left_behind_do_not_stand_for_clips(archive):
    """More than half of the clips are gone (P8), though as many videos are still there."""
    mains = []
    for minute in range(8):
        main = archive.put(minute, kind="segment", token="a", preview=f"{minute}.sub.mp4")
        main.with_name(f"{minute}.sub.mp4").write_bytes(b"small")
        mains.append(main)
    archive.all()
    for main in mains[:6]:
        main.unlink()
    with pytest.raises(ArchiveGone):
        archive.all()
