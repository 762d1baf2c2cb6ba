"""P10, on the real thing: a camera's password is searched for in all that sitegen writes, says and shows of itself."""

import base64
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from canary import (
    ENCODED,
    PASSWORD,
    WRONG_ENCODED,
    command_line,
    descendants,
    environment,
    forms,
    telling_files,
    told,
)
from nginx_server import free_port
from recorder_story import make_footage
from simulator import start_cameras
from waiting import wait_until

SITEGEN = Path(sys.executable).with_name("sitegen")
CAMERAS = ("101", "102", "103", "104", "105", "106")
VARIABLE = "CAMERA_103"


@dataclass
class Installation:
    """A folder with all ways to give an address, and what was seen while it was used."""

    folder: Path
    port: int
    seen: dict[str, bytes] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    """Exit codes."""
    command_lines: dict[str, bytes] = field(default_factory=dict)
    environments: dict[str, bytes] = field(default_factory=dict)
    limits: dict[str, str] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Path, ...]:
        motion = self.folder / "motion/cameras"
        return (
            self.folder / "sitegen.toml",
            self.folder / "102.url",
            *(motion / f"camera-{camera}.conf" for camera in ("104", "105")),
        )

    def address(self, camera: str, password: str = ENCODED) -> str:
        return f"rtsp://viewer:{password}@127.0.0.1:{self.port}/{camera}"

    def configure(self) -> None:
        (self.folder / "sitegen.toml").write_text(
            f"""
            [motion]
            config = "motion/motion.conf"
            [record]
            segment_seconds = 1
            stall_seconds = 3
            [previews]
            segments = "none"
            [camera.101]
            url = "{self.address("101")}"
            sub_url = "{self.address("101")}"
            [camera.102]
            url_file = "102.url"
            [camera.103]
            url_env = "{VARIABLE}"
            [camera.106]
            url = "http://127.0.0.1:{free_port()}/stream?user=viewer&password={ENCODED}"
            """
        )
        (self.folder / "102.url").write_text(self.address("102"))
        cameras = self.folder / "motion/cameras"
        (cameras / "camera-104.conf").write_text(f"camera_id 104\nnetcam_url {self.address('104')}\n")
        bare = f"rtsp://127.0.0.1:{self.port}/105"
        (cameras / "camera-105.conf").write_text(
            f"camera_id 105\nnetcam_url {bare}\nnetcam_userpass viewer:{PASSWORD}\n"
        )

    def environ(self) -> dict[str, str]:
        return {**os.environ, VARIABLE: self.address("103", WRONG_ENCODED)}

    def run(self, name: str, *arguments: object, program: Path = SITEGEN) -> None:
        """Run a command and keep what it says."""
        done = subprocess.run(
            [program, *map(str, arguments)],
            cwd=self.folder,
            env=self.environ(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        self.seen[name], self.codes[name] = done.stdout + done.stderr, done.returncode

    def record(self) -> None:
        """Record until there is footage and a refusal; look at the processes meanwhile."""
        log = self.folder / "record.log"
        with log.open("wb") as sink, cores_allowed():
            child = subprocess.Popen(
                [SITEGEN, "-c", "sitegen.toml", "record", "-v"],
                cwd=self.folder,
                env=self.environ(),
                stdout=sink,
                stderr=sink,
            )
        try:
            segments = self.folder / "archive/segments"
            for camera in ("101", "102", "104", "105"):
                wait_until(lambda c=camera: b"end:" in _sidecars(segments / c), 60, f"a segment of {camera}")
            for camera, refusal in (("103", b"401"), ("106", b"refused")):
                wait_until(
                    lambda c=camera, r=refusal: any(
                        r in line for line in log.read_bytes().splitlines() if c.encode() in line
                    ),
                    60,
                    f"the refusal of {camera}",
                )
            self.look_at("recorder", child.pid)
            for pid in descendants(child.pid):
                words = command_line(pid).split(b"\0")
                self.look_at(
                    words[-2].decode().split("/")[-3] if words[0].endswith(b"ffmpeg") else str(pid), pid
                )
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(30)
        self.codes["record"] = child.returncode

    def look_at(self, name: str, pid: int) -> None:
        self.command_lines[name], self.environments[name] = command_line(pid), environment(pid)
        self.limits[name] = Path(f"/proc/{pid}/limits").read_text()


@contextmanager
def cores_allowed():
    """Let programs that are started dump core, as far as this machine has it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def _sidecars(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("*/*.yaml"))


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """An installation that was set up, recorded with right and wrong passwords, built, examined and explained."""
    top = tmp_path_factory.mktemp("canary")
    footage = make_footage(top / "footage.mp4")
    with start_cameras(top, dict.fromkeys(CAMERAS, footage), user="viewer", password=PASSWORD) as cameras:
        (top / "home").mkdir()
        found = Installation(top / "home", cameras.port)
        found.run("init", "init", ".")
        found.configure()
        found.record()
    found.run("build", "build", "-v")
    found.run("again", "build", "--full", "--strict", "--json")
    found.run("doctor", "doctor", "-v", "--json")
    video = next((found.folder / "archive/segments/101").glob("*/*.mp4"))
    found.run("explain", "explain", video)
    found.run("explain --json", "explain", "--json", video.with_suffix(".yaml"))
    found.run("explain nothing", "explain", "101-20000101T000000Z")
    archive = found.folder / "archive"
    found.run(
        "hook",
        "hook",
        "movie-end",
        "--archive",
        archive,
        "--camera=104",
        "--time=yesterday",
        "--file",
        "x.mp4",
    )
    found.run("hook entry", "movie-end", "--archive", archive, program=SITEGEN.with_name("sitegen-hook"))
    found.run(
        "lost", "hook", "camera-lost", "--archive", archive, "--camera=104", "--time=2026-11-22T10:00:00+0000"
    )
    return found


def test_the_search_finds_what_it_looks_for(tmp_path):
    """The password is found plain, percent-encoded, in base64 wherever it begins, compressed, and in a file's name."""
    import gzip

    for before in ("", "a", "ab", "viewer:"):
        assert told(base64.b64encode(f"{before}{PASSWORD}".encode()))
    assert told(ENCODED.lower().encode())
    assert told(f"x{WRONG_ENCODED}".encode())
    assert not told(b"kanari vogel")
    (tmp_path / "a.gz").write_bytes(gzip.compress(PASSWORD.encode()))
    (tmp_path / "kanari7Q.txt").write_bytes(b"")
    assert telling_files(tmp_path) == ["a.gz", "kanari7Q.txt"]
    assert len(forms(PASSWORD)) == 6


def test_everything_was_really_done(used):
    """Cameras with the right password were recorded, the others tried, the site was built: there was something to leak."""
    assert used.codes["record"] == 0
    assert (used.codes["init"], used.codes["build"]) == (0, 0)
    assert used.codes["hook"] == used.codes["hook entry"] == 2
    assert list((used.folder / "site").glob("cameras/*/index.html"))
    assert json.loads(used.seen["explain --json"])
    assert b'"checks":' in used.seen["doctor"]


def test_no_output_tells(used):
    """Nothing that a command printed, with -v, --json or an error, holds the password in any form."""
    assert [name for name, text in used.seen.items() if told(text)] == []


def test_no_file_tells(used):
    """Nothing that was written does: site, feeds, metrics, sidecars, index, state, logs, names of files. Only the files that
    must hold an address do."""
    assert telling_files(used.folder, *used.inputs) == []
    assert {str(used.folder / name) for name in telling_files(used.folder)} == set(map(str, used.inputs))
    assert not list(used.folder.rglob("core*"))


def test_no_process_of_ours_tells(used):
    """Neither the recorder's command line nor those of the ffmpegs that record by RTSP tell, and no child is given a variable
    that holds an address; nobody dumps core."""
    assert {"recorder", "101", "102", "104", "105"} <= set(used.command_lines)
    assert [name for name, text in used.command_lines.items() if told(text) and name != "106"] == []
    assert [name for name, text in used.environments.items() if told(text)] == ["recorder"]
    for limits in used.limits.values():
        assert any(line.split()[:5] == ["Max", "core", "file", "size", "0"] for line in limits.splitlines())


URL = f"rtsp://viewer:{ENCODED}@192.0.2.7/a"
BROKEN = [
    f'[camera.101]\nurl "{URL}"',
    f"[camera.101]\nurl = {URL}",
    f'[camera.101]\nurl = "{URL}',
    f'[camera.101]\nurl = ["{URL}"]',
    f'[camera.101]\nurl = "{URL} "\nurl_env = "{URL}"',
    f'[camera.101]\nulr = "{URL}"',
    f'[camera.101]\n"{URL}" = 1',
    f'[camera.101]\ntitle = "a\\n{URL}"',
    f'[camera.101]\nurl_env = "{URL}"',
    f'[camera.101]\nurl_file = "{URL}"',
    f'[camera.101]\nsub_url = "{URL}"\nsub_url_file = "{URL}"',
    f'[camera.101]\nurl = "{URL.replace("rtsp://", "rtsp:/")}"',
    f'[camera.101]\nurl = "rtsp://[viewer:{ENCODED}@bad/"',
    f'[camera."{URL}"]\ntitle = "x"',
    f'["{URL}"]\ntitle = "x"',
    f'[announce]\nlisten = "{URL}"',
    f'[site]\ntheme = "{URL}"',
    f'[site]\ntimezone = "{URL}"',
    f'[site]\nlanguage = "{URL}"\nurl = "{URL}"',
    f'[archive]\nroot = "{URL}"',
    f'[motion]\nconfig = "{URL}"',
    f'camera = "{URL}"',
]
BROKEN_MOTION = [
    f"netcam_url {URL.replace('rtsp://', 'rtsp//')}",
    f"netcam_url rtsp://[{ENCODED}",
    f"netcam_url rtsp://192.0.2.7/\nnetcam_userpass viewer:{PASSWORD} x\non_movie_end curl {URL}",
    f"camera {URL}",
    f"camera_dir {URL}",
    f"camera_id {URL}\nnetcam_url {URL}\nmovie_filename {URL}\ntarget_dir {URL}\nwebcontrol_localhost {URL}",
]


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_no_refusal_of_a_configuration_quotes_an_address(tmp_path, number):
    """Whatever is wrong with the line that holds it, and wherever it was put by mistake: the message does not show it."""
    found = Installation(tmp_path, 1)
    (tmp_path / "sitegen.toml").write_text(BROKEN[number])
    command = ("doctor", "build", "record")[number % 3]
    found.run(command, command, "-v")
    assert not told(found.seen[command])
    assert telling_files(tmp_path, tmp_path / "sitegen.toml") == []
    assert found.codes[command] in {1, 2}


@pytest.mark.parametrize("text", BROKEN_MOTION)
def test_no_complaint_about_motions_files_quotes_an_address(tmp_path, text):
    """Likewise for what is wrong in Motion's configuration."""
    found = Installation(tmp_path, 1)
    motion = tmp_path / "motion.conf"
    motion.write_text(text)
    (tmp_path / "sitegen.toml").write_text('[motion]\nconfig = "motion.conf"\n[camera.9]\nrecord = false\n')
    found.run("doctor", "doctor", "-v", "--json")
    assert not told(found.seen["doctor"])
    assert telling_files(tmp_path, motion) == []
