"""Rows of the benchmark table: every script of bench/ makes them, prints them as text or as JSON lines, and touches nothing.

Usage: `if __name__ == "__main__": sys.exit(print_rows(measure()))` where measure() yields rows, each as soon as it is known;
`python bench/X.py` prints lines for people, `python bench/X.py --json` one JSON object a row, which bench/run.py collects.
Make a row with `at_most(figure, ours, theirs, unit, 1.2)`, or `at_least(…)`, when its goal is a bound of ours / theirs,
with `within(figure, ours, unit, 100)` when the goal is a bound of ours alone, or with `Row(…)` for everything else.
A row that falls short says why in its `remark`. Figures are in `unit`; `theirs` is None when nothing is compared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import msgspec


class Row(msgspec.Struct, frozen=True):
    """One line of the table. A row without a goal (`goal` is "") is for information and always passes."""

    figure: str
    ours: float
    theirs: float | None
    unit: str
    ratio: float | None
    goal: str
    passes: bool
    remark: str = ""


def ratio_of(ours: float, theirs: float) -> float:
    return ours / theirs if theirs else float("inf")


def at_most(figure: str, ours: float, theirs: float, unit: str, bound: float, *, remark: str = "") -> Row:
    """Return a row whose goal is that ours / theirs is at most `bound`."""
    ratio = ratio_of(ours, theirs)
    return Row(figure, ours, theirs, unit, ratio, f"at most {bound:g}", ratio <= bound, remark)


def at_least(figure: str, ours: float, theirs: float, unit: str, bound: float, *, remark: str = "") -> Row:
    """Return a row whose goal is that ours / theirs is at least `bound`."""
    ratio = ratio_of(ours, theirs)
    return Row(figure, ours, theirs, unit, ratio, f"at least {bound:g}", ratio >= bound, remark)


def within(figure: str, ours: float, unit: str, bound: float, *, remark: str = "") -> Row:
    """Return a row whose goal is that ours itself is at most `bound` of its unit."""
    return Row(figure, ours, None, unit, None, f"at most {bound:g} {unit}", ours <= bound, remark)


def information(figure: str, ours: float, unit: str, theirs: float | None = None, *, remark: str = "") -> Row:
    """Return a row without a goal."""
    return Row(
        figure, ours, theirs, unit, ratio_of(ours, theirs) if theirs else None, "", passes=True, remark=remark
    )


def number(value: float | None) -> str:
    """Return `value` with three significant figures, or a dash."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.3g}"


def verdict(row: Row) -> str:
    if not row.goal:
        return ""
    return "passes" if row.passes else "falls short"


def text_line(row: Row) -> str:
    """Return the row as one line for people."""
    figures = f"{number(row.ours):>8} {number(row.theirs):>8} {row.unit:<5} {number(row.ratio):>7}"
    line = f"{row.figure:<84} {figures}  {row.goal:<16} {verdict(row):<11}  {row.remark}"
    return line.rstrip()


def print_rows(rows: Iterable[Row], argv: list[str] | None = None) -> int:
    """Print each row as it comes, as JSON when `--json` was given; return 1 when a row falls short, else 0."""
    as_json = "--json" in (sys.argv[1:] if argv is None else argv)
    short = 0
    for row in rows:
        short += not row.passes
        print(msgspec.json.encode(row).decode() if as_json else text_line(row), flush=True)
    return 1 if short else 0
