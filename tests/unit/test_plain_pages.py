"""Pages of the plain theme: what only its own words can get wrong."""

from datetime import timedelta

import pytest
from markup import markup
from msgspec.structs import replace
from page_samples import SamplePage, busy_pages, render
from view_samples import ZONE, camera_view, gap, status_view

from sitegen.site.theme import Theme, load_theme


@pytest.fixture(scope="module")
def plain() -> Theme:
    return load_theme("plain", search=(), zone=ZONE)


def text_of(theme: Theme, template: str, **context: object) -> str:
    page = next(page for page in busy_pages() if page.template == template)
    html = render(theme, SamplePage(page.url, page.template, page.context | context))
    return " ".join(markup(html).text.split())


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=15), "2026-11-22 00:50:00 CET \u2013 01:05:00, Driveway"),
        (timedelta(days=8), "2026-11-22 00:50:00 CET \u2013 2026-11-30 00:50:00 CET, Driveway"),
        (None, "2026-11-22 00:50:00 CET \u2013 no end yet, Driveway"),
    ],
)
def test_a_gap_says_on_which_day_it_ended(plain, length, words):
    """Where that is another day than the one on which it began."""
    found = replace(gap("101"), end=length and gap("101").start + length)
    item = replace(status_view((camera_view("101", ()),)).cameras[0], gaps_week=(found,))
    assert words in text_of(plain, "status.html", status=replace(status_view(()), cameras=(item,)))


def test_a_days_neighbours_are_named(plain):
    """Two dates side by side do not say which way they lead."""
    text = text_of(plain, "day.html")
    assert "Earlier: Saturday, 21 November 2026 Later: Monday, 23 November 2026" in text
