"""The watcher, with real watchdog: each change leaves a hint; what hints cannot tell, a scan is asked for."""

import logging
import os
import shutil
import threading

import pytest
from waiting import wait_until
from watchdog.events import FileCreatedEvent

from sitegen.archive.watch import Hints, Watcher


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """A watcher, and all that it hinted at so far."""

    def __init__(self, root) -> None:
        self.root, self.wake, self.clock = root, threading.Event(), Clock()
        self.watcher = Watcher(root, self.wake, rescan_s=300, monotonic=self.clock)
        self.paths, self.folders, self.scans = set(), set(), 0

    def look(self) -> Hints:
        hints = self.watcher.take()
        self.paths |= hints.paths
        self.folders |= hints.folders
        self.scans += hints.everything
        return hints

    def covers(self, path: str) -> bool:
        """Say whether whoever follows the hints would look at a path."""
        self.look()
        return path in self.paths or any(path.startswith(f + "/") for f in self.folders)


@pytest.fixture
def watched(tmp_path):
    root = tmp_path / "archive"
    (root / "events/101").mkdir(parents=True)
    found = Watched(root)
    found.look()
    assert found.scans == 1
    yield found
    found.watcher.close()


def test_a_scan_is_due_at_the_start(watched):
    """What changed while nobody watched is found by it; after that only by hints."""
    assert not watched.look()


def test_a_sidecar_put_in_place_by_a_rename_is_hinted_at(watched):
    """The temporary file is hidden and is no hint; its last name is."""
    folder = watched.root / "events/101"
    (folder / ".a.yaml.tmp").write_text("x")
    (folder / ".a.yaml.tmp").rename(folder / "a.yaml")
    wait_until(lambda: watched.covers("events/101/a.yaml"))
    assert watched.wake.is_set()
    assert not any("tmp" in p for p in watched.paths)


def test_a_file_that_is_written_and_closed_is_hinted_at(watched):
    """Also when it was there before."""
    path = watched.root / "events/101/a.mp4"
    path.write_bytes(b"1")
    wait_until(lambda: watched.covers("events/101/a.mp4"))
    watched.paths.clear()
    path.write_bytes(b"2")
    wait_until(lambda: watched.covers("events/101/a.mp4"))


def test_a_new_dated_folder_with_files_made_at_once_is_hinted_at(watched):
    """However fast they are made, following the hints meets every one of them."""
    folder = watched.root / "events/101/20261122/deep/er"
    folder.mkdir(parents=True)
    for number in range(50):
        (folder / f"{number}.mp4").write_bytes(b"1")
    for number in range(50):
        wait_until(lambda n=number: watched.covers(f"events/101/20261122/deep/er/{n}.mp4"))


def test_a_file_made_later_in_a_new_folder_is_hinted_at(watched):
    """The new folder is watched, too."""
    folder = watched.root / "events/102"
    folder.mkdir()
    wait_until(lambda: watched.look() and "events/102" in watched.folders)
    watched.folders.clear()
    (folder / "a.mp4").write_bytes(b"1")
    wait_until(lambda: watched.covers("events/102/a.mp4"))


def test_a_deleted_file_and_folder_are_hinted_at(watched):
    """Each by its name."""
    folder = watched.root / "events/101"
    (folder / "a.mp4").write_bytes(b"1")
    wait_until(lambda: watched.covers("events/101/a.mp4"))
    watched.paths.clear()
    (folder / "a.mp4").unlink()
    wait_until(lambda: watched.covers("events/101/a.mp4"))
    shutil.rmtree(folder)
    wait_until(lambda: watched.look() and "events/101" in watched.folders)


def test_a_folder_that_is_moved_in_is_hinted_at(watched, tmp_path):
    """With all that is in it."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new/a.mp4").write_bytes(b"1")
    (tmp_path / "new").rename(watched.root / "events/moved")
    wait_until(lambda: watched.covers("events/moved/a.mp4"))


def test_a_replaced_root_is_scanned_and_watched(watched, tmp_path):
    """Another folder in its place: a scan is due, and its changes are hinted at."""
    watched.root.rename(tmp_path / "old")
    watched.root.mkdir()
    assert watched.look().everything
    (watched.root / "a.mp4").write_bytes(b"1")
    wait_until(lambda: watched.covers("a.mp4"))


def test_a_root_that_comes_later_is_scanned_and_watched(tmp_path):
    """Not mounted at the start; then it is."""
    found = Watched(tmp_path / "archive")
    try:
        assert found.look().everything
        assert not found.look()
        found.root.mkdir()
        assert found.look().everything
        (found.root / "a.mp4").write_bytes(b"1")
        wait_until(lambda: found.covers("a.mp4"))
    finally:
        found.watcher.close()


def test_a_scan_is_due_every_so_often(watched):
    """By the clock it was given: not a second early, and once."""
    watched.clock.now += 299
    assert not watched.look()
    watched.clock.now += 1
    assert watched.look().everything
    assert not watched.look()
    watched.clock.now += 300
    assert watched.look().everything


def test_hints_that_could_not_be_followed_come_again_as_a_scan(watched):
    """And nobody needs to wait for the next event."""
    watched.wake.clear()
    watched.watcher.give_back(Hints(paths=frozenset(["a.mp4"])))
    assert watched.wake.is_set()
    assert watched.look().everything
    watched.watcher.give_back(Hints())
    assert not watched.look()


def test_an_overflow_asks_for_a_scan(watched):
    """watchdog tells of it only in its log; other lines of its log are nothing."""
    log = logging.getLogger("watchdog.observers.inotify")
    log.warning("something else")
    assert not watched.look()
    log.warning("inotify queue overflow: events were lost")
    assert watched.look().everything


def test_a_name_that_is_no_text_asks_for_a_scan(watched):
    """It is no path of the index; the scan makes a Problem of it."""
    (watched.root / os.fsdecode(b"a\xff.mp4")).write_bytes(b"1")
    wait_until(lambda: watched.look().everything)
    assert not watched.paths


def test_hidden_files_are_no_hints(watched):
    """Nor is what lies in hidden folders."""
    for name in (".a.mp4", "events/.x/b.mp4"):
        watched.watcher.saw(FileCreatedEvent(str(watched.root / name)))
    assert not watched.look()


def test_a_folder_that_cannot_be_watched_is_told_once(tmp_path, caplog, monkeypatch):
    """Without watches left, the scans go on; the log says what to raise."""
    from sitegen.archive import watch

    class Refusing:
        def schedule(self, *_args, **_named):
            pass

        def start(self):
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watch, "Observer", Refusing)
    found = Watched(tmp_path)
    found.look()
    found.clock.now += 300
    assert found.look().everything
    found.watcher.close()
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    assert "fs.inotify.max_user_watches" in caplog.text


def test_eleven_of_twelve_scans_that_are_only_due_are_quick(watched):
    """The one at the start and the twelfth list every folder; what was missed asks for a thorough one too."""
    kinds = []
    for _ in range(13):
        watched.clock.now += 300
        hints = watched.look()
        assert hints.everything
        kinds.append(hints.quick)
    assert kinds == [True] * 11 + [False, True]
    watched.watcher.give_back(hints)
    assert watched.look() == Hints(everything=True)


def test_what_cannot_be_watched_is_never_scanned_quickly(tmp_path):
    """Edits in place would not be seen: no hint tells of them."""
    clock = Clock()
    watcher = Watcher(tmp_path / "not there", threading.Event(), rescan_s=300, monotonic=clock)
    watcher.take()
    clock.now += 300
    assert watcher.take() == Hints(everything=True)
    watcher.close()


def test_files_of_no_interest_wake_nobody(watched):
    """A writer's temporary file, which gets its real name in a moment, is not worth a look."""
    for name in ("x.yaml.tmp", "x.txt", "none"):
        watched.watcher.saw(FileCreatedEvent(str(watched.root / name)))
    assert not watched.wake.is_set()
    assert not watched.look()
    watched.watcher.saw(FileCreatedEvent(str(watched.root / "x.YAML")))
    assert watched.wake.is_set()


def test_folders_that_the_kernel_refuses_are_polled_and_told_of(watched, monkeypatch, caplog):
    """watchdog leaves them out and says nothing: their number is seen, said once, and a scan is due every few seconds."""
    from sitegen.archive import watch

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(watch, "_watches", lambda: 1)
    for _ in range(3):
        watched.clock.now += 300
        assert watched.look().everything
    watched.clock.now += 11
    assert watched.look().everything
    assert len(caplog.messages) == 1
    assert "2 of 3 folders" in caplog.text
    monkeypatch.undo()

    def seen() -> bool:
        watched.clock.now += 11
        watched.look()
        return "are watched again" in caplog.text

    wait_until(seen)
    watched.clock.now += 11
    assert not watched.look().everything
