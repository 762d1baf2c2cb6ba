"""Asks the kernel what the doctor judges: who holds sitegen's locks, whether inotify is to be had, how the clock is kept.

It takes no lock itself: a generator that starts at that moment would find it held.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sitegen.doctor.facts import Holder

_LOCKS = Path("/proc/locks")
_TIMEX_BYTES = 512
"""More than the kernel's struct timex has; all zero, it asks and sets nothing."""
_TIME_ERROR = 5
_CLOEXEC = 0o2000000


def holders(places: Iterable[Path]) -> Iterator[Holder]:
    """Yield who holds a lock (flock) on files or folders; those of other containers are not seen."""
    try:
        lines = [line.split() for line in _LOCKS.read_text().splitlines()]
    except OSError:
        return
    held = {words[-3]: int(words[-4]) for words in lines if "FLOCK" in words and "->" not in words}
    for place in places:
        try:
            found = place.stat()
        except OSError:
            continue
        device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
        if held.get(device, 0) > 0:
            yield _holder(place, held[device])


def _holder(place: Path, pid: int) -> Holder:
    """Say who a process is by its program's name; the rest of its command line may hold secrets."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return Holder(place, pid, "?", ours=False)
    return Holder(place, pid, name, ours=any("sitegen" in word for word in words))


def inotify_trouble() -> str:
    """Return why no inotify instance can be had, or ""; one is made and closed."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        return ""
    descriptor = libc.inotify_init1(_CLOEXEC)
    if descriptor < 0:
        number = ctypes.get_errno()
        return "all instances are in use" if number == errno.EMFILE else os.strerror(number)
    os.close(descriptor)
    return ""


def is_clock_kept() -> bool | None:
    """Say whether something keeps the clock in step with others; None: this kernel does not tell."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "adjtimex"):
        return None
    state = libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return None if state < 0 else state != _TIME_ERROR
