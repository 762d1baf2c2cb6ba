"""Links, fifos, sockets and devices in the archive are Problems or ignored: never followed, never waited for."""

from pathlib import Path

import pytest
from sandbox import Sandbox, film, on_site, problems, tree, violations
from strange_entries import ENDINGS, KINDS, place


def furnished(box: Sandbox, kinds: list[str]) -> dict[str, str]:
    """Put each kind there as a video, a sidecar, a note, a picture and a folder; return path → what it stands for."""
    put = {}
    for kind in kinds:
        for role, ending in ENDINGS.items():
            clip = box.put(f"{kind}-{role}.mp4", film().read_bytes(), sidecar=role != "sidecar")
            if role == "picture":
                sidecar = clip.with_suffix(".yaml")
                sidecar.write_text(sidecar.read_text() + f'image: "{clip.stem}.jpg"\n')
            place(kind, clip.with_suffix(ending))
            put[clip.with_suffix(ending).relative_to(box.root).as_posix()] = role
        place(kind, box.root / "events" / "101" / f"folder-{kind}")
        place(kind, box.root / "outages" / f"{kind}.yaml")
    return put


def checked(folder: Path, kinds: list[str], *options: str) -> list[str]:
    """Build over some kinds; return what is wrong."""
    box = Sandbox(folder)
    put = furnished(box, kinds)
    before = tree(folder)
    found = violations(box, box.build(*options), before)
    told, shown = {problem["path"] for problem in problems(box.site)}, on_site(box.site)
    for path, role in put.items():
        # An empty folder is a folder, whatever it is called.
        if path not in told and (box.root / path).is_symlink() | (not (box.root / path).is_dir()):
            found.append(f"not told: {path}")
        if role == "video" and path in shown:
            found.append(f"shown: {path}")
        if role != "video" and str(Path(path).with_suffix(".mp4")) not in shown:
            found.append(f"its clip is not shown: {path}")
    return found


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


@pytest.mark.parametrize("kind", ["fifo", "link-out", "link-zero"])
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
