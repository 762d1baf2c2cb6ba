"""The predecessor's JSON is written at once after a rest, and not with each clip of many."""

import pytest
from built_site import Site

from sitegen.build import Generator
from sitegen.pace import Pace
from sitegen.settings import load


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def paced(tmp_path):
    site = Site(tmp_path)
    site.put(0)
    generator = Generator(load(site.config))
    clock = Clock()
    generator.pace = Pace(1.0, clock)
    yield site, generator, clock
    generator.close()


def listed(site):
    return len(site.json("event_api/events"))


def pages(site):
    return len(list((site.output / "2026/11/22").glob("*Z.html")))


def test_after_a_rest_it_is_written_with_the_first_change(paced):
    """A lone clip is there for everybody at once."""
    site, generator, _ = paced
    generator.build()
    assert (pages(site), listed(site), generator.pace.waits) == (1, 1, False)


def test_while_clips_follow_each_other_it_comes_later(paced):
    """The pages do not wait; a build when the time is over brings it up to date, as a revision of its own."""
    site, generator, clock = paced
    generator.build()
    clock.now += 0.4
    site.put(1)
    second = generator.build()
    assert (pages(site), listed(site), generator.pace.waits) == (2, 1, True)
    clock.now += 0.4
    assert generator.build().revision == second.revision
    assert listed(site) == 1
    clock.now += 0.4
    assert generator.build().revision == second.revision + 1
    assert (listed(site), generator.pace.waits) == (2, False)
    assert generator.build().published is False


def test_nothing_waits_when_something_is_deleted(paced):
    """A document that went on naming a deleted clip would be a dead link (P3)."""
    site, generator, clock = paced
    gone = site.put(1)
    generator.build()
    clock.now += 0.1
    gone.unlink()
    gone.with_suffix(".yaml").unlink()
    generator.build()
    assert (listed(site), generator.pace.waits) == (1, False)


def test_nothing_waits_for_what_will_not_come(paced):
    """The program is about to end."""
    site, generator, _ = paced
    generator.build()
    site.put(1)
    generator.build()
    generator.pace.hurry()
    generator.build()
    assert (listed(site), generator.pace.waits) == (2, False)


def test_what_waits_is_written_by_the_next_generator(paced):
    """It was killed meanwhile: the mark is in the index."""
    site, generator, _ = paced
    generator.build()
    site.put(1)
    generator.build()
    assert listed(site) == 1
    generator.close()
    site.build()
    assert listed(site) == 2
