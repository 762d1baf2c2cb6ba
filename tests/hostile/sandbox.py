"""A place to build a site from hostile input in, and an oracle that knows nothing of sitegen's code: what is wrong afterwards.

The sandbox holds a configuration, an archive with one good clip, and a file beside them that nobody may read into the site.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from archives import configure, make_video, put_clip
from links import crawl

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = "good-101"
CANARY = "canary-7f3a91c5"
"""Stands in files outside of the archive; must never be on the site."""
ENDINGS = (".mp4", ".mkv", ".mov", ".webm", ".ts", ".m4v", ".avi")
MOST_S = 150
MOST_BYTES = 400_000_000
_OURS = ("site", "state")
_HANDLED = {
    "a",
    "area",
    "link",
    "img",
    "source",
    "video",
    "script",
    "form",
    "iframe",
    "object",
    "embed",
    "base",
    "use",
}


@cache
def film(seconds: float = 1.0) -> Path:
    """Make one small real video, once."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-film-"))
    return make_video(folder / "film.mp4", seconds, "testsrc2=size=160x120:rate=10")


@dataclass(frozen=True)
class Built:
    """How one `sitegen build` went; `peak_bytes` is the most that it, or a program it started, held at once."""

    code: int
    said: str
    seconds: float
    peak_bytes: int


class Sandbox:
    """A configuration and an archive with one good clip; put anything else in, build, and ask what is wrong."""

    def __init__(self, folder: Path, settings: str = "", *, good: Path | None = None) -> None:
        self.folder, self.root, self.site = folder, folder / "archive", folder / "site"
        self.config = configure(folder, settings)
        (folder / "outside").mkdir()
        (folder / "outside" / "secret.mp4").write_bytes(film().read_bytes())
        (folder / "outside" / "secret.yaml").write_text(f'event: "{CANARY}"\n')
        (folder / "outside" / "secret.md").write_text(f"# {CANARY}\n")
        self.good = put_clip(self.root, NOON, video=good or film(), token=GOOD, seconds=1)
        self.minute = 0

    def when(self) -> datetime:
        """Return a moment of its own for each clip that is put in."""
        self.minute += 1
        return NOON + timedelta(minutes=self.minute)

    def put(self, name: str, data: bytes, *, sidecar: bool = True) -> Path:
        """Put a video of any content in; its name begins as given and ends as given."""
        stem, dot, ending = name.rpartition(".")
        path = put_clip(self.root, self.when(), video=data, token=stem, seconds=1, sidecar=False)
        path = path.rename(path.with_suffix(dot + ending))
        if sidecar:
            text = f'schema: 1\nkind: "event"\ncamera: "101"\nstart: "{self.moment()}"\nend: "{self.moment(1)}"\n'
            path.with_suffix(".yaml").write_text(f'{text}video: "{path.name}"\n')
        aged(path)
        return path

    def moment(self, seconds: int = 0) -> str:
        return (NOON + timedelta(minutes=self.minute, seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def build(self, *options: str, wrap: tuple[str, ...] = ()) -> Built:
        """Run the real command once, and measure it."""
        command = [*wrap, sys.executable, "-m", "sitegen.cli", "build", *options]
        begun = time.monotonic()
        with tempfile.TemporaryFile() as out:
            child = subprocess.Popen(
                command, cwd=self.folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
            too_long = threading.Timer(MOST_S, child.kill)
            too_long.start()
            # wait4 tells of this one child, and of the programs that it started.
            _, status, used = os.wait4(child.pid, 0)
            too_long.cancel()
            child.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read().decode(errors="replace")
        return Built(child.returncode, said, time.monotonic() - begun, used.ru_maxrss * 1024)


def aged(path: Path) -> None:
    """Make a file an hour old, so that nobody takes it for one that is still being written."""
    then = time.time() - 3600
    os.utime(path, (then, then), follow_symlinks=False)


def tree(folder: Path) -> dict[str, str]:
    """Return what every entry below a folder is, without reading or following any; sitegen's own folders are left out."""
    found = {}
    for place, folders, files in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in _OURS]
        for name in [*folders, *files]:
            path = Path(place) / name
            status = path.lstat()
            plain = stat.S_ISREG(status.st_mode)
            what = (
                f"{stat.S_IFMT(status.st_mode)} {status.st_size} {status.st_mtime_ns}"
                if plain
                else status.st_mode
            )
            found[os.fsencode(path.relative_to(folder)).decode(errors="backslashreplace")] = str(what)
    return found


def violations(box: Sandbox, built: Built, before: dict[str, str], *, good: bool = True) -> list[str]:
    """Return every way in which a build did not keep the promises; `before` is what `tree` said before it."""
    found = []
    if built.code != 0:
        found.append(f"exit {built.code}: {built.said[-300:]}")
    if "Traceback" in built.said:
        found.append(f"traceback: {built.said[-600:]}")
    if built.peak_bytes > MOST_BYTES:
        found.append(f"{built.peak_bytes >> 20} MB")
    after = tree(box.folder)
    found += [f"outside of the site: {path}" for path in before.keys() ^ after.keys()]
    found += [f"changed: {path}" for path in before.keys() & after.keys() if before[path] != after[path]]
    if not (box.site / "build.json").exists():
        return [*found, "no site"]
    found += _lost(box)
    if good and GOOD not in json.dumps(list(_clips(box.site))):
        found.append("the good clip is not on the site")
    found += [f"dead link: {link}" for link in crawl(box.site)[1]]
    found += _leaked(box.site)
    for page in sorted(box.site.rglob("*.html")):
        found += [
            f"{page.relative_to(box.site)}: {wrong}" for wrong in unsafe(page.read_text(encoding="utf-8"))
        ]
    return found


def _clips(site: Path) -> Iterator[dict[str, object]]:
    for day in site.glob("*/*/*/day.json"):
        for clip in json.loads(day.read_bytes())["clips"]:
            place = unquote(
                urlsplit(urljoin(f"http://x/{day.relative_to(site).as_posix()}", clip["video"]["url"])).path
            )
            yield {"id": clip["id"], "path": place.removeprefix("/media/")}


def on_site(site: Path) -> dict[str, int]:
    """Return how often each video stands in the days' lists, by its path in the archive."""
    found: dict[str, int] = {}
    for clip in _clips(site):
        found[str(clip["path"])] = found.get(str(clip["path"]), 0) + 1
    return found


def problems(site: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads((site / "status.json").read_bytes())["problems"]
    return found


def escaped(path: str) -> str:
    """Write a path as Problems do: what cannot be shown is escaped."""
    text = path.encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _lost(box: Sandbox) -> Iterator[str]:
    """Yield every video that is neither on exactly one day nor a Problem."""
    shown, told = on_site(box.site), {problem["path"] for problem in problems(box.site)}
    for path, times in shown.items():
        if times != 1:
            yield f"on {times} days: {path}"
    for place, folders, files in os.walk(box.root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = (Path(place) / name).relative_to(box.root).as_posix()
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                above = {escaped(str(parent)) for parent in Path(path).parents}
                if path not in shown and escaped(path) not in told and not above & told:
                    yield f"lost: {escaped(path)}"


def _leaked(site: Path) -> Iterator[str]:
    for path in site.rglob("*"):
        if path.is_file() and CANARY.encode() in path.read_bytes():
            yield f"leaked into {path.relative_to(site)}"


@dataclass
class _Unsafe(HTMLParser):
    """Finds everything in a page that could run or fetch and is not the theme's."""

    wrong: list[str] = field(default_factory=list)
    script: dict[str, str] | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.wrong += [
            f"<{tag} {name}>" for name in values if name.startswith("on") or name in {"srcdoc", "style"}
        ]
        if tag in {"iframe", "object", "embed", "base", "math", "applet", "frame", "style"}:
            self.wrong.append(f"<{tag}>")
        if tag == "meta" and values.get("http-equiv", "").lower() not in {"", "content-security-policy"}:
            self.wrong.append(f"<meta http-equiv={values['http-equiv']}>")
        if tag == "script":
            self._script(values)
        for name in ("href", "src", "action", "poster", "xlink:href", "formaction", "data"):
            scheme = "".join(values.get(name, "").split()).partition(":")[0].lower()
            if tag in _HANDLED and scheme in {"javascript", "vbscript", "data", "file"}:
                self.wrong.append(f"<{tag} {name}={values[name][:40]}>")

    def _script(self, values: dict[str, str]) -> None:
        source = values.get("src", "")
        path = urlsplit(source).path.lstrip("./")
        inert = values.get("type") in {"application/json", "application/ld+json"}
        ours = path.startswith("assets/") or path.endswith("footage.js")
        if urlsplit(source).netloc or not (inert or ours):
            self.wrong.append(f"<script src={source[:60]!r}>")


def unsafe(html: str) -> list[str]:
    """Return what of a page could run, or fetch from elsewhere, and is not the theme's own."""
    parser = _Unsafe()
    parser.feed(html)
    parser.close()
    return parser.wrong
