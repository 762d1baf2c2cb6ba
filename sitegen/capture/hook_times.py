"""Times as Motion gives them, and back to text; no disk, no clock, and no datetime, which would cost the hook 4 ms.

A moment is whole seconds since 1970 in UTC; a local one counts the seconds of a clock on the wall.
"""

import time

_DATE, _COMPACT = 8, 14


def from_digits(digits: str) -> int | None:
    """Return the moment of YYYYMMDDHHMMSS, read as UTC; None when that is no time."""
    if len(digits) != _COMPACT or not (digits.isascii() and digits.isdigit()):
        return None
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:8])
    hour, minute, second = int(digits[8:10]), int(digits[10:12]), int(digits[12:])
    # Days by the Gregorian rule, with the year counted from March, so that the leap day is its last.
    years, months = (year, month - 3) if month > 2 else (year - 1, month + 9)  # noqa: PLR2004 - March is month 3
    days = years * 365 + years // 4 - years // 100 + years // 400 + (153 * months + 2) // 5 + day - 719_469
    moment = days * 86_400 + hour * 3_600 + minute * 60 + second
    if moment < 0 or to_digits(moment) != digits:
        return None  # the 31st of February, 24:00, a leap second
    return moment


def to_digits(moment: int) -> str:
    """Return a moment as YYYYMMDDHHMMSS in UTC."""
    return "%04d%02d%02d%02d%02d%02d" % time.gmtime(moment)[:6]  # noqa: UP031 - it unpacks the six


def from_text(text: str) -> tuple[int, int] | None:
    """Return moment and offset (seconds east of UTC) of 2026-11-22T11:49:10-0500; None when it is no such time.

    An offset may also be Z, or carry a colon.
    """
    clock, zone = text[:19], text[19:].replace(":", "")
    if clock[4:5] + clock[7:8] + clock[10:11] + clock[13:14] + clock[16:17] != "--T::":
        return None
    local = from_digits(clock.replace("-", "").replace("T", "").replace(":", ""))
    if zone == "Z":
        zone = "+0000"
    sign, hours, minutes = zone[:1], zone[1:3], zone[3:]
    hours_and_minutes = len(zone) == len("+0000") and zone[1:].isascii() and zone[1:].isdigit()
    if local is None or not hours_and_minutes or sign not in "+-":
        return None
    offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
    return local - offset, offset


def in_name(name: str) -> int | None:
    """Return the first local time that a file name carries: YYYYMMDD, perhaps one of `T_-`, HHMMSS."""
    runs: list[tuple[int, str]] = []  # where each run of digits begins
    for place, character in enumerate(name):
        if not ("0" <= character <= "9"):
            continue
        if runs and runs[-1][0] + len(runs[-1][1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + character)
        else:
            runs.append((place, character))
    for number, (place, digits) in enumerate(runs):
        later, following = runs[number + 1] if number + 1 < len(runs) else (-1, "")
        if len(digits) == _DATE and later == place + _DATE + 1 and name[later - 1] in "T_-":
            digits += following  # noqa: PLW2901 - date and time are one
        local = from_digits(digits)
        if local is not None:
            return local
    return None


def to_utc(local: int, offsets: list[int], known: int) -> int:
    """Return the moment of a local time that is not after the moment `known`.

    `offsets` are those that Motion's hooks gave, of which there are two around a change of the clocks: the one that
    brings the time closest before `known` is right. Where all would bring it after, an hour's change in between is
    tried.
    """
    for change in (0, 3_600, -3_600):
        before = [local - offset - change for offset in offsets if local - offset - change <= known + 2]
        if before:
            return max(before)
    return local - offsets[0]


def compact(moment: int) -> str:
    """Return a moment as names carry it: 20261122T035503Z."""
    digits = to_digits(moment)
    return f"{digits[:_DATE]}T{digits[_DATE:]}Z"


def rfc3339(milliseconds: int) -> str:
    """Return milliseconds since 1970 as a sidecar carries them: 2026-11-22T03:55:03.120Z."""
    year, month, day, hour, minute, second = time.gmtime(milliseconds // 1_000)[:6]
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milliseconds % 1_000:03}Z"


def from_rfc3339(text: str) -> int:
    """Return the milliseconds of what `rfc3339` wrote; raise ValueError for anything else."""
    found = from_text(text[:19] + "Z")
    if found is None or text[19:20] != "." or text[23:] != "Z" or not text[20:23].isdigit():
        raise ValueError(f"{text!r} is not a time of our own writing")
    return found[0] * 1_000 + int(text[20:23])
