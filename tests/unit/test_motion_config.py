"""sitegen.capture.motion_config: the cameras in Motion's configuration, as Motion itself sees them."""

import re
import subprocess
from pathlib import Path

import pytest
from waiting import wait_until

from sitegen.capture.motion_config import read_motion_config
from sitegen.errors import UsageError


def laid_out(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text.replace("HERE", str(folder)))
    return folder / "motion.conf"


def addresses(path: Path) -> list[str | None]:
    return [camera.url and camera.url.reveal() for camera in read_motion_config(path)]


def test_cameras_come_from_camera_lines_and_camera_dir(tmp_path):
    """Both ways of naming camera files are followed; other endings in camera_dir are left alone."""
    path = laid_out(
        tmp_path,
        {
            "motion.conf": "# a comment\n; another\n\ndaemon off\ncamera one.conf\ncamera_dir conf.d\n",
            "one.conf": "camera_id 101\ncamera_name Front door\nnetcam_url rtsp://one/\n",
            "conf.d/two.conf": 'camera_id = 102\r\nnetcam_url = "rtsp://two/"  \r\n',
            "conf.d/three.conf.bak": "camera_id 103\n",
        },
    )
    one, two = read_motion_config(path)
    assert (one.id, one.name, two.id, two.name) == ("101", "Front door", "102", None)
    assert addresses(path) == ["rtsp://one/", "rtsp://two/"]


def test_what_stands_before_the_cameras_holds_for_them(tmp_path):
    """Options before a camera line are inherited; those after it are not."""
    path = laid_out(
        tmp_path,
        {
            "motion.conf": "camera_id 9\ncamera_name all\nnetcam_userpass u:p\ncamera a.conf\nnetcam_userpass x:y\n",
            "a.conf": "camera_id 1\nnetcam_url rtsp://a/",
        },
    )
    (camera,) = read_motion_config(path)
    assert (camera.id, camera.name) == ("1", "all")
    assert addresses(path) == ["rtsp://u:p@a/"]


def test_motion_conf_alone_is_one_camera(tmp_path):
    """Without camera files motion.conf itself is the camera, 0 unless it says otherwise."""
    path = laid_out(tmp_path, {"motion.conf": "netcam_url rtsp://a/"})
    assert [camera.id for camera in read_motion_config(path)] == ["0"]
    path = laid_out(tmp_path, {"motion.conf": "netcam_url rtsp://a/\ncamera_id 7"})
    assert [camera.id for camera in read_motion_config(path)] == ["7"]
    path = laid_out(tmp_path, {"motion.conf": "target_dir /srv\ncamera_dir HERE/none", "none/a.txt": ""})
    assert read_motion_config(path) == ()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("netcam_url rtsp://low/\nnetcam_high_url rtsp://high/", "rtsp://high/"),
        ("netcam_url rtsp://low/\nnetcam_highres rtsp://high/", "rtsp://high/"),
        ("netcam_url rtsp://a:b@h/x?y=1\nnetcam_userpass c:d", "rtsp://c:d@h/x?y=1"),
        (
            "netcam_url rtsp://h:554/\nnetcam_userpass user:p@ss/w#rd?%41",
            "rtsp://user:p%40ss%2Fw%23rd%3F%41@h:554/",
        ),
        ("netcam_url mjpg://h/\n", "http://h/"),
        ("netcam_url file:///a/b.mp4\nnetcam_userpass u:p", "file:///a/b.mp4"),
        ("netcam_url v4l2:///dev/video0", None),
        ("netcam_url jpeg://h/still.jpg", None),
        ("video_device /dev/video0", None),
        ("netcam_url", None),
    ],
)
def test_the_address_is_the_one_to_record(tmp_path, text, address):
    """The high-resolution stream comes first; user and password are put into it; what ffmpeg cannot read is None."""
    assert addresses(laid_out(tmp_path, {"motion.conf": text})) == [address]


def test_a_name_may_be_anything(tmp_path):
    """A hostile camera_name stays text: nothing is run, control characters go, the length is bounded."""
    name = 'a";touch x;$(reboot)`<script>\x1b[31m\x00 ü ' + "x" * 5_000
    path = laid_out(tmp_path, {"motion.conf": f"video_device x\ncamera_name {name}"})
    (camera,) = read_motion_config(path)
    assert camera.name is not None
    assert camera.name.startswith('a";touch x;$(reboot)`<script> [31m  ü xxx')
    assert len(camera.name) == 200
    assert camera.name.isprintable()
    (tmp_path / "motion.conf").write_bytes(b"video_device x\ncamera_name T\xfcr\n")
    assert read_motion_config(path)[0].name == "T\ufffdr"


@pytest.mark.parametrize(
    "text", ["camera gone.conf", "camera_dir gone", "camera_dir motion.conf", "camera HERE"]
)
def test_a_file_that_is_missing_is_told(tmp_path, text):
    """A camera file or folder that cannot be read is a usage error that names it."""
    with pytest.raises(UsageError) as caught:
        read_motion_config(laid_out(tmp_path, {"motion.conf": text}))
    assert str(tmp_path) in str(caught.value)
    with pytest.raises(UsageError, match="nowhere"):
        read_motion_config(tmp_path / "nowhere.conf")


@pytest.mark.parametrize("url", ["user:hunter2@host", "rtsp://user:hunter2@ho st/", "http://[hunter2"])
def test_a_bad_address_is_told_without_its_password(tmp_path, url):
    """The refusal names file and option, and shows nothing of the address."""
    with pytest.raises(UsageError) as caught:
        read_motion_config(laid_out(tmp_path, {"motion.conf": f"netcam_url {url}"}))
    assert caught.value.key == "netcam_url"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "files",
    [
        {"motion.conf": "camera_id 7\ncamera HERE/a.conf\ncamera_dir HERE/d", "a.conf": "camera_id 5", "d/b.conf": "camera_id 12"},
        {"motion.conf": "camera HERE/a.conf\ncamera HERE/b.conf", "a.conf": "camera_id 5", "b.conf": ""},
        {"motion.conf": "camera_id 5\ncamera HERE/a.conf\ncamera HERE/b.conf", "a.conf": "camera_id 5", "b.conf": "camera_id 6"},
        {"motion.conf": "camera_id 5\ncamera HERE/a.conf\ncamera HERE/b.conf", "a.conf": "", "b.conf": "camera_id 6"},
        {"motion.conf": "camera HERE/a.conf\ncamera_id 5", "a.conf": ""},
        {"motion.conf": "camera HERE/a.conf\ncamera HERE/b.conf", "a.conf": "camera_id 2", "b.conf": ""},
        {"motion.conf": "camera HERE/a.conf", "a.conf": "  camera_id = '4'  \n;camera_id 3\n # camera_id 2"},
        {"motion.conf": "camera HERE/a.conf\ncamera HERE/b.conf", "a.conf": "camera_id 40000", "b.conf": "camera_id 2"},
        {"motion.conf": "camera_dir HERE/d", "d/z.conf": "", "d/a.conf": "", "d/m.conf": "camera_id 3"},
    ],
)  # fmt: skip
def test_motion_itself_gives_the_same_ids(tmp_path, files):
    """The real Motion reports the ids that we read, also where it falls back to counting."""
    quiet = "netcam_url file:///nothing\nwebcontrol_port 0\nmovie_output off\npicture_output off\n"
    path = laid_out(tmp_path, {**files, "motion.conf": quiet + files["motion.conf"]})
    log = tmp_path / "log"
    command = ["motion", "-n", "-c", path, "-l", log, "-p", tmp_path / "pid"]
    ours = sorted(camera.id for camera in read_motion_config(path))
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as motion:
        try:
            wait_until(lambda: len(_ids(log)) >= len(ours), what="Motion's list of cameras")
        finally:
            motion.kill()
    assert sorted(_ids(log)) == ours


def _ids(log: Path) -> list[str]:
    return re.findall(r"Camera ID: (\d+) is from", log.read_text(errors="replace")) if log.exists() else []
