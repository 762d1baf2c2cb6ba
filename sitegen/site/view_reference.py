"""Makes the reference of what templates get, as Markdown, from the source of `views` and `filters`."""

from __future__ import annotations

import ast
import inspect
from zoneinfo import ZoneInfo

from sitegen.clip import Motion
from sitegen.site import views
from sitegen.site.filters import filters

_PAGE = """# What templates get: views and filters

{made}
The contexts of the pages are in [themes.md](themes.md). {intro}

## Filters

{filters}
## Views

{views}"""


def view_reference(made: str) -> str:
    """Return the page; `made` is the line that says who wrote it."""
    tree = ast.parse(inspect.getsource(views))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    classes.append(_class_of(Motion))
    intro = (ast.get_docstring(tree) or "").partition("\n\n")[2].replace("\n", " ")
    return _PAGE.format(
        made=made, intro=intro, filters=_filters(), views="\n".join(_view(node) for node in classes)
    )


def _class_of(kind: type) -> ast.ClassDef:
    node = ast.parse(inspect.getsource(kind)).body[0]
    assert isinstance(node, ast.ClassDef)  # noqa: S101 - inspect gave a class's source
    return node


def _filters() -> str:
    rows = ["| filter | gives |", "|---|---|"]
    for name, function in sorted(filters(ZoneInfo("UTC")).items()):
        said = inspect.cleandoc(function.__doc__ or "").replace("\n", " ")
        rows.append(f"| `{name}` | {_cell(said.removeprefix('Return '))} |")
    return "\n".join(rows) + "\n"


def _view(node: ast.ClassDef) -> str:
    said = (ast.get_docstring(node) or "").replace("\n", " ")
    rows = [f"### {node.name}", "", said, "", "| field | type | meaning |", "|---|---|---|"]
    for place, field in enumerate(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            kind = _cell(ast.unparse(field.annotation))
            rows.append(f"| `{field.target.id}` | `{kind}` | {_cell(_words_after(node, place))} |")
    return "\n".join(rows) + "\n"


def _words_after(node: ast.ClassDef, place: int) -> str:
    """Return the text that stands below a field as its documentation, or ""."""
    following = node.body[place + 1] if place + 1 < len(node.body) else None
    if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
        return inspect.cleandoc(str(following.value.value)).replace("\n", " ")
    return ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
