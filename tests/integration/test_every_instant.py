"""A reader who looks after every single change that a build makes: no link leads nowhere, and no file is torn (P3, P4)."""

from datetime import timedelta

import pytest
from archives import put_clip
from changing_footage import FIRST
from torture.instants import look_at
from torture.tally import Tally
from torture.worlds import QUIETLY, SCENARIOS, World, filled

CLIPS = 12


def first_clip_of_its_day(folder, clips):
    """A site, and a clip that is the first of a day with others: an older day's last clip links to it, and is written earlier."""
    footage = filled(folder, 5, clips)
    put_clip(footage.root, FIRST + timedelta(days=1, hours=20), token="late")
    put_clip(footage.root, FIRST + timedelta(days=2, hours=20), token="other")
    world = World("the first clip of its day", footage, [*QUIETLY, "--no-previews"])
    footage.build()
    world.keep()
    put_clip(footage.root, FIRST + timedelta(days=2, hours=6), token="first")
    world.settle()
    return world


WORLDS = {**SCENARIOS, "first clip of its day": first_clip_of_its_day}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("one new clip", 20),
        ("first clip of its day", 15),
    ],
)
def test_whoever_looks_after_any_change_sees_a_whole_site(tmp_path, name, least):
    """First build, one clip more, and deletions: at no instant does a page that can be reached link to what is not there."""
    world, tally = WORLDS[name](tmp_path, CLIPS), Tally(name)
    looks = look_at(world, tally)
    assert tally.violations == []
    assert looks >= least
    assert world.broken() == []
