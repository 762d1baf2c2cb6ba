"""README and docs: what they name is there, and what is there is in the reference."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from sitegen import errors
from sitegen.cli import cli
from sitegen.errors import SitegenError
from sitegen.settings import SECTIONS, load

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", *DOCS, *(ROOT / name / "README.md" for name in ("deploy", "motion", "nginx"))]
COMMAND_LINE = ROOT / "docs/reference/command-line.md"
PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))

LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[\s(]|bin/)sitegen (?:-c \S+ )?([a-z]+)", re.MULTILINE)
PATH = re.compile(r"[\w.-]+/[\w./-]*")
YOURS = ("themes/mine/",)
"""What a reader makes, under a folder's name that the repository has, too."""


def prose(text: str) -> str:
    return BLOCK.sub("", text)


TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def missing_tests(text: str) -> list[str]:
    """Return the tests that are named, as `file` or `file::name`, and are not there."""
    named = [(ROOT / path, name) for path, name in TEST.findall(text)]
    return [
        f"{path.name}::{name}"
        for path, name in named
        if not path.is_file() or (name and f"\ndef {name}(" not in path.read_text())
    ]


def code(text: str) -> list[str]:
    """Return what stands in code, spans and blocks."""
    return [match[3] for match in BLOCK.finditer(text)] + SPAN.findall(prose(text))


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(page: Path, text: str) -> list[str]:
    """Return the links to files of ours, or to headings in them, that lead nowhere."""
    dead = []
    for link in LINK.findall(prose(text)):
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        if link.startswith(("https://", "http://")):
            continue
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            dead.append(link)
    return dead


def missing_files(text: str) -> list[str]:
    """Return the paths in code that begin with a folder of the repository and are not there."""
    top = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")} - {"demo"}
    named = [name for span in SPAN.findall(prose(text)) if PATH.fullmatch(name := span.partition(" ")[0])]
    ours = [name for name in named if name.split("/")[0] in top and not name.startswith(YOURS)]
    return [name for name in ours if not (ROOT / name).exists()]


def unknown_commands(text: str) -> set[str]:
    return {name for piece in code(text) for name in COMMAND.findall(piece)} - set(cli.commands)


def configurations(text: str) -> Iterator[str]:
    """Yield the examples of sitegen.toml; those of theme.toml have no sections."""
    for match in BLOCK.finditer(text):
        if match[2] == "toml" and re.search(r"^\s*\[", match[3], re.MULTILINE):
            yield re.sub(rf"^{match[1]}", "", match[3], flags=re.MULTILINE)


def named_keys(text: str) -> set[tuple[str, str]]:
    """Return (section, key) of what prose names as `[section] key`, or as `key` of, or under, `[section]`."""
    after = re.findall(r"`\[(\w+)\] (\w+)`|`\[(\w+)\]` `(\w+)`", prose(text))
    before = re.findall(r"`(\w+)(?: = [^`]+)?` (?:of|under|in) `\[(\w+)\]`", prose(text))
    return {(a or c, b or d) for a, b, c, d in after} | {(section, key) for key, section in before}


@PAGE
def test_links_lead_somewhere(page):
    """Every relative link leads to a file that exists, and to a heading in it."""
    assert dead_links(page, page.read_text()) == []


@PAGE
def test_named_files_exist(page):
    """Every path of the repository that is named in code exists."""
    assert missing_files(page.read_text()) == []


@PAGE
def test_named_tests_exist(page):
    """Every test that a page calls to witness exists."""
    assert missing_tests(page.read_text()) == []


def test_every_kind_of_hole_has_tests():
    """Each part of the page about security, but the first words, names tests, and each row of its tables but one."""
    parts = (ROOT / "docs/explanation/security.md").read_text().split("\n## ")[1:]
    assert len(parts) >= 8
    assert [part.splitlines()[0] for part in parts if not TEST.search(part)] == []
    rows = [
        line for part in parts for line in part.splitlines() if line.startswith("| ") and " here " not in line
    ]
    assert len([row for row in rows if not TEST.search(row)]) == 1


@PAGE
def test_named_commands_exist(page):
    """Every `sitegen …` that a reader could type is a command."""
    assert unknown_commands(page.read_text()) == set()


@PAGE
def test_examples_of_the_configuration_load(page, tmp_path, monkeypatch):
    """Every example of sitegen.toml can be used as it stands, and every key that is named exists."""
    secret = tmp_path / "driveway.url"
    secret.write_text("rtsp://192.0.2.7/stream1\n")
    monkeypatch.setenv("YARD_URL", "rtsp://192.0.2.8/stream1")
    for text in configurations(page.read_text()):
        (tmp_path / "sitegen.toml").write_text(text.replace("/etc/sitegen/driveway.url", str(secret)))
        load(tmp_path / "sitegen.toml")
    for section, key in named_keys(page.read_text()):
        assert key in SECTIONS[section].__struct_fields__


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (lambda text: dead_links(COMMAND_LINE, text), "[gone](gone.md)"),
        (lambda text: dead_links(COMMAND_LINE, text), "[gone](site.md#gone)"),
        (lambda text: dead_links(COMMAND_LINE, text), "![gone](../screenshots/gone.png)"),
        (missing_files, "see `nginx/gone.conf`"),
        (missing_tests, "`tests/unit/test_docs.py::test_gone`"),
        (missing_tests, "`tests/unit/test_gone.py`"),
        (unknown_commands, "`sitegen frobnicate`"),
        (unknown_commands, "```\ncd x\n.venv/bin/sitegen -c x.toml frobnicate\n```"),
        (lambda text: named_keys(text) - {("site", "title")}, "`titel` of `[site]`, `[site] title`"),
        (lambda text: list(configurations(text)), "```toml\n[site]\ntitel = 1\n```"),
    ],
)
def test_the_checks_find_what_they_look_for(check, text):
    """Each check of this file sees a mistake of its kind."""
    assert check(text)


def section_of(command: str) -> str:
    """Return what the reference says of a command."""
    return COMMAND_LINE.read_text().split(f"\n## sitegen {command}\n")[1].split("\n## ")[0]


def options(command: click.Command) -> set[str]:
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


COMMON = {"-q", "--quiet", "-v", "--verbose"}


def test_the_reference_has_every_command_and_no_other():
    """The headings of the reference are the commands of `sitegen --help`."""
    named = re.findall(r"^## sitegen (\S+)$", COMMAND_LINE.read_text(), re.MULTILINE)
    assert sorted(named) == sorted(name for name, command in cli.commands.items() if not command.hidden)


@pytest.mark.parametrize("name", [*sorted(cli.commands)])
def test_the_reference_has_every_option_and_no_other(name):
    """The options in a command's section are those of its --help; -q and -v stand above, once for all."""
    command = cli.commands[name]
    named = set(re.findall(r"^\| `(--?[a-z-]+)", section_of(name), re.MULTILINE))
    assert named == options(command) - COMMON
    assert (options(command) >= COMMON) == (name != "hook")


def test_the_options_of_all_commands_are_in_the_reference():
    """What stands before a command in --help, and -q and -v, are in the reference's first part."""
    head = COMMAND_LINE.read_text().split("\n## ")[0]
    spans = {span.partition(" ")[0] for span in SPAN.findall(head)}
    assert spans >= options(cli) | COMMON


def test_the_exit_codes_are_those_of_the_errors():
    """Every exit code that an error has is explained."""
    table = COMMAND_LINE.read_text().split("## Exit codes")[1].split("\n## ")[0]
    kinds = [
        kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, SitegenError)
    ]
    assert {str(kind.exit_code) for kind in kinds} <= set(re.findall(r"^\| (\d+) \|", table, re.MULTILINE))


def test_every_page_is_in_the_index():
    """docs/README.md links to every page of docs, so that each can be found."""
    index = ROOT / "docs/README.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text())}
    assert [page for page in DOCS if page != index and page not in linked] == []


def test_screenshots_are_small_and_used():
    """No picture is larger than 150 kB, all together less than 4 MB, and the gallery shows each."""
    folder = ROOT / "docs/screenshots"
    pictures = sorted(path for path in folder.iterdir() if path.suffix in {".png", ".webp"})
    sizes = [picture.stat().st_size for picture in pictures]
    assert pictures
    assert max(sizes) < 150_000
    assert sum(sizes) < 4_000_000
    shown = set(LINK.findall((folder / "README.md").read_text()))
    assert {picture.name for picture in pictures} == shown


def test_pictures_in_html_are_there():
    """What README shows by <img> exists; Markdown's own links are checked above."""
    named = re.findall(r'<img src="([^"]+)"', (ROOT / "README.md").read_text())
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
