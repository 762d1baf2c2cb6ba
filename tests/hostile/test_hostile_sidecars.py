"""Sidecars, notes and pages that are cut, flipped, or at an edge: the two readers agree, and the site is right."""

import random

import bad_sidecars
import pytest
from archives import configure
from bad_sidecars import WHOLE
from sandbox import CANARY, Sandbox, film, on_site, problems, tree, violations
from sidecar_readers import judge


def test_a_sidecar_that_ends_at_any_byte_or_has_any_bit_changed():
    """Both readers say the same of each, and there is a sidecar or a Problem; the last bytes decide of whole ones only."""
    cuts = [judge(data) for data in bad_sidecars.cut()]
    assert cuts[-1]
    assert not any(cuts[: WHOLE.index("VIDEO.mp4")])
    flips = [judge(data) for data in list(bad_sidecars.flipped())[::3]]
    assert 0 < sum(flips) < len(flips)


def test_every_edge_is_read_alike():
    """Hazards, times at the edges of the calendar, numbers, encodings, limits."""
    taken = {name for name, data in bad_sidecars.edges() if judge(data)}
    assert {
        "CRLF",
        "start 1970-01-01T00:00:00Z",
        "start 2199-12-31T23:59:59.999999Z",
        "64 KiB",
        "14 levels",
    } <= taken
    assert not {"64 KiB and one", "17 levels", "2000 nodes", "utf-16", "start 2016-12-31T23:59:60Z"} & taken


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_build_over_hostile_sidecars_keeps_every_promise(tmp_path, zone):
    """Each video is on one day or a Problem, in zones where the first and last years reach into others."""
    box = Sandbox(tmp_path)
    configure(tmp_path, f'[site]\ntimezone = "{zone}"\n[camera.101]\ntitle = "Driveway"\n')
    pick = random.Random(zone)
    cuts = list(bad_sidecars.cut())
    inputs = [data for _, data in bad_sidecars.edges()] + [pick.choice(cuts) for _ in range(20)]
    inputs += [bad_sidecars.random_one(pick) for _ in range(20)]
    for number, data in enumerate(inputs):
        path = box.put(f"bad{number}.mp4", film().read_bytes(), sidecar=False)
        path.with_suffix(".yaml").write_bytes(data.replace(b"VIDEO.mp4", path.name.encode()))
    before = tree(tmp_path)
    built = box.build("--no-previews")
    assert violations(box, built, before) == []
    assert len(on_site(box.site)) == len(inputs) + 1  # a video whose sidecar is wrong is adopted
    assert len(problems(box.site)) > 90


def test_notes_and_pages_of_any_form_are_shown_or_told(tmp_path):
    """What is wrong with a note is told and its clip is shown; a page of the owner may have a byte order mark."""
    box = Sandbox(tmp_path)
    content = tmp_path / "content"
    content.mkdir()
    (content / "windows.md").write_bytes('\ufeff---\r\ntitle: "From Windows"\r\n---\r\nprose'.encode())
    (content / "wide.md").write_bytes("# Wide".encode("utf-16"))
    edges = [(name, data) for name, data in bad_sidecars.edges() if len(data) < 70_000]
    for number, (_, data) in enumerate(edges[::3]):
        path = box.put(f"noted{number}.mp4", film().read_bytes())
        path.with_suffix(".md").write_bytes(b"---\n" + data + b"\n---\n# prose\n")
        (content / f"page{number}.md").write_bytes(b"---\n" + data + b"\n---\nprose\n")
    before = tree(tmp_path)
    assert violations(box, box.build("--no-previews"), before) == []
    assert "<h1>From Windows</h1>" in (box.site / "windows" / "index.html").read_text()
    told = {problem["path"] for problem in problems(box.site)}
    assert "content/wide.md" in told
    assert CANARY not in str(told)
