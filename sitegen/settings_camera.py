"""The sections [camera.ID] of sitegen.toml: their keys, and what is made of them; reads the cameras' secret files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec

from sitegen.camera_id import is_camera_id
from sitegen.secret import Secret
from sitegen.sections import LINE, Findings, absolute, key, read_section
from sitegen.settings_rules import camera_url

_ENV: dict[str, Any] = {
    "pattern": r"^[A-Za-z_][A-Za-z0-9_]*$(?!\n)",
    "form": "the name of an environment variable",
}
_LATER_KEYS = ("retention",)


class CameraKeys(msgspec.Struct, frozen=True, kw_only=True):
    """One camera, by its id (Motion's camera_id): overrides what Motion's configuration says, or stands alone."""

    title: (
        Annotated[
            str,
            key("Its name on pages. Empty: Motion's camera_name, else its id.", example="Driveway", **LINE),
        ]
        | None
    ) = None
    url: (
        Annotated[
            str,
            key(
                "The address that is recorded. Empty: Motion's netcam_high_url or netcam_url. It may hold a password; "
                "the two keys below keep it out of this file.",
                example="rtsp://user:password@192.0.2.7/stream1",
            ),
        ]
        | None
    ) = None
    url_file: (
        Annotated[
            Path,
            key("A file whose one line is the address.", example="/etc/sitegen/driveway.url"),
        ]
        | None
    ) = None
    url_env: (
        Annotated[str, key("A variable that holds the address.", example="DRIVEWAY_URL", **_ENV)] | None
    ) = None
    sub_url: (
        Annotated[
            str,
            key(
                "The address of its low-resolution stream: recorded too, as the preview of its segments. Empty: "
                "previews are made from the segments.",
                example="rtsp://user:password@192.0.2.7/stream2",
            ),
        ]
        | None
    ) = None
    sub_url_file: (
        Annotated[
            Path,
            key("A file whose one line is that address.", example="/etc/sitegen/driveway-sub.url"),
        ]
        | None
    ) = None
    sub_url_env: (
        Annotated[str, key("A variable that holds that address.", example="DRIVEWAY_SUB_URL", **_ENV)] | None
    ) = None
    order: (
        Annotated[
            int,
            key(
                "Its place among the cameras, small numbers first. Absent: by id, after those that have one.",
                example=1,
            ),
        ]
        | None
    ) = None
    record: Annotated[bool, key("false: no continuous recording of this camera.")] = True


class CameraSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One camera's section, with its addresses found; None: the section does not say."""

    title: str | None = None
    url: Secret | None = None
    sub_url: Secret | None = None
    order: int | None = None
    record: bool = True


def read_cameras(file: Path, table: object, found: Findings) -> dict[str, CameraSettings]:
    """Return what the table `camera` says of each camera, by id; what is wrong is put into `found`."""
    if not isinstance(table, dict):
        found.add(
            "camera", "is a value, where sections are wanted", "write [camera.101], and its keys below it"
        )
        return {}
    cameras = {}
    for camera, keys in table.items():
        where = f"camera.{camera}"
        if not is_camera_id(camera):
            found.add(
                where, "is no camera id", "use 1 to 64 letters, digits, dots, - and _; the name goes in title"
            )
            continue
        read = absolute(read_section(CameraKeys, keys, where, found, _LATER_KEYS), file.parent)
        given = msgspec.structs.asdict(read)
        cameras[camera] = CameraSettings(
            title=read.title,
            url=camera_url(where, "url", given, found),
            sub_url=camera_url(where, "sub_url", given, found),
            order=read.order,
            record=read.record,
        )
    return cameras
