"""Reads the cameras out of Motion's configuration: motion.conf, its camera files and its camera_dir; writes nothing.

It follows what Motion 4.5 does: an option before a `camera` or `camera_dir` line holds for the cameras of that
line too, one after it does not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from sitegen.errors import UsageError
from sitegen.secret import Secret
from sitegen.settings_rules import is_camera_url

_LINE = re.compile(r"[ \t]*([^ \t=]+)[ \t=]*(.*)")
_QUOTED = re.compile(r"([\"'])(.*)\1\Z")
_RENAMED = {"thread": "camera", "netcam_highres": "netcam_high_url", "netcam_high_res": "netcam_high_url"}
_SOURCES = frozenset({"netcam_url", "netcam_high_url", "video_device", "videodevice", "mmalcam_name"})
"""Options without which motion.conf alone describes no camera."""
_FOR_FFMPEG = {"mjpg": "http", "mjpeg": "http"}
"""Schemes that only Motion knows, and what they are called elsewhere."""
_MOTION_ONLY = frozenset({"v4l2", "jpeg"})
HIGHEST_ID = 32_000
_LONGEST_NAME = 200


class MotionCamera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera as Motion's configuration has it."""

    id: str
    name: str | None = None
    """camera_name, without control characters; otherwise any text whatever."""
    url: Secret | None = None
    """netcam_high_url, else netcam_url, with netcam_userpass in it; None: nothing that ffmpeg could read."""


class MotionOption(NamedTuple):
    """One line of a file: an option by its present name, its value without quotes, the line's number from 1 on."""

    name: str
    value: str
    line: int


def read_motion_config(path: Path) -> tuple[MotionCamera, ...]:
    """Return Motion's cameras in its own order; raise UsageError when a file is missing or cannot be used.

    Relative paths in it are relative to its folder.
    """
    own: dict[str, str] = {}
    cameras: list[tuple[Path, dict[str, str]]] = []
    for option, value in _options(path):
        if option == "camera":
            cameras.append((file := path.parent / value, own | dict(_options(file))))
        elif option == "camera_dir":
            cameras += [
                (file, own | dict(_options(file))) for file in camera_files(path, path.parent / value)
            ]
        else:
            own[option] = value
    ids = _ids([own, *(options for _, options in cameras)])
    if not cameras:
        return (_camera(path, ids[0], own),) if own.keys() & _SOURCES else ()
    return tuple(
        _camera(file, number, options) for (file, options), number in zip(cameras, ids[1:], strict=True)
    )


def read_options(path: Path) -> Iterator[MotionOption]:
    """Yield the options of one of Motion's files in order; raise UsageError when it cannot be read."""
    try:
        text = path.read_bytes().decode(errors="replace")
    except OSError as error:
        raise UsageError(
            path, "", f"Motion's configuration cannot be read: {error.strerror}", "correct its path"
        ) from None
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        match = _LINE.match(line.rstrip(" \t"))
        if match and not line.startswith(("#", ";")):
            quoted = _QUOTED.match(match[2])
            yield MotionOption(_RENAMED.get(match[1], match[1]), quoted[2] if quoted else match[2], number)


def _options(path: Path) -> Iterator[tuple[str, str]]:
    return ((option.name, option.value) for option in read_options(path))


def camera_files(path: Path, folder: Path) -> list[Path]:
    """Return the camera files of a camera_dir in the order of the disk, which is the order that Motion takes.

    `path` is the file that names the folder. Raises UsageError when the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return [Path(entry) for entry in entries if entry.name.endswith(".conf")]
    except OSError as error:
        raise UsageError(path, "camera_dir", f"{folder}: {error.strerror}", "correct its path") from None


def _ids(sections: list[dict[str, str]]) -> list[int]:
    """Return the ids that Motion gives to motion.conf itself and to its cameras.

    One without an id gets its place. When any two are equal then, Motion forgets all of them and counts.
    """
    given = given_ids(options.get("camera_id", "") for options in sections)
    if len(set(given)) == len(given) and max(given) <= HIGHEST_ID:
        return given
    return list(range(len(given)))


def given_ids(camera_ids: Iterable[str]) -> list[int]:
    """Return the ids that the files ask for: of motion.conf itself first, then of its cameras; "": its place."""
    return [_leading_number(text) or place for place, text in enumerate(camera_ids)]


def _leading_number(text: str) -> int:
    """Read a number as C's atoi does."""
    match = re.match(r"\s*([0-9]{1,9})", text)
    return int(match[1]) if match else 0


def _camera(file: Path, number: int, options: dict[str, str]) -> MotionCamera:
    name = "".join(char if char.isprintable() else " " for char in options.get("camera_name", "")).strip()
    return MotionCamera(id=str(number), name=name[:_LONGEST_NAME] or None, url=_url(file, options))


def _url(file: Path, options: dict[str, str]) -> Secret | None:
    option = "netcam_high_url" if options.get("netcam_high_url") else "netcam_url"
    text = options.get(option, "")
    if not text or text.partition("://")[0].lower() in _MOTION_ONLY:
        return None
    try:
        text = _merged(text, options.get("netcam_userpass", ""))
    except ValueError:  # urlsplit's, for instance about brackets that do not match; it quotes the address
        text = ""
    if not is_camera_url(text):
        reason = "is not the address of a stream (not shown: it may hold a password)"
        raise UsageError(file, option, reason, "write, for instance: netcam_url rtsp://192.0.2.7/stream1")
    return Secret(text)


def _merged(text: str, user_and_password: str) -> str:
    """Put netcam_userpass into an address, where Motion puts it: before what stands there already."""
    url = urlsplit(text)
    host = url.netloc.rpartition("@")[2]
    access = quote(user_and_password, safe=":%!$&'()*+,;=") or url.netloc.rpartition("@")[0]
    place = f"{access}@{host}" if access and host else url.netloc
    return urlunsplit(url._replace(scheme=_FOR_FFMPEG.get(url.scheme, url.scheme), netloc=place))
