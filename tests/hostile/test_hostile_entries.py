"""Links, fifos, sockets and devices in the archive are Problems or ignored: never followed, never waited for."""

import pytest
from sandbox import Sandbox, film, on_site, problems, tree, violations
from strange_entries import KINDS, checked, place

from sitegen.capture.hook import main


def test_no_entry_that_is_no_file_is_followed_or_waited_for(tmp_path):
    """Thirteen kinds in five roles: the build ends, tells of each, and shows the clips beside them."""
    assert checked(tmp_path, list(KINDS), "--no-previews") == []


def test_a_page_of_the_owner_that_is_no_file_is_a_problem(tmp_path):
    """Links and fifos in content/ are told, not read: they may last for ever."""
    box = Sandbox(tmp_path)
    content = tmp_path / "content"
    content.mkdir()
    (content / "mine.md").write_text("# Mine\n")
    for kind in KINDS:
        place(kind, content / f"{kind}.md")
    before = tree(tmp_path)
    built = box.build("--no-previews")
    assert violations(box, built, before) == []
    told = {problem["path"] for problem in problems(box.site)}
    theirs = KINDS.keys() - {"link-absolute"}  # a link to a file is the owner's own doing
    assert {f"content/{kind}.md" for kind in theirs} <= told
    assert (box.site / "mine" / "index.html").is_file()


@pytest.mark.parametrize("kind", ["fifo", "link-out"])
def test_a_video_that_is_replaced_between_two_builds(tmp_path, kind):
    """A clip whose video became something else leaves the site, and is told."""
    box = Sandbox(tmp_path)
    path = box.put("changing.mp4", film().read_bytes())
    assert box.build("--no-previews").code == 0
    place(kind, path)
    before = tree(tmp_path)
    built = box.build("--no-previews")
    assert violations(box, built, before) == []
    shown = path.relative_to(box.root).as_posix()
    assert shown not in on_site(box.site)
    assert shown in {problem["path"] for problem in problems(box.site)}


@pytest.mark.parametrize("hook", ["movie-start", "movie-end", "picture-save"])
def test_the_hook_takes_files_only(tmp_path, hook):
    """Of a folder, a fifo, a device, or a link to anything but a file in the archive, the hook says what is wrong, and writes nothing."""
    box = Sandbox(tmp_path)
    for kind in KINDS.keys() - {"link-dangling", "link-loop"}:  # these are not there, as far as one can see
        path = box.root / "events" / "101" / "20261122" / f"{kind}.mp4"
        place(kind, path)
        before = tree(tmp_path)
        words = [hook, "--archive", str(box.root), "--camera=101", "--time=2026-11-22T12:00:01+0000"]
        assert main([*words, "--event=0010120261122120000", "--type=8", "--file", str(path)]) in {1, 2}, kind
        assert tree(tmp_path) == before
