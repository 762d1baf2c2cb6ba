"""Tells how fast the shipped nginx configuration serves a day's page, against nginx with nothing but a root and that file.

Usage: python bench/requests.py [--json]     (needs nginx and wrk: deploy/setup.sh bench)

Both have one worker on the same core, wrk asks from another with 16 connections, and each is asked in turn, ROUNDS times.
What counts is requests for each second of the worker's CPU time: other work on the machine does not change that.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from measure import LOOKING, running
from places import CACHE, SITEGEN, SMALL, archive_of, configuration, empty, log_of
from rows import Row, at_least, information, print_rows

from sitegen.nginx import nginx_argv, nginx_config
from sitegen.process import find

ROUNDS = 7
SECONDS = 1
PAGE = "2025/01/02/index.html"  # 300 clips
_SHIPPED, _BARE = 18_080, 18_081
_BARE_CONF = """user root; daemon off; pid {run}/pid; error_log {run}/log; worker_processes 1; events {{ worker_connections 4096; }}
http {{ types {{ text/html html; }} access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root "{site}"; }} }}
"""


class Asked(NamedTuple):
    """A server as it is asked for a file."""

    port: int
    path: str
    gzip: bool


def built_site(folder: Path) -> Path:
    archive = archive_of(SMALL, "event")
    command = [SITEGEN, "-c", str(configuration(empty(folder), archive)), "build", "-q", "--no-previews"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return folder / "site"


@contextmanager
def nginx(config: str, run: Path, port: int) -> Iterator[Path]:
    """Run an nginx and yield where its worker's CPU time in ns stands."""
    (run / "nginx.conf").write_text(config)
    argv = nginx_argv(run / "nginx.conf", run)
    with running([find(argv[0]), *argv[1:]], log_of(f"nginx-{port}")) as server:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
        server.until(lambda: bool(children.read_text()), longest_s=10)
        time.sleep(0.2)  # until it listens
        yield Path(f"/proc/{children.read_text().split()[0]}/schedstat")


def asked(what: Asked) -> int:
    """Ask for SECONDS; return how many answers there were."""
    header = ["-H", "Accept-Encoding: gzip"] if what.gzip else []
    url = f"http://127.0.0.1:{what.port}/{what.path}"
    command = ["taskset", "-c", str(LOOKING), "wrk", "-t1", "-c16", f"-d{SECONDS}s", *header, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(said)
    return int(re.search(r"(\d+) requests in", said)[1])


def rates(ways: dict[str, Asked], clocks: dict[int, Path]) -> dict[str, float]:
    """Return requests a second of the worker's CPU time, the median of several looks at each."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(ROUNDS + 1):
        for name, what in ways.items():
            clock = clocks[what.port]
            before = int(clock.read_text().split()[0])
            answers = asked(what)
            if turn:  # the first one warms up
                found[name].append(answers / (int(clock.read_text().split()[0]) - before) * 1e9)
    return {name: statistics.median(values) for name, values in found.items()}


def measure() -> Iterator[Row]:
    folder = CACHE / "requests"
    site = built_site(folder)
    with ExitStack() as servers:
        clocks = {}
        for port in (_SHIPPED, _BARE):
            run = empty(folder / str(port))
            config = _BARE_CONF.format(run=run, port=port, site=site)
            if port == _SHIPPED:
                config = shipped(site, run)
            clocks[port] = servers.enter_context(nginx(config, run, port))
        ways = {
            "browser": Asked(_SHIPPED, PAGE, gzip=True),
            "plain": Asked(_SHIPPED, PAGE, gzip=False),
            "bare": Asked(_BARE, PAGE, gzip=False),
            "bare twin": Asked(_BARE, f"{PAGE}.gz", gzip=False),
        }
        rate = rates(ways, clocks)
    figure = "requests a second of a day page, shipped nginx configuration against a bare file"
    yield at_least(f"{figure}, as browsers ask", rate["browser"], rate["bare"], "1/s", 0.95)
    yield at_least(f"{figure}, without gzip", rate["plain"], rate["bare"], "1/s", 0.95)
    yield information(
        f"{figure}, its .gz",
        rate["browser"],
        "1/s",
        rate["bare twin"],
        remark="what the answer itself costs: no link is followed (8 of 17 system calls), headers, log",
    )


def shipped(site: Path, run: Path) -> str:
    """Return the shipped configuration as `sitegen demo` uses it, with one worker."""
    config = nginx_config(
        site=site,
        archive=site.parent / "none",
        run=run,
        listen=f"127.0.0.1:{_SHIPPED}",
        announce="127.0.0.1:9",
        user="root",
    )
    return config.replace("worker_processes auto", "worker_processes 1")


if __name__ == "__main__":
    sys.exit(print_rows(measure()))
