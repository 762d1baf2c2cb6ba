"""Rows of lists: the text of each is made once, by a macro, and kept for the other pages that show it. Touches no disk.

A clip's card is on its day and on its camera's day, and most cards of a day are the same after the next clip. Only the
way to the site's root differs: while a row is made, `root` is a mark that no text from outside can hold, since autoescape
lets no `<` through; on the page it is replaced.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

ROOT = Markup("<root>")
_KEPT = 1_500_000
"""So many characters of rows at least are kept, and about twice as many at most: several days of 300 clips."""


class Rows:
    """What templates call as `rows(macro, items, …)`; it lives as long as its theme."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._makers: dict[tuple[str, str, object], Macro | None] = {}
        self._young: dict[Any, str] = {}
        self._old: dict[Any, str] = {}
        self._size = 0
        """Characters of the young."""

    @pass_context
    def __call__(self, context: Context, macro: Macro, items: Iterable[Any], *arguments: Any) -> Markup:
        """Return what the macro makes of each item and the arguments, one after another.

        The macro may use its arguments, `site`, and `root` to write out, and nothing else of a page. Items are hashable.
        """
        make = self._maker(macro, context["site"])
        if make is None:
            return Markup("").join([macro(item, *arguments) for item in items])
        kept, texts = self._young, []
        for item in items:
            key = (make, item, arguments)
            text = kept.get(key)
            if text is None:
                text = kept[key] = self._old.pop(key, "") or make(item, *arguments)
                self._size += len(text)
            texts.append(text)
        if self._size > _KEPT:
            self._young, self._old, self._size = {}, kept, 0
        return Markup("".join(texts).replace(ROOT, context["root"]))  # noqa: S704 - macros escape

    def _maker(self, macro: Macro, site: object) -> Macro | None:
        """Return the macro as it is on no page; None: it stands in a page's own template, and needs that page."""
        template: str = macro._func.__globals__["name"]  # noqa: SLF001 - no other way leads to a macro's template
        kind = (template, macro.name, site)
        if kind not in self._makers:
            found = self._environment.get_template(template)
            module = None if found.blocks else found.make_module({"root": ROOT, "site": site})
            self._makers[kind] = getattr(module, macro.name, None)
        return self._makers[kind]
