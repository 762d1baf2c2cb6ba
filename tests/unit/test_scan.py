"""The scan: which files are of interest, what cannot be used, and that nothing in the archive stops it."""

import os
import socket

import pytest

from sitegen.archive import scan as scan_module
from sitegen.archive.scan import FileEntry, look, printable, scan, stem_of, suffix_of
from sitegen.clip import Problem


def files(root, below=""):
    return sorted(f.path for folder in scan(root, below) for f in folder.files)


def problems(root):
    return sorted(p for folder in scan(root) for p in folder.problems)


def put(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")


def test_files_of_interest_are_found_at_any_depth(tmp_path):
    """Videos, pictures, sidecars and notes in any folder; nothing else."""
    put(
        tmp_path,
        "a.mp4",
        "x/y/z/b.MKV",
        "x/b.yaml",
        "x/b.md",
        "x/b.jpg",
        "x/b.txt",
        "x/b.mp4.part",
        "none",
        "x/c.yml",
    )
    assert files(tmp_path) == ["a.mp4", "x/b.jpg", "x/b.md", "x/b.yaml", "x/y/z/b.MKV"]
    assert problems(tmp_path) == []


def test_each_file_comes_with_size_time_and_inode(tmp_path):
    """An entry is what a stat says, so that any change shows."""
    put(tmp_path, "x/a.mp4")
    (entry,) = [f for folder in scan(tmp_path) for f in folder.files]
    found = (tmp_path / "x/a.mp4").stat()
    assert entry == FileEntry("x/a.mp4", 5, found.st_mtime_ns, found.st_ino)
    assert look(tmp_path, "x/a.mp4") == entry


def test_a_folder_can_be_scanned_alone(tmp_path):
    """Only what is below it is yielded, with paths from the root."""
    put(tmp_path, "x/a.mp4", "x/1/b.mp4", "y/c.mp4")
    assert files(tmp_path, "x") == ["x/1/b.mp4", "x/a.mp4"]


def test_hidden_files_and_folders_are_passed_over(tmp_path):
    """They belong to whoever is writing them."""
    put(tmp_path, ".a.mp4", ".hidden/b.mp4", "x/.c.mp4.tmp")
    assert files(tmp_path) == []
    assert look(tmp_path, ".a.mp4") is None
    assert look(tmp_path, ".hidden/b.mp4") is None


def test_what_is_no_regular_file_is_a_problem(tmp_path):
    """Links, fifos and sockets that look like a video are named, and never opened."""
    put(tmp_path, "real.mp4")
    (tmp_path / "link.mp4").symlink_to(tmp_path / "real.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "s.mp4"))
    server.close()
    (tmp_path / "dangling.yaml").symlink_to("/nowhere")
    assert files(tmp_path) == ["real.mp4"]
    assert [p.path for p in problems(tmp_path)] == ["dangling.yaml", "link.mp4", "pipe.mp4", "s.mp4"]
    assert isinstance(look(tmp_path, "pipe.mp4"), Problem)


def test_a_folder_called_like_a_video_is_a_folder(tmp_path):
    """What is in it counts; the name does not."""
    put(tmp_path, "x.mp4/a.mp4")
    assert files(tmp_path) == ["x.mp4/a.mp4"]
    assert problems(tmp_path) == []


def test_a_look_at_one_path_follows_no_link_either(tmp_path):
    """A hint names a link to a video, or a path through a linked folder: a Problem, and nothing."""
    put(tmp_path, "elsewhere/a.mp4", "archive/x/b.mp4")
    (tmp_path / "archive/link.mp4").symlink_to(tmp_path / "elsewhere/a.mp4")
    (tmp_path / "archive/x/inner.mp4").symlink_to("b.mp4")
    (tmp_path / "archive/other").symlink_to(tmp_path / "elsewhere")
    for path in ("link.mp4", "x/inner.mp4"):
        found = look(tmp_path / "archive", path)
        assert isinstance(found, Problem)
        assert found.reason == "not a regular file"
    assert look(tmp_path / "archive", "other/a.mp4") is None


def test_a_link_to_a_folder_is_named_and_not_followed(tmp_path):
    """It could lead round in a circle, or out of the archive; its videos are not passed over in silence."""
    put(tmp_path, "archive/x/a.mp4", "elsewhere/b.mp4")
    (tmp_path / "archive/other").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "archive/x/loop").symlink_to(tmp_path / "archive")
    assert files(tmp_path / "archive") == ["x/a.mp4"]
    assert [p.path for p in problems(tmp_path / "archive")] == ["other", "x/loop"]


@pytest.mark.parametrize(
    "name", [b"a\xff.mp4", b"a\n.mp4", b"a\x1b[31m.mp4", b"folder\xff/a.mp4", b"fol\nder/a.mp4"]
)
def test_a_name_that_cannot_be_shown_is_a_problem(tmp_path, name):
    """Not UTF-8, or with control characters: file or folder, it is named in escaped form and passed over."""
    put(tmp_path, os.fsdecode(name), "good.mp4")
    assert files(tmp_path) == ["good.mp4"]
    (problem,) = problems(tmp_path)
    assert problem.path.isprintable()
    assert "\\" in problem.path
    assert "rename" in problem.remedy


def test_names_of_all_languages_are_names(tmp_path):
    """Spaces, quotes, Arabic, emoji: all of these can be used."""
    names = ["Front door.mp4", "موقف.mp4", "a'b\"c.mp4", "100%.mp4", "🚗.mp4", "a;rm -rf.mp4"]
    put(tmp_path, *names)
    assert files(tmp_path) == sorted(names)


def test_a_missing_root_is_an_error_and_a_missing_folder_too(tmp_path):
    """Whoever asks for a folder that is not there, or is a file, is told so."""
    put(tmp_path, "file")
    for below in ("none", "file", "file/x"):
        with pytest.raises(FileNotFoundError):
            list(scan(tmp_path, below))
    with pytest.raises(FileNotFoundError):
        list(scan(tmp_path / "none"))


def test_a_folder_that_cannot_be_read_is_a_problem(tmp_path, monkeypatch):
    """Its neighbours are scanned; it is named with the reason. (Root may read everything: the refusal is made up.)"""
    put(tmp_path, "closed/a.mp4", "open/b.mp4")
    real = os.scandir

    def refusing(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(scan_module.os, "scandir", refusing)
    assert files(tmp_path) == ["open/b.mp4"]
    (problem,) = problems(tmp_path)
    assert (problem.path, problem.reason) == ("closed", "folder cannot be read: Permission denied")
    assert files(tmp_path, "closed") == []


def test_looking_at_what_is_not_there_finds_nothing(tmp_path):
    """Neither a missing file nor one below a file is an error."""
    put(tmp_path, "a.mp4")
    assert look(tmp_path, "b.mp4") is None
    assert look(tmp_path, "a.mp4/b.mp4") is None
    assert isinstance(look(tmp_path, "x" * 300 + ".mp4"), Problem)


@pytest.mark.parametrize(
    ("path", "stem", "suffix"),
    [
        ("a.mp4", "a", ".mp4"),
        ("x.y/a", "x.y/a", ""),
        ("x/a.b.MP4", "x/a.b", ".mp4"),
        ("x/a.", "x/a", "."),
    ],
)
def test_stem_and_ending(path, stem, suffix):
    """The last ending is taken off; a dot in a folder's name is none."""
    assert (stem_of(path), suffix_of(path)) == (stem, suffix)


def test_a_path_is_shown_escaped():
    """What a terminal or a page could take amiss is escaped, the rest stays."""
    assert printable("ü/a\x1b[0m\udcff.mp4") == "ü/a\\x1b[0m\\udcff.mp4"
