"""Themes: a folder of templates and assets becomes pages and published files; it is read once, on loading.

A Theme is a snapshot: what is edited afterwards counts from the next `load_theme`, and then has another fingerprint.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
)

from sitegen.errors import ThemeError
from sitegen.site.compiling import PageEnvironment
from sitegen.site.filters import filters
from sitegen.site.rows import Rows
from sitegen.site.theme_files import Asset, Layer, fingerprint, published, read_chain

PAGES = (
    "home.html",
    "day.html",
    "clip.html",
    "cameras.html",
    "camera.html",
    "camera-day.html",
    "status.html",
    "live.html",
    "page.html",
)
"""The templates that every theme has, by itself or from the one it extends."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A loaded theme: what its pages are made with, and what is published beside them."""

    name: str
    fingerprint: str
    """Changes with every change of a template or an asset of the theme or of those it extends."""
    environment: Environment = field(repr=False)
    published_assets: tuple[Asset, ...] = field(repr=False)

    def assets(self) -> tuple[Asset, ...]:
        """Return what to publish, by name; an asset's path changes with its bytes."""
        return self.published_assets

    def check(self) -> None:
        """Compile every template (about 0.1 s): worth it when the fingerprint is new, before any page is made.

        Raises ThemeError naming file and line of what is not Jinja.
        """
        for name in self.environment.list_templates(extensions=["html"]):
            try:
                self.environment.get_template(name)
            except TemplateSyntaxError as error:
                raise _theme_error(error, name) from error

    def render(self, template: str, root: str, **context: object) -> str:
        """Return a page; `root` leads from the page to the site's root ("" or "../../").

        Raises ThemeError naming the template's file and line, and what is wrong there.
        """
        try:
            return self.environment.get_template(template).render(context, root=root)
        except Exception as error:
            raise _theme_error(error, template) from error


def load_theme(name_or_path: str, *, search: tuple[Path, ...], zone: ZoneInfo) -> Theme:
    """Read a theme and those it extends.

    Looked for, in this order: the path itself, when it is absolute; in each folder of `search` (the configuration's
    folder) the path or name as it is, then under `themes/`; among the themes that come with sitegen.
    `zone` is the site's time zone: the times on pages are its local times.
    Raises ThemeError when the theme or a part of it is missing or is no theme. Templates are compiled when they are
    first used, or by `check`.
    """
    layers = read_chain(name_or_path, search)
    _require_pages(layers)
    assets = published(layers)
    environment = PageEnvironment(
        loader=_Loader(layers),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters.update(filters(zone))
    environment.assets = {asset.name: asset.path for asset in assets}
    environment.globals["rows"] = Rows(environment)
    bundled = {
        part: name for layer in reversed(layers) for name, parts in layer.bundles.items() for part in parts
    }
    environment.globals["asset"] = partial(_asset_path, environment.assets, bundled)
    return Theme(layers[0].name, fingerprint(layers), environment, assets)


class _Loader(BaseLoader):
    """Finds `day.html` in the theme or the next one it extends that has it, `default:day.html` from that theme on."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self._layers = layers

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:  # noqa: ARG002 - Jinja's
        theme, _, name = template.rpartition(":")
        names = [layer.name for layer in self._layers]
        if theme and theme not in names:
            raise TemplateNotFound(template)
        for layer in self._layers[names.index(theme) if theme else 0 :]:
            if name in layer.templates:
                return layer.templates[name], str(layer.folder / "templates" / name), None
        raise TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        return sorted({name for layer in self._layers for name in layer.templates})


def _require_pages(layers: tuple[Layer, ...]) -> None:
    for name in PAGES:
        if not any(name in layer.templates for layer in layers):
            raise ThemeError(
                layers[0].folder,
                f"templates/{name}",
                "this template is missing",
                'write it, or put extends = "default" into theme.toml',
            )


def _asset_path(paths: dict[str, str], bundles: dict[str, str], name: str) -> str:
    if name in bundles:
        raise TemplateRuntimeError(f'the asset "{name}" is a part of "{bundles[name]}": ask for that')
    if name not in paths:
        raise TemplateRuntimeError(f'there is no asset "{name}"; there are: {", ".join(sorted(paths))}')
    return paths[name]


def _theme_error(error: Exception, template: str) -> ThemeError:
    file, line = _place(error, template)
    reason: Any = error.message if isinstance(error, TemplateSyntaxError) else error
    if isinstance(error, TemplateNotFound):
        reason = f'there is no template "{error.name}"'
    return ThemeError(
        file,
        f"line {line}" if line else "",
        f"{reason}",
        "see docs/reference/themes.md for what templates get",
    )


def _place(error: Exception, template: str) -> tuple[str, int]:
    """Return the innermost template file and line that the error went through."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or template, error.lineno
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        if "__jinja_template__" in frame.f_globals or frame.f_code.co_filename.endswith(".html"):
            return frame.f_code.co_filename, line
    return template, 0
