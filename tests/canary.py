"""A password that must appear nowhere, in every form in which it could, and a search for it."""

import base64
import gzip
from pathlib import Path
from urllib.parse import quote

PASSWORD = "kanari7Q/vogel@2"
"""What cameras ask for: in an address `/` and `@` must be encoded."""
WRONG = "kanari8R/vogel@2"
ENCODED, WRONG_ENCODED = quote(PASSWORD, safe=""), quote(WRONG, safe="")


def forms(password: str) -> list[bytes]:
    """Return what gives a password away: its own beginning, which every encoding of its signs leaves, and base64 of it."""
    core = password.partition("/")[0].encode()
    found = [core, core[::-1], core.hex().encode()]
    for offset in range(3):  # base64 of what stands before it moves it
        coded = base64.b64encode(bytes(offset) + core + b"/")
        found.append(coded[4 if offset else 0 : -4])
    return found


def told(data: bytes) -> bool:
    """Say whether bytes give the right or the wrong password away."""
    return any(form.lower() in data.lower() for password in (PASSWORD, WRONG) for form in forms(password))


def telling_files(folder: Path, *inputs: Path) -> list[str]:
    """Return the files below a folder whose name or content tells, but for those that must hold the address."""
    found = []
    for path in sorted(folder.rglob("*")):
        data = path.read_bytes() if path.is_file() and path not in inputs else b""
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        if told(data) or told(str(path.relative_to(folder)).encode()):
            found.append(str(path.relative_to(folder)))
    return found


def environment(pid: int) -> bytes:
    """Return what a process was given as its environment."""
    return Path(f"/proc/{pid}/environ").read_bytes()


def command_line(pid: int) -> bytes:
    """Return the command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and those that they have."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found
