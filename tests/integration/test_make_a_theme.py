"""The how-to about themes, walked through as it is written: its files are made, and the site that comes of them is sound."""

import re
from datetime import UTC, datetime

import pytest
from archives import put_clip
from checkers import html_errors
from command_line import sitegen
from links import crawl

from sitegen.resources import resource

PAGE = resource("docs") / "how-to/make-a-theme.md"
STEP = re.compile(r"`(themes/mine/[\w./-]+)`:?\n+ *```\w+\n(.*?) *```", re.DOTALL)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def built(folder, theme):
    """Build a site of a few clips with a theme; return its folder."""
    (folder / "sitegen.toml").write_text(f'[site]\ntheme = "{theme}"\n[camera.101]\ntitle = "Driveway"\n')
    put_clip(folder / "archive", NOON)
    put_clip(folder / "archive", NOON, camera="102", kind="segment", seconds=300)
    done = sitegen("build", "-q", "--no-previews", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_the_how_to_makes_a_theme(tmp_path):
    """Every file of the how-to, written as it says, gives a site with the new colours, the new section and the new day."""
    steps = STEP.findall(PAGE.read_text())
    assert [name.removeprefix("themes/mine/") for name, _ in steps] == [
        *(
            "theme.toml",
            "assets/colours.css",
            "templates/base.html",
            "templates/status.html",
            "templates/day.html",
        ),
    ]
    for name, text in steps:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(re.sub(r"^   ", "", text, flags=re.MULTILINE))
    site = built(tmp_path, "mine")
    colours = next((site / "assets").glob("colours.*.css"))
    assert f"assets/{colours.name}" in (site / "index.html").read_text()
    assert "Ms Okafor" in (site / "status/index.html").read_text()
    day = (site / "2026/11/20/index.html").read_text()
    assert "<h2><bdi>Driveway</bdi></h2>" in day
    assert 'class="tl"' not in day
    assert crawl(site)[1] == []
    assert html_errors(sorted(site.rglob("*.html"))) == []


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_a_theme_of_ours_can_be_copied_and_renamed(tmp_path, theme):
    """A copy under another name stands alone: what the how-to calls beginning from nothing."""
    copy = tmp_path / "themes/copy"
    for path in (resource("themes") / theme).rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(resource("themes") / theme)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    toml = copy / "theme.toml"
    toml.write_text(toml.read_text().replace(f'name = "{theme}"', 'name = "copy"'))
    assert crawl(built(tmp_path, "copy"))[1] == []
