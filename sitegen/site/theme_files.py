"""A theme's folders as data: manifest, templates and assets, read from disk once; names of published assets."""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from sitegen.errors import ThemeError
from sitegen.resources import resource

_HASH_CHARS = 10
_ASSET_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.[A-Za-z0-9]+")
_CSS_URL = re.compile(r"""url\(\s*(["']?)([^"')]*)\1\s*\)""")
_MANIFEST = 'theme.toml has name = "…", description = "…", extends = "…" if it builds on another theme, and [bundles] if it has some'


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `theme.toml` says."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    """Small letters, digits, `-` and `_`; unique among the themes of a chain."""
    description: str = ""
    extends: str | None = None
    """Name or path of the theme that gives what this one has not; None: it stands alone."""
    bundles: dict[str, tuple[str, ...]] = {}
    """Published name → assets that are published as this one file, in this order: a page then asks for less."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One theme of a chain."""

    name: str
    folder: Path
    extends: str | None
    templates: dict[str, str]
    """Text by name, which is the path below `templates/`."""
    assets: dict[str, bytes]
    bundles: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Asset:
    """A file to publish; `path` is relative to the site's root and changes with the bytes."""

    name: str
    path: str
    data: bytes = field(repr=False)


def read_chain(name_or_path: str, search: tuple[Path, ...]) -> tuple[Layer, ...]:
    """Return the theme and those it extends, nearest first. Raises ThemeError."""
    layers: list[Layer] = []
    wanted: str | None = name_or_path
    places = search
    while wanted is not None:
        layer = _read_layer(_find(wanted, places))
        for seen in layers:
            if seen.name == layer.name:
                raise ThemeError(
                    layers[-1].folder / "theme.toml",
                    "extends",
                    f"the theme {layer.name} ({layer.folder}) is already part of the chain",
                    "no two themes of a chain may have the same name, and none may come back to itself",
                )
        layers.append(layer)
        wanted = layer.extends
        places = (*search, layer.folder.parent)
    return tuple(layers)


def _find(name_or_path: str, search: tuple[Path, ...]) -> Path:
    """Return the folder of the first theme that answers to this name or path."""
    places = [Path(name_or_path)] if Path(name_or_path).is_absolute() else []
    for folder in search:
        places += [folder / name_or_path, folder / "themes" / name_or_path]
    places.append(resource("themes") / name_or_path)
    for place in places:
        if (place / "theme.toml").is_file():
            return place.resolve()
    tried = ", ".join(dict.fromkeys(str(place) for place in places))
    raise ThemeError(
        name_or_path, "", f"there is no such theme; looked for theme.toml in {tried}", 'use theme = "default"'
    )


def _read_layer(folder: Path) -> Layer:
    manifest = _read_manifest(folder / "theme.toml")
    return Layer(
        name=manifest.name,
        folder=folder,
        extends=manifest.extends,
        templates={name: _text(path) for name, path in _files(folder / "templates")},
        assets={name: path.read_bytes() for name, path in _files(folder / "assets")},
        bundles=manifest.bundles,
    )


def _read_manifest(file: Path) -> Manifest:
    try:
        return msgspec.convert(tomllib.loads(_text(file)), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ThemeError(file, "", str(error), _MANIFEST) from error


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ThemeError(file, "", f"it is not UTF-8 text: {error}", "save it as UTF-8") from error


def _files(folder: Path) -> list[tuple[str, Path]]:
    """Return the files below a folder by their path in it, without hidden ones and editors' copies."""
    found = ((path.relative_to(folder), path) for path in sorted(folder.rglob("*")) if path.is_file())
    return [
        (name.as_posix(), path)
        for name, path in found
        if not any(part.startswith(".") for part in name.parts) and not name.name.endswith("~")
    ]


def fingerprint(layers: tuple[Layer, ...]) -> str:
    """Return a hash over everything that the themes of a chain hold."""
    digest = hashlib.sha256()
    for layer in layers:
        digest.update(f"{layer.name}\0".encode())
        parts = {f"templates/{name}": text.encode() for name, text in layer.templates.items()}
        parts |= {f"assets/{name}": data for name, data in layer.assets.items()}
        parts["bundles"] = repr(sorted(layer.bundles.items())).encode()
        for name, data in sorted(parts.items()):
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def published(layers: tuple[Layer, ...]) -> tuple[Asset, ...]:
    """Return the chain's assets by name, the nearest theme's of each name; CSS leads to the others' published names.

    What is part of a bundle is published in it only.
    """
    owners = {name: layer for layer in reversed(layers) for name in layer.assets}
    bundles = {name: (layer, parts) for layer in reversed(layers) for name, parts in layer.bundles.items()}
    bundled = {part for _, parts in bundles.values() for part in parts}
    assets: dict[str, Asset] = {}
    for name, (layer, parts) in bundles.items():
        data = _bundle(layer, name, parts, owners)
        assets[name] = Asset(name, _published_path(name, data), data)
    for name in sorted(owners.keys() - bundled, key=lambda name: (name.endswith(".css"), name)):
        file = owners[name].folder / "assets" / name
        if not _ASSET_NAME.fullmatch(name):
            raise ThemeError(
                file,
                "",
                "this cannot be an asset's name",
                "use letters, digits, - and _ and an ending; no subfolders",
            )
        data = owners[name].assets[name]
        if name.endswith(".css"):
            data = _with_published_urls(data, assets, file)
        assets[name] = Asset(name, _published_path(name, data), data)
    return tuple(assets[name] for name in sorted(assets))


def _bundle(layer: Layer, name: str, parts: tuple[str, ...], owners: dict[str, Layer]) -> bytes:
    """Return the scripts of a bundle one after another; one that fails is told of and does not stop the next."""
    for part in (name, *parts):
        if not (part.endswith(".js") and _ASSET_NAME.fullmatch(part)):
            reason, remedy = f'"{part}" is no script\'s name', "bundle scripts only: names that end with .js"
        elif part == name and name in owners:
            reason, remedy = f'there is an asset "{name}", too', "give the bundle another name"
        elif part != name and part not in owners:
            reason, remedy = (
                f'there is no asset "{part}"',
                "put the file into assets/, or take it out of the bundle",
            )
        else:
            continue
        raise ThemeError(layer.folder / "theme.toml", f"bundles.{name}", reason, remedy)
    return b"".join(
        b"try {\n%s\n} catch (error) {\n  reportError(error);\n}\n" % owners[part].assets[part]
        for part in parts
    )


def _published_path(name: str, data: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"assets/{stem}.{hashlib.sha256(data).hexdigest()[:_HASH_CHARS]}.{ending}"


def _with_published_urls(data: bytes, assets: dict[str, Asset], file: Path) -> bytes:
    """Return the style sheet with `url(name)` of each asset replaced by its published name beside it."""

    def replaced(match: re.Match[str]) -> str:
        name = match[2].strip()
        if name.startswith(("#", "data:", "https:", "http:")):
            return match[0]
        if name not in assets:
            raise ThemeError(
                file,
                f"url({name})",
                "there is no such asset",
                "put the file into assets/; style sheets are not found",
            )
        return f'url("{assets[name].path.removeprefix("assets/")}")'

    try:
        return _CSS_URL.sub(replaced, data.decode()).encode()
    except UnicodeDecodeError as error:
        raise ThemeError(file, "", f"it is not UTF-8 text: {error}", "save it as UTF-8") from error
