"""Judges what the machine has from the start: versions of programs, clock, inotify, locks; pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

from sitegen.doctor.facts import Facts
from sitegen.doctor.finding import Checked, Finding, Level
from sitegen.site.filters import duration

_EARLIEST = datetime(2025, 1, 1, tzinfo=UTC)
"""Before sitegen was written: a clock that says so was never set."""
_AHEAD_S = 120.0


class _Least(NamedTuple):
    version: tuple[int, ...]
    level: Level
    reason: str


_LEAST = {
    "ffmpeg": _Least((5, 1), "error", "lacks -fps_mode: previews and recording fail"),
    "motion": _Least((4, 5), "warning", "was not tried: its hooks may say other things"),
    "nginx": _Least((1, 11, 8), "error", "does not know absolute_redirect, which sitegen.conf has"),
}


def versions(facts: Facts) -> Checked:
    """The programs that are installed are new enough; a version that is no number (a build of today) is taken."""
    findings = []
    for name, least in _LEAST.items():
        said = facts.programs[name].version or ""
        found = tuple(int(part) for part in re.findall(r"\d+", said)[:3])
        if re.match(r"n?\d+\.", said) and found < least.version:
            wanted = ".".join(map(str, least.version))
            remedy = f"install {wanted} or newer, such as that of Debian 12"
            findings.append(Finding(f"{name} {said}", least.reason, remedy, least.level))
    return Checked("versions of ffmpeg, Motion and nginx", tuple(findings))


def clock(facts: Facts) -> Checked:
    """Clips get their times from this clock."""
    what, now = f"clock {facts.now:%Y-%m-%d %H:%M:%S} UTC", facts.now
    remedy = "set it (timedatectl set-ntp true, or install chrony)"
    if now < _EARLIEST:
        reason = "was never set: all clips would be of that time"
        return Checked(what, (Finding(what, reason, remedy),))
    ahead_s = facts.archive.newest_s - now.timestamp()
    if ahead_s > _AHEAD_S:
        reason = f"is {duration(ahead_s)} behind the newest folder of the archive: it was set back, or was wrong before"
        return Checked(what, (Finding(what, reason, remedy, "warning"),))
    if facts.clock_kept is False:
        reason = "is not known to be kept in step with others: times of clips may drift"
        return Checked(what, (Finding(what, reason, remedy, "note"),))
    return Checked(what)


def inotify(facts: Facts) -> Checked:
    """`sitegen watch` needs one instance of inotify."""
    what = "inotify can be had"
    if not facts.inotify_trouble:
        return Checked(what)
    reason = (
        f"cannot be had ({facts.inotify_trouble}): new footage is seen only by the scan every few minutes"
    )
    remedy = "write fs.inotify.max_user_instances=1024 to /etc/sysctl.d/sitegen.conf, run sysctl --system"
    return Checked(what, (Finding("inotify", reason, remedy, "warning"),))


def locks(facts: Facts) -> Checked:
    """A lock is held by a process, not by a file that is left: only who holds it matters."""
    others = tuple(
        Finding(
            f"lock {one.place}",
            f"is held by process {one.pid} ({one.name}), which is not sitegen: sitegen does not start",
            "end that process; to delete the file does not help",
        )
        for one in facts.holders
        if not one.ours
    )
    own = ", ".join(f"{one.place.name} (process {one.pid})" for one in facts.holders)
    return Checked(f"locks: held by sitegen at work: {own}" if own else "locks: free", others)
