"""The cameras of this system: Motion's and those of sitegen.toml, merged; reads Motion's configuration."""

from __future__ import annotations

import msgspec

from sitegen.capture.motion_config import MotionCamera, read_motion_config
from sitegen.secret import Secret
from sitegen.settings import Settings
from sitegen.settings_camera import CameraSettings


class RecordedCamera(msgspec.Struct, frozen=True, kw_only=True):
    """A camera, and how it is recorded."""

    id: str
    title: str
    order: int
    """0, 1, 2, ... among all cameras."""
    record: bool
    url: Secret | None
    """None: its address is not known, so that it cannot be recorded."""
    sub_url: Secret | None = None
    """Of its low-resolution stream; None: that is not recorded."""


def recorded_cameras(settings: Settings) -> tuple[RecordedCamera, ...]:
    """Return all cameras in order; raise UsageError when Motion's configuration cannot be read."""
    from_motion = () if settings.motion.config is None else read_motion_config(settings.motion.config)
    return merge(from_motion, settings.camera)


def merge(motion: tuple[MotionCamera, ...], own: dict[str, CameraSettings]) -> tuple[RecordedCamera, ...]:
    """Put what sitegen.toml says of a camera over what Motion says of it."""
    known = {camera.id: camera for camera in motion}
    ids = sorted(known.keys() | own.keys(), key=lambda camera: _place(camera, own))
    return tuple(
        _merged(camera, order, known.get(camera), own.get(camera, CameraSettings()))
        for order, camera in enumerate(ids)
    )


def _place(camera: str, own: dict[str, CameraSettings]) -> tuple[bool, int, bool, int, str]:
    """Cameras with an order come first, by it; then by id, numbers as numbers and before words."""
    order = own[camera].order if camera in own else None
    is_number = camera.isdecimal()
    return order is None, order or 0, not is_number, int(camera) if is_number else 0, camera


def _merged(camera: str, order: int, known: MotionCamera | None, own: CameraSettings) -> RecordedCamera:
    name = known.name if known else None
    return RecordedCamera(
        id=camera,
        title=own.title or name or f"Camera {camera}",
        order=order,
        record=own.record,
        url=own.url or (known.url if known else None),
        sub_url=own.sub_url,
    )
