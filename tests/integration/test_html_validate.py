"""Every page of a real site, and of every sample of both themes, is HTML to the judgement of html-validate."""

import page_samples
import pytest
from checkers import html_errors
from page_samples import HOSTILE, RTL
from view_samples import LONG, ZONE

from sitegen.site.theme import load_theme

SCENES = {
    "busy": page_samples.busy_pages,
    "empty": page_samples.empty_pages,
    "clocks go back": lambda: page_samples.busy_pages(page_samples.date(2026, 10, 25)),
    "hostile": lambda: page_samples.hostile_pages(HOSTILE),
    "right to left": lambda: page_samples.hostile_pages(RTL),
    "long": lambda: page_samples.hostile_pages(LONG),
}


def test_every_page_of_a_real_site_is_html(whole):
    """html-validate finds no error on any page of a site built of real footage."""
    assert html_errors(sorted(whole.output.rglob("*.html"))) == []


@pytest.mark.parametrize("theme", ["default", "plain"])
def test_every_page_of_every_sample_is_html(tmp_path, theme):
    """html-validate finds no error on any page of any sample: busy, empty, hostile, long, right to left, clocks going back."""
    loaded = load_theme(theme, search=(), zone=ZONE)
    for name, pages in SCENES.items():
        page_samples.write_site(tmp_path / name, loaded, pages())
    assert html_errors(sorted(tmp_path.rglob("*.html"))) == []


def test_the_judge_sees_what_is_wrong(tmp_path):
    """A page with an unclosed element, a doubled id and a picture without words for it is not accepted."""
    page = tmp_path / "bad.html"
    page.write_text(
        '<!doctype html>\n<html lang="en"><title>x</title><p id="a"><p id="a"><img src="a.png"><div>'
    )
    rules = {error.split(": ")[1] for error in html_errors([page])}
    assert {"no-dup-id", "wcag/h37", "close-order"} <= rules
