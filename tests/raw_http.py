"""Speaks HTTP byte by byte, for requests that no client library would send."""

import socket
import ssl
from contextlib import suppress


class RawAnswer:
    """One answer as it came: `status` 0 when there was none; headers with names in lower case; the rest is `body`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        head, _, self.body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        self.status = int(words[1]) if first.startswith("HTTP/1.1 ") and words[1].isdigit() else 0
        pairs = [line.split(": ", 1) for line in lines if ": " in line]
        self.headers = {name.lower(): value for name, value in pairs}
        self.values = {name.lower(): {v for n, v in pairs if n.lower() == name.lower()} for name, _ in pairs}


def send_raw(port: int, data: bytes, timeout_s: float = 20, context: ssl.SSLContext | None = None) -> bytes:
    """Send bytes and return all that comes until the server closes, or has been silent for `timeout_s` seconds."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout_s) as plain:
        connection = plain if context is None else context.wrap_socket(plain)
        with connection, suppress(ConnectionResetError, BrokenPipeError, TimeoutError):
            connection.sendall(data)
            while part := connection.recv(65_536):
                got += part
    return got


def request(target: str | bytes, *lines: str, method: str = "GET", host: str | None = "x") -> bytes:
    """Return a request that wants the connection closed; the target goes out as it stands."""
    raw = target if isinstance(target, bytes) else target.encode("latin-1")
    named = [] if host is None else [f"Host: {host}"]
    head = "".join(f"{line}\r\n" for line in (*named, "Connection: close", *lines))
    return b"%b %b HTTP/1.1\r\n%b\r\n" % (method.encode(), raw, head.encode("latin-1"))


def ask_raw(port: int, target: str | bytes, *lines: str, **more) -> RawAnswer:
    """Send such a request and return the answer."""
    return RawAnswer(send_raw(port, request(target, *lines, **more)))
