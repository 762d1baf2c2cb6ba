"""Rules of sitegen.toml that types and bounds cannot say: addresses, time zones, folders. Touches no footage."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from sitegen.secret import Secret
from sitegen.sections import Findings

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s\x00-\x1f\x7f]+\Z")
_URL_MAX_BYTES = 4_096
_HIGHEST_PORT = 65_535
_kept_variables: dict[str, str] = {}
"""What was taken out of the environment, by name."""


def is_camera_url(text: str) -> bool:
    """Say whether `text` can be the address of a stream."""
    return len(text) <= _URL_MAX_BYTES and bool(_URL.match(text))


def camera_url(where: str, key: str, keys: Mapping[str, object], found: Findings) -> Secret | None:
    """Return the address that a camera's section gives, in one of three ways; no finding shows any of it.

    `key` is "url" or "sub_url": the address may also stand in a file or a variable, named by `<key>_file`, `<key>_env`.
    """
    given = [name for name in (key, f"{key}_file", f"{key}_env") if keys[name] is not None]
    if len(given) > 1:
        found.add(
            f"{where}.{given[1]}", f"gives the address a second time, after {given[0]}", "keep one of them"
        )
    if len(given) != 1:
        return None
    name = given[0]
    text = _text(f"{where}.{name}", keys[name], found, is_variable=name.endswith("_env"))
    if text is None:
        return None
    if not is_camera_url(text):
        found.add(
            f"{where}.{name}",
            "does not give the address of a stream (not shown: it may hold a password)",
            "write one line such as rtsp://user:password@192.0.2.7/stream1",
        )
        return None
    return Secret(text)


def _text(where: str, value: object, found: Findings, *, is_variable: bool) -> str | None:
    if isinstance(value, Path):
        try:
            with value.open("rb") as file:
                return file.read(_URL_MAX_BYTES + 1).decode().strip()
        except OSError as error:
            found.add(where, f"{value}: {error.strerror}", "put the address in that file, readable")
            return None
        except UnicodeDecodeError:
            return ""  # refused as an address, like any other rubbish
    if is_variable:
        text = _variable(str(value))
        if text is None:
            remedy = f"set it, or use {where.rpartition('.')[2].replace('_env', '_file')}"
            found.add(where, f"there is no environment variable {value}", remedy)
        return None if text is None else text.strip()
    return str(value)


def _variable(name: str) -> str | None:
    """Return an environment variable, and keep it for ourselves: no program that we start is to be given it.

    It is remembered, for the configuration may be read again.
    """
    text = os.environ.pop(name, None)
    if text is not None:
        _kept_variables[name] = text
    return _kept_variables.get(name)


def check_time_zone(where: str, name: str, found: Findings) -> None:
    """Put a time zone that this machine does not know into `found`."""
    try:
        ZoneInfo(name)
    except (
        OSError,
        ValueError,
        LookupError,
    ):  # what ZoneInfo raises for "", "/etc", a folder, an unknown name
        found.add(
            where, f"{name!r} is no time zone known here", 'write, for instance: timezone = "Europe/Berlin"'
        )


def host_and_port(where: str, text: str, found: Findings) -> tuple[str, int]:
    """Return what `HOST:PORT` says; port 0 lets the system choose. What cannot be read is put into `found`."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    right = (
        re.fullmatch(r"[A-Za-z0-9._-]+", bare)
        if bare == host
        else re.fullmatch(r"[0-9A-Fa-f:.]+(%[\w.-]+)?", bare)
    )
    if not right or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > _HIGHEST_PORT:
        found.add(where, f"{text!r} is not HOST:PORT", 'write, for instance: listen = "127.0.0.1:8082"')
        return "", 0
    return bare, int(port)


def check_cpu(where: str, percent: int, found: Findings) -> None:
    """Put a cap that is more than this machine has into `found`."""
    most = 100 * (os.cpu_count() or 1)
    if percent > most:
        found.add(where, f"is more than this machine has ({most})", "write a smaller number, or 0 for no cap")


def check_folders(file: Path, folders: Mapping[str, Path], found: Findings) -> None:
    """Put folders into `found` that lie inside one another in a way that would publish or delete what must not be.

    `folders` has the keys site.output, site.content, archive.root and archive.state.
    """
    output, root = folders["site.output"], folders["archive.root"]
    hurt = "choose folders beside one another"
    for name in ("site.output", "archive.state"):
        if _inside(folders[name], root):
            found.add(name, "lies inside the archive, where sitegen never writes", hurt)
    for name in ("archive.root", "archive.state", "site.content"):
        if _inside(folders[name], output) and not _inside(output, root):
            found.add(name, "lies inside the site's folder, which is published and belongs to sitegen", hurt)
    if _inside(file, output):
        found.add("site.output", "contains this file, which would be published", hurt)


def _inside(path: Path, folder: Path) -> bool:
    real = folder.resolve()
    return path.resolve() == real or real in path.resolve().parents
