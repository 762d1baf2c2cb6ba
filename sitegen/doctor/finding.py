"""What a check comes to, and how it is told; plain data and text, touches nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from sitegen.secret import without_logins

Level = Literal["error", "warning", "note"]
"""error: something does not work. warning: it works, but is unsafe, useless or about to fail. note: no finding."""


class Finding(msgspec.Struct, frozen=True):
    """One thing to know: what it is about, what is wrong with it, and what to do."""

    what: str
    reason: str
    remedy: str
    level: Level = "error"


class Checked(msgspec.Struct, frozen=True):
    """One check: `what` says in words what is well when there are no findings."""

    what: str
    findings: tuple[Finding, ...] = ()


class Report(msgspec.Struct, frozen=True):
    """What the doctor says, in the order of the checks; `well` is true when there are notes at most."""

    well: bool
    checks: tuple[Checked, ...]


def report(checks: Iterable[Checked]) -> Report:
    """Join the checks to a report, without logins: a finding may name what was written in a wrong place."""
    found = tuple(
        Checked(without_logins(c.what), tuple(_without_logins(f) for f in c.findings)) for c in checks
    )
    return Report(well=not any(f.level != "note" for c in found for f in c.findings), checks=found)


def _without_logins(finding: Finding) -> Finding:
    return msgspec.structs.replace(
        finding, what=without_logins(finding.what), reason=without_logins(finding.reason)
    )


def text(told: Report) -> str:
    """Return the report for people: a line for each check that is well, findings with their remedy below them."""
    lines: list[str] = []
    for check in told.checks:
        if not check.findings:
            lines.append(f"ok       {check.what}")
        for finding in check.findings:
            lines += [f"{finding.level:<8} {finding.what}: {finding.reason}", f"         -> {finding.remedy}"]
    count = sum(f.level != "note" for c in told.checks for f in c.findings)
    lines.append({0: "nothing to do", 1: "1 finding"}.get(count, f"{count} findings"))
    return "\n".join(lines)
