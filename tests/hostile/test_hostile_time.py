"""Clocks that change, step and skip: each clip is on exactly one local day, and nothing is overwritten."""

import itertools
import os
import random
import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from archives import configure, put_clip
from hook_calls import at, call
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sandbox import Sandbox, aged, film, tree, violations
from strange_days import PLACES, day_of, misplaced, moments, strange_site

from sitegen.capture.hook import main
from sitegen.days import DayFinder, day_bounds, local_day

ZONES = sorted(
    zone for zone in zoneinfo.available_timezones() if not zone.startswith(("posix", "right", "local"))
)


@settings(deadline=None, max_examples=150)
@given(
    zone=st.sampled_from(ZONES),
    when=st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - made aware by `timezones`
)
@example(zone="America/St_Johns", when=datetime(2010, 11, 7, 2, 45, tzinfo=UTC))
@example(zone="Pacific/Apia", when=datetime(2011, 12, 30, 10, tzinfo=UTC))
@example(zone="America/Sao_Paulo", when=datetime(2017, 10, 15, 3, tzinfo=UTC))
@example(zone="Antarctica/Casey", when=datetime(2010, 3, 4, 15, 30, tzinfo=UTC))
def test_a_moment_lies_on_exactly_one_day_in_every_zone(zone, when):
    """The bounds of one day hold it, that day is the one which stepping through the moments gives, and it has begun last."""
    place = ZoneInfo(zone)
    when = when.replace(microsecond=0)
    day = local_day(when, place)
    assert day == day_of(when, place)
    near = [day + timedelta(days=n) for n in range(-3, 4)]
    assert [each for each in near if day_bounds(each, place).start <= when < day_bounds(each, place).end] == [
        day
    ]


@pytest.mark.parametrize("name", PLACES)
def test_the_order_of_questions_does_not_matter(name):
    """Whatever was asked before, a moment's day is the same: a site built bit by bit equals one built at once."""
    zone, day = PLACES[name]
    place = ZoneInfo(zone)
    asked = moments(day, place, 7)
    forward = DayFinder(place)
    expected = [forward(when) for when in asked]
    assert expected == [local_day(when, place) for when in asked]
    assert expected == sorted(expected)
    backward, mixed, order = DayFinder(place), DayFinder(place), list(range(len(asked)))
    assert [backward(when) for when in reversed(asked)] == expected[::-1]
    random.Random(name).shuffle(order)
    assert [mixed(asked[number]) for number in order] == [expected[number] for number in order]


@pytest.mark.parametrize("name", ["no such day, Samoa", "back over midnight, Newfoundland"])
def test_a_site_of_a_strange_day_has_each_clip_once(tmp_path, name):
    """Each clip is on the one day that zoneinfo tells, also those over midnight, and a day that never was has no page."""
    box, starts = strange_site(tmp_path, name, 55)
    before = tree(tmp_path)
    assert violations(box, box.build("--no-previews"), before) == []
    zone, day = PLACES[name]
    assert misplaced(box, starts, zone) == []
    assert (box.site / f"{day:%Y/%m/%d}").exists() == ("no such day" not in name)


STEPS = (timedelta(), timedelta(hours=-1), timedelta(days=365), timedelta(days=-365), timedelta(seconds=-1))


def test_hooks_overwrite_nothing_while_the_clock_steps(tmp_path):
    """Five movies while the clock goes back an hour, forward a year and back: each has its sidecar, whose end is not before its start."""
    archive = tmp_path / "archive"
    folder = archive / "events/101/20261122"
    folder.mkdir(parents=True)
    clock = datetime(2026, 11, 22, 12, tzinfo=UTC)
    kept: dict[str, bytes] = {}
    for number, step in enumerate(STEPS):
        clock += step
        name = f"101-{number}-{clock:%Y%m%dT%H%M%SZ}.mp4"
        os.link(film(), folder / name) if number == 0 else (folder / name).write_bytes(film().read_bytes())
        os.utime(folder / name, (clock.timestamp() + 1,) * 2)
        for hook, file in (
            ("event-start", None),
            ("movie-start", name),
            ("movie-end", name),
            ("event-end", None),
        ):
            arguments = call(hook, "12:00:00", kind=8, file=file, event=f"0010120261122{number:06}")
            arguments = [
                f"--time={clock:%Y-%m-%dT%H:%M:%S}+0000" if a.startswith("--time") else a for a in arguments
            ]
            assert main(at(archive, arguments)) == 0
            clock += timedelta(seconds=1)
        for path, data in kept.items():
            assert (folder / path).read_bytes() == data
        kept[name.replace(".mp4", ".yaml")] = (folder / name.replace(".mp4", ".yaml")).read_bytes()
    for data in kept.values():
        sidecar = yaml.safe_load(data)
        assert sidecar["start"] <= sidecar["end"]
    assert len(set(kept.values())) == len(STEPS)


def test_a_site_of_clocks_that_stepped_is_whole(tmp_path):
    """Segments that overlap, go back and come from next year: each is on one day, and no page is missing."""
    box = Sandbox(tmp_path)
    configure(tmp_path, '[site]\ntimezone = "Europe/Berlin"\n[camera.101]\ntitle = "Driveway"\n')
    clock = datetime(2026, 10, 24, 22, tzinfo=UTC)
    for number, (step, _) in enumerate(itertools.product(STEPS, range(3))):
        clock += step if number % 3 == 0 else timedelta(seconds=300)
        for kind in ("segment", "event"):
            aged(put_clip(box.root, clock, kind=kind, video=film(), seconds=300, token=f"run{number}"))
    before = tree(tmp_path)
    assert violations(box, box.build("--no-previews"), before) == []
