"""Durable writes when the disk takes a part, or nothing; that they are durable is seen in tests/integration/test_durable_sidecars.py."""

import errno
import os

import pytest

from sitegen.archive.durable import make_folder, write_durably

NEW = b"kind: event\n" * 50


def test_a_disk_that_takes_a_part_is_asked_again(tmp_path, monkeypatch):
    """All bytes come, also where each write takes seven of them."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: real(handle, data[:7]))
    write_durably(tmp_path / "a.yaml", NEW)
    assert (tmp_path / "a.yaml").read_bytes() == NEW


@pytest.mark.parametrize("call", ["write", "fsync", "rename"])
def test_what_cannot_be_written_leaves_what_was(tmp_path, monkeypatch, call):
    """The error is told, the old file stays as it was, and no temporary file is left: a full disk has no room for it."""
    (tmp_path / "a.yaml").write_bytes(b"old\n")

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, call, full)
    with pytest.raises(OSError, match="No space"):
        write_durably(tmp_path / "a.yaml", NEW)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.yaml", b"old\n")]


def test_a_folder_is_made_once_and_never_with_what_lies_above_it(tmp_path):
    """A disk that is not mounted is not filled in its stead."""
    make_folder(str(tmp_path / "day"))
    (tmp_path / "day" / "a").touch()
    make_folder(str(tmp_path / "day"))
    assert [path.name for path in (tmp_path / "day").iterdir()] == ["a"]
    with pytest.raises(FileNotFoundError):
        make_folder(str(tmp_path / "gone" / "day"))
