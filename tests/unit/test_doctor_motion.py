"""sitegen.doctor: what is dangerous or useless in Motion's configuration, file by file and line by line."""

import re
from pathlib import Path

import pytest

from sitegen.doctor.finding import Finding, report, text
from sitegen.doctor.motion_checks import judge_motion
from sitegen.doctor.motion_files import read_motion
from sitegen.doctor.motion_hooks import HookCall, fixed_part, hook_call, is_bare, pastes, tells_time
from sitegen.errors import UsageError
from sitegen.init import init_folder

SECRET = "hunter2secret"


@pytest.fixture
def folder(tmp_path):
    """A new installation with two cameras, as `sitegen init` and its README say."""
    init_folder(tmp_path)
    for camera in (101, 102):
        text = f"camera_id {camera}\nnetcam_url rtsp://192.0.2.7/\nnetcam_userpass admin:{SECRET}\n"
        (tmp_path / f"motion/cameras/camera-{camera}.conf").write_text(text)
    return tmp_path


def examined(folder: Path) -> list[Finding]:
    checks = judge_motion(read_motion(folder / "motion/motion.conf", folder / "archive"))
    assert SECRET not in text(report(checks))
    return [finding for check in checks for finding in check.findings]


def edit(path: Path, option: str, line: str) -> None:
    """Put a line in the place of that of an option."""
    old = path.read_text()
    new = re.sub(rf"^{option} .*$", lambda _: line, old, count=1, flags=re.MULTILINE)
    assert new != old
    path.write_text(new)


def test_the_shipped_configuration_is_well(folder):
    """What `sitegen init` writes has no finding, and its cameras are named."""
    checks = judge_motion(read_motion(folder / "motion/motion.conf", folder / "archive"))
    assert [check.findings for check in checks] == [()] * 4
    assert checks[0].what.endswith("motion/motion.conf: cameras 101, 102") or "102, 101" in checks[0].what


BAD = {
    "camera's name in a hook": (
        "on_movie_end",
        "on_movie_end {hook} movie-end --archive '{root}' --camera '%$'",
        "error",
        r"on_movie_end: has %\$ or %C",
    ),
    "text_event in a hook, with a width": (
        "on_movie_end",
        "on_movie_end {hook} movie-end --archive '{root}' %10C",
        "error",
        r"on_movie_end: has %\$ or %C",
    ),
    "camera's name in a file name": (
        "movie_filename",
        "movie_filename %$-%v-%Y%m%d%H%M%S",
        "error",
        r"movie_filename: has %\$ or %C",
    ),
    "camera's name in the folder": (
        "target_dir",
        "target_dir {root}/events/%$",
        "error",
        r"target_dir: has %\$ or %C",
    ),
    "camera's name in a hook that is not sitegen's": (
        "on_camera_found",
        "on_motion_detected /bin/echo '%$'\non_camera_found {hook} camera-found --archive '{root}'",
        "error",
        r"on_motion_detected: has %\$ or %C",
    ),
    "text_event in another": (
        "on_camera_found",
        "on_area_detected /bin/echo %C\non_camera_found {hook} camera-found --archive '{root}'",
        "error",
        r"on_area_detected: has %\$ or %C",
    ),
    "a file's name without quotes": (
        "on_movie_end",
        "on_movie_end {hook} movie-end --archive '{root}' --file=%f",
        "warning",
        "on_movie_end: has %f without quotes",
    ),
    "an event's id that Motion does not know": (
        "on_movie_end",
        "on_movie_end {hook} movie-end --archive '{root}' --event=%{{dbeventid}} --file '%f'",
        "error",
        "on_movie_end: has %{dbeventid}",
    ),
    "pictures of one second": (
        "picture_filename",
        "picture_filename %t/%Y%m%d/%t-%Y%m%dT%H%M%SZ",
        "warning",
        "picture_filename: lacks %q",
    ),
    "cameras' movies of one second": (
        "movie_filename",
        "movie_filename %Y%m%d/%v-%Y%m%dT%H%M%SZ",
        "error",
        "movie_filename: lacks the camera",
    ),
    "hook missing": (
        "on_picture_save",
        "",
        "warning",
        "on_picture_save: is not set for camera 10[12], 10[12]",
    ),
    "no such program": (
        "on_movie_end",
        "on_movie_end /nowhere/sitegen-hook movie-end --archive '{root}'",
        "error",
        "calls /nowhere/sitegen-hook, which is not there",
    ),
    "not executable": (
        "on_movie_end",
        "on_movie_end {root}/sitegen-hook movie-end --archive '{root}'",
        "error",
        "cannot be run",
    ),
    "relative program": (
        "on_movie_end",
        "on_movie_end ./sitegen-hook movie-end --archive '{root}'",
        "error",
        "no absolute path",
    ),
    "another program": ("on_movie_end", "on_movie_end /bin/true", "warning", "does not call sitegen-hook"),
    "another hook's name": (
        "on_movie_end",
        "on_movie_end {hook} event-end --archive '{root}'",
        "error",
        "does not call sitegen-hook as movie-end",
    ),
    "no archive": ("on_movie_end", "on_movie_end {hook} movie-end", "error", "says no --archive"),
    "another archive": (
        "on_movie_end",
        "on_movie_end {hook} movie-end --archive=/elsewhere",
        "error",
        "--archive /elsewhere, which is not archive.root",
    ),
    "outside": (
        "target_dir",
        "target_dir /var/lib/motion",
        "error",
        "is /var/lib/motion, outside the archive",
    ),
    "beside": ("target_dir", "target_dir {root}-2/events", "error", "outside the archive"),
    "no folder": ("target_dir", "", "error", "target_dir: is not set, or is no absolute path"),
    "control port": (
        "webcontrol_localhost",
        "webcontrol_localhost off",
        "error",
        "webcontrol_localhost: is off",
    ),
    "stream port": ("stream_localhost", "stream_localhost no", "warning", "stream_localhost: is off"),
    "no time": ("movie_filename", "movie_filename %t/%Y%m%d/%v", "error", "movie_filename: lacks the day"),
    "no day": ("movie_filename", "movie_filename %t/%v-%H%M%S", "error", "movie_filename: lacks the day"),
    "no name": ("movie_filename", "", "error", "movie_filename: lacks the camera"),
    "out of the folder": (
        "movie_filename",
        "movie_filename ../%t/%Y%m%d/%H%M%S",
        "error",
        r"movie_filename: has \.\. in it",
    ),
    "a hidden folder": (
        "movie_filename",
        "movie_filename %t/.%Y%m%d/%H%M%S",
        "error",
        "movie_filename: has a part that begins with a dot",
    ),
    "a hidden picture": (
        "picture_filename",
        "picture_filename %t/%Y%m%d/.%H%M%S-%q",
        "error",
        "picture_filename: has a part that begins with a dot",
    ),
    "movies of one event": (
        "movie_filename",
        "movie_filename %t/%Y%m%d/%{{eventid}}",
        "warning",
        "movie_filename: has no time but %{eventid}",
    ),
    "no movie": ("movie_output", "movie_output off", "warning", "movie_output: is off"),
    "no picture": ("picture_output", "picture_output first", "warning", "picture_output: is not best"),
    "no picture said": ("picture_output", "", "warning", "picture_output: is not best"),
}


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_one_finding(folder, name):
    """A line that is dangerous or useless is found, once for all cameras that inherit it, with its place and a remedy."""
    option, line, level, said = BAD[name]
    (folder / "archive/sitegen-hook").write_text("#!/bin/sh\n")
    hook = hook_call(
        (re.search(r"^on_movie_end (.*)$", (folder / "motion/motion.conf").read_text(), re.MULTILINE) or "")[
            1
        ]
    )
    edit(folder / "motion/motion.conf", option, line.format(hook=hook.program, root=folder / "archive"))
    found = examined(folder)
    assert {re.search(said, f"{f.what}: {f.reason}") is not None for f in found} == {True}, found
    assert {f.level for f in found} == {level}
    assert all(f.remedy for f in found)
    assert len(found) == (2 if name in {"no picture said", "no folder", "no name"} else 1)


def test_an_events_id_tells_the_second(folder):
    """Where no event is cut into several movies, no name comes twice; nor where one camera has Motion's own names."""
    path = folder / "motion/motion.conf"
    edit(path, "movie_max_time", "movie_max_time 0")
    for name in ("%t/%Y%m%d/%{eventid}", "%{eventid}", "./%t/%Y%m%d/%H%M%S"):
        edit(path, "movie_filename", f"movie_filename {name}")
        assert examined(folder) == []
    edit(path, "movie_filename", "")
    (folder / "motion/cameras/camera-102.conf").unlink()
    assert examined(folder) == []


def test_the_place_is_told(folder):
    """A finding names file and line."""
    edit(folder / "motion/motion.conf", "movie_output", "movie_output off")
    (finding,) = examined(folder)
    lines = (folder / "motion/motion.conf").read_text().splitlines()
    line = int(re.search(r"motion\.conf, line (\d+), movie_output$", finding.what)[1])
    assert lines[line - 1] == "movie_output off"


def test_a_camera_may_be_at_fault_alone(folder):
    """What one camera's file says otherwise is found there."""
    with (folder / "motion/cameras/camera-102.conf").open("a") as file:
        file.write("movie_filename %v\nstream_port 9000\nstream_localhost off\n")
    assert {re.search(r"camera-\d+\.conf, line \d+, \w+", f.what)[0] for f in examined(folder)} == {
        "camera-102.conf, line 4, movie_filename",
        "camera-102.conf, line 6, stream_localhost",
    }


def test_options_after_the_cameras_are_found(folder):
    """Options of cameras after camera_dir do not reach them; those of Motion as a whole may stand there."""
    with (folder / "motion/motion.conf").open("a") as file:
        file.write(f"log_level 5\nwebcontrol_parms 0\nthreshold 77\nnetcam_userpass me:{SECRET}\n")
    (finding,) = examined(folder)
    assert finding.level == "error"
    assert re.search(r"threshold \(line \d+\), netcam_userpass \(line \d+\)$", finding.reason)


def test_hooks_after_the_cameras_are_missing(folder):
    """A hook that stands too late is both: too late, and not set for any camera."""
    path = folder / "motion/motion.conf"
    line = re.search(r"^on_movie_end .*$", path.read_text(), re.MULTILINE)[0]
    edit(path, "on_movie_end", "")
    path.write_text(f"{path.read_text()}\n{line}\n")
    assert {f.what for f in examined(folder)} == {str(path), "on_movie_end"}


def test_two_cameras_with_one_id_are_found(folder):
    """Motion numbers all cameras anew then, so both are named; an id that is too high does the same."""
    edit(folder / "motion/cameras/camera-102.conf", "camera_id", "camera_id 101")
    (finding,) = examined(folder)
    assert (finding.what, finding.level) == ("camera_id", "error")
    assert "camera-101.conf" in finding.reason
    assert "camera-102.conf" in finding.reason
    edit(folder / "motion/cameras/camera-102.conf", "camera_id", "camera_id 33000")
    assert [f.reason for f in examined(folder)] == ["is above 32000: Motion numbers all anew"]


def test_ports_that_are_closed_are_no_danger(folder):
    """Motion opens a port only where its number is not 0."""
    path = folder / "motion/motion.conf"
    for port in ("webcontrol", "stream"):
        edit(path, f"{port}_port", f"{port}_port 0")
        edit(path, f"{port}_localhost", f"{port}_localhost off")
    assert examined(folder) == []


def test_links_to_the_archive_are_the_archive(folder):
    """Hooks and target_dir may name the archive by another way."""
    (folder / "link").symlink_to("archive")
    path = folder / "motion/motion.conf"
    path.write_text(path.read_text().replace(f"{folder}/archive", f"{folder}/link"))
    assert examined(folder) == []


def test_motion_conf_alone_is_judged(folder):
    """Without camera files motion.conf itself is the camera."""
    path = folder / "motion/motion.conf"
    edit(path, "camera_dir", "netcam_url rtsp://192.0.2.7/")
    edit(path, "on_movie_start", "")
    (finding,) = examined(folder)
    assert (finding.what, finding.reason) == ("on_movie_start", "is not set for any camera")


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    """A missing camera file raises UsageError with its path."""
    (tmp_path / "motion.conf").write_text("camera missing.conf\n")
    with pytest.raises(UsageError, match=r"missing\.conf"):
        read_motion(tmp_path / "motion.conf", tmp_path)


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("/a/sitegen-hook movie_end --archive '/b c'", HookCall("/a/sitegen-hook", "movie-end", "/b c")),
        ('TZ=UTC "/a/sitegen-hook" x --archive=/b', HookCall("/a/sitegen-hook", "x", "/b")),
        ("/a/sitegen -c /t hook movie-end --archive /b", HookCall("/a/sitegen", "movie-end", "/b")),
        ("sitegen-hook", HookCall("sitegen-hook", "", "")),
        ("/a/sitegen-hook movie-end --archive", HookCall("/a/sitegen-hook", "movie-end", "")),
        ("/bin/true sitegen-hooks", None),
        ("echo 'unfinished", None),
        ("", None),
    ],
)
def test_how_a_line_calls_the_hook(line, call):
    """Program, name and archive are found wherever they stand."""
    assert hook_call(line) == call


def test_specifiers_are_read_as_motion_reads_them():
    """A doubled percent sign is none; widths are passed over; %{…} is one word."""
    assert not pastes("%%$ 100%%C %{eventid} %t")
    assert pastes("%%%$")
    assert tells_time("%Y%m%d-%02S")
    assert tells_time("%s")
    assert not tells_time("%Y%m%d%H%M%%S")
    assert [fixed_part(t) for t in ("/a/b", "/a/b%t/c", "/a/%t", "")] == ["/a/b", "/a", "/a", ""]


def test_quotes_around_a_files_name_are_seen():
    """Wherever they begin; what is no specifier is no name."""
    assert is_bare("hook --file %f 'x'")
    assert is_bare("hook --file=%10f")
    assert not is_bare("hook '--file=%f' \"%f\" '%f' %%f")
