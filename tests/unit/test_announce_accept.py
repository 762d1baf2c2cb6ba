"""Connections that ask for nothing, or for nothing that can be read: how long they may stay, how many, what is logged."""

import logging
import socket
import sys
import time
from contextlib import ExitStack, suppress

import pytest
from announcement_clients import SocketClient, StreamClient, announce, clients, said, serving
from nginx_server import ask, free_port, running
from raw_http import RawAnswer, send_raw
from waiting import wait_until

from sitegen.announce import build_app
from sitegen.serve_files import build_serve_app

WHOLE = b"GET /announce/health HTTP/1.1\r\nHost: x\r\n\r\n"
CROWDED = """
import sys, threading
from pathlib import Path
from sitegen.announce import build_app, serve_app
from sitegen.logs import set_up_logging
set_up_logging(0)
app = build_app(Path(sys.argv[1]))
serve_app(app, "127.0.0.1", int(sys.argv[2]), threading.Event(), header_within_s=4)
"""


def announcer(folder):
    return build_app(folder / "announcements.json")


def site(folder):
    return build_serve_app(folder / "site", folder / "announcements.json", folder / "archive")


async def broken(_request):
    raise ValueError("a bug")


@pytest.mark.parametrize("make", [announcer, site])
@pytest.mark.parametrize("sent", [b"", WHOLE[:30], WHOLE, WHOLE + WHOLE[:30]])
def test_who_asks_for_nothing_is_closed(tmp_path, make, sent):
    """Whoever sends no whole header, at first or after an answer, is closed after the time for it."""
    with (
        serving(make(tmp_path), header_within_s=0.5) as port,
        socket.create_connection(("127.0.0.1", port), timeout=15) as idle,
    ):
        idle.sendall(sent)
        got = b""
        with suppress(ConnectionResetError):
            while part := idle.recv(65_536):
                got += part
    assert got.count(b"HTTP/1.1 200 OK") == sent.count(b"\r\n\r\n")


def test_who_is_answered_is_not_closed(tmp_path):
    """Streams and websockets stay open beyond that time."""
    with serving(announcer(tmp_path), header_within_s=0.3) as port:
        streams = (StreamClient(port, "/announce/events"), SocketClient(port, "/announce/ws"))
        with clients(*streams) as both, socket.create_connection(("127.0.0.1", port), timeout=15) as idle:
            assert idle.recv(1) == b""  # closed: the time is over, and the streams are older
            announce(tmp_path / "announcements.json", 1)
            for client in both:
                wait_until(lambda c=client: c.data == [said(1)], 30)


def test_a_crowd_leaves_files_to_open(tmp_path):
    """With more idle connections than files may be open, others get their turn, and the log has a line or two."""
    port, log = free_port(), tmp_path / "log"
    program = [sys.executable, "-c", CROWDED, str(tmp_path / "announcements.json"), str(port)]
    argv = ["/bin/sh", "-c", 'ulimit -n 300; exec "$@"', "sh", *program]
    with running(argv, port, log), ExitStack() as crowd:
        began = time.monotonic()
        for _ in range(400):
            crowd.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        wait_until(lambda: answered(port), 20, "an answer beside the crowd")
        print(f"answered after {time.monotonic() - began:.1f} s")
    said_of_it = log.read_text()
    assert "Traceback" not in said_of_it
    assert "connections refused: 150 are open" in said_of_it
    assert len(said_of_it.splitlines()) <= 3


def answered(port):
    with suppress(OSError):
        return ask(port, "/announce/health").status == 200
    return False


@pytest.mark.parametrize("make", [announcer, site])
@pytest.mark.parametrize(
    "data",
    [
        b"GET /announce/health HTTP/1.1\r\n\r\n",
        WHOLE[:-2] + b"X: " + b"a" * 9_000 + b"\r\n\r\n",
        WHOLE[:-2] + b"a b\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"\x16\x03\x01\n\r\n\r\n",
    ],
)
def test_a_request_that_cannot_be_read_is_one_line_of_log(tmp_path, caplog, make, data):
    """The answer is 400; the log has one line at most, even at its most talkative, and no traceback."""
    caplog.set_level(logging.DEBUG)
    with serving(make(tmp_path), header_within_s=5) as port:
        assert RawAnswer(send_raw(port, data).replace(b"HTTP/1.0", b"HTTP/1.1", 1)).status == 400
    records = [record for record in caplog.records if record.name != "asyncio"]
    assert len(records) <= 1
    for record in records:
        assert record.levelno <= logging.INFO
        assert record.exc_info is None
        assert "\n" not in record.getMessage()


def test_a_bug_of_ours_keeps_its_traceback(tmp_path, caplog):
    """What is not the client's fault is still told in full."""
    app = announcer(tmp_path)
    app.router.add_get("/broken", broken)
    with serving(app, header_within_s=5) as port:
        assert ask(port, "/broken").status == 500
    assert "ValueError: a bug" in caplog.text
