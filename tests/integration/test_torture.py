"""A sample of each kind of torture; `make torture` goes through all of them. The oracle is outside: a crawler, and a clean build."""

import pytest
from torture import away, disks, faults, kills, twins
from torture.tally import Tally
from torture.worlds import SCENARIOS


@pytest.mark.parametrize("name", ["first build", "one new clip", "clips deleted and changed"])
def test_killed_before_any_call_a_build_leaves_a_whole_site_and_the_next_one_heals_it(tmp_path, name):
    """P3, P4, P5, P7: one point of each kind of state-changing call, and some more."""
    world, tally = SCENARIOS[name](tmp_path), Tally(name)
    points = kills.points(world)
    kills.kill_at(world, kills.sample(points, seed=len(points), count=1), tally)
    assert tally.violations == []
    assert tally.hit > 4
    print(tally.line())


@pytest.mark.parametrize("name", ["one new clip", "clips deleted and changed"])
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
