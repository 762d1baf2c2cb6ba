"""Compiled templates say what Jinja2 says of the same templates, whatever they are given."""

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, TemplateError
from markupsafe import Markup

from sitegen.site.compiling import PageEnvironment


class Text(str):
    """A text of a class of its own."""

    __slots__ = ()


class Safe:
    """Says itself how it is written."""

    def __html__(self) -> str:
        return "<i>safe</i>"


class Thing:
    """Has an attribute, and an item of another name."""

    plain = "<attribute>"

    def __getitem__(self, name: str) -> str:
        return {"item": "<item>"}[name]


VALUES = {
    "text": "<b> & \"quoted\" 'twice'",
    "own text": Text("<own>"),
    "markup": Markup("<b>"),
    "safe": Safe(),
    "number": 12,
    "none": None,
    "truth": True,
    "list": ["<a>", 1],
    "dict": {"plain": "<p>", "item": "<i>", "keys": "<k>"},
    "thing": Thing(),
}
TEMPLATES = (
    "{{ v }}",
    "{{ v.plain }}",
    "{{ v.item }}",
    "{{ v.item is defined }}",
    "{{ v.nosuch|default('none of it') }}",
    "{{ v.plain.__class__.__name__ }}",
    "{{ v|safe }}{{ v|string|upper }}{{ v ~ '<' }}",
    "{% set s = namespace(x=v) %}{{ s.x }}{% for i in [v, 1] %}{{ loop.index }}{{ i }}{% endfor %}",
    "{% macro m(x) %}<m>{{ x }}{{ caller() }}</m>{% endmacro %}{% call m(v) %}{{ v }}{% endcall %}",
    "{% extends 'base' %}{% block b %}{{ super() }}{{ v }}{% endblock %}",
    "{% autoescape false %}{{ v }}{% endautoescape %}{{ v }}",
    "{{ [v, '<x>']|join(', ') }}{{ '<const>' }}{{ 'a'.upper() }}{{ {'k': v}.k }}",
    "{% set block %}{{ v }}<raw>{% endset %}{{ block }}",
)


def said(kind: type[Environment], template: str, value: object) -> str:
    texts = {"page": template, "base": "<{% block b %}[{{ v }}]{% endblock %}>"}
    environment = kind(loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined)
    try:
        return environment.get_template("page").render(v=value)
    except (TemplateError, KeyError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("name", VALUES)
def test_pages_say_what_jinja_says(template, name):
    """P9: the same text, escaped in the same places, or the same error."""
    assert said(PageEnvironment, template, VALUES[name]) == said(Environment, template, VALUES[name])


def test_a_known_assets_path_is_part_of_the_code():
    """It needs no function at the page; one that is not known is asked for there, where it is an error."""
    environment = PageEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.assets = {"a&b.css": "assets/a&b.123.css"}
    environment.globals["asset"] = lambda name: f"asked for {name}"
    page = environment.from_string(
        '{{ root }}{{ asset("a&b.css") }} {{ asset("x.css") }} {{ asset("a&b" ~ ".css") }}'
    )
    assert page.render(root="../") == "../assets/a&amp;b.123.css asked for x.css asked for a&amp;b.css"
