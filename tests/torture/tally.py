"""What a campaign found: how many tries, how many of them hit, and each promise that was broken."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Tally:
    """The counts of one campaign."""

    name: str
    tried: int = 0
    hit: int = 0
    """Tries in which the kill or the fault really came."""
    violations: list[str] = field(default_factory=list)

    def add(self, what: str, *, hit: bool, broken: list[str]) -> None:
        self.tried += 1
        self.hit += hit
        self.violations += [f"{what}: {one}" for one in broken]

    def line(self) -> str:
        return f"{self.name:<58} {self.tried:>6} tried {self.hit:>6} hit {len(self.violations):>4} violations"
