"""Reads a TOML file and turns its tables into frozen structs, key by key; collects all that is wrong.

A struct's fields say everything about its keys: type, default, bounds and description (msgspec.Meta). The
documentation is made from the same fields (sitegen.reference).
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from sitegen.errors import UsageError, UsageErrors

T = TypeVar("T", bound=msgspec.Struct)

LINE: dict[str, Any] = {
    "pattern": r"^[^\x00-\x1f\x7f]*$(?!\n)",
    "max_length": 200,
    "form": "text on one line",
}
"""Bounds of a text that may hold anything but line ends."""

_TYPE_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text in quotes",
    Path: "a path in quotes, not empty",
}
_GOT_WORDS = {**_TYPE_WORDS, dict: "a section", list: "a list"}


def read_document(file: Path) -> dict[str, Any]:
    """Return what a TOML file holds; raise UsageError when it is missing, unreadable or no TOML."""
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream)
    except FileNotFoundError:
        raise UsageError(file, "", "there is no such file", "run sitegen init, or name one with -c") from None
    except OSError as error:
        raise UsageError(file, "", f"cannot be read: {error.strerror}", "make it a readable file") from None
    except UnicodeDecodeError:
        raise UsageError(file, "", "is not UTF-8 text", "save it as UTF-8") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(file, "", f"is not TOML: {error}", "correct it there") from None


def key(description: str, *, example: object = None, form: str = "", **bounds: Any) -> msgspec.Meta:
    """Document a field: what it is for, a right value, its form in words, and msgspec's bounds (ge, pattern, ...)."""
    examples = None if example is None else [example]
    return msgspec.Meta(description=description, examples=examples, extra={"form": form}, **bounds)


class Findings:
    """What is wrong with one file, in the order in which it was found."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: list[UsageError] = []

    def add(self, key: str, reason: str, remedy: str) -> None:
        """Note one thing that is wrong; `key` is dotted, "" when it is the file as a whole."""
        self._found.append(UsageError(self._file, key, reason, remedy))

    def raise_any(self) -> None:
        """Raise what was found, as one error; do nothing when nothing was."""
        if len(self._found) > 1:
            raise UsageErrors(self._found)
        if self._found:
            raise self._found[0]


def read_section(kind: type[T], table: object, where: str, found: Findings, later: Iterable[str] = ()) -> T:
    """Return `kind` made of a TOML table; a key that is wrong keeps its default and is put into `found`.

    `where` is the section's dotted name. `later` names keys of versions to come. An empty text is absent where
    a field may be None.
    """
    hints = get_type_hints(kind, include_extras=True)
    values: dict[str, Any] = {}
    for name, value in _entries(table, where, found).items():
        dotted = f"{where}.{name}"
        if name not in hints:
            refuse_unknown(dotted, name, hints, found, later)
        elif value != "" or not is_optional(hints[name]):
            try:
                values[name] = msgspec.convert(value, hints[name], dec_hook=_path)
            except msgspec.ValidationError:
                found.add(dotted, reason(value, hints[name]), _remedy(kind, name, hints[name]))
    return kind(**values)


def _entries(table: object, where: str, found: Findings) -> Mapping[str, object]:
    if isinstance(table, dict):
        return table
    found.add(
        where, "is a value, where a section is wanted", f"write a line [{where}], and its keys below it"
    )
    return {}


def refuse_unknown(
    dotted: str, name: str, known: Iterable[str], found: Findings, later: Iterable[str] = ()
) -> None:
    """Put an unknown key into `found`, with the nearest known one as remedy."""
    if name in later:
        found.add(dotted, "is not in this version", "remove it until a later version understands it")
        return
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    remedy = f"did you mean {near[0]}?" if near else "remove it; known here: " + ", ".join(names)
    found.add(dotted, "is unknown", remedy)


def absolute(section: T, base: Path) -> T:
    """Make the section's paths absolute, as seen from the folder `base`."""
    paths = {
        name: value for name, value in msgspec.structs.asdict(section).items() if isinstance(value, Path)
    }
    return msgspec.structs.replace(section, **{name: join(base, path) for name, path in paths.items()})


def join(base: Path, path: Path) -> Path:
    """Return `path` as seen from the folder `base`; `~` is the user's home."""
    return Path(os.path.normpath(base / path.expanduser()))


def _path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value and "\0" not in value and "://" not in value:
        return Path(value)
    raise msgspec.ValidationError


def reason(value: object, hint: Any) -> str:
    """Say what was wanted, and what kind of thing came instead; never the value, which may be a password."""
    base = unwrap(hint)[0]
    if base is Path:
        base = str
    elif get_origin(base) is Literal:
        base = type(get_args(base)[0])
    if type(value) is (get_origin(base) or base):
        return f"must be {wanted(hint)}"
    return f"must be {wanted(hint)}, and is {_GOT_WORDS.get(type(value), f'a {type(value).__name__}')}"


def _remedy(kind: type[msgspec.Struct], name: str, hint: Any) -> str:
    """Offer a line that would be right: the example of the documentation, else the default."""
    examples = unwrap(hint)[1].examples
    return f"write, for instance: {name} = {toml_value(examples[0] if examples else getattr(kind(), name))}"


def unwrap(hint: Any) -> tuple[Any, msgspec.Meta]:
    """Return a field's bare type (without None) and its documentation."""
    if is_optional(hint):
        hint = next(choice for choice in get_args(hint) if choice is not type(None))
    if get_origin(hint) is not Annotated:
        return hint, msgspec.Meta()
    base, meta = get_args(hint)[:2]
    return base, meta


def is_optional(hint: Any) -> bool:
    """Say whether a field may be None."""
    return get_origin(hint) in {Union, UnionType} and type(None) in get_args(hint)


def wanted(hint: Any) -> str:
    """Say in words which values a field takes, for instance "a whole number, 1 to 3600"."""
    base, meta = unwrap(hint)
    if get_origin(base) is Literal:
        choices = [toml_value(choice) for choice in get_args(base)]
        return choices[0] if len(choices) == 1 else "one of " + ", ".join(choices)
    words = [(meta.extra or {}).get("form") or _TYPE_WORDS.get(base, "a mapping")]
    if meta.multiple_of == 2:  # noqa: PLR2004 - that is what even means
        words.append("even")
    if meta.ge is not None:
        words.append(f"{meta.ge} to {meta.le}" if meta.le is not None else f"{meta.ge} or more")
    if meta.max_length is not None and base is str:
        words.append(f"at most {meta.max_length} characters")
    return ", ".join(words)


def toml_value(value: object) -> str:
    """Return a value as TOML writes it: a text, a number, or a truth value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
