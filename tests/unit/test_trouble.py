"""Why no build can be done, in words: what, why and what to do, and nothing of where this machine keeps its files."""

import errno
import os
from datetime import UTC, datetime

import pytest
from archives import configure

from sitegen.errors import ArchiveGone, IndexFailed
from sitegen.settings import load
from sitegen.trouble import trouble_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def failed(number, place=None):
    return OSError(number, os.strerror(number), place)


@pytest.mark.parametrize(
    ("error", "what", "reason", "remedy"),
    [
        (
            lambda at: ArchiveGone(at.archive.root, "it is missing", "mount it"),
            "archive",
            "it is missing",
            "mount it",
        ),
        (
            lambda at: IndexFailed(at.archive.state / "i", "disk is full"),
            "index",
            "disk is full",
            "state folder",
        ),
        (lambda _: failed(errno.ENOSPC), "site", "No space left on device", "make room"),
        (
            lambda at: failed(errno.ENOSPC, f"{at.site.output}/x"),
            "site",
            "No space left on device",
            "make room",
        ),
        (lambda at: failed(errno.EDQUOT, f"{at.site.output}/x"), "site", "Disk quota exceeded", "quota"),
        (lambda at: failed(errno.EROFS, f"{at.site.output}/x"), "site", "Read-only file system", "mount"),
        (lambda at: failed(errno.EACCES, f"{at.archive.state}/x"), "state", "Permission denied", "user"),
        (
            lambda at: failed(errno.EIO, f"{at.archive.root}/x"),
            "archive",
            "Input/output error",
            "kernel's log",
        ),
        (lambda _: failed(errno.EMFILE, "/dev/null"), "file", "Too many open files", "LimitNOFILE"),
        (lambda _: failed(errno.ELOOP, 7), "site", "symbolic links", "the log"),
        (lambda _: OSError("strange"), "site", "OSError", "the log"),
    ],
)
def test_a_trouble_is_told_in_words(tmp_path, error, what, reason, remedy):
    """What cannot be used, the reason and the remedy; no path of the machine, which strangers could read."""
    settings = load(configure(tmp_path))
    told = trouble_of(error(settings), settings, NOON)
    assert (told.what, told.since) == (what, NOON)
    assert reason in told.reason
    assert remedy in told.remedy
    assert str(tmp_path) not in told.reason + told.remedy
    assert "/dev" not in told.reason
