"""sitegen.init: what a new installation starts with."""

import logging
import os
import re
import subprocess
import tomllib

import pytest
from waiting import wait_until

from sitegen.capture.cameras import recorded_cameras
from sitegen.capture.motion_config import read_motion_config
from sitegen.errors import UsageError
from sitegen.init import init_folder, sample_configuration
from sitegen.settings import SECTIONS, load

DEFAULTS = ("site", "archive", "motion", "record", "previews", "announce")


def test_what_is_written_loads_and_says_nothing_but_the_defaults(tmp_path):
    """The new sitegen.toml has every section and is equal to an empty one."""
    written = init_folder(tmp_path / "new")
    assert tmp_path / "new/sitegen.toml" in written
    (tmp_path / "new/empty.toml").write_text("")
    made, empty = load(tmp_path / "new/sitegen.toml"), load(tmp_path / "new/empty.toml")
    assert all(getattr(made, name) == getattr(empty, name) for name in DEFAULTS)
    assert made.camera == {}
    assert set(tomllib.loads(sample_configuration())) == set(DEFAULTS)


def test_every_key_is_in_the_new_file_and_right_when_it_is_uncommented(tmp_path):
    """Taking away the # of any key, or of all but the alternatives, gives a configuration that loads."""
    text = sample_configuration()
    for section in SECTIONS.values():
        assert all(re.search(rf"^# {key} = ", text, re.MULTILINE) for key in section.__struct_fields__)
    bare = re.sub(r"^# (?!(?:sub_)?url_(?:file|env))", "", text, flags=re.MULTILINE)
    (tmp_path / "sitegen.toml").write_text(bare)
    settings = load(tmp_path / "sitegen.toml")
    assert settings.camera["101"].title == "Driveway"
    assert max(map(len, text.splitlines())) <= 100


def test_the_folders_and_a_page_are_there(tmp_path):
    """The archive's folders and a sample page come with it."""
    init_folder(tmp_path)
    assert (tmp_path / "archive/events").is_dir()
    assert (tmp_path / "archive/segments").is_dir()
    assert (tmp_path / "content/about.md").read_text().startswith("---\ntitle: ")


def test_nothing_is_overwritten(tmp_path, caplog):
    """A second run leaves every file as it is, says so, and still writes what is missing."""
    (tmp_path / "sitegen.toml").write_text("# mine\n")
    first = init_folder(tmp_path)
    assert tmp_path / "sitegen.toml" not in first
    assert (tmp_path / "sitegen.toml").read_text() == "# mine\n"
    first[0].write_text("changed")
    first[1].unlink()
    with caplog.at_level(logging.WARNING):
        assert init_folder(tmp_path) == (first[1],)
    assert first[0].read_text() == "changed"
    assert str(tmp_path / "sitegen.toml") in caplog.text


def test_motions_configuration_is_filled_in(tmp_path, monkeypatch):
    """Its paths are absolute and of this folder, the hook exists and can be run, and sitegen finds no camera in it yet."""
    monkeypatch.chdir(tmp_path)
    init_folder(os.path.relpath(tmp_path / "with space"))
    text = (tmp_path / "with space/motion/motion.conf").read_text()
    assert not re.search(r"@[A-Z]+@", text)
    assert f"target_dir {tmp_path}/with space/archive/events\n" in text
    hooks = set(re.findall(r"^on_\w+ (\S+)", text, re.MULTILINE))
    assert len(hooks) == 1
    assert os.access(hooks.pop(), os.X_OK)
    assert read_motion_config(tmp_path / "with space/motion/motion.conf") == ()


def test_a_camera_of_the_example_is_found(tmp_path):
    """Copying the example of a camera, as it says, and naming motion.conf gives one camera to record."""
    init_folder(tmp_path)
    cameras = tmp_path / "motion/cameras"
    (cameras / "camera-101.conf").write_text((cameras / "camera-101.conf.example").read_text())
    (tmp_path / "sitegen.toml").write_text('[motion]\nconfig = "motion/motion.conf"')
    (camera,) = recorded_cameras(load(tmp_path / "sitegen.toml"))
    assert (camera.id, camera.title) == ("101", "Driveway")
    assert camera.url is not None
    assert camera.url.reveal() == "rtsp://user:password@192.0.2.7/stream1"


def test_motion_takes_the_new_configuration(tmp_path):
    """The real Motion starts with it and knows every option in it."""
    init_folder(tmp_path)
    (tmp_path / "motion/cameras/one.conf").write_text("camera_id 101\nnetcam_url file:///nothing\n")
    path, log = tmp_path / "motion/motion.conf", tmp_path / "log"
    text = path.read_text()
    path.write_text(re.sub(r"^(webcontrol|stream)_port .*", r"\1_port 0", text, flags=re.MULTILINE))
    with (
        log.open("wb") as out,
        subprocess.Popen(["motion", "-n", "-c", path], stdout=out, stderr=out) as motion,
    ):
        try:
            wait_until(lambda: "Camera ID: 101 is from" in log.read_text(), what="Motion's camera")
        finally:
            motion.kill()
    assert "config option" not in log.read_text()


@pytest.mark.parametrize("name", ["100%", "it's", 'a"b', "a\\b", "a\nb"])
def test_a_folder_that_motion_would_misread_is_refused(tmp_path, name):
    """A percent sign or a quote in the path would change what Motion runs: nothing is written."""
    with pytest.raises(UsageError):
        init_folder(tmp_path / name)
    assert not (tmp_path / name).exists()
