"""Locks: one holder, named to the second, gone with its process."""

import fcntl
import os
import subprocess
import sys

import pytest
from waiting import wait_until

from sitegen import lock as lock_module
from sitegen.errors import LockHeld
from sitegen.lock import Lock

HOLD = "import sys,pathlib; from sitegen.lock import Lock; l = Lock(pathlib.Path(sys.argv[1]), 'the other'); print('held', flush=True); sys.stdin.read()"


def test_the_second_is_told_who_holds_it(tmp_path):
    """LockHeld names the folder and the holder with its process."""
    path = tmp_path / "state" / "x.lock"
    first = Lock(path, "the generator")
    with pytest.raises(LockHeld) as raised:
        Lock(path, "another")
    assert raised.value.holder == f"the generator (process {os.getpid()})"
    assert raised.value.path == path.parent
    assert raised.value.exit_code == 75
    first.close()
    Lock(path, "another").close()


def test_a_folder_is_locked_without_leaving_anything_in_it(tmp_path):
    """Without a holder the folder itself is the lock; it is made when missing, and stays empty."""
    folder = tmp_path / "deep" / "site"
    lock = Lock(folder)
    with pytest.raises(LockHeld) as raised:
        Lock(folder)
    assert raised.value.holder == f"another sitegen (process {os.getpid()})"
    assert list(folder.iterdir()) == []
    lock.close()


@pytest.mark.parametrize(
    "told",
    [
        None,
        "1: FLOCK  ADVISORY  WRITE 0 fe:00:INODE 0 EOF",
        "1: FLOCK  ADVISORY  WRITE 7 fe:00:INODE 0 EOF\n2: FLOCK  ADVISORY  WRITE 8 fe:01:INODE 0 EOF",
        "1: POSIX  ADVISORY  WRITE 7 fe:00:INODE 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 8 fe:00:INODE 0 EOF\n",
    ],
)
def test_a_folder_whose_holder_the_kernel_does_not_tell_is_held_by_somebody(tmp_path, monkeypatch, told):
    """Without /proc, in another container, or with two that it may be: nobody is named, rather than the wrong one."""
    locks = tmp_path / "locks"
    if told:
        locks.write_text(told.replace("INODE", str(tmp_path.stat().st_ino)))
    monkeypatch.setattr(lock_module, "_LOCKS", locks)
    first = Lock(tmp_path)
    with pytest.raises(LockHeld, match="in use by another sitegen;"):
        Lock(tmp_path)
    first.close()


def test_a_killed_holder_holds_nothing(tmp_path):
    """The kernel drops the lock with its process, however that ends."""
    path = tmp_path / "x.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match="the other"):
            Lock(path, "me")
        other.kill()

    def free() -> bool:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    wait_until(free)
    Lock(path, "me").close()


def test_a_shorter_name_leaves_nothing_of_the_longer_one(tmp_path):
    """The file says only who holds it now."""
    path = tmp_path / "x.lock"
    Lock(path, "somebody with a long name").close()
    lock = Lock(path, "me")
    assert path.read_text() == f"me (process {os.getpid()})\n"
    lock.close()


def test_a_lock_on_a_full_disk_holds_though_it_names_nobody(tmp_path, monkeypatch):
    """A recorder must start when the disk of the state folder is full: its archive may have room."""

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        first = Lock(tmp_path / "x.lock", "me")
    with pytest.raises(LockHeld):
        Lock(tmp_path / "x.lock", "another")
    first.close()
