"""A program at idle priority is watched: its limits, its cancelling, and the cpulimit beside it."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from waiting import wait_until

from sitegen.errors import ToolMissing
from sitegen.previews.child import Allowance, cpu_seconds, run_idle

PYTHON = sys.executable
PLENTY = Allowance(memory_bytes=2**32, file_bytes=2**30, cpu_s=300, wall_s=300)
BUSY = "import time\nend = time.process_time() + {}\nwhile time.process_time() < end: pass"


def change(allowance, **changes):
    values = {name: getattr(allowance, name) for name in allowance.__struct_fields__}
    return Allowance(**(values | changes))


def children(name, parent=None):
    """Return the process ids of children of ours with this name."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue
        if (
            head.partition("(")[2] == name
            and int(rest.split()[1]) == (parent or os.getpid())
            and rest.split()[0] != "Z"
        ):
            found.append(int(entry.parent.name))
    return found


class Running:
    """run_idle in a thread."""

    def __init__(self, argv, cwd, allowance):
        self.cancelled = threading.Event()
        self.ended = None
        self._thread = threading.Thread(target=self._run, args=(argv, cwd, allowance))
        self._thread.start()

    def _run(self, argv, cwd, allowance):
        self.ended = run_idle(argv, cwd=cwd, allowance=allowance, cancelled=self.cancelled)

    def result(self):
        self._thread.join(120)
        assert not self._thread.is_alive()
        return self.ended


def test_what_it_says_and_how_it_ends_come_back(tmp_path):
    """The start of stderr is kept, the rest is read and dropped; it runs in its folder."""
    code = "import sys, os; sys.stderr.write(os.getcwd() + '\\n' + 'x' * 1_000_000); sys.exit(7)"
    ended = run_idle([PYTHON, "-c", code], cwd=tmp_path, allowance=PLENTY, cancelled=threading.Event())
    assert (ended.returncode, ended.stopped_for) == (7, "")
    assert ended.said.startswith(f"{tmp_path}\nxxx")
    assert len(ended.said) < 20_000


def test_too_much_processor_time_ends_it(tmp_path):
    """A clip cannot keep a worker for ever."""
    allowance = change(PLENTY, cpu_s=1)
    argv = [PYTHON, "-c", BUSY.format(1000)]
    ended = run_idle(argv, cwd=tmp_path, allowance=allowance, cancelled=threading.Event())
    assert (ended.stopped_for, ended.returncode) == ("cpu", -signal.SIGKILL)


def test_too_much_time_ends_it_even_when_it_does_nothing(tmp_path):
    """A read from a dead network drive, say."""
    allowance = change(PLENTY, wall_s=0.5)
    ended = run_idle(["sleep", "600"], cwd=tmp_path, allowance=allowance, cancelled=threading.Event())
    assert ended.stopped_for == "wall"


def test_it_can_be_cancelled_also_after_it_has_closed_stderr(tmp_path):
    """Closing stderr is not the end."""
    code = "import os, time; os.close(2); open('closed', 'w').close(); time.sleep(600)"
    running = Running([PYTHON, "-c", code], tmp_path, PLENTY)
    wait_until((tmp_path / "closed").exists)
    running.cancelled.set()
    assert running.result().stopped_for == "cancelled"


def test_the_file_size_limit_holds(tmp_path):
    """A program that writes without end is stopped by the kernel."""
    code = "import signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_DFL)\nf = open('big', 'wb')\nwhile True: f.write(bytes(2**16))"
    allowance = change(PLENTY, file_bytes=2**20)
    ended = run_idle([PYTHON, "-c", code], cwd=tmp_path, allowance=allowance, cancelled=threading.Event())
    assert ended.returncode == -signal.SIGXFSZ
    assert (tmp_path / "big").stat().st_size <= 2**20


def test_the_memory_limit_holds(tmp_path):
    """A program that asks for more than it may have does not get it, and those beside it keep theirs."""
    # Its limits are set when it has begun.
    code = (
        "import resource, time\n"
        "while resource.getrlimit(resource.RLIMIT_AS)[0] != 2**29: time.sleep(0.01)\n"
        "bytearray(2**30)"
    )
    allowance = change(PLENTY, memory_bytes=2**29)
    ended = run_idle([PYTHON, "-c", code], cwd=tmp_path, allowance=allowance, cancelled=threading.Event())
    assert ended.returncode == 1
    assert "MemoryError" in ended.said


def test_a_cap_slows_it_and_nothing_is_left_stopped(tmp_path):
    """Half a second of work at 25 % takes longer, ends well, and cpulimit ends with it."""
    running = Running(
        [
            PYTHON,
            "-c",
            "import time; t = time.monotonic()\n"
            + BUSY.format(0.75)
            + "\nopen('took', 'w').write(str(time.monotonic() - t))",
        ],
        tmp_path,
        change(PLENTY, percent=25),
    )
    wait_until(lambda: children("cpulimit"), what="cpulimit")
    assert running.result().returncode == 0
    assert float((tmp_path / "took").read_text()) > 1.2
    assert children("cpulimit") == []


def test_a_killed_cpulimit_leaves_nothing_stopped(tmp_path):
    """SIGKILL of cpulimit, again and again, at the moments at which the program is stopped: it is continued."""
    code = "open('begun', 'w').close()\n" + BUSY.format(1.0)
    running = Running([PYTHON, "-c", code], tmp_path, change(PLENTY, percent=30))
    wait_until((tmp_path / "begun").exists)
    kills = 0
    seen = set()

    def kill_one():
        nonlocal kills
        for pid in children("cpulimit"):
            stopped = [
                p
                for p in children(Path(PYTHON).name)
                if "T (stopped)" in Path(f"/proc/{p}/status").read_text()
            ]
            if pid not in seen and stopped:
                os.kill(pid, signal.SIGKILL)
                seen.add(pid)
                kills += 1
        return kills >= 2 or running.ended is not None

    wait_until(kill_one, 60)
    assert kills >= 1
    ended = running.result()
    assert (ended.returncode, ended.stopped_for) == (0, "")
    assert children("cpulimit") == []


def test_cpulimit_is_started_again_after_it_died(tmp_path):
    """The cap holds on."""
    running = Running([PYTHON, "-c", BUSY.format(1000)], tmp_path, change(PLENTY, percent=20))
    first = wait_until(lambda: children("cpulimit"))[0]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: [pid for pid in children("cpulimit") if pid != first], what="another cpulimit")
    running.cancelled.set()
    assert running.result().stopped_for == "cancelled"


def test_a_missing_program_is_an_error_and_leaves_nothing(tmp_path, monkeypatch):
    """Without cpulimit, a cap cannot be kept: that is said, and the program does not run on without it."""
    before = children("python")  # of fixtures that live as long as the tests
    only = tmp_path / "bin"
    only.mkdir()
    (only / "python").symlink_to(PYTHON)
    monkeypatch.setenv("PATH", str(only))
    monkeypatch.setattr("sitegen.process.find", lambda name: _find_in(only, name))
    with pytest.raises(ToolMissing, match="cpulimit"):
        run_idle(
            ["python", "-c", "import time; time.sleep(600)"],
            cwd=tmp_path,
            allowance=change(PLENTY, percent=20),
            cancelled=threading.Event(),
        )
    assert children("python") == before


def _find_in(folder, name):
    if not (folder / name).exists():
        raise ToolMissing(name, name)
    return str(folder / name)


def test_processor_time_of_a_process_that_is_not_there_is_nothing():
    """It may end while it is looked at."""
    assert cpu_seconds(2**22 + 1) == 0
    assert cpu_seconds(os.getpid()) > 0
