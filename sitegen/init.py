"""Lays out a new folder for `sitegen init`: configuration, a page, Motion's configuration; overwrites nothing."""

from __future__ import annotations

import logging
import os
import sys
import textwrap
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from sitegen.errors import UsageError
from sitegen.resources import resource
from sitegen.sections import toml_value, unwrap, wanted
from sitegen.settings import SECTIONS

_LOG = logging.getLogger(__name__)
_FOLDERS = ("archive/events", "archive/segments")
_WIDTH = 100
_OBVIOUS = (bool, Path)
_HEAD = """\
What sitegen does here. Each key stands behind a #, at its default or with an example: remove the # to change it.
Relative paths are relative to this file. All keys: docs/reference/configuration.md."""


def init_folder(folder: Path) -> tuple[Path, ...]:
    """Write what a new installation needs into `folder` and return the files written.

    Raises UsageError for a folder whose path Motion could not handle, and OSError when the disk refuses.

    A file that is there already stays as it is, and the log says so.
    """
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would write another path into Motion's files
    _refuse_unsafe(folder)
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    files = _files(folder)
    return tuple(folder / name for name in sorted(files) if _write(folder / name, files[name]))


def _files(folder: Path) -> dict[str, bytes]:
    """Return the texts of all files by their path in the folder."""
    files = {"sitegen.toml": sample_configuration().encode()}
    for source in _sources("content"):
        files[f"content/{source.relative_to(resource('content'))}"] = source.read_bytes()
    for source in _sources("motion"):
        text = _filled(source.read_text(encoding="utf-8"), folder)
        files[f"motion/{source.relative_to(resource('motion'))}"] = text.encode()
    return files


def _sources(name: str) -> list[Path]:
    return [
        path for path in sorted(resource(name).rglob("*")) if path.is_file() and not path.name.startswith(".")
    ]


def _filled(text: str, folder: Path) -> str:
    """Put the paths of this folder where Motion's configuration leaves room for them."""
    paths = {"@ARCHIVE@": folder / "archive", "@CAMERAS@": folder / "motion/cameras", "@HOOK@": _hook()}
    for name, path in paths.items():
        text = text.replace(name, str(path))
    return text


def _hook() -> Path:
    """Return the program that Motion calls: the script that needs only Python, else the installed command."""
    script = resource("hooks") / "sitegen-hook"
    installed = Path(sys.executable).with_name("sitegen-hook")
    return installed if " " in str(script) or not os.access(script, os.X_OK) else script


def _refuse_unsafe(folder: Path) -> None:
    """Raise UsageError for a folder whose name would mean something else in Motion's hooks."""
    for path, unsafe in ((folder, "%'\"\\\n\r"), (_hook(), "%'\"\\\n\r \t")):
        if set(str(path)) & set(unsafe):
            reason = (
                "has a percent sign, quote, backslash or the like in its path, which Motion would misread"
            )
            raise UsageError(path, "", reason, "choose a folder with a plain name")


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
    return "\n".join([_comment(_HEAD), "", *(_section(name, kind) for name, kind in SECTIONS.items())])


def _section(name: str, kind: type[msgspec.Struct]) -> str:
    title = "# [camera.101]" if name == "camera" else f"[{name}]"
    lines = [_comment((kind.__doc__ or "").strip()), title]
    defaults = {field.name: field.default for field in msgspec.structs.fields(kind)}
    for key, hint in get_type_hints(kind, include_extras=True).items():
        lines += [_comment(_meaning(hint)), f"# {key} = {toml_value(_shown(hint, defaults[key]))}"]
    return "\n".join(lines) + "\n"


def _meaning(hint: Any) -> str:
    base, meta = unwrap(hint)
    return meta.description or "" if base in _OBVIOUS else f"{meta.description} ({wanted(hint)})"


def _shown(hint: Any, default: object) -> object:
    """Return the default, or an example where the default is that there is none."""
    return (unwrap(hint)[1].examples or [""])[0] if default is None else default


def _comment(text: str) -> str:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, _WIDTH - 3)]
    return "\n".join(f"#: {line}" for line in lines)
