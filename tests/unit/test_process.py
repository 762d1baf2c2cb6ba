"""How other programs are started: no shell, no stdin, limits kept, nothing left behind."""

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from waiting import wait_until

from sitegen.errors import ToolMissing
from sitegen.process import Limits, find, run, start, stop

PYTHON = sys.executable


def is_gone(pid):
    """True when a process has ended, collected or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_arguments_reach_the_program_as_they_are():
    """No shell reads them."""
    words = ["$(id)", "a b", "'; touch x", "*", "%s", ""]
    done = run([PYTHON, "-c", "import sys; print(sys.argv[1:])", *words], timeout_s=60)
    assert (done.returncode, done.stdout.decode().strip()) == (0, repr(words))


def test_stdin_is_empty():
    """ffmpeg would eat its caller's, which here has something to eat."""
    reading, writing = os.pipe()
    os.write(writing, b"ours")
    os.close(writing)
    own = os.dup(0)
    os.dup2(reading, 0)
    try:
        done = run([PYTHON, "-c", "import sys; print(repr(sys.stdin.read()))"], timeout_s=60)
        assert done.stdout == b"''\n"
        assert os.read(0, 9) == b"ours"
    finally:
        os.dup2(own, 0)
        os.close(own)
        os.close(reading)


def test_the_end_of_stderr_is_kept():
    """A program that says a lot does not fill the log; its last words count."""
    done = run(
        [PYTHON, "-c", "import sys; sys.stderr.write('x' * 100_000 + 'end'); sys.exit(3)"], timeout_s=60
    )
    assert done.returncode == 3
    assert done.stderr.endswith("xend")
    assert len(done.stderr) < 10_000


def test_a_missing_program_is_named_with_its_package():
    """The error says what to install."""
    with pytest.raises(ToolMissing) as caught:
        run(["no-such-program-here"], timeout_s=1)
    assert caught.value.program == "no-such-program-here"
    with pytest.raises(ToolMissing):
        find("no-such-program-here")


def test_a_timeout_kills_the_program_and_its_children(tmp_path):
    """Nothing of the group survives."""
    code = (
        "import subprocess, sys; child = subprocess.Popen(['sleep', '600']);"
        f"open({str(tmp_path / 'pid')!r}, 'w').write(str(child.pid)); child.wait()"
    )
    done = run([PYTHON, "-c", code], timeout_s=2)
    assert done.timed_out
    assert done.returncode == -signal.SIGKILL
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: is_gone(pid), what="the grandchild's end")


def test_idle_is_set_on_the_program_itself():
    """Nice 19 and SCHED_IDLE, in the caller's session: in a session of its own the kernel would make nice void."""
    code = (
        "import os, time\n"
        "end = time.monotonic() + 20\n"  # it is set from outside, once the program runs
        "while os.sched_getscheduler(0) != os.SCHED_IDLE and time.monotonic() < end: time.sleep(0.01)\n"
        "print(os.nice(0), os.sched_getscheduler(0), os.getsid(0), os.getpgrp(), os.getpid())"
    )
    nice, policy, session, group, pid = map(
        int, run([PYTHON, "-c", code], timeout_s=60, idle=True).stdout.split()
    )
    assert (nice, policy) == (19, os.SCHED_IDLE)
    assert session == os.getsid(0)
    assert group == pid


def test_limits_are_set():
    """Memory, file size and processor time, as asked."""
    code = (
        "import resource as r, time\n"
        "end = time.monotonic() + 20\n"  # they are set from outside, once the program runs
        "while r.getrlimit(r.RLIMIT_CPU)[0] != 77 and time.monotonic() < end: time.sleep(0.01)\n"
        "print([r.getrlimit(each)[0] for each in (r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_CPU)])"
    )
    limits = Limits(memory_bytes=2**30, file_bytes=2**20, cpu_seconds=77)
    assert (
        run([PYTHON, "-c", code], timeout_s=60, limits=limits).stdout.decode().strip()
        == f"[{2**30}, {2**20}, 77]"
    )
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != 77


def test_stop_reaches_a_program_that_is_stopped_and_one_that_has_gone():
    """SIGKILL ends a stopped process; stopping twice is no error."""
    with start(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        os.kill(child.pid, signal.SIGSTOP)
        stop(child)
        assert child.wait(timeout=60) == -signal.SIGKILL
        stop(child)


def test_a_program_dies_with_the_thread_that_started_it():
    """No ffmpeg outlives a worker."""
    children = []

    def begin():
        children.append(start(["sleep", "600"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        # setpriv asks for its own death first, then becomes the program.
        wait_until(lambda: Path(f"/proc/{children[0].pid}/comm").read_text() == "sleep\n")

    thread = threading.Thread(target=begin)
    thread.start()
    thread.join()
    with children[0] as child:
        assert child.wait(timeout=60) == -signal.SIGKILL
