"""Clients of the simulated cameras: bare sockets that speak RTSP, and real ffmpeg."""

import contextlib
import socket
import time

from sitegen import process


def read(url, path, *, seconds=None, options=()):
    limit = () if seconds is None else ("-t", f"{seconds:g}")
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-rtsp_transport", "tcp", *options, "-i", url, *limit]
    return process.start([*argv, "-c", "copy", "-fps_mode", "passthrough", str(path)])


def connect(cameras):
    return socket.create_connection(("127.0.0.1", cameras.port), timeout=20)


def ask(method, url, **headers):
    lines = [f"{method} {url} RTSP/1.0", "CSeq: 1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def play(cameras, name):
    """A connection on which the camera's packets come in."""
    client = connect(cameras)
    url = cameras.url(name, login="")
    client.sendall(ask("SETUP", url + "/track0", Transport="RTP/AVP/TCP;unicast;interleaved=0-1"))
    assert client.recv(4096).startswith(b"RTSP/1.0 200")
    client.sendall(ask("PLAY", url))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(1)
    assert answer.startswith(b"RTSP/1.0 200")
    return client


def drain(client):
    """Take what was on its way."""
    client.settimeout(0.3)
    deadline = time.monotonic() + 10
    with contextlib.suppress(TimeoutError):
        while client.recv(65536):
            assert time.monotonic() < deadline, "it sends on and on"


def is_closed(client, seconds=20.0):
    """Tell whether the other side hangs up within so many seconds."""
    client.settimeout(0.2)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if client.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False
