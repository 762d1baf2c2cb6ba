"""Following announcements.json."""

import logging
import os

import pytest
from announcement_clients import announce

from sitegen.announce import source as source_module
from sitegen.announce.source import Source


def numbers(source):
    content = source.changed()
    return None if content is None else [item.revision for item in content]


def test_each_new_file_is_read_once(tmp_path):
    """Absent, then there, then replaced by one of the same size and time: each is noticed once."""
    source = Source(tmp_path / "announcements.json")
    assert (numbers(source), source.state) == (None, "absent")
    announce(source.path, 1)
    os.utime(source.path, ns=(5, 5))
    assert (numbers(source), numbers(source), source.state) == ([1], None, "read")
    announce(source.path, 2)
    os.utime(source.path, ns=(5, 5))
    assert (numbers(source), numbers(source)) == ([2], None)
    source.path.unlink()
    assert (numbers(source), source.state) == (None, "absent")
    announce(source.path, 3)
    assert numbers(source) == [3]


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"announcements": 1}', b'{"announcements": [{}]}', b"\xff\xfe", b"[" * 100_000],
)
def test_a_file_that_is_not_one_is_said_once(tmp_path, caplog, data):
    """Anything else in the file is one line in the log, and the next good file is read."""
    source = Source(tmp_path / "announcements.json")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            source.path.write_bytes(data)
            os.utime(source.path, ns=(_, _))
            assert numbers(source) is None
    assert source.state == "unreadable"
    assert len(caplog.records) == 1
    announce(source.path, 1)
    assert (numbers(source), source.state) == ([1], "read")


def test_a_folder_in_its_place_and_a_huge_file(tmp_path, monkeypatch, caplog):
    """What cannot be read, and what is too large to be, stops nothing."""
    source = Source(tmp_path / "announcements.json")
    source.path.mkdir()
    assert (numbers(source), source.state) == (None, "unreadable")
    source.path.rmdir()
    monkeypatch.setattr(source_module, "_MOST_BYTES", 10)
    announce(source.path, 1)
    assert (numbers(source), source.state) == (None, "unreadable")
    assert "cannot be read" in caplog.text
