"""Runs every benchmark and prints one table: what `make bench` calls. Writes bench/.cache/rows.json, and with --record the page.

Each script's rows are kept when it ends; a run of some scripts leaves the rows of the others as they were.

Usage: python bench/run.py [--clips N] [--only SCRIPT…] [--markdown] [--record] [--again]
--clips    a smaller large archive, for a quick run (100000 by default); --only names scripts (engine, watching, …)
--markdown prints the table as Markdown; --record puts it into docs/explanation/performance.md, with date and machine
--again    prints or records the rows of the last run without measuring
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from places import CACHE, PYTHON, ROOT
from rows import Row, number, text_line, verdict

HERE = Path(__file__).resolve().parent
PAGE = ROOT / "docs/explanation/performance.md"
REASONS = HERE / "reasons.toml"
BEGIN, END = "<!-- table: written by bench/run.py --record -->", "<!-- end of the table -->"
SCRIPTS = (
    *("engine", "watching", "slow_peers", "sidecar", "previews", "recorder", "hook", "requests"),
    *("page_weight", "opening", "lighthouse"),
)
"""In this order; one that is not there is left out."""


class Record(msgspec.Struct, frozen=True):
    """One script's run: when, where, with how many clips, and its rows."""

    date: str
    machine: str
    clips: int
    load: float
    rows: list[Row]


KEPT = CACHE / "rows.json"


def kept() -> dict[str, Record]:
    """Return the last run of each script."""
    return msgspec.json.decode(KEPT.read_bytes(), type=dict[str, Record]) if KEPT.exists() else {}


def machine() -> str:
    """Return processor, cores, memory and programs in one line."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory_gb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    cores = len(os.sched_getaffinity(0))
    return f"{processor}, {cores} cores, {memory_gb:.0f} GB; Linux {platform.release()}, Python {platform.python_version()}"


def rows_of(script: str, clips: int) -> Iterator[Row]:
    """Run one script; its rows are given on as they come. A script that fails becomes a row that says so."""
    environment = {**os.environ, "BENCH_CLIPS": str(clips)}
    command = [PYTHON, str(HERE / f"{script}.py"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("{"):
                yield msgspec.json.decode(line, type=Row)
            else:
                print(line, end="", file=sys.stderr)
    if process.returncode not in {0, 1}:
        yield Row(
            f"bench/{script}.py",
            process.returncode,
            None,
            "exit",
            None,
            "0",
            passes=False,
            remark="it failed",
        )


def with_reason(row: Row) -> Row:
    """Add the reason to a row that falls short: the one written down for the first words of its figure."""
    if row.passes:
        return row
    reasons = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    known = [reason for begin, reason in reasons.items() if row.figure.startswith(begin)]
    return msgspec.structs.replace(row, remark="; ".join(filter(None, (row.remark, *known))))


def measure(scripts: list[str], clips: int) -> None:
    """Run the scripts one after the other, printing each row as it comes."""
    for script in scripts:
        rows = []
        for row in rows_of(script, clips):
            rows.append(row)
            print(text_line(row), flush=True)
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        record = Record(now, machine(), clips, round(os.getloadavg()[0], 1), rows)
        KEPT.write_bytes(msgspec.json.encode(kept() | {script: record}))


def markdown(records: list[Record]) -> str:
    """Return the table as Markdown, under a line that says when and where."""
    when = sorted(record.date for record in records)
    where = "; ".join(dict.fromkeys(f"{record.machine}; N = {record.clips:,}" for record in records))
    lines = [
        f"{when[0]} to {when[-1]}; {where}; load {max(record.load for record in records)} at most at the end of a part.",
        "",
        "| figure | ours | compared with | unit | ratio | goal | | why |",
        "|---|---:|---:|---|---:|---|---|---|",
    ]
    for row in (with_reason(row) for record in records for row in record.rows):
        cells = (row.figure, number(row.ours), number(row.theirs), row.unit, number(row.ratio), row.goal)
        lines.append("| " + " | ".join((*cells, verdict(row), row.remark.replace("|", "/"))) + " |")
    return "\n".join(lines) + "\n"


def put_into_page(table: str) -> None:
    """Replace what is between the markers of the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n{END}{after}", encoding="utf-8")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=int(os.environ.get("BENCH_CLIPS") or 100_000))
    parser.add_argument("--only", nargs="+", choices=SCRIPTS, default=list(SCRIPTS))
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--again", action="store_true")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    CACHE.mkdir(exist_ok=True)
    if not chosen.again:
        measure([name for name in chosen.only if (HERE / f"{name}.py").exists()], chosen.clips)
    known = kept()
    records = [known[script] for script in SCRIPTS if script in known]
    rows = [row for record in records for row in record.rows]
    if chosen.markdown:
        print(markdown(records))
    elif chosen.again:
        print(*map(text_line, rows), sep="\n")
    if chosen.record:
        put_into_page(markdown(records))
    short = [row for row in rows if not row.passes]
    print(f"{len(short)} of {sum(bool(row.goal) for row in rows)} goals fall short", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
