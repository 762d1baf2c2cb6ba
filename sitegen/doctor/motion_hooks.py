"""Takes Motion's hook lines and file names apart, as a shell and as Motion would; pure."""

from __future__ import annotations

import re
import shlex

import msgspec

HOOKS = (
    "on_event_start",
    "on_event_end",
    "on_movie_start",
    "on_movie_end",
    "on_picture_save",
    "on_camera_lost",
    "on_camera_found",
)
"""Those that sitegen-hook answers."""
SHELL_LINES = (
    *HOOKS,
    "on_motion_detected",
    "on_area_detected",
    "on_sound_alert",
    "on_action_user",
    "movie_extpipe",
)
"""All that Motion gives to a shell."""
_SPECIFIER = re.compile(r"%-?\d*(\{\w*\}|.)", re.DOTALL)
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_PASTED = frozenset("$C")
"""The camera's name and text_event: any text whatever, which the shell would run."""
_SECONDS = frozenset("SsTXcr")
_DAYS = frozenset("djesxcF")


class HookCall(msgspec.Struct, frozen=True):
    """How a line calls sitegen-hook."""

    program: str
    name: str
    """Which hook it says it is, with hyphens."""
    archive: str
    """The folder after --archive; "": none is given."""


def hook_call(line: str) -> HookCall | None:
    """Return how a hook's line calls sitegen-hook (or `sitegen hook`); None: it does not, or a shell could not read it."""
    try:
        words = shlex.split(line)
    except ValueError:
        return None
    for place, word in enumerate(words):
        base, rest = word.rpartition("/")[2], words[place + 1 :]
        if base == "sitegen" and "hook" in rest:
            rest = rest[rest.index("hook") + 1 :]
        elif base != "sitegen-hook":
            continue
        name = rest[0].replace("_", "-") if rest else ""
        return HookCall(word, name, _option(rest, "--archive"))
    return None


def _option(words: list[str], option: str) -> str:
    for place, word in enumerate(words):
        if word.startswith(option + "="):
            return word.removeprefix(option + "=")
        if word == option and place + 1 < len(words):
            return words[place + 1]
    return ""


def specifiers(text: str) -> set[str]:
    """Return the conversion specifiers of a text without percent sign and width: `%5$` gives "$"."""
    return {match[1] for match in _SPECIFIER.finditer(text)}


def pastes(text: str) -> bool:
    """Say whether Motion pastes a text into it that anybody may have chosen."""
    return bool(specifiers(text) & _PASTED)


def is_bare(line: str) -> bool:
    """Say whether a file's name stands in a shell's line without quotes: a space in it, or in a folder, ends the word."""
    return "f" in specifiers(_QUOTED.sub("", line))


def tells_time(name: str) -> bool:
    """Say whether a file name tells day and second, so that it never comes again."""
    found = specifiers(name)
    return bool(found & _SECONDS) and bool(found & _DAYS)


def tells_event(name: str) -> bool:
    """Say whether a file name tells the event, by an id that holds the camera and the second of the trigger."""
    return "{eventid}" in specifiers(name)


def fixed_part(folder: str) -> str:
    """Return the part of a folder's path that holds no specifier."""
    head, percent, _ = folder.partition("%")
    return head.rpartition("/")[0] if percent else folder


def is_on(value: str) -> bool:
    """Read a truth value as Motion does."""
    return value == "1" or value.lower() in ("yes", "on")
