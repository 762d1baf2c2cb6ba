"""The one module that starts other programs: argv lists only, never a shell, never our stdin."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from sitegen.errors import ToolMissing

_PACKAGES = {"nginx": "nginx-light", "ffprobe": "ffmpeg", "supervisord": "supervisor"}
_STDERR_KEPT_BYTES = 8_192


class Limits(msgspec.Struct, frozen=True):
    """What a child may use; None: no limit."""

    memory_bytes: int | None = None
    file_bytes: int | None = None
    cpu_seconds: int | None = None


class Finished(msgspec.Struct, frozen=True):
    """How a program ended: `returncode` as subprocess gives it, and the end of what it said."""

    returncode: int
    stdout: bytes
    stderr: str
    timed_out: bool = False


def find(program: str) -> str:
    """Return the path of a program, also from /usr/sbin; raise ToolMissing when it is not there."""
    path = shutil.which(program, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin")
    if path is None:
        raise ToolMissing(program, _PACKAGES.get(program, program))
    return path


def start(
    argv: Sequence[str],
    *,
    idle: bool = False,
    limits: Limits | None = None,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.PIPE,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a process group of its own; it dies with the thread that started it.

    Of our open files it gets stdout, stderr and `pass_fds`, which keep their numbers.

    `idle` gives it the processor only when nothing else wants it. A process group, not a session: in a session
    of its own the kernel's autogroup would make the priority void (see docs/explanation).
    """
    command = [find(argv[0]), *argv[1:]]
    setpriv = shutil.which("setpriv")
    if setpriv is not None:
        command = [setpriv, "--pdeathsig", "KILL", "--", *command]
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        env=None if env is None else dict(env),
        cwd=cwd,
        process_group=0,
        pass_fds=pass_fds,
    )
    _restrict(child.pid, idle=idle, limits=limits or Limits())
    return child


def _restrict(pid: int, *, idle: bool, limits: Limits) -> None:
    """Set priority and limits from outside: preexec_fn is not safe in a program with threads."""
    try:
        if idle:
            for task in Path(f"/proc/{pid}/task").iterdir():  # both are set by thread
                os.setpriority(os.PRIO_PROCESS, int(task.name), 19)
                os.sched_setscheduler(int(task.name), os.SCHED_IDLE, os.sched_param(0))
        for name, value in (
            (resource.RLIMIT_AS, limits.memory_bytes),
            (resource.RLIMIT_FSIZE, limits.file_bytes),
            (resource.RLIMIT_CPU, limits.cpu_seconds),
        ):
            if value is not None:
                resource.prlimit(pid, name, (value, value))
    except (ProcessLookupError, FileNotFoundError):
        return  # it has ended already; its caller sees how


def stop(child: subprocess.Popen[bytes], sig: int = signal.SIGKILL) -> None:
    """Send a signal to a program and to what it started."""
    try:
        os.killpg(child.pid, sig)
    except ProcessLookupError:
        return


def run(
    argv: Sequence[str],
    *,
    timeout_s: float,
    idle: bool = False,
    limits: Limits | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
) -> Finished:
    """Run a program to its end, or kill it and its children after `timeout_s` seconds.

    Raises ToolMissing when there is no such program; every other outcome is in the result.
    """
    with start(argv, idle=idle, limits=limits, env=env, cwd=cwd) as child:
        timed_out = False
        try:
            stdout, stderr = child.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            timed_out = True
            stop(child)
            stdout, stderr = child.communicate()
        except BaseException:
            stop(child)
            raise
    return Finished(
        child.returncode, stdout, stderr[-_STDERR_KEPT_BYTES:].decode(errors="replace"), timed_out
    )
