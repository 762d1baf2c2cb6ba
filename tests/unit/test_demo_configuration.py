"""The demo's configuration files: made from the shipped ones, for any folder that the programs can live in."""

import configparser
import shlex
from pathlib import Path

import pytest

from sitegen import settings
from sitegen.capture.cameras import recorded_cameras
from sitegen.demo.configuration import (
    camera_text,
    motion_text,
    nginx_text,
    replace_options,
    settings_text,
    supervisor_text,
)
from sitegen.demo.plan import CAMERAS, Ports, folders_below, programs
from sitegen.errors import UsageError

PORTS = Ports(http=1, rtsp=2, camera_control=3, motion_control=4, motion_stream=5, announce=6)


def test_the_settings_can_be_loaded_and_name_all_cameras(tmp_path):
    """sitegen reads the demo's files as a user's: every camera with its title and its simulated address."""
    folders = folders_below(tmp_path / "a folder")
    folders.cameras.mkdir(parents=True)
    folders.settings.write_text(settings_text(folders, PORTS))
    folders.motion_conf.write_text(motion_text(folders, PORTS))
    for camera in CAMERAS:
        (folders.cameras / f"{camera.id}.conf").write_text(camera_text(camera, PORTS))
    loaded = settings.load(folders.settings)
    known = {camera.id: camera for camera in recorded_cameras(loaded)}
    assert {camera.id: camera.title for camera in CAMERAS} == {key: one.title for key, one in known.items()}
    assert known["101"].url is not None
    assert known["101"].url.reveal() == "rtsp://127.0.0.1:2/101"
    assert known["101"].sub_url is not None
    assert known["101"].sub_url.reveal() == "rtsp://127.0.0.1:2/101-sub"
    assert known["103"].sub_url is None
    assert loaded.announce.port == 6


def test_every_stream_that_is_recorded_is_served_by_the_simulator(tmp_path):
    """Main and sub-streams, each from footage of its own."""
    folders = folders_below(tmp_path)
    simulator = next(each for each in programs(folders, PORTS) if each.name == "cameras").argv
    served = [word.partition("=") for word in simulator if word.startswith("10")]
    subs = {camera.sub for camera in CAMERAS if camera.has_sub}
    assert subs
    assert {name for name, _, _ in served} >= {camera.id for camera in CAMERAS} | subs
    assert len({path for _, _, path in served if path.endswith(".mp4")}) == len(CAMERAS) + len(subs)


def test_motions_last_line_is_camera_dir_and_nothing_is_left_to_fill_in(tmp_path):
    """Options after camera_dir would not reach the cameras; no placeholder stays."""
    folders = folders_below(tmp_path)
    lines = [line for line in motion_text(folders, PORTS).splitlines() if line and not line.startswith("#")]
    assert lines[-1] == f"camera_dir {folders.cameras}"
    assert not [line for line in lines if "@" in line]
    assert {"webcontrol_port 4", "stream_port 5"} <= set(lines)


@pytest.mark.parametrize("name", ["50% off", "it's"])
def test_a_folder_that_motion_cannot_take_is_refused(name):
    """Motion hands hooks to a shell after expanding `%`: such a path would become another."""
    with pytest.raises(UsageError, match="use another folder"):
        motion_text(folders_below(Path("/demo") / name), PORTS)


def test_an_option_that_the_shipped_file_lacks_is_no_silent_loss():
    """A renamed option in motion.conf is found here, not by a demo that listens on the wrong port."""
    assert replace_options("# a 1\na 1\nb 2\n", {"a": "3"}) == "# a 1\na 3\nb 2\n"
    with pytest.raises(KeyError):
        replace_options("a 1\n", {"c": "3"})


def test_supervisord_reads_back_the_commands_that_were_meant():
    """Percent signs and spaces in paths reach the programs unchanged, and each has a log of its own."""
    folders = folders_below(Path("/a folder/100%"))
    meant = programs(folders, PORTS)
    read = configparser.ConfigParser()
    read.read_string(supervisor_text(folders, meant))
    for program in meant:
        section = read[f"program:{program.name}"]
        assert shlex.split(section["command"])[-len(program.argv) :] == list(program.argv)
    logs = {read[f"program:{program.name}"]["stdout_logfile"] for program in meant}
    assert len(logs) == len(meant)
    assert read["program:motion"]["environment"] == 'TZ="UTC"'


def test_nginx_serves_the_demos_site_on_loopback_only():
    """The demo is not open to the network."""
    text = nginx_text(folders_below(Path("/demo")), PORTS)
    assert "listen 127.0.0.1:1;" in text
    assert 'root "/demo/site";' in text


def test_one_camera_goes_away_now_and_then_and_visitors_stay_inside_the_loop():
    """The plan keeps its word: at least three cameras, quiet at the loop's border, one with outages."""
    assert len(CAMERAS) >= 3
    assert [camera.id for camera in CAMERAS if camera.outage] == ["103"]
    for camera in CAMERAS:
        edges = [edge for window in camera.windows for edge in window]
        assert edges == sorted(edges)
        assert edges[0] > 5
        assert edges[-1] < camera.seconds - 5
