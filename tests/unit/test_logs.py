"""What commands say of themselves: no logins in the log, no image of memory behind them."""

import logging
import subprocess
import sys

import pytest

from sitegen.secret import without_logins

PROGRAM = """
import logging, os, resource, signal
from sitegen.logs import forbid_core_dumps, set_up_logging
hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
forbid_core_dumps()
set_up_logging({verbosity})
logging.debug("debug %s", "rtsp://ann:bird@192.0.2.7/a")
logging.info("info")
logging.error("error")
try:
    raise ValueError("rtsp://ann:bird@192.0.2.7/a?key=bird")
except ValueError:
    logging.exception("a bug")
print(resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
os.kill(os.getpid(), signal.SIGQUIT)
"""


@pytest.mark.parametrize(
    ("verbosity", "levels"),
    [(-1, ["ERROR", "ERROR"]), (0, ["INFO", "ERROR", "ERROR"]), (1, ["DEBUG", "INFO", "ERROR", "ERROR"])],
)
def test_the_log_has_no_logins_and_a_killed_program_leaves_no_core(tmp_path, verbosity, levels):
    """Messages, their arguments and tracebacks are masked at every level; SIGQUIT leaves no core, whatever the limit was."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(verbosity=verbosity)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "0\n"
    assert done.returncode < 0
    assert list(tmp_path.iterdir()) == []
    assert "bird" not in done.stderr
    assert "ValueError: rtsp://***@192.0.2.7/a?***" in done.stderr
    named = [
        word
        for line in done.stderr.splitlines()
        for word in line.split()
        if word in logging.getLevelNamesMapping()
    ]
    assert named == levels


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("camera.1: rtsp://ann:bird@host/a is unknown", "camera.1: rtsp://***@host/a is unknown"),
        ("/etc/rtsp:/ann:bi/rd@host/a: no such file", "/etc/rtsp:/***@host/a: no such file"),
        ("http://host/x?user=ann&pwd=bird, again", "http://host/x?*** again"),
        ('"rtsp://a:b@h/" and "rtsp://c:d@h/"', '"rtsp://***@h/" and "rtsp://***@h/"'),
        ("write rtsp://user:password@192.0.2.7/stream1", "write rtsp://user:password@192.0.2.7/stream1"),
        (
            "announcing on http://127.0.0.1:8082/announce/events",
            "announcing on http://127.0.0.1:8082/announce/events",
        ),
        ("a?b, mail@host, 12:30, C:/x", "a?b, mail@host, 12:30, C:/x"),
    ],
)
def test_what_is_left_out(text, shown):
    """User, password and query of each address; examples, and what is no login, stay."""
    assert without_logins(text) == shown


def test_a_log_whose_disk_is_full_is_lost_without_a_traceback(capfd):
    """/dev/full is such a disk; nothing else of the program suffers."""
    program = (
        "import os, sys; sys.stderr = open('/dev/full', 'w'); os.dup2(2, 9)\n"
        "from sitegen.logs import set_up_logging; set_up_logging(0)\n"
        "import logging; logging.info('one'); sys.stderr = os.fdopen(9, 'w'); logging.info('two')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert "Traceback" not in done.stderr
