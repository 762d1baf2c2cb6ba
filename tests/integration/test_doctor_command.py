"""`sitegen doctor` as a command, and on configurations that are known to be well."""

import json
import re
import subprocess
import sys
from pathlib import Path

from sitegen.demo.configuration import camera_text, motion_text, settings_text
from sitegen.demo.plan import CAMERAS, Ports, folders_below
from sitegen.doctor import examine
from sitegen.init import init_folder
from sitegen.settings import load

SITEGEN = Path(sys.executable).with_name("sitegen")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SITEGEN, *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def test_doctor_as_a_command(tmp_path):
    """A new installation is well; a fault makes it 1, with the finding and no password; no configuration makes it 2."""
    init_folder(tmp_path)
    camera = tmp_path / "motion/cameras/camera-101.conf"
    camera.write_text("camera_id 101\nnetcam_url rtsp://192.0.2.7/\nnetcam_userpass admin:hunter2\n")
    (tmp_path / "sitegen.toml").write_text('[motion]\nconfig = "motion/motion.conf"\n')
    well = run(tmp_path, "doctor")
    assert well.returncode == 0, well.stdout
    assert re.search(r"^ok +ffmpeg 5\S* with libx264 and zscale$", well.stdout, re.MULTILINE)
    assert well.stdout.endswith("nothing to do\n")
    with camera.open("a") as file:
        file.write("on_movie_end curl -u admin:hunter2 http://x/%$\n")
    bad = run(tmp_path, "doctor", "--json")
    assert bad.returncode == 1
    assert "hunter2" not in bad.stdout + bad.stderr
    document = json.loads(bad.stdout)
    levels = [f["level"] for check in document["checks"] for f in check["findings"] if f["level"] != "note"]
    assert (document["well"], sorted(levels)) == (False, ["error", "warning"])
    (tmp_path / "nginx.conf").write_text(f"http {{ server {{ root {tmp_path}/site; autoindex on; }} }}")
    more = run(tmp_path, "doctor", "--json", "--nginx", tmp_path / "nginx.conf")
    assert "autoindex" in more.stdout
    assert "sidecars" in more.stdout
    assert more.stdout.count('"level"') == bad.stdout.count('"level"') + 2
    (tmp_path / "nginx.conf").write_text(f"http {{ server {{ root {tmp_path}; }} }}")
    whole = run(tmp_path, "doctor", "--nginx", tmp_path / "nginx.conf").stdout
    assert re.search(
        rf"^error .* root: hands out {tmp_path}, with {tmp_path}/sitegen.toml, ", whole, re.MULTILINE
    )
    (tmp_path / "sitegen.toml").write_text("[site]\ntitel = 1\n")
    unreadable = run(tmp_path, "doctor")
    assert (unreadable.returncode, unreadable.stdout) == (2, "")
    assert "did you mean title?" in unreadable.stderr


def test_the_demo_is_well(tmp_path):
    """The demo's own configuration of Motion and sitegen has no finding: the doctor does not cry wolf."""
    folders, ports = folders_below(tmp_path / "a folder"), Ports(*range(20_001, 20_007))
    folders.cameras.mkdir(parents=True)
    folders.settings.write_text(settings_text(folders, ports))
    folders.motion_conf.write_text(motion_text(folders, ports))
    for camera in CAMERAS:
        (folders.cameras / f"{camera.id}.conf").write_text(camera_text(camera, ports))
    settings = load(folders.settings)
    (settings.archive.root / "events").mkdir(parents=True)
    checks = examine(settings).checks
    assert [c.findings for c in checks if not c.what.startswith(("free space", "clock")) and c.findings] == []
