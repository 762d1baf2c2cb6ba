"""Judges Motion's configuration: what is dangerous, and what keeps events from the site; pure.

What holds for several cameras is told once. No value is shown but paths of folders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from sitegen.capture.motion_config import HIGHEST_ID
from sitegen.doctor.finding import Checked, Finding
from sitegen.doctor.motion_files import MotionFacts, Section, Setting
from sitegen.doctor.motion_hooks import (
    HOOKS,
    SHELL_LINES,
    HookCall,
    fixed_part,
    hook_call,
    is_bare,
    is_on,
    pastes,
    specifiers,
    tells_event,
    tells_time,
)

_SAFE_NAME = "movie_filename %t/%Y%m%d/%t-%v-%Y%m%dT%H%M%SZ"
_DEFAULT_NAME = "%v-%Y%m%d%H%M%S"
"""What Motion 4.5 calls a movie when nothing is said."""
_DEFAULT_LONGEST = "120"
"""Motion's movie_max_time."""
_NAMES = ("target_dir", "movie_filename", "picture_filename", "snapshot_filename", "timelapse_filename")
_TELL_CAMERA = frozenset(("t", "$", "{eventid}"))
_SHIPPED = "as in the motion.conf that `sitegen init` writes"


def judge_motion(facts: MotionFacts) -> tuple[Checked, ...]:
    """Do all checks of Motion's configuration."""
    ids = ", ".join(str(camera.id) for camera in facts.cameras)
    return (
        _checked(f"Motion's configuration {facts.file}: cameras {ids or 'none'}", _cameras(facts)),
        _checked("Motion's hooks call sitegen-hook with this archive", _hooks(facts)),
        _checked("Motion's files go into this archive under safe names", _files(facts)),
        _checked("Motion's ports answer on this machine only", _ports(facts)),
    )


def _checked(what: str, findings: Iterable[Finding]) -> Checked:
    return Checked(what, tuple(dict.fromkeys(findings)))  # cameras inherit: the same line is told once


def _cameras(facts: MotionFacts) -> Iterator[Finding]:
    if facts.late:
        names = ", ".join(f"{s.option} (line {s.line})" for s in facts.late)
        reason = f"these options stand after the first camera or camera_dir line and do not reach its cameras: {names}"
        yield Finding(str(facts.file), reason, "make the camera and camera_dir lines the last ones")
    sections = (facts.whole, *facts.cameras)
    for number in sorted({s.id for s in sections}):
        same = [str(s.file) for s in sections if s.id == number]
        remedy = "give each camera file a camera_id of its own, and motion.conf none"
        if len(same) > 1:
            reason = f"{number} is that of {' and of '.join(same)}: Motion then numbers all cameras anew"
            yield Finding("camera_id", reason, remedy)
        if number > HIGHEST_ID:
            yield Finding(
                f"camera_id in {same[0]}", f"is above {HIGHEST_ID}: Motion numbers all anew", remedy
            )


def _sections(facts: MotionFacts) -> tuple[Section, ...]:
    return facts.cameras or (facts.whole,)


# hooks


def _hooks(facts: MotionFacts) -> Iterator[Finding]:
    sections = _sections(facts)
    for hook in HOOKS:
        without = [str(section.id) for section in sections if not section.value(hook)]
        if without:
            who = f"camera {', '.join(without)}" if facts.cameras else "any camera"
            yield Finding(hook, f"is not set for {who}", f"write its line, {_SHIPPED}", "warning")
    for section in sections:
        for setting in section.settings.values():
            if setting.option in HOOKS and setting.value:
                yield from _hook(facts, setting)
    for section in sections:
        for setting in section.settings.values():
            if setting.option in SHELL_LINES:
                yield from _line(setting)


def _line(setting: Setting) -> Iterator[Finding]:
    """Judge a line that Motion gives to a shell, whatever it calls."""
    if pastes(setting.value):
        reason = "has %$ or %C in it: Motion pastes that text into a shell's line, which runs what is written in it"
        yield Finding(setting.where, reason, "pass %t, the camera's number, instead")
    if is_bare(setting.value):
        reason = "has %f without quotes: a space in a folder's name cuts the file's name"
        yield Finding(setting.where, reason, "write '%f'", "warning")
    if "%{dbeventid}" in setting.value:
        reason = "has %{dbeventid} in it, which Motion does not know: nothing joins the clips of an Event"
        yield Finding(setting.where, reason, "write %{eventid}")


def _hook(facts: MotionFacts, setting: Setting) -> Iterator[Finding]:
    call = hook_call(setting.value)
    if call is None:
        yield Finding(setting.where, "does not call sitegen-hook", f"write it {_SHIPPED}", "warning")
        return
    if call.program not in facts.executable:
        reason = f"calls {call.program}, which is not there, or is no absolute path, or cannot be run"
        yield Finding(
            setting.where, reason, "write the absolute path of sitegen-hook, with a right to run it"
        )
    wanted = setting.option.removeprefix("on_").replace("_", "-")
    if call.name != wanted:
        yield Finding(setting.where, f"does not call sitegen-hook as {wanted}", f"write it {_SHIPPED}")
    yield from _hook_archive(facts, setting, call)


def _hook_archive(facts: MotionFacts, setting: Setting, call: HookCall) -> Iterator[Finding]:
    remedy = f"write --archive '{facts.root}'"
    if not call.archive:
        yield Finding(setting.where, "says no --archive", remedy)
    elif facts.real.get(call.archive) != facts.real[str(facts.root)]:
        yield Finding(setting.where, f"says --archive {call.archive}, which is not archive.root", remedy)


# files


def _files(facts: MotionFacts) -> Iterator[Finding]:
    for section in _sections(facts):
        for setting in section.settings.values():
            if setting.option in _NAMES and pastes(setting.value):
                reason = "has %$ or %C in it: with '%f' any text gets into a shell's line, which runs what is written in it"
                yield Finding(setting.where, reason, f"use numbers and times only: {_SAFE_NAME}")
        yield from _target(facts, section)
        yield from _names(section, several=len(facts.cameras) > 1)
        yield from _way(section)
        yield from _outputs(section)


def _target(facts: MotionFacts, section: Section) -> Iterator[Finding]:
    what = _where(section, "target_dir")
    folder, remedy = fixed_part(section.value("target_dir")), f"write target_dir {facts.root}/events"
    root = facts.real[str(facts.root)]
    if not folder.startswith("/"):
        yield Finding(
            what, "is not set, or is no absolute path: it depends on where Motion is started", remedy
        )
    elif not _inside(facts.real.get(folder, Path("/")), root):
        yield Finding(what, f"is {folder}, outside the archive {facts.root}", remedy)


def _inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _names(section: Section, *, several: bool) -> Iterator[Finding]:
    """Judge whether a file's name may come twice: the later one then takes the place of the earlier one."""
    folder, movie, picture = (section.value(o) for o in ("target_dir", "movie_filename", "picture_filename"))
    movie = movie or _DEFAULT_NAME
    has_time, has_event = tells_time(folder + movie), tells_event(folder + movie)
    if has_event and not has_time and _cuts(section):
        reason = "has no time but %{eventid}: of an event that movie_max_time cuts, each movie takes the place of the one before"
        yield Finding(_where(section, "movie_filename"), reason, f"write {_SAFE_NAME}", "warning")
    elif not has_time and not has_event:
        reason = "lacks the day or the second: a later movie takes the place of an earlier one"
        yield Finding(_where(section, "movie_filename"), reason, f"write {_SAFE_NAME}")
    elif several and not specifiers(folder + movie) & _TELL_CAMERA:
        reason = "lacks the camera: one camera's movie takes the place of another's of the same second"
        yield Finding(_where(section, "movie_filename"), reason, f"write {_SAFE_NAME}")
    if picture and "q" not in specifiers(picture):
        reason = "lacks %q: of two pictures of one second the later takes the place of the earlier"
        yield Finding(_where(section, "picture_filename"), reason, "write %q into it", "warning")


def _cuts(section: Section) -> bool:
    """Say whether Motion cuts long events into several movies, which share their event's id."""
    return section.value("movie_max_time", _DEFAULT_LONGEST).strip() != "0"


def _way(section: Section) -> Iterator[Finding]:
    """Judge the folders and names that a file's name is made of."""
    for option in ("movie_filename", "picture_filename"):
        parts = section.value(option).split("/")
        if ".." in parts:
            reason = "has .. in it: that leads out of target_dir"
            yield Finding(_where(section, option), reason, f"write {option} without ..")
        if any(part.startswith(".") and part not in (".", "..") for part in parts):
            reason = "has a part that begins with a dot: hidden files and folders are never looked at"
            yield Finding(_where(section, option), reason, "take the dot away")


def _outputs(section: Section) -> Iterator[Finding]:
    if not is_on(section.value("movie_output", "on")):
        reason = "is off: Motion makes no movie, so there are no events"
        yield Finding(_where(section, "movie_output"), reason, "write movie_output on", "warning")
    if section.value("picture_output", "off") != "best":
        reason = "is not best: events have no picture of their strongest moment"
        yield Finding(_where(section, "picture_output"), reason, "write picture_output best", "warning")


def _where(section: Section, option: str) -> str:
    """Say where an option stands, or in which file it is missing."""
    return section.settings[option].where if option in section.settings else f"{section.file}, {option}"


# ports


def _ports(facts: MotionFacts) -> Iterator[Finding]:
    whole = facts.whole
    if _open(whole, "webcontrol"):
        reason = "is off: whoever reaches Motion's control port can run commands on this machine"
        yield Finding(_where(whole, "webcontrol_localhost"), reason, "write webcontrol_localhost on")
    for section in (whole, *facts.cameras):
        if _open(section, "stream"):
            reason = "is off: whoever reaches Motion's stream port sees the cameras"
            remedy = "write stream_localhost on; nginx passes the pictures on under /motion-stream/"
            yield Finding(_where(section, "stream_localhost"), reason, remedy, "warning")


def _open(section: Section, port: str) -> bool:
    """Say whether a port is in use (Motion's default is that it is not) and reachable from elsewhere."""
    used = section.value(f"{port}_port", "0").strip() not in ("", "0")
    return used and not is_on(section.value(f"{port}_localhost", "on"))
