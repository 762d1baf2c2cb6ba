"""Lays out a new folder for `sitegen init`: configuration, a page, Motion's configuration; overwrites nothing."""

from __future__ import annotations

import logging
import os
import textwrap
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from sitegen.resources import resource
from sitegen.sections import toml_value, unwrap, wanted
from sitegen.settings import SECTIONS

_LOG = logging.getLogger(__name__)
_FOLDERS = ("archive/events", "archive/segments")
_WIDTH = 100
_HEAD = """\
What sitegen does here. Every key stands at its default, behind a #: remove the # to change it.
Relative paths are relative to this file. All keys: docs/reference/configuration.md."""


def init_folder(folder: Path) -> tuple[Path, ...]:
    """Write what a new installation needs into `folder` and return the files written; raise OSError if it cannot.

    A file that is there already stays as it is, and the log says so.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would write another path into Motion's files
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    files = _files(folder)
    return tuple(folder / name for name in sorted(files) if _write(folder / name, files[name]))


def _files(folder: Path) -> dict[str, bytes]:
    """Return the texts of all files by their path in the folder."""
    files = {"sitegen.toml": sample_configuration().encode()}
    for source in sorted(resource("content").rglob("*.md")):
        files[f"content/{source.relative_to(resource('content'))}"] = source.read_bytes()
    for source in sorted(resource("motion").rglob("*.conf")):
        files[f"motion/{source.relative_to(resource('motion'))}"] = _filled(
            source.read_text(), folder
        ).encode()
    return files


def _filled(text: str, folder: Path) -> str:
    return text


def _write(path: Path, data: bytes) -> bool:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(data)
    except FileExistsError:
        _LOG.warning("%s is there already and stays as it is", path)
        return False
    return True


def sample_configuration() -> str:
    """Return a sitegen.toml that says nothing but the defaults, with the documentation of every key."""
    return "\n".join([_comment(_HEAD), *(_section(name, kind) for name, kind in SECTIONS.items())])


def _section(name: str, kind: type[msgspec.Struct]) -> str:
    title = "# [camera.101]" if name == "camera" else f"[{name}]"
    lines = [_comment((kind.__doc__ or "").strip()), title]
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    for key, hint in get_type_hints(kind, include_extras=True).items():
        lines += [_comment(_meaning(hint)), f"# {key} = {toml_value(_shown(hint, defaults[key]))}"]
    return "\n".join(lines) + "\n"


def _meaning(hint: Any) -> str:
    return f"{unwrap(hint)[1].description} ({wanted(hint)})"


def _shown(hint: Any, default: object) -> object:
    """Return the default, or an example where the default is that there is none."""
    return (unwrap(hint)[1].examples or [""])[0] if default is None else default


def _comment(text: str) -> str:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _WIDTH - 3)]
    return "\n".join(f"#: {line}" for line in lines)
