"""The announcements file: newest last, bounded, whole at every moment, and never in the way."""

import json

import pytest

from sitegen.announcements import KEPT, Announcement, Announcements


def entry(revision: int) -> Announcement:
    return Announcement(revision, [f"clip-{revision}"], ["2026-11-22"], ["driveway"])


def test_what_is_added_is_in_the_file_newest_last(tmp_path):
    """The file has one entry a revision, in order, with the keys that the announcer reads."""
    path = tmp_path / "announcements.json"
    held = Announcements(path)
    held.add(entry(1))
    held.add(entry(2))
    document = json.loads(path.read_text())
    assert [a["revision"] for a in document["announcements"]] == [1, 2]
    assert document["announcements"][1] == {
        "revision": 2,
        "clips": ["clip-2"],
        "days": ["2026-11-22"],
        "cameras": ["driveway"],
        "new_events": [],
        "new_segments": [],
    }
    assert [p.name for p in tmp_path.iterdir()] == ["announcements.json"]


def test_only_the_newest_are_kept_over_restarts(tmp_path):
    """At most 256 stay, also counted over several runs."""
    path = tmp_path / "announcements.json"
    for revision in range(1, 7):
        Announcements(path).add(entry(revision))
    held = Announcements(path)
    for revision in range(7, KEPT + 11):
        held.add(entry(revision))
    found = [a["revision"] for a in json.loads(path.read_text())["announcements"]]
    assert found == list(range(11, KEPT + 11))


@pytest.mark.parametrize("damage", [b"", b"{", b'{"announcements": 3}', b"\xff\xfe"])
def test_a_damaged_file_holds_nothing(tmp_path, damage):
    """What cannot be read is begun again, without an error."""
    path = tmp_path / "announcements.json"
    path.write_bytes(damage)
    Announcements(path).add(entry(5))
    assert [a["revision"] for a in json.loads(path.read_text())["announcements"]] == [5]


def test_a_state_folder_that_went_is_made_again(tmp_path):
    """Somebody deletes the state folder while a generator runs: the next revision is announced all the same."""
    path = tmp_path / "state" / "announcements.json"
    held = Announcements(path)
    held.add(entry(1))
    path.unlink()
    path.parent.rmdir()
    held.add(entry(2))
    assert len(json.loads(path.read_text())["announcements"]) == 2


def test_who_reads_while_it_is_replaced_reads_the_old_one_whole(tmp_path):
    """The announcer may have it open: another file takes its place, none is written into."""
    path = tmp_path / "announcements.json"
    held = Announcements(path)
    held.add(entry(1))
    before = path.read_bytes()
    with path.open("rb") as opened:
        held.add(entry(2))
        assert opened.read() == before
