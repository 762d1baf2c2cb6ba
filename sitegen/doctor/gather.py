"""Gathers what the doctor judges: runs each program for its version, tries the folders, looks at limits and disks.

The only things it writes are nameless files in the site's and the state folder, gone at once.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import tempfile
import zoneinfo
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sitegen import process
from sitegen.archive.scan import suffix_of
from sitegen.capture.cameras import RecordedCamera, recorded_cameras
from sitegen.clip import VIDEO_SUFFIXES
from sitegen.doctor.facts import (
    Archive,
    Disk,
    Facts,
    Folder,
    Identity,
    KnownCamera,
    Program,
    SubAddress,
    Trouble,
)
from sitegen.doctor.kernel import holders, inotify_trouble, is_clock_kept
from sitegen.errors import ToolMissing, UsageError
from sitegen.settings import Settings, SiteSettings
from sitegen.site.theme import load_theme

_VERSIONS = {
    "ffmpeg": (("ffmpeg", "-version"), r"ffmpeg version (\S+)"),
    "cpulimit": (("cpulimit", "-h"), r"(?i)cpulimit version (\S+)"),
    "motion": (("motion", "-h"), r"(?i)motion version ([^\s,]+)"),
    "nginx": (("nginx", "-v"), r"nginx version: nginx/(\S+)"),
}
_PATIENCE_S = 60.0
_LOCKS = ("generator.lock", "recorder.lock")
_WATCHES = Path("/proc/sys/fs/inotify/max_user_watches")


def gather(settings: Settings) -> Facts:
    """Look at everything that the checks go by; what cannot be looked at is a fact too. Raises nothing."""
    site, archive = settings.site, settings.archive
    cameras, cameras_trouble = _cameras(settings)
    return Facts(
        configuration=settings.file,
        user=_user(),
        programs={name: _program(name) for name in _VERSIONS},
        cpu_percent=settings.previews.cpu_percent,
        root=_folder(archive.root, _unreadable(archive.root)),
        archive=_walk(archive.root),
        output=_folder(site.output, _unwritable(site.output)),
        state=_folder(archive.state, _unwritable(archive.state)),
        content=_folder(site.content),
        disks=tuple(_disks((archive.root, site.output, archive.state))),
        most_watches=_most_watches(),
        inotify_trouble=inotify_trouble(),
        holders=tuple(holders([site.output, *(archive.state / name for name in _LOCKS)])),
        now=datetime.now(UTC),
        clock_kept=is_clock_kept(),
        timezone=site.timezone,
        tzdata=_tzdata(site.timezone),
        theme=site.theme,
        theme_trouble=_theme_trouble(site, settings.file.parent),
        cameras=cameras,
        cameras_trouble=cameras_trouble,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return str(os.getuid())


# programs


def _program(name: str) -> Program:
    argv, pattern = _VERSIONS[name]
    try:
        ended = process.run(argv, timeout_s=_PATIENCE_S)
    except ToolMissing as error:
        return Program(name, error.package)
    except OSError as error:
        return Program(name, name, version="", trouble=error.strerror or str(error))
    said = ended.stdout.decode(errors="replace") + ended.stderr
    match = re.search(pattern, said)
    if match is None:
        trouble = said.strip().splitlines()[-1][:200] if said.strip() else f"it ends with {ended.returncode}"
        return Program(name, name, version="", trouble=trouble)
    return Program(name, name, version=match[1], parts=_ffmpeg_parts() if name == "ffmpeg" else frozenset())


def nginx_file(nginx: Program) -> Path | None:
    """Return the main file of the nginx that is installed; None: there is no nginx, or no file."""
    if not nginx.version:
        return None
    match = re.search(r"--conf-path=(\S+)", process.run(["nginx", "-V"], timeout_s=_PATIENCE_S).stderr)
    file = Path(match[1]) if match else Path("/etc/nginx/nginx.conf")
    return file if file.exists() else None


def _ffmpeg_parts() -> frozenset[str]:
    """Return the names of ffmpeg's encoders and filters: the second word of each line that lists one."""
    names: set[str] = set()
    for listing in ("-encoders", "-filters"):
        ended = process.run(["ffmpeg", "-hide_banner", "-v", "error", listing], timeout_s=_PATIENCE_S)
        names |= {words[1] for line in ended.stdout.decode().splitlines() if len(words := line.split()) > 1}
    return frozenset(names)


# folders and disks


def _folder(path: Path, trouble: str = "") -> Folder:
    return Folder(path, trouble, tuple(_above(path)), path.exists())


def _above(path: Path) -> Iterator[Identity]:
    """Yield the identities of a folder, when it is there, and of all folders it really lies in."""
    real = Path(os.path.realpath(path))
    for folder in (real, *real.parents):
        try:
            found = folder.stat()
        except OSError:
            continue
        yield found.st_dev, found.st_ino


def _unreadable(root: Path) -> str:
    try:
        with os.scandir(root) as entries:
            next(entries, None)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return ""


def _unwritable(folder: Path) -> str:
    """Try to write where the folder is or would be made; return why that cannot be, or ""."""
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder), prefix=".sitegen-doctor-") as file:
            file.write(b"\0" * 4096)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _nearest(path: Path) -> Path:
    """Return a path itself, or the nearest above it that is there."""
    return next((folder for folder in (path, *path.parents) if os.path.lexists(folder)), path)


def _walk(root: Path) -> Archive:
    unreadable: list[str] = []
    folders = videos = 0
    names: frozenset[str] = frozenset()
    newest_s = 0.0
    for folder, below, files in os.walk(root, onerror=lambda error: unreadable.append(str(error.filename))):
        with contextlib.suppress(OSError):  # it went meanwhile
            newest_s = max(newest_s, Path(folder).stat().st_mtime)
        if not folders:
            names = frozenset((*below, *files))
        folders += 1
        videos += sum(suffix_of(name) in VIDEO_SUFFIXES for name in files)
    shown = (name.encode(errors="backslashreplace").decode() for name in sorted(unreadable))
    return Archive(names, folders, videos, tuple(shown), newest_s)


def _disks(folders: Sequence[Path]) -> Iterator[Disk]:
    seen = set()
    for folder in map(_nearest, folders):
        try:
            found, device = os.statvfs(folder), folder.stat().st_dev
        except OSError:
            continue
        if device not in seen:
            seen.add(device)
            size = found.f_frsize
            total, free = found.f_blocks * size, found.f_bavail * size
            yield Disk(folder, total, free, found.f_files, found.f_favail)


def _most_watches() -> int | None:
    try:
        return int(_WATCHES.read_text())
    except (OSError, ValueError):
        return None


# configuration


def _tzdata(name: str) -> str:
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / name).is_file():
            try:
                with (Path(folder) / "tzdata.zi").open(encoding="utf-8") as file:
                    first = file.readline()
            except OSError:
                first = ""
            version = re.match(r"# version (\S+)", first)
            return f"{folder}, version {version[1]}" if version else folder
    return "the Python package tzdata"


def _theme_trouble(site: SiteSettings, folder: Path) -> Trouble | None:
    try:
        load_theme(site.theme, search=(folder,), zone=ZoneInfo(site.timezone)).check()
    except UsageError as error:
        return _trouble(error)
    return None


def _cameras(settings: Settings) -> tuple[tuple[KnownCamera, ...], Trouble | None]:
    try:
        found = recorded_cameras(settings)
    except UsageError as error:
        return (), _trouble(error)
    return tuple(
        KnownCamera(c.id, c.title, c.record, c.url is not None, _sub_address(c)) for c in found
    ), None


def _sub_address(camera: RecordedCamera) -> SubAddress:
    if camera.sub_url is None:
        return "none"
    return "same" if camera.sub_url == camera.url else "other"


def _trouble(error: UsageError) -> Trouble:
    return Trouble(f"{error.file}: {error.key}" if error.key else error.file, error.reason, error.remedy)
