"""A new theme, setting or version writes everything anew; the old site is up until each of its pages is replaced."""

import hashlib
import shutil
import threading
from pathlib import Path
from typing import Self

import pytest
from written_world import World, site_files

from sitegen import marks
from sitegen.resources import resource

SETTINGS = '[site]\ntimezone = "Europe/Berlin"\n{}\n[camera.101]\ntitle = "{}"\n'


class Onlooker:
    """Reads the same pages again and again in a thread, while it is entered, and keeps what each of them was."""

    def __init__(self, site: Path, pages: set[str]) -> None:
        self.site, self.pages = site, pages
        self.seen: dict[str, set[str]] = {page: set() for page in pages}
        self.missing: set[str] = set()
        self.rounds = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        while not (self._stop.is_set() and self.rounds):
            for page in self.pages:
                try:
                    self.seen[page].add(digest(self.site / page))
                except FileNotFoundError:
                    self.missing.add(page)
            self.rounds += 1


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def world(tmp_path):
    shutil.copytree(resource("themes") / "default", tmp_path / "themes" / "mine")
    made = World(tmp_path, SETTINGS.format('theme = "themes/mine"', "Driveway"))
    yield made
    made.generator.close()


def another_theme(world: World) -> None:
    templates = sorted((world.folder / "themes" / "mine").rglob("*.html"))
    for template in templates:
        template.write_text(template.read_text().replace("</body>", "<!-- another --></body>"))
    world.restart()


def another_style(world: World) -> None:
    style = world.folder / "themes" / "mine" / "assets" / "style.css"
    style.write_text(style.read_text() + "\nbody { color: red }\n")
    world.restart()


def another_title(world: World) -> None:
    world.restart(SETTINGS.format('theme = "themes/mine"\ntitle = "Elsewhere"', "Driveway"))


@pytest.mark.parametrize("change", [another_theme, another_style, another_title])
def test_what_all_pages_depend_on_writes_all_pages_with_the_old_site_up(world, change):
    """Every page is another one afterwards, and until then it was there as it had been, whole; never was it gone."""
    pages = {path for path in site_files(world.output) if path.endswith(".html")}
    old = {page: digest(world.output / page) for page in pages}
    with Onlooker(world.output, pages) as onlooker:
        outcome = world.outcome(change)
    new = {page: digest(world.output / page) for page in pages}
    assert (outcome.written, outcome.deleted) == (outcome.changed, outcome.gone)
    assert outcome.changed >= pages - {"status/index.html"}
    assert onlooker.missing == set()
    strange = {page for page in pages if not onlooker.seen[page] <= {old[page], new[page]}}
    assert strange - {"status/index.html"} == set()
    assert any(len(seen) == 2 for seen in onlooker.seen.values())


def test_a_cameras_title_writes_what_shows_it(world):
    """Its pages move to the new slug; the files that are written and deleted are those that differ."""
    outcome = world.outcome(lambda w: w.restart(SETTINGS.format('theme = "themes/mine"', "Yard")))
    assert (outcome.written, outcome.deleted) == (outcome.changed, outcome.gone)
    assert "cameras/yard/index.html" in outcome.written
    assert "cameras/driveway/index.html" in outcome.deleted


def test_another_version_writes_everything_anew(world, monkeypatch):
    """Whatever the pages of the version before were, they are as this one makes them; nothing else is written."""
    sound = site_files(world.output)
    pages = [path for path in sound if path.endswith(".html") and not path.startswith("status")]
    for path in pages[::2]:
        (world.output / path).write_text("as a version before it wrote this")
    monkeypatch.setattr(marks, "version", lambda _: "99.0")
    marks.code_digest.cache_clear()
    outcome = world.outcome(World.restart)
    assert site_files(world.output) == sound
    assert outcome.written == set(pages[::2])
