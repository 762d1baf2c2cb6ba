"""A text that must not be shown: the address of a camera, which holds its password. Touches nothing."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

_HIDDEN = "***"
_SHORTEST_PASSWORD_MASKED = 3
_LOGIN = re.compile(r"(:/++)(?!user:password@)[^\s'\"]*@")
"""What stands before the `@` of an address, also of one that was taken for a path; not that of the examples."""
_BARE_LOGIN = re.compile(
    r"(?<![^\s'\"/])(?!user:password@|mailto:|(?:[\d-]+T)?\d\d?:\d\d(?::\d\d)?Z?@)[^\s'\"/:@]++:(?!/)[^\s'\"]*@"
)
"""User and password of an address without scheme, with the `@`; no time, no e-mail address."""
_QUERY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:/+[^\s'\"?]*\?)[^\s'\"]+")


def without_logins(text: str) -> str:
    """Return `text` with user, password and query of every address in it replaced by `***`.

    For what is shown of a file that cannot be used: its address may stand where nobody looks for one.
    """
    text = _BARE_LOGIN.sub(f"{_HIDDEN}@", _LOGIN.sub(rf"\1{_HIDDEN}@", text))
    return _QUERY.sub(rf"\1{_HIDDEN}", text)


class Secret:
    """Text whose `repr`, `str` and formatting are `***`; only `reveal` gives it away."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text, for the one program that needs it."""
        return self._text

    def mask(self, text: str) -> str:
        """Return `text` with this secret, and the user's part of it if it is a URL, replaced by `***`.

        For what other programs say: they quote the address they were given, as a whole or in part.
        """
        for part in _parts(self._text):
            text = text.replace(part, _HIDDEN)
        return text

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(_HIDDEN, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)


def _parts(text: str) -> list[str]:
    """Return what must not appear, longest first: the whole, `user:password`, and the password (also decoded)."""
    parts = {text}
    try:
        url = urlsplit(text)
        user, password = url.netloc.rpartition("@")[0], url.password or ""
    except ValueError:  # not a URL: the whole text is all there is to hide
        user, password = "", ""
    for part in (user, password):
        parts |= {part, unquote(part)}
    long_enough = [part for part in parts if len(part) >= _SHORTEST_PASSWORD_MASKED]
    return sorted(long_enough, key=len, reverse=True)
