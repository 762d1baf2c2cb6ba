"""Turns untrusted YAML into plain values within fixed limits, or says why not; touches no disk.

It builds from the parser's events and stops at the first one that breaks a rule. PyYAML's own constructors are not
used: nested brackets crash them, merge keys and aliases let small files grow without bound, and they guess: `no`
becomes False, `012` ten, `12:30:00` 45,000.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 16
MAX_NODES = 2_000

_LOADER: Any = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # its parser only; some builds of PyYAML lack libyaml
_GUESSES: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers
"""By first character: which plain texts YAML 1.1 takes for something else."""
_UNAMBIGUOUS = {"": None, "~": None, "null": None, "true": True, "false": False}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,18})\Z")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters and codes that are no characters."""
_KEY_SHOWN = 64


class Refused(Exception):
    """YAML that is not taken: `key` (dotted, "" for the file as a whole), `reason` and `remedy`."""

    def __init__(self, key: str, reason: str, remedy: str) -> None:
        super().__init__(key, reason, remedy)
        self.key, self.reason, self.remedy = key, reason, remedy


def load_plain(data: bytes) -> Any:
    """Return what one YAML document holds, as dict, list, str, int (64 bits), float (finite), bool and None.

    Raises Refused, and nothing else, for everything beyond that.
    """
    if len(data) > MAX_BYTES:
        raise Refused("", f"is larger than {MAX_BYTES // 1024} KiB", "remove what does not belong there")
    try:
        data.decode()
    except UnicodeDecodeError:
        raise Refused("", "is not UTF-8 text", "save it as UTF-8") from None
    builder = _Builder()
    try:
        builder.build(yaml.parse(data, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise Refused("", f"is not YAML: {error.problem}{line}", "correct it there") from None
    except (yaml.YAMLError, ValueError) as error:
        raise Refused("", f"is not YAML: {getattr(error, 'reason', 'unreadable')}", "write it anew") from None
    return builder.root


class _Builder:
    """What has been built so far: the open collections, outermost first, each with the key that waits for a value."""

    def __init__(self) -> None:
        self.root: Any = None
        self._open: list[dict[str, Any] | list[Any]] = []
        self._keys: list[str | None] = []
        self._path: list[str] = []
        self._nodes = 0
        self._documents = 0

    def build(self, events: Iterable[Any]) -> None:
        """Take the parser's events, one by one."""
        for event in events:
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._count(event)
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._collection(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._collection(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._open.pop()
                self._keys.pop()
                self._path.pop()
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
            elif kind is yaml.AliasEvent:
                raise self._refused("has an alias (*)", "write the value itself")

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise self._refused("has more than one document", "keep the first")
        if event.version or event.tags:
            raise self._refused("has a directive (%)", "remove it")

    def _count(self, event: Any) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._refused(f"has more than {MAX_NODES} nodes", "remove what does not belong there")
        if event.anchor is not None:
            raise self._refused("has an anchor (&)", "remove it, or put the text in quotes")
        if event.tag is not None:
            raise self._refused("has a tag (!)", "remove it, or put the text in quotes")

    def _collection(self, event: Any, empty: dict[str, Any] | list[Any]) -> None:
        self._count(event)
        if self._open and self._keys[-1] is None and isinstance(self._open[-1], dict):
            raise self._refused("has a key that is not text", "use a word as key")
        if len(self._open) == MAX_DEPTH:
            raise self._refused(f"is nested more than {MAX_DEPTH} levels deep", "make it flatter")
        self._path.append((self._keys[-1] if self._keys else None) or "")
        self._put(empty)
        self._open.append(empty)
        self._keys.append(None)

    def _scalar(self, event: Any) -> None:
        text = event.value
        if UNWANTED.search(text):
            raise self._refused("has a control character, or one that is none", "remove it")
        inside = self._open[-1] if self._open else None
        if not isinstance(inside, dict) or self._keys[-1] is not None:
            self._put(self._value(text) if event.implicit[0] else text)
            return
        if event.implicit[0] and text == "<<":
            raise self._refused("has a merge key (<<)", "write the keys themselves")
        if text in inside:
            raise self._refused(f"has the key {text[:_KEY_SHOWN]!r} twice", "keep one of them")
        self._keys[-1] = text

    def _put(self, value: Any) -> None:
        if not self._open:
            self.root = value
            return
        inside, key = self._open[-1], self._keys[-1]
        if isinstance(inside, list):
            inside.append(value)
        elif key is not None:
            inside[key] = value
            self._keys[-1] = None

    def _value(self, text: str) -> Any:
        """Return what a text without quotes means; it must mean the same in every version of YAML, and in JSON."""
        if text in _UNAMBIGUOUS:
            return _UNAMBIGUOUS[text]
        if _NUMBER.match(text):
            return self._number(text)
        for tag, pattern in _GUESSES.get(text[0], ()):
            if pattern.match(text) and not tag.endswith(":timestamp"):
                raise self._refused("means different things to different programs", "put it in quotes")
        return text

    def _number(self, text: str) -> int | float:
        if _WHOLE.match(text):
            whole = int(text)
            if _SMALLEST <= whole <= _LARGEST:
                return whole
        elif not text.lstrip("-").isdecimal():
            number = float(text)
            if number - number == 0:  # neither infinite nor nan
                return number
        raise self._refused("is too large a number", "put it in quotes")

    def _refused(self, reason: str, remedy: str) -> Refused:
        path = [*self._path, self._keys[-1] if self._keys else None]
        return Refused(".".join(key[:_KEY_SHOWN] for key in path if key), reason, remedy)
