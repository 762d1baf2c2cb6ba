"""Compiles templates into code that spends its time on what differs from page to page. Pure.

What Jinja2 does by itself is right and is kept: autoescape everywhere. Two things are done at less cost. Plain text, which
is nearly all there is, is escaped without a Markup object around each piece; and an asset's path, which no page
changes, is looked up when the template is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.visitor import NodeTransformer
from markupsafe import _escape_inner  # type: ignore[attr-defined] # what `escape` is made of


class Generator(CodeGenerator):
    """Jinja2's code generator; `{{ title }}` becomes `plain(v) if type(v := title) is str else …`."""

    def _output_child_pre(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("(environment.plain(v) if type(v := ")

    def _output_child_post(
        self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo
    ) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_post(node, frame, finalize)
        else:
            self.write(") is str else v if type(v) is Markup else escape(v))")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        """`clip.url` is nearly always an attribute; `environment.getattr`, which is slower, knows what else it may be."""
        self.write("(a if (a := getattr(o := ")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, missing)) is not missing else environment.getattr(o, {node.attr!r}))")


class PageEnvironment(Environment):
    """An environment for pages; `assets` are published paths by name."""

    code_generator_class = Generator
    plain = staticmethod(_escape_inner)
    """Escapes a text that is exactly `str`: nothing that was declared safe comes here."""
    assets: Mapping[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._templates: dict[str, Template] = {}

    def get_template(self, name: Any, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002
        """Return a template, loaded once: a theme does not change."""
        if name not in self._templates:
            self._templates[name] = super().get_template(name, parent, globals)
        return self._templates[name]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = super()._parse(source, name, filename)
        if "asset" in source:  # to look at all nodes of the other templates takes long
            _KnownAssets(self.assets).visit(tree)
        return tree


class _KnownAssets(NodeTransformer):
    """Puts the path in place of `asset("style.css")`; what is not known is left, and is an error on its page."""

    def __init__(self, assets: Mapping[str, str]) -> None:
        self.assets = assets

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802 - Jinja2's name
        visited = self.generic_visit(node, *args, **kwargs)
        match visited:
            case nodes.Call(node=nodes.Name(name="asset"), args=[nodes.Const(value=str(name))], kwargs=[]):
                if name in self.assets:
                    return nodes.Const(self.assets[name], lineno=node.lineno)
        return visited
