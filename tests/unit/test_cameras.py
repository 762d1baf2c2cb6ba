"""sitegen.capture.cameras: Motion's cameras and those of sitegen.toml become one list."""

import pytest

from sitegen.capture.cameras import merge, recorded_cameras
from sitegen.capture.motion_config import MotionCamera
from sitegen.errors import UsageError
from sitegen.secret import Secret
from sitegen.settings import load
from sitegen.settings_camera import CameraSettings


def test_sitegen_toml_comes_before_motion(tmp_path):
    """Title, address, order and record of sitegen.toml win; Motion's name and address stand where it is silent."""
    (tmp_path / "motion.conf").write_text("camera one.conf\ncamera two.conf\n")
    (tmp_path / "one.conf").write_text("camera_id 1\ncamera_name One\nnetcam_url rtsp://one/\n")
    (tmp_path / "two.conf").write_text("camera_id 2\ncamera_name Two\nnetcam_url rtsp://two/\n")
    (tmp_path / "sitegen.toml").write_text(
        '[motion]\nconfig = "motion.conf"\n'
        '[camera.2]\ntitle = "Second"\norder = 1\nrecord = false\n'
        '[camera.garage]\nurl = "rtsp://garage/"\n'
    )
    two, one, garage = recorded_cameras(load(tmp_path / "sitegen.toml"))
    assert (two.id, two.title, two.order, two.record, two.url) == (
        "2",
        "Second",
        0,
        False,
        Secret("rtsp://two/"),
    )
    assert (one.id, one.title, one.order, one.record, one.url) == ("1", "One", 1, True, Secret("rtsp://one/"))
    assert (garage.title, garage.order, garage.url) == ("Camera garage", 2, Secret("rtsp://garage/"))


def test_an_address_of_our_own_replaces_motions():
    """The recorder may use another stream than Motion."""
    known = (MotionCamera(id="1", url=Secret("rtsp://low/")),)
    (camera,) = merge(known, {"1": CameraSettings(url=Secret("rtsp://high/"))})
    assert camera.url == Secret("rtsp://high/")


def test_cameras_without_an_order_come_by_number():
    """Camera 9 stands before camera 101, and those with an order before both."""
    ids = [MotionCamera(id=text) for text in ("101", "b", "9", "a", "0")]
    own = {"x": CameraSettings(order=7), "b": CameraSettings(order=-1), "y": CameraSettings(order=7)}
    cameras = merge(tuple(ids), own)
    assert [camera.id for camera in cameras] == ["b", "x", "y", "0", "9", "101", "a"]
    assert [camera.order for camera in cameras] == list(range(7))


def test_no_cameras_at_all(tmp_path):
    """An empty configuration has no cameras; a configuration of Motion that is not there is told."""
    (tmp_path / "sitegen.toml").write_text("")
    assert recorded_cameras(load(tmp_path / "sitegen.toml")) == ()
    (tmp_path / "sitegen.toml").write_text('[motion]\nconfig = "gone.conf"')
    with pytest.raises(UsageError, match=r"gone\.conf"):
        recorded_cameras(load(tmp_path / "sitegen.toml"))
