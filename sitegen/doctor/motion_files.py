"""Reads Motion's configuration as it will hold for each camera, with the place of every option; reads files only.

Addresses and passwords are left out as they are read: what follows cannot show them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from sitegen.capture.motion_config import camera_files, given_ids, read_options
from sitegen.doctor.motion_hooks import HOOKS, SHELL_LINES, fixed_part, hook_call

_NOT_OF_CAMERAS = frozenset(
    ["daemon", "setup_mode", "pid_file", "log_file", "log_level", "log_type", "native_language"]
)
_KEPT = frozenset(
    (
        *("camera_id", "target_dir", "movie_output", "picture_output", *SHELL_LINES),
        *("movie_max_time", "movie_filename", "picture_filename", "snapshot_filename", "timelapse_filename"),
        *("webcontrol_port", "webcontrol_localhost", "stream_port", "stream_localhost"),
    )
)
"""What the judgements look at; of other options only the name is kept, and only where it stands too late."""


class Setting(msgspec.Struct, frozen=True):
    """An option's value, and where it stands."""

    option: str
    value: str
    file: Path
    line: int

    @property
    def where(self) -> str:
        """The place in words."""
        return f"{self.file}, line {self.line}, {self.option}"


class Section(msgspec.Struct, frozen=True):
    """The options that hold for one camera, or for Motion as a whole: its own and those it inherits."""

    file: Path
    id: int
    """The camera_id that it asks for."""
    settings: dict[str, Setting]

    def value(self, option: str, default: str = "") -> str:
        """Return an option's value; Motion's `default` where it is not set."""
        return self.settings[option].value if option in self.settings else default


class MotionFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What Motion's configuration says, and what of the disk its judgement needs."""

    file: Path
    root: Path
    """The archive's, as it is configured."""
    whole: Section
    """Motion itself: all of motion.conf."""
    cameras: tuple[Section, ...]
    late: tuple[Setting, ...] = ()
    """Options of cameras that stand after a camera or camera_dir line; without their values."""
    executable: frozenset[str] = frozenset()
    """Programs in hooks, as they are written there, that can be run."""
    real: dict[str, Path] = {}
    """Folders, as they are written in target_dir and hooks, without links; `root` too."""


def read_motion(file: Path, root: Path) -> MotionFacts:
    """Read motion.conf and its camera files. Raises UsageError when one cannot be read."""
    own: dict[str, Setting] = {}
    before: list[tuple[Path, dict[str, Setting]]] = []
    late: list[Setting] = []
    begun = False
    for setting in _settings(file):
        if setting.option in ("camera", "camera_dir"):
            path = file.parent / setting.value
            files = [path] if setting.option == "camera" else camera_files(file, path)
            before += [(each, own | {s.option: s for s in _settings(each)}) for each in files]
            begun = True
            continue
        own[setting.option] = setting
        if begun and _is_of_cameras(setting.option):
            late.append(msgspec.structs.replace(setting, value=""))
    ids = given_ids(s["camera_id"].value if "camera_id" in s else "" for s in (own, *(s for _, s in before)))
    whole = Section(file, ids[0], _kept(own))
    cameras = tuple(Section(f, i, _kept(s)) for (f, s), i in zip(before, ids[1:], strict=True))
    return MotionFacts(
        file=file,
        root=root,
        whole=whole,
        cameras=cameras,
        late=tuple(late),
        executable=_executable((whole, *cameras)),
        real=_real(root, (whole, *cameras)),
    )


def _is_of_cameras(option: str) -> bool:
    return option not in _NOT_OF_CAMERAS and not option.startswith("webcontrol_")


def _settings(file: Path) -> list[Setting]:
    return [Setting(o.name, o.value, file, o.line) for o in read_options(file)]


def _kept(settings: dict[str, Setting]) -> dict[str, Setting]:
    return {name: setting for name, setting in settings.items() if name in _KEPT}


def _executable(sections: tuple[Section, ...]) -> frozenset[str]:
    calls = [hook_call(section.value(hook)) for section in sections for hook in HOOKS]
    programs = {call.program for call in calls if call is not None}
    return frozenset(p for p in programs if ("/" not in p or p.startswith("/")) and shutil.which(p))


def _real(root: Path, sections: tuple[Section, ...]) -> dict[str, Path]:
    """Resolve the folders that can be resolved: absolute ones."""
    calls = [hook_call(section.value(hook)) for section in sections for hook in HOOKS]
    texts = {str(root), *(fixed_part(s.value("target_dir")) for s in sections)}
    texts |= {call.archive for call in calls if call is not None}
    return {text: Path(os.path.realpath(text)) for text in texts if text.startswith("/") and "\0" not in text}
