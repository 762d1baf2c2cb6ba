"""The second theme, themes/plain: very small, alone, without scripts, and complete; it shows what a theme must have and no more."""

import re

import page_samples
import pytest
from checkers import axe, html_errors
from command_line import sitegen
from links import crawl
from markup import markup
from page_samples import HOSTILE, RTL, render
from view_samples import LONG, ZONE
from whole_site import ADDRESS

from sitegen.resources import resource
from sitegen.site.theme import load_theme
from sitegen.site.theme_files import read_chain

FOLDER = resource("themes") / "plain"
SCENES = {
    "busy": page_samples.busy_pages,
    "empty": page_samples.empty_pages,
    "hostile": lambda: page_samples.hostile_pages(HOSTILE),
    "right to left": lambda: page_samples.hostile_pages(RTL),
    "long": lambda: page_samples.hostile_pages(LONG),
}


@pytest.fixture(scope="module")
def plain():
    return load_theme("plain", search=(), zone=ZONE)


@pytest.fixture(scope="module")
def site(whole, tmp_path_factory):
    """The whole site's archive, shown by the plain theme; without previews, so that originals play."""
    folder = tmp_path_factory.mktemp("plain")
    (folder / "content").symlink_to(whole.folder / "content")
    text = (whole.folder / "sitegen.toml").read_text().replace("[site]", '[site]\ntheme = "plain"')
    (folder / "sitegen.toml").write_text(f'{text}[archive]\nroot = "{whole.folder / "archive"}"\n')
    done = sitegen("build", "-q", "--no-previews", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "site"


def test_it_is_small_and_alone():
    """Less than 200 lines with theme.toml and style sheet, nothing taken from the default theme, no script."""
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(len(path.read_text().splitlines()) for path in files) < 200
    assert [layer.name for layer in read_chain("plain", ())] == ["plain"]
    assert {path.suffix for path in files} == {".toml", ".html", ".css"}


@pytest.mark.parametrize("scene", SCENES)
def test_every_page_of_every_sample_is_whole_and_strict(plain, scene):
    """Tags are closed in order; there is no script, no style in it, and a hostile text adds no element."""
    allowed = {tag for page in page_samples.busy_pages() for tag, _ in markup(render(plain, page)).tags}
    for page in SCENES[scene]():
        html = render(plain, page)
        seen = markup(html)
        assert (seen.wrong, seen.open) == ([], []), page.url
        assert {tag for tag, _ in seen.tags} <= allowed - {"script", "style"} | {"p"}, page.url
        assert not [
            attrs for _, attrs in seen.tags for key in attrs if key == "style" or key.startswith("on")
        ]
        assert "<script" not in html


def test_a_real_site_of_it_has_no_dead_link_and_leaves_nothing_out(site, whole):
    """Every page, feed and original of the default theme's site is reached in the plain one, too, by links alone."""
    reached, dead = crawl(site, address=ADDRESS, only={"html"})
    assert dead == []
    theirs, _ = crawl(whole.output, address=ADDRESS, only={"html"})
    pages = re.compile(r".*\.(html|atom|ics|m3u8?)\Z|feeds/.*|media/.*\.mp4\Z")
    assert {path for path in theirs if pages.match(path)} - reached == set()
    assert html_errors(sorted(site.rglob("*.html"))) == []


def test_axe_finds_nothing(chromium, site, whole):
    """On a phone, from the disk, in light and in dark, no page type has a violation, is wider than the screen, or logs anything."""
    found, said = [], []
    page = chromium.new_page(viewport={"width": 360, "height": 740})
    page.on("console", lambda message: said.append(message.text))
    for kind, path in whole.pages().items():
        page.goto((site / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, kind
        found += [f"{kind}: {violation}" for violation in axe(page)]
    page.close()
    assert (found, said) == ([], [])
