"""Readers and senders who take their time, at a real nginx with the shipped configuration."""

import re
import socket
import time

from nginx_server import ask, running_nginx
from static_sites import DAY
from static_sites import folders as folders


def test_who_sends_slowly_does_not_stay(folders):
    """A request that trickles, a body that never comes, and a reader that takes nothing are cut off after their time, while
    others are answered; here the times of the shipped file are cut to one second."""

    def hasty(text: str) -> str:
        times = re.findall(r"(?:client_header|client_body|send)_timeout (\d+)s;", text)
        assert len(times) == 3
        assert max(map(int, times)) <= 60, "who is slow keeps a place for so long"
        return re.sub(r"((?:client_header|client_body|send)_timeout) \d+s;", r"\1 1s;", text)

    big = folders / "archive" / DAY / "big.mp4"
    big.write_bytes(bytes(40_000_000))
    with running_nginx(folders / "site", folders / "archive", folders / "hasty", changed=hasty) as port:
        crowd = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(120)]
        for number, each in enumerate(crowd):
            if number % 3 == 0:
                each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            elif number % 3 == 1:
                each.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n")
            else:
                each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
                each.sendall(f"GET /media/{DAY}/big.mp4 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        began, still = time.monotonic(), set(range(len(crowd)))
        while still and time.monotonic() - began < 15:
            still = {number for number in still if not cut_off(crowd[number], port, WAYS[number % 3])}
            assert ask(port, "/").status == 200
        assert still == set()
        for each in crowd:
            each.close()


WAYS = ("trickles", "promises", "takes nothing")


def cut_off(connection: socket.socket, port: int, way: str) -> bool:
    """Send the next byte where one is to trickle, and say whether the server has closed the connection."""
    connection.settimeout(0.001)
    try:
        if way == "trickles":
            connection.sendall(b"X")
        if way != "takes nothing" and connection.recv(65_536) == b"":
            return True
    except TimeoutError:
        return False
    except OSError:
        return True
    return way == "takes nothing" and not established(connection, port)


def established(connection: socket.socket, port: int) -> bool:
    """Say whether the server's end of a connection is still open; what was sent may not have been read."""
    own = f"{connection.getsockname()[1]:04X}"
    with open("/proc/net/tcp") as table:  # noqa: PTH123 - a file of the kernel
        lines = [line.split() for line in table]
    return any(
        words[1].endswith(f":{port:04X}") and words[2].endswith(f":{own}") and words[3] == "01"
        for words in lines
    )
