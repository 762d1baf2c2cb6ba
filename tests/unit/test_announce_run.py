"""Running the announcer: addresses, and what it needs when idle."""

import os
import socket
import threading
import time

import pytest
from nginx_server import free_port, running_announcer

from sitegen.announce import build_app, serve_app
from sitegen.errors import CannotListen


def test_a_port_in_use_is_named_with_what_to_do(tmp_path):
    """The error names address and port, and says how to find who has it and how to take another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CannotListen) as caught:
            serve_app(build_app(tmp_path / "a.json"), "127.0.0.1", port, threading.Event())
    text = str(caught.value)
    assert f"port {port}" in text
    assert "another program uses it" in text
    assert "[announce] listen" in text


@pytest.mark.parametrize("host", ["203.0.113.7", "no such host"])
def test_an_address_that_is_not_ours(tmp_path, host):
    """An address of another machine, or none at all, is the same kind of error."""
    with pytest.raises(CannotListen, match=host):
        serve_app(build_app(tmp_path / "a.json"), host, free_port(), threading.Event())


def test_idle_it_needs_little(tmp_path):
    """Without clients the announcer stays below 60 MB and a few hundredths of a core."""
    with running_announcer(tmp_path / "a.json", free_port(), tmp_path / "log") as child:
        pid = child.pid
        before = cpu_seconds(pid)
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            time.sleep(0.1)
        used = (cpu_seconds(pid) - before) / (time.monotonic() - began)
        with open(f"/proc/{pid}/statm") as statm:  # noqa: PTH123 - a file of the kernel
            memory = int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20
    print(f"idle: {memory:.0f} MB, {used:.3f} of a core")
    assert memory < 60
    assert used < 0.05


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:  # noqa: PTH123 - a file of the kernel
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
