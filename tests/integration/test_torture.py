"""A sample of each kind of torture; `make torture` goes through all of them. The oracle is outside: a crawler, and a clean build."""

import pytest
from torture import away, beside, disks, faults, hooks, kills, recorders, twins, waits
from torture.tally import Tally
from torture.worlds import SCENARIOS


@pytest.mark.parametrize("name", ["clips deleted and changed"])
def test_killed_before_any_call_a_build_leaves_a_whole_site_and_the_next_one_heals_it(tmp_path, name):
    """P3, P4, P5, P7: one point of each kind of state-changing call, and some more."""
    world, tally = SCENARIOS[name](tmp_path), Tally(name)
    points = kills.points(world)
    kills.kill_at(world, kills.sample(points, seed=len(points), count=1), tally)
    assert tally.violations == []
    assert tally.hit > 4
    print(tally.line())


@pytest.mark.parametrize("name", ["one new clip"])
def test_failing_calls_leave_the_old_site_whole(tmp_path, name):
    """Full disks, broken ones, missing rights, no files left: a clear word, no traceback, and the next build heals it."""
    world, tally = SCENARIOS[name](tmp_path), Tally(name)
    points = faults.points(world)
    faults.fail_at(world, faults.every(points, len(points) // 9, first=len(points) % 7), tally)
    assert tally.violations == []
    assert tally.hit > 2
    print(tally.line())


@pytest.mark.parametrize("name", ["unmounted", "folders that cannot be watched"])
def test_an_archive_that_goes_away_comes_back(tmp_path, name):
    """P8: nothing is published meanwhile, and it is said; what cannot be watched is polled."""
    tally = Tally(name)
    away.take_away(tmp_path, [name], tally)
    assert tally.violations == []


@pytest.mark.parametrize("name", ["few files for the site", "no bytes for the state at the start"])
def test_a_small_disk_that_is_full_is_waited_for(tmp_path, name):
    """A real small file system, full before watch starts or later: the site stays whole, and it goes on by itself."""
    tally = Tally(name)
    disks.fill_up(tmp_path, [name], tally)
    assert tally.violations == []


def test_of_two_at_once_the_second_names_the_first(tmp_path):
    """P13: generators and recorders; exit code 75."""
    tally = Tally("two at once")
    twins.try_both(tmp_path, tally)
    assert tally.violations == []


def test_hooks_that_are_killed_or_fail_tear_and_lose_nothing(tmp_path):
    """P12: a kill at one of each kind of call, and some failing calls; what was acknowledged is there, nothing stays."""
    told, tally = hooks.told(tmp_path), Tally("hooks")
    hooks.sync(told, tally)
    points = hooks.kill_points(told)
    hooks.disturb(told, hooks.one_of_each(points, seed=len(points)), tally)
    points = hooks.fault_points(told)
    hooks.disturb(told, points[len(points) % 7 :: len(points) // 8], tally)
    assert tally.violations == []
    assert tally.hit > 8 + 17


def test_a_recorder_that_is_killed_leaves_no_segment_without_its_sidecar(tmp_path):
    """While it writes its first sidecar, a later one, and when it makes folders; ffmpeg and all are real."""
    tally = Tally("recorder")
    recorders.sync(tmp_path, tally)
    recorders.kill_at(tmp_path, [("mkdir", 3), ("write", 1), ("fsync", 6), ("rename", 2)], tally)
    assert tally.violations == []
    assert tally.hit > 3


def test_previews_whose_ffmpeg_is_killed_come_with_the_next_build(tmp_path):
    """In its second run; nothing torn is published."""
    film, tally = beside.one_film(tmp_path), Tally("previews")
    beside.kill_previews(film, [(2, "write", 1)], tally)
    assert tally.violations == []
    assert tally.hit > 0


def test_an_announcer_that_is_killed_harms_no_build_and_tells_later(tmp_path):
    """While it answers a client, and while it tells it of a revision."""
    announced, tally = beside.Announced(tmp_path), Tally("announcer")
    beside.kill_announcer(announced, [("sendto", 1), ("sendto", 2)], tally)
    assert tally.violations == []
    assert tally.hit > 0


def test_a_watch_whose_calls_fail_for_a_while_goes_on_by_itself(tmp_path):
    """The index for a while; a write once. It says so, without a traceback, and nothing is missing."""
    tally = Tally("watch")
    chosen = [("pwrite64", 1, "ENOSPC", True), ("write", 13, "EIO", False)]
    waits.fail_at(tmp_path, [waits.Point(*each) for each in chosen], tally)
    assert tally.violations == []
    assert tally.hit > 0


def test_recording_goes_on_while_the_disk_of_the_site_is_full(tmp_path):
    """A real recorder, also when it starts anew meanwhile; then all of it is on the site."""
    tally = Tally("recording")
    disks.fill_up(tmp_path, ["recording, and no bytes for the state"], tally)
    assert tally.violations == []
