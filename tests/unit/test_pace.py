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


def test_status_and_calendar_wait_with_it(paced):
    """They would be remade with each clip; the home page is not left waiting."""
    site, generator, clock = paced
    generator.build()
    before = {
        name: (site.output / name).read_bytes()
        for name in ("status.json", "feeds/calendar.ics", "index.html")
    }
    clock.now += 0.1
    site.put(1)
    generator.build()
    same = {name for name, data in before.items() if (site.output / name).read_bytes() == data}
    assert same == {"status.json", "feeds/calendar.ics"}
    clock.now += 1
    generator.build()
    assert not [name for name in same if (site.output / name).read_bytes() == before[name]]


def test_a_problem_that_waited_is_a_revision_when_it_is_shown(paced):
    """build.json counts it together with the status page that names it."""
    site, generator, clock = paced
    revision = generator.build().revision
    (site.root / "alone.yaml").write_text("schema: 1")
    clock.now += 0.1
    assert generator.build().published is False
    clock.now += 1
    assert generator.build().revision == revision + 1
    assert site.json("build.json")["problems"] == len(site.json("status.json")["problems"]) > 0


def test_nothing_waits_when_a_page_goes_that_it_may_link_to(tmp_path):
    """A clip's time is corrected: the page of the day it was on goes, and nothing leads there any more (P3)."""
    site, clock = Site(tmp_path), Clock()
    site.config.write_text('[site]\nurl = "https://cctv.example/"\n')
    site.put(0)
    moved = site.put(24 * 60)
    generator = Generator(load(site.config))
    generator.pace = Pace(1.0, clock)
    generator.build()
    assert "2026/11/23" in (site.output / "feeds/calendar.ics").read_text()
    clock.now += 0.1
    sidecar = moved.with_suffix(".yaml")
    sidecar.write_text(sidecar.read_text().replace("2026-11-23T", "2026-11-22T"))
    generator.build()
    assert not (site.output / "2026/11/23").exists()
    site.assert_sound()
    assert "2026/11/23" not in (site.output / "feeds/calendar.ics").read_text()
    generator.close()
