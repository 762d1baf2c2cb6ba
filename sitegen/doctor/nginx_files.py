"""Reads nginx's configuration with all that it includes, as a tree of directives; reads files only, judges nothing.

nginx itself prints it (`nginx -T`) only to whoever may read its keys and write its files; the files tell the same to anybody.
"""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from glob import glob
from pathlib import Path

import msgspec

from sitegen.errors import UsageError

_TOKEN = re.compile(
    r"""\s+ | \#[^\n]* | (?P<mark>[{};]) | "(?P<double>(?:\\.|[^"\\])*)" | '(?P<single>(?:\\.|[^'\\])*)'
    | (?P<word>(?!["'])(?:\\.|\$\{\w*\}|[^\s;{}])+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"""\\(["'\\])""")
"""All that a backslash changes; before another character it stays, as part of an expression."""
_DEEPEST = 20
"""Includes and blocks inside each other; nginx's own files need five."""


class Directive(msgspec.Struct, frozen=True):
    """One directive: its name, its words, its place, and, of a block, what stands in it."""

    name: str
    words: tuple[str, ...]
    file: Path
    line: int
    inside: tuple[Directive, ...] = ()

    @property
    def where(self) -> str:
        """The place in words."""
        return f"{self.file}, line {self.line}, {self.name}"

    def named(self, name: str) -> Iterator[Directive]:
        """Yield the directives of a name that stand in this block itself."""
        return (one for one in self.inside if one.name == name)

    def all(self) -> Iterator[Directive]:
        """Yield all that stands in this block, at any depth."""
        for one in self.inside:
            yield one
            yield from one.all()


class NginxFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What nginx's configuration says, and what of the disk its judgement needs."""

    file: Path
    whole: Directive
    """The file as one block."""
    output: Path
    """The site's folder, as it is configured."""
    real: dict[str, Path]
    """Folders, as they are written in `root` and `alias`, without links; `output` too."""
    archive: Path | None = None
    """The archive's folder, without links."""
    private: tuple[Path, ...] = ()
    """What nobody may be shown as a whole, without links: the configuration, the archive, the state folder."""
    control_port: str = ""
    """Motion's control port; "": it is off, or not known."""
    machine: frozenset[str] = frozenset()
    """This machine's names."""


def read_nginx(
    file: Path,
    output: Path,
    control_port: str = "",
    *,
    archive: Path | None = None,
    private: tuple[Path, ...] = (),
) -> NginxFacts:
    """Read a configuration. `private` is what else, beside the archive, nobody may be shown as a whole.

    Raises UsageError when a file cannot be read, or is not written in nginx's language.
    """
    whole = Directive("", (), file, 1, _read(file, file.parent, 0))
    roots = {one.words[0] for one in whole.all() if one.name in {"root", "alias"} and one.words}
    real = {text: Path(os.path.realpath(text)) for text in (str(output), *roots) if "$" not in text}
    name = socket.gethostname().lower()
    return NginxFacts(
        file=file,
        whole=whole,
        output=output,
        real=real,
        archive=None if archive is None else Path(os.path.realpath(archive)),
        private=tuple(Path(os.path.realpath(path)) for path in (*private, archive) if path is not None),
        control_port=control_port,
        machine=frozenset((name, name.partition(".")[0])),
    )


def _read(file: Path, base: Path, depth: int) -> tuple[Directive, ...]:
    try:
        text = file.read_text("utf-8", errors="replace")
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise UsageError(
            file, "", reason, "let sitegen's user read it, or name another with --nginx"
        ) from None
    tokens = _tokens(file, text)
    return tuple(_block(file, tokens, base, depth, closed=False))


def _tokens(file: Path, text: str) -> Iterator[tuple[str, bool, int]]:
    """Yield each token, whether it is a mark (`{`, `}`, `;`), and its line."""
    place, line = 0, 1
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise UsageError(file, f"line {line}", "a quote is not closed", "see `nginx -t`")
        kind = match.lastgroup
        if kind is not None:
            said = match[kind] if kind in {"mark", "word"} else _ESCAPED.sub(r"\1", match[kind])
            yield said, kind == "mark", line
        line += text.count("\n", place, match.end())
        place = match.end()


def _block(
    file: Path, tokens: Iterator[tuple[str, bool, int]], base: Path, depth: int, *, closed: bool
) -> Iterator[Directive]:
    """Yield the directives up to the block's end: its brace when it is to be `closed`, else the file's."""
    if depth > _DEEPEST:
        raise UsageError(file, "", "blocks or includes lie too deep in each other", "see `nginx -t`")
    words: list[str] = []
    first = 0
    for said, is_mark, line in tokens:
        if not is_mark:
            first = first if words else line
            words.append(said)
        elif said == "}" and closed and not words:
            return
        elif not words or said == "}":
            raise UsageError(file, f"line {line}", f"{said} is out of place", "see `nginx -t`")
        else:
            inside = tuple(_block(file, tokens, base, depth + 1, closed=True)) if said == "{" else ()
            if words[0] == "include" and len(words) > 1:
                yield from _included(words[1], base, depth)
            else:
                yield Directive(words[0], tuple(words[1:]), file, first, inside)
            words = []
    if words or closed:
        raise UsageError(file, "", "it ends in the middle of a block or line", "see `nginx -t`")


def _included(pattern: str, base: Path, depth: int) -> Iterator[Directive]:
    for path in sorted(glob(str(base / pattern))):  # noqa: PTH207 - the pattern may be absolute
        yield from _read(Path(path), base, depth + 1)
