"""A judge of what a power cut would leave: reads a trace of system calls, and knows nothing of sitegen's code (P12).

A file's bytes are on the disk when it was synced after the last write; a name is when its folder was synced after the
name was given, and so are the names of all folders on the way to it.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

_CALLS = "open,openat,creat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat"
_LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<shown><.*>)?")
_SHOWN = re.compile(r"^\d+<(?P<path>[^>]*)>")
_TEXTS = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Disk:
    """What is written and not yet sure to be on the disk; paths are absolute."""

    unsynced: set[str] = field(default_factory=set)
    """Files whose bytes may be lost."""
    unnamed: set[str] = field(default_factory=set)
    """Files and folders whose names may be lost."""
    in_place: set[str] = field(default_factory=set)
    """Files that were written to under the names they have: who reads then gets a part."""
    early: list[str] = field(default_factory=list)
    """Files that got their names before their bytes were sure: after a power cut there may be an empty one."""

    def take(self, call: str, arguments: str, shown: str) -> None:
        """Take a call that was made."""
        texts = _TEXTS.findall(arguments)
        opened = _SHOWN.match(arguments)
        if call.startswith(("open", "creat")):
            if "O_CREAT" in arguments or call == "creat":
                self.unnamed.add(shown)
        elif call.startswith("mkdir"):
            self.unnamed.add(texts[0])
        elif call.startswith("rename"):
            self._rename(*texts)
        elif call.startswith("unlink"):
            self.unnamed.discard(texts[0])
            self.unsynced.discard(texts[0])
        elif opened is not None and call in {"fsync", "fdatasync"}:
            self._sync(opened["path"])
        elif opened is not None:
            self.unsynced.add(opened["path"])
            self.in_place.add(opened["path"])

    def _rename(self, old: str, new: str) -> None:
        if old in self.unsynced:
            self.early.append(new)
            self.unsynced.remove(old)
            self.unsynced.add(new)
        self.in_place -= {old, new}
        self.unnamed.discard(old)
        self.unnamed.add(new)

    def _sync(self, path: str) -> None:
        self.unsynced.discard(path)
        self.unnamed = {name for name in self.unnamed if str(Path(name).parent) != path}

    def lost(self, path: Path) -> list[str]:
        """Return what a power cut, or a look at the wrong moment, could take of a file."""
        found = [f"{path.name}: its bytes"] if str(path) in self.unsynced | set(self.early) else []
        found += [f"{path.name}: written in place"] if str(path) in self.in_place else []
        ways = [path, *path.parents]
        return found + [f"{path.name}: the name of {way.name}" for way in ways if str(way) in self.unnamed]


def traced(argv: Sequence[str], trace: Path) -> Disk:
    """Run a program to its end, and return what is not sure to be on the disk then; nobody runs `sync`."""
    command = ["strace", "-f", "-y", "-s", "4096", "-o", str(trace), "-e", f"trace={_CALLS}", "--", *argv]
    done = subprocess.run(command, check=False, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    disk = Disk()
    for line in trace.read_text(errors="replace").splitlines():
        found = _LINE.match(line)
        if found and not found["result"].startswith("-"):
            disk.take(found["call"], found["arguments"], (found["shown"] or "")[1:-1])
    return disk
