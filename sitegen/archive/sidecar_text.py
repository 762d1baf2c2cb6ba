"""Writes a sidecar's text in one strict flat form, a key a line; touches no disk, standard library only.

Every string is a JSON string and every value JSON, which is YAML too: nothing is left for YAML to guess at. Only the
keys of `motion` stand without quotes. See docs/reference for the keys.
"""

_KEYS = (
    "kind",
    "camera",
    "start",
    "end",
    "video",
    "image",
    "preview",
    "event",
    "motion",
    "end_reason",
    "extra",
)
_MEASURES = ("changed_pixels", "noise", "labels", "x", "y", "width", "height")
_FIRST_ASTRAL = 0x10000


def sidecar_text(fields: dict[str, object]) -> str:
    """Return the text of a sidecar, schema 1, ending with a newline.

    Times are given as text (RFC 3339). What is None, or an empty mapping, is left out. Raises ValueError for an
    unknown key, a number that is not finite, or text that is not Unicode (a lone surrogate); TypeError for a value
    that is no JSON.
    """
    _refuse_unknown(fields, _KEYS)
    lines = ["schema: 1"]
    for key in _KEYS:
        value = fields.get(key)
        if value is None or value == {}:
            continue
        lines.append(f"{key}: {_measures(value) if key == 'motion' else _json(value)}")
    return "\n".join(lines) + "\n"


def _refuse_unknown(fields: dict[str, object], known: tuple[str, ...]) -> None:
    for key in fields:
        if key not in known:
            raise ValueError(f"a sidecar has no key {key!r}")


def _measures(motion: object) -> str:
    if not isinstance(motion, dict):
        raise TypeError("motion must be a mapping of whole numbers")
    _refuse_unknown(motion, _MEASURES)
    pairs = [f"{key}: {_json(motion[key])}" for key in _MEASURES if motion.get(key) is not None]
    return "{" + ", ".join(pairs) + "}"


def _json(value: object) -> str:
    """Return a value as JSON that a YAML 1.1 reader understands alike."""
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)}: {_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_json(item) for item in value) + "]"
    raise TypeError(f"a sidecar cannot hold a {type(value).__name__}")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise TypeError("the keys of a sidecar's mappings are text")
    return _quoted(key)


def _number(value: float) -> str:
    text = repr(value)
    if "n" in text:  # nan, inf
        raise ValueError(f"a sidecar cannot hold {text}")
    # YAML 1.1 takes 1e+16 for text: it wants a point before the exponent, and a sign in it (repr always writes one).
    return text if "." in text else text.replace("e", ".0e")


def _quoted(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    if plain.isprintable():
        return f'"{plain}"'
    return '"' + "".join(_character(each) for each in plain) + '"'


def _character(character: str) -> str:
    """Escape what is invisible; JSON has no one escape for what lies beyond the first plane, and YAML needs none."""
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:  # noqa: PLR2004 - the surrogates' range in Unicode
        raise ValueError(f"{character!r} is not a character")
    if character.isprintable() or code >= _FIRST_ASTRAL:
        return character
    return f"\\u{code:04x}"
