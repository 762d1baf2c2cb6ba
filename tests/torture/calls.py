"""System calls of a program under strace: how often it makes each, and runs in which the Nth of them kills it or fails."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

CHANGING = (
    *("write", "pwrite64", "writev", "pwritev", "sendfile", "copy_file_range", "fallocate", "ftruncate"),
    *(
        "fsync",
        "fdatasync",
        "sync_file_range",
        "rename",
        "renameat",
        "renameat2",
        "link",
        "linkat",
        "symlink",
    ),
    *(
        "symlinkat",
        "unlink",
        "unlinkat",
        "rmdir",
        "mkdir",
        "mkdirat",
        "utimensat",
        "chmod",
        "fchmod",
        "fchmodat",
    ),
)
"""Whatever changes what is on a disk. Files are made by open: the moment after it is the one before the first write."""
TIMEOUT_S = 120
_FSYNC = re.compile(r"fsync\(\d+<([^>]*)>")
_RENAME = re.compile(r'rename\("([^"]*)", "([^"]*)"')
_LINE = re.compile(r"^(?P<pid>\d+) +(?:<\.\.\. )?(?P<call>\w+)(?:\(| resumed)")


class Outcome(NamedTuple):
    """How a run ended: the exit code, negative for a signal, and what it said."""

    code: int
    said: str


def _strace(options: list[str], argv: list[str], cwd: Path) -> Outcome:
    command = ["strace", "-f", "-qq", *options, "--", *argv]
    done = subprocess.run(command, cwd=cwd, check=False, capture_output=True, timeout=TIMEOUT_S)
    return Outcome(done.returncode, done.stderr.decode(errors="replace"))


def counted(argv: list[str], cwd: Path, calls: tuple[str, ...] = CHANGING) -> dict[str, int]:
    """Return call → how often the thread that makes it most often makes it: strace counts `when` by thread."""
    return counts_in(traced(["-e", f"trace={','.join(calls)}"], argv, cwd))


def counts_in(trace: Path) -> dict[str, int]:
    """Return, from strace's output, call → how often the thread that makes it most often makes it."""
    by_thread: Counter[tuple[str, str]] = Counter()
    for line in trace.read_text(errors="replace").splitlines():
        found = _LINE.match(line)
        if found and "resumed" not in line.split("(")[0]:
            by_thread[found["call"], found["pid"]] += 1
    most: dict[str, int] = {}
    for (call, _), count in by_thread.items():
        most[call] = max(most.get(call, 0), count)
    return most


def traced(options: list[str], argv: list[str], cwd: Path) -> Path:
    """Run a program undisturbed, and return the file with what strace noted."""
    outcome = _strace(["-o", str(cwd / "trace"), *options], argv, cwd)
    assert outcome.code == 0, outcome
    return cwd / "trace"


def alone(expression: str, argv: list[str], trace: Path | str = "/dev/null") -> list[str]:
    """Return the command that runs a program as our own child, under strace with an expression, but not what it starts."""
    return ["strace", "-D", "-f", "-b", "execve", "-qq", "-o", str(trace), *expression.split(), "--", *argv]


SYNCING = ["-y", "-e", "trace=fsync,rename"]
"""What strace has to note for `unsynced`."""


def unsynced(trace: Path) -> list[str]:
    """Return the files that were renamed without an fsync of them before, and one of their folder after (P12).

    No kill shows that: what a program wrote outlives it. Only a power cut would.
    """
    lines = trace.read_text(errors="replace").splitlines()
    synced = [(found[1] if (found := _FSYNC.search(line)) else "") for line in lines]
    renamed = [
        (number, found[1], found[2]) for number, line in enumerate(lines) if (found := _RENAME.search(line))
    ]
    return [
        f"{target} is renamed, and not durable"
        for number, source, target in renamed
        if source not in synced[:number] or target.rpartition("/")[0] not in synced[number:]
    ]


def own_opens(argv: list[str], cwd: Path, folders: tuple[str, ...]) -> list[int]:
    """Return the numbers of the opens of files below the program's own folders, and not of Python's modules."""
    trace = cwd / "trace"
    _strace(["-o", str(trace), "-e", "trace=openat"], argv, cwd)
    own = re.compile(rf'openat\([^"]*"(?:{re.escape(str(cwd))}/)?(?:{"|".join(folders)})\b')
    number: Counter[str] = Counter()
    found = set()
    for line in trace.read_text(errors="replace").splitlines():
        pid = line.split(maxsplit=1)[0]
        number[pid] += "openat(" in line
        if own.search(line):
            found.add(number[pid])
    return sorted(found)


def killed(argv: list[str], cwd: Path, call: str, number: int) -> bool:
    """Kill the program just before its Nth such call; False: it made fewer."""
    inject = ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={number}"]
    return _strace(inject, argv, cwd).code != 0


def failing(argv: list[str], cwd: Path, call: str, number: int, error: str, *, for_ever: bool) -> Outcome:
    """Let the Nth such call fail with an error, and every later one as well if `for_ever`."""
    when = f"{number}+" if for_ever else str(number)
    inject = ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    return _strace(inject, argv, cwd)
