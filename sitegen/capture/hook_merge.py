"""Joins what a sidecar said, from before its facts were swept, with what hooks say now; pure.

It is needed only when Motion repeats a hook after a week, or the power failed in the middle of an event.
"""

from sitegen.archive.sidecar_text import sidecar_text


def merged(fields: dict[str, object], before: str) -> str | None:
    """Return the text of the sidecar, or None: leave it alone.

    A sidecar that is complete stays as it is, and so does one that is not of the hooks' own writing. Of one without
    an end everything is kept, the stronger motion wins, and what it lacks is added.
    """
    said = own_fields(before)
    if said is None or "end" in said:
        return None
    motion = max(said.get("motion"), fields.get("motion"), key=_pixels)
    return sidecar_text({**fields, **said, "motion": motion})


def _pixels(motion: object) -> int:
    pixels = motion.get("changed_pixels", 0) if isinstance(motion, dict) else -1
    return pixels if isinstance(pixels, int) else -1


def own_fields(text: str) -> dict[str, object] | None:
    """Return the fields of a text that `sidecar_text` wrote; None when somebody else did, or changed it."""
    fields: dict[str, object] = {}
    for line in text.split("\n"):
        key, _, value = line.partition(": ")
        if key not in {"", "schema"}:
            fields[key] = _value(key, value)
    try:
        return fields if sidecar_text(fields) == text else None
    except (TypeError, ValueError):
        return None


def _value(key: str, value: str) -> object:
    """Return a value of our own form; what is not is found when the whole is written again."""
    if value[:1] == '"':
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    if key == "motion":
        pairs = (pair.partition(": ") for pair in value[1:-1].split(", "))
        return {name: int(number) if number.isdigit() else number for name, _, number in pairs}
    if key == "extra":
        name, _, kind = value[1:-1].partition(": ")
        return {name.strip('"'): kind.strip('"')}
    return None
