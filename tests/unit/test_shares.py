"""Shares of a build: other processes write some of the days, and whatever becomes of them the site is the same."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from archives import site_bytes
from built_site import Site

from sitegen import process
from sitegen.errors import ThemeError
from sitegen.resources import resource
from sitegen.site import shares
from sitegen.site.shares import others

DAYS = 20


@pytest.fixture
def site(tmp_path):
    """An archive of many days."""
    found = Site(tmp_path)
    for day in range(DAYS):
        found.put(-day * 24 * 60), found.put(-day * 24 * 60 + 5, kind="segment", camera="102")
    return found


@pytest.fixture
def two_cores(monkeypatch):
    """A machine with two, and a share that is worth a process when it has a clip; what was started is in the list."""
    monkeypatch.setattr(shares, "WORTH_CLIPS", 1)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    children, start = [], process.start

    def remember(argv, **options):
        children.append(start(argv, **options))
        return children[-1]

    monkeypatch.setattr(process, "start", remember)
    return children


def built_alone(site):
    """What one process makes of the archive."""
    shutil.rmtree(site.output, ignore_errors=True), shutil.rmtree(site.state, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda _: {0})
        built = site.build()
    return site_bytes(site.output), built


def test_a_process_is_started_when_it_pays(monkeypatch):
    """One for each further core, but never for so little that its start would be a tenth of the work."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3})
    assert [others(n) for n in (0, 14_999, 15_000, 40_000, 10_000_000)] == [0, 0, 1, 2, 3]
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {2})
    assert others(10_000_000) == 0


def test_the_site_is_the_same_as_one_process_makes_it(site, two_cores):
    """Byte for byte; what was written adds up, nothing is left behind, and the next build has nothing to do."""
    shared = site.build()
    assert [child.returncode for child in two_cores] == [0]
    made = site_bytes(site.output)
    assert not (site.output / ".sitegen-tmp").exists()
    assert not site.build().published
    alone, built = built_alone(site)
    assert made == alone
    assert shared == built


def test_everything_is_rendered_again_by_all(site, two_cores):
    """Pages that are replaced are shared too; one that stays as it is is not written."""
    site.build()
    before = site.stats()
    site.config.write_text(site.config.read_text().replace("[site]", '[site]\ntitle = "Other"'))
    built = site.build()
    assert [child.returncode for child in two_cores] == [0, 0]
    days = [p for p in before if p.startswith("2026/") and p.endswith(".html")]
    assert len(days) == 2 * DAYS
    after = site.stats()
    assert not any(before[page] == after[page] for page in days)
    assert built.written > 3 * DAYS
    made = site_bytes(site.output)
    assert made == built_alone(site)[0]


@pytest.mark.parametrize("moment", ["at once", "after it said something"])
def test_what_a_killed_process_leaves_is_done_by_the_build(site, two_cores, monkeypatch, caplog, moment):
    """It is killed from outside, for instance for want of memory: the log says so, the site is whole."""
    real = process.start

    def start(argv, **options):
        child = real(argv, **options)
        if moment == "at once":
            child.kill()
        else:
            first = child.stdout.readline()
            child.kill()
            child.wait()
            assert first
        return child

    monkeypatch.setattr(process, "start", start)
    built = site.build()
    assert [child.returncode for child in two_cores] == [-9]
    assert "ended with -9" in caplog.text
    assert built.published
    made = site_bytes(site.output)
    assert not (site.output / ".sitegen-tmp").exists()
    assert made == built_alone(site)[0]


def test_a_theme_that_was_edited_meanwhile_is_not_mixed(site, two_cores, monkeypatch):
    """The other process would make pages of another look: it makes none."""
    shutil.copytree(resource("themes") / "default", site.folder / "themes/mine")
    site.config.write_text(site.config.read_text().replace("[site]", '[site]\ntheme = "mine"'))
    real, template = process.start, site.folder / "themes/mine/templates/clip.html"

    def start(argv, **options):
        template.write_text(template.read_text().replace("</main>", "edited</main>") + "\n")
        return real(argv, **options)

    monkeypatch.setattr(process, "start", start)
    site.build()
    assert [child.returncode for child in two_cores] == [1]
    pages = [p.read_text() for p in site.output.glob("2026/*/*/*.html")]
    assert len(pages) == 2 * DAYS
    assert len({page.count("\n</html>") for page in pages}) == 1
    assert not any("edited" in page for page in pages)


def test_an_error_of_a_theme_is_the_same_error(site, two_cores):
    """It is met here too; nothing goes on behind the back of the build that failed."""
    shutil.copytree(resource("themes") / "default", site.folder / "themes/mine")
    (site.folder / "themes/mine/templates/day.html").write_text("{{ nothing_of_that_name.x }}")
    site.config.write_text(site.config.read_text().replace("[site]", '[site]\ntheme = "mine"'))
    with pytest.raises(ThemeError, match="nothing_of_that_name"):
        site.build()
    assert all(child.returncode is not None for child in two_cores)
    assert two_cores
    assert not (site.output / "index.html").exists()


def test_a_process_ends_with_the_one_that_started_it(site, tmp_path):
    """kill -9 of a build leaves nobody behind who writes pages: the next build may have begun."""
    program = (
        "import os, sys; os.sched_getaffinity = lambda _: {0, 1}\n"
        "from pathlib import Path; from sitegen.site import shares, share_worker; from sitegen import process\n"
        "shares.WORTH_CLIPS = 1; real = process.start\n"
        "def start(argv, **o):\n"
        "    child = real(['sleep', '600'], **o); print(child.pid, flush=True); os.kill(os.getpid(), 9)\n"
        "process.start = start\n"
        "from sitegen.build import Generator; from sitegen.settings import load\n"
        "Generator(load(Path(sys.argv[1]))).build()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(site.config)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -9
    from waiting import wait_until

    wait_until(lambda: not _lives(int(done.stdout)))
    built = site.build()
    assert built.published
    site.assert_sound()


def _lives(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
