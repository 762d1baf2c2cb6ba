"""Becomes another program as soon as a port of this machine answers: `python -m sitegen.demo.when_listening PORT PROGRAM …`.

Motion takes a camera that answers late for one whose whole picture changed, and begins with an event that was none.
"""

from __future__ import annotations

import os
import socket
import sys
import time

_LONGEST_S = 30.0
_POLL_S = 0.05


def main() -> None:
    """Wait for the port, at most half a minute; then become the program, whatever the outcome."""
    port, argv = int(sys.argv[1]), sys.argv[2:]
    deadline = time.monotonic() + _LONGEST_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            break
        except OSError:
            time.sleep(_POLL_S)
    os.execv(argv[0], argv)  # noqa: S606 - there is no shell in it, and no other process either


if __name__ == "__main__":
    main()
