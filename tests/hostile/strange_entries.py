"""Entries of an archive that are no files: links, fifos, sockets, devices, under the names of videos, sidecars, notes, pictures, folders."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

from sandbox import Sandbox, film, on_site, problems, tree, violations

ENDINGS = {"video": ".mp4", "sidecar": ".yaml", "note": ".md", "picture": ".jpg"}


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            made.bind(f"/proc/self/fd/{here}/{path.name}")  # the whole path may be too long for an address
        finally:
            os.close(here)


def _device(kind: int, major: int, minor: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        try:
            os.mknod(path, kind | 0o666, os.makedev(major, minor))
        except PermissionError:  # only root may
            os.mkfifo(path)

    return make


KINDS: dict[str, Callable[[Path], None]] = {
    "link-out": _link("../../../../outside/secret.mp4"),
    "link-absolute": _link("/etc/hostname"),
    "link-loop": lambda path: path.symlink_to(path.name),
    "link-dangling": _link("nowhere.mp4"),
    "link-folder": _link("../../../../outside"),
    "link-above": _link(".."),
    "link-zero": _link("/dev/zero"),
    "fifo": os.mkfifo,
    "socket": _socket,
    "zero": _device(stat.S_IFCHR, 1, 5),
    "terminal": _device(stat.S_IFCHR, 5, 0),
    "block": _device(stat.S_IFBLK, 7, 200),
    "folder": lambda path: path.mkdir(),
}


def place(kind: str, path: Path) -> None:
    """Put one entry there, in place of any file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    KINDS[kind](path)


def furnished(box: Sandbox, kinds: list[str]) -> dict[str, str]:
    """Put each kind there as a video, a sidecar, a note, a picture and a folder; return path → what it stands for."""
    put = {}
    for kind in kinds:
        for role, ending in ENDINGS.items():
            clip = box.put(f"{kind}-{role}.mp4", film().read_bytes(), sidecar=role != "sidecar")
            if role == "picture":
                sidecar = clip.with_suffix(".yaml")
                sidecar.write_text(sidecar.read_text() + f'image: "{clip.stem}.jpg"\n')
            place(kind, clip.with_suffix(ending))
            put[clip.with_suffix(ending).relative_to(box.root).as_posix()] = role
        place(kind, box.root / "events" / "101" / f"folder-{kind}")
        place(kind, box.root / "outages" / f"{kind}.yaml")
    return put


def checked(folder: Path, kinds: list[str], *options: str) -> list[str]:
    """Build over some kinds; return what is wrong."""
    box = Sandbox(folder)
    put = furnished(box, kinds)
    before = tree(folder)
    found = violations(box, box.build(*options), before)
    told, shown = {problem["path"] for problem in problems(box.site)}, on_site(box.site)
    for path, role in put.items():
        # An empty folder is a folder, whatever it is called.
        if path not in told and (box.root / path).is_symlink() | (not (box.root / path).is_dir()):
            found.append(f"not told: {path}")
        if role == "video" and path in shown:
            found.append(f"shown: {path}")
        if role != "video" and str(Path(path).with_suffix(".mp4")) not in shown:
            found.append(f"its clip is not shown: {path}")
    return found
