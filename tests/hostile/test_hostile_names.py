"""Whatever cameras, files, folders, tags and texts are called, nothing leaves its place, reaches a shell or runs in a browser."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import feedparser
import pytest
from browser.conftest import chromium as chromium
from browser.conftest import serving
from hostile_names import NAMES, as_file, in_motion_conf
from named_site import named_site
from sandbox import Sandbox, aged, escaped, film, problems, tree, violations
from theme_site import opened

HOOK = Path(__file__).parents[2] / "hooks" / "sitegen-hook"


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    folder = tmp_path_factory.mktemp("named")
    box = named_site(folder)
    before = tree(folder)
    return box, box.build("--no-previews"), before


def test_there_are_two_hundred():
    assert len(set(NAMES)) >= 200


def test_a_site_of_hostile_names_keeps_every_promise(named):
    """All of them at once: each video is shown or told, all links lead somewhere, nothing can run, nothing else was touched."""
    box, built, before = named
    assert violations(box, built, before) == []
    assert not list(box.folder.rglob("HIT*"))


def test_every_feed_of_such_a_site_is_read(named):
    """JSON is JSON and Atom is Atom, whatever is in it."""
    site, count = named[0].site, 0
    for path in [*site.rglob("*.json"), *site.rglob("*.webmanifest")]:
        json.loads(path.read_bytes())
    for path in site.rglob("*.atom"):
        found = feedparser.parse(path.read_bytes())
        assert not found.bozo, path
        count += len(found.entries)
    assert count > 200


def test_every_camera_of_motions_configuration_has_its_page(named):
    """There is one folder for each camera name, of letters, digits and hyphens."""
    site = named[0].site
    slugs = [path.parent.name for path in site.glob("cameras/*/index.html")]
    assert len(slugs) >= sum(map(in_motion_conf, NAMES))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug) for slug in slugs)


def test_nothing_runs_in_chromium(named, chromium, tmp_path):
    """No dialog, no call of the payloads, no error in the console, and no request to elsewhere, on each kind of page."""
    site = shutil.copytree(named[0].site, tmp_path / "site")  # with media in it: the server follows no links
    clips = sorted(site.glob("*/*/*/*.html"), key=lambda path: path.stat().st_size, reverse=True)
    pages = [
        "index.html",
        "cameras/index.html",
        "status/index.html",
        "2026/11/22/index.html",
        "live/index.html",
    ]
    pages += [path.relative_to(site).as_posix() for path in clips if path.name != "index.html"][:6]
    pages += [
        path.relative_to(site).as_posix() for path in sorted(site.glob("cameras/*/2026/11/22/index.html"))[:3]
    ]
    dialogs, elsewhere, wrong = [], [], []
    with serving(site) as server, opened(chromium, errors=False) as page:
        page.expose_function("hit", lambda: dialogs.append("hit() was called"))
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page.on(
            "console", lambda m: wrong.append(f"{m.text} {m.location['url']}") if m.type == "error" else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda r: None if r.url.startswith(server.address) else elsewhere.append(r.url))
        for path in pages:
            page.goto(server.address + path)
            handlers = page.evaluate(
                "[...document.querySelectorAll('*')].flatMap(e => [...e.attributes].filter("
                "a => a.name.startsWith('on') || (/href|src|action|poster/.test(a.name) && /^\\s*(javascript|vbscript|data):/i.test(a.value))).map(a => a.name + '=' + a.value))"
            )
            assert handlers == [], path
        page.wait_for_load_state("networkidle")
    # The live page asks for Motion, which is not there.
    assert [told for told in wrong if "motion-stream/" not in told] == []
    assert dialogs == []
    assert [url for url in elsewhere if not url.startswith("blob:")] == []


def test_pages_of_the_owner_with_such_names_keep_every_promise(tmp_path):
    """Each is a page below its own name, or a Problem that says why it can be none."""
    box = Sandbox(tmp_path)
    content = tmp_path / "content"
    content.mkdir()
    names = [
        name
        for name in (as_file(name, "") for name in NAMES[::2])
        if name and len(name.encode()) < 250 and name[0] != "."
    ]
    for name in names:
        (content / f"{name}.md").write_text(f"---\ntitle: {json.dumps(name)}\n---\nprose\n")
    before = tree(tmp_path)
    assert violations(box, box.build("--no-previews"), before) == []
    told = {problem["path"] for problem in problems(box.site)}
    for name in names:
        assert (box.site / name / "index.html").is_file() or escaped(f"content/{name}.md") in told, name


def _hook(archive: Path, camera: str, file: str, event: str) -> subprocess.CompletedProcess:
    """Run the hook with these words as they are: newer Motion starts it without a shell."""
    words = [
        str(HOOK),
        "movie-end",
        f"--archive={archive}",
        f"--camera={camera}",
        "--time=2026-11-22T12:00:01+0000",
    ]
    argv = [*words, f"--event={event}", "--type=8", "--file", file]
    return subprocess.run(argv, cwd=archive.parent, capture_output=True, text=True, timeout=20, check=False)


def test_the_hook_writes_beside_the_video_or_nothing(tmp_path):
    """Each name as a file that is there, as a camera's id and as an event's: a sidecar beside it, or a clear error; never a traceback."""
    archive = tmp_path / "archive"
    folder = archive / "events" / "101" / "20261122"
    folder.mkdir(parents=True)
    written = 0
    for number, name in enumerate(NAMES[:: len(NAMES) // 40]):
        video = as_file(name)
        if video is None or video.startswith("."):
            continue
        os.link(film(), folder / video)
        aged(folder / video)
        before = tree(tmp_path)
        for camera, file, event in (
            ("101", str(folder / video), f"e{number}"),
            (name, str(folder / video), "e"),
            ("101", name, name),
        ):
            done = _hook(archive, camera, file, event)
            assert "Traceback" not in done.stderr, (name, done.stderr)
            assert done.returncode == 0 or done.stderr.strip(), name
        new = {path for path in tree(tmp_path).keys() - before.keys() if not path.startswith("archive/.")}
        beside = {f"archive/events/101/20261122/{as_file(name, ending)}" for ending in (".yaml",)}
        assert {os.fsencode(path) for path in new} <= {os.fsencode(path) for path in beside}, name
        written += bool(new)
    assert written > 25
    assert not list(tmp_path.rglob("HIT*"))
