"""Rows of lists: made once, right on every page that shows them, and never taken in by what a row says."""

import pytest
from jinja2 import DictLoader, StrictUndefined

from sitegen.site import rows
from sitegen.site.compiling import PageEnvironment

PARTS = '{% macro row(item, mark="") %}<a href="{{ root }}{{ item.url }}">{{ item.title }}{{ mark }} {{ site }}</a>{% endmacro %}'
PAGE = '{% import "parts.html" as parts with context %}{{ rows(parts.row, items) }}'


class Item:
    """Counts how often its title is read."""

    url = "x.html"

    def __init__(self, title: str) -> None:
        self.text, self.read = title, 0

    @property
    def title(self) -> str:
        self.read += 1
        return self.text


@pytest.fixture
def environment():
    return an_environment()


def an_environment(page: str = PAGE) -> PageEnvironment:
    loader = DictLoader({"parts.html": PARTS, "page.html": page})
    environment = PageEnvironment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.globals["rows"] = rows.Rows(environment)
    return environment


def shown(environment, root, items, site="here"):
    return environment.get_template("page.html").render(root=root, items=items, site=site)


def test_a_row_is_made_once_for_all_pages(environment):
    """And leads from each of them to the same place."""
    item = Item("A")
    near, far = shown(environment, "", [item]), shown(environment, "../../", [item])
    assert near == '<a href="x.html">A here</a>'
    assert far == '<a href="../../x.html">A here</a>'
    assert item.read == 1


def test_a_text_that_looks_like_the_mark_stays_a_text(environment):
    """P9: what stands for the root while a row is made cannot come from outside."""
    hostile = Item(f"{rows.ROOT}../etc")
    assert shown(environment, "../", [hostile]) == '<a href="../x.html">&lt;root&gt;../etc here</a>'


def test_a_row_depends_on_site_and_arguments():
    """Another site or argument is another row."""
    environment = an_environment(PAGE.replace("items)", 'items, "!") }}{{ rows(parts.row, items)'))
    item = Item("A")
    assert shown(environment, "", [item]) == '<a href="x.html">A! here</a><a href="x.html">A here</a>'
    assert (
        shown(environment, "", [item], "there") == '<a href="x.html">A! there</a><a href="x.html">A there</a>'
    )
    assert item.read == 4


def test_a_macro_of_the_page_itself_sees_the_page():
    """It is called as any macro is, each time: it may use all that the page has."""
    page = "{% block main %}{% macro own(item) %}{{ root }}{{ extra }}{{ item.title }};{% endmacro %}{{ rows(own, items) }}{% endblock %}"
    template = an_environment(page).get_template("page.html")
    items = [Item("A"), Item("<b>")]
    assert template.render(root="../", items=items, site="", extra=1) == "../1A;../1&lt;b&gt;;"
    assert template.render(root="", items=items, site="", extra=2) == "2A;2&lt;b&gt;;"


def test_what_is_kept_is_bounded(environment, monkeypatch):
    """Rows that nobody asked for lately go; those that are asked for stay."""
    monkeypatch.setattr(rows, "_KEPT", 10 * len('<a href="<root>x.html">10 here</a>'))
    kept = environment.globals["rows"]
    often = Item("often")
    for number in range(100):
        shown(environment, "", [often, Item(str(number))])
        assert len(kept._young) + len(kept._old) <= 2 * 12
    assert often.read == 1
