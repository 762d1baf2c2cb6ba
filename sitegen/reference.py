"""Writes the generated pages of docs/reference from the code: `python -m sitegen.reference [--check] FOLDER`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from sitegen.archive import yaml_check
from sitegen.archive.note import NoteKeys
from sitegen.archive.sidecar import LONGEST_CLIP, LONGEST_OUTAGE, SidecarKeys
from sitegen.clip import Motion
from sitegen.sections import is_optional, toml_value, unwrap, wanted
from sitegen.settings import SECTIONS
from sitegen.site.view_reference import view_reference

_MADE = "<!-- Made by `make reference` from the code; changes here are lost. -->\n"

_CONFIGURATION = """# Configuration: sitegen.toml

{made}
sitegen reads one TOML file: the one named with `-c`, else `$SITEGEN_CONFIG`, else `./sitegen.toml`. Every key may be
left out. Relative paths are relative to the folder of the file; `~` is your home. A key or section that is not on this
page is an error, and so is a value of a wrong kind: the message names file, key and remedy, for all of them at once.
"""

_SIDECAR = """# Sidecars and notes

{made}
A sidecar is the YAML file beside a video, with the same stem and the ending `.yaml`. The hooks and the recorder write it;
other programs may. The same as JSON Schema: [sidecar.schema.json](sidecar.schema.json).

```yaml
{example}```

{keys}
An outage is a sidecar without a video, under `outages/`: `kind: outage`, `camera`, `start`, `end` and `end_reason`.

`end` is not before `start`, and at most {clip_days} days after it (an outage: {outage_days}). A file name has at most 255 bytes of
UTF-8. A key without a value counts as absent. Unknown keys are reported and ignored; anything else that is
wrong makes a Problem on the status page that names file, key, reason and remedy, and the video is shown as one without a sidecar.

## Which YAML

One document in UTF-8 of at most {kib} KiB, {depth} levels and {nodes} nodes, without anchors, aliases, tags, directives, merge keys
and duplicate keys. Whole numbers fit 64 bits; no number is infinite. What YAML 1.1 and 1.2 read differently is
refused until it stands in quotes: `no`, `on`, `012`, `0x1F`, `12:30:00`, `1_000`, `.nan`. Times may stand without quotes.

## Measures in `motion`

Whole numbers, each optional: {measures}. `x` and `y` are the centre of the area in which something
moved, `width` and `height` its size; all four in pixels of Motion's picture, counted from its upper left corner.

## Notes

A note is a Markdown file beside a video, with the same stem and the ending `.md`, written by a person. It may begin with
front matter between two lines of `---`, which is YAML as above. Of a note larger than 256 KiB only the beginning is used.

```markdown
---
keep: true
tags: [parcel]
title: "The parcel"
---

Left at the door by somebody with a **red** cap.
```

{note_keys}
When front matter cannot be read and seems to say `keep`, the clip is kept.
"""


def pages() -> dict[str, str]:
    """Return the generated files' texts by name."""
    return {
        "configuration.md": _configuration(),
        "sidecar.md": _sidecar(),
        "sidecar.schema.json": json.dumps(sidecar_schema(), indent=2) + "\n",
        "theme-views.md": view_reference(_MADE),
    }


def _configuration() -> str:
    parts = [_CONFIGURATION.format(made=_MADE)]
    for name, section in SECTIONS.items():
        title = "[camera.ID]" if name == "camera" else f"[{name}]"
        parts.append(f"## {title}\n\n{_doc(section)}\n\n{_table(section, with_default=True)}")
    return "\n".join(parts)


def _doc(kind: type[msgspec.Struct]) -> str:
    return (kind.__doc__ or "").strip()


def _table(kind: type[msgspec.Struct], *, with_default: bool) -> str:
    head = ("key", "value", "default", "meaning") if with_default else ("key", "value", "meaning")
    rows = [head, ("---",) * len(head)]
    for name, hint in get_type_hints(kind, include_extras=True).items():
        meta = unwrap(hint)[1]
        value = (
            wanted(hint)
            if with_default or is_optional(hint) or _has_default(kind, name)
            else f"{wanted(hint)}; needed"
        )
        cells = (f"`{name}`", value, _default(kind, name), meta.description or "")
        rows.append(cells if with_default else (cells[0], cells[1], cells[3]))
    return "".join("| " + " | ".join(_cell(cell) for cell in row) + " |\n" for row in rows)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _has_default(kind: type[msgspec.Struct], name: str) -> bool:
    return not next(field for field in msgspec.structs.fields(kind) if field.name == name).required


def _default(kind: type[msgspec.Struct], name: str) -> str:
    if not _has_default(kind, name):
        return ""
    default = next(field.default for field in msgspec.structs.fields(kind) if field.name == name)
    return "none" if default is None else f"`{toml_value(default)}`"


def _sidecar() -> str:
    return _SIDECAR.format(
        made=_MADE,
        example=_example(),
        keys=_table(SidecarKeys, with_default=False),
        note_keys=_table(NoteKeys, with_default=False),
        measures=", ".join(f"`{name}`" for name in get_type_hints(Motion)),
        clip_days=LONGEST_CLIP.days,
        outage_days=LONGEST_OUTAGE.days,
        kib=yaml_check.MAX_BYTES // 1024,
        depth=yaml_check.MAX_DEPTH,
        nodes=yaml_check.MAX_NODES,
    )


def _example() -> str:
    """Return a whole sidecar, made of the keys' examples."""
    hints = get_type_hints(SidecarKeys, include_extras=True)
    examples = {name: (unwrap(hint)[1].examples or [None])[0] for name, hint in hints.items()}
    return "".join(f"{name}: {json.dumps(example)}\n" for name, example in examples.items())


def sidecar_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a sidecar, as read by a JSON or YAML parser."""
    (made,), parts = msgspec.json.schema_components([SidecarKeys], ref_template="#/$defs/{name}")
    schema = parts.pop(made["$ref"].rpartition("/")[2])
    needs_video = {"properties": {"video": {"type": "string"}}, "required": ["video"]}
    has_none = {"properties": {"video": {"type": "null"}}}
    is_outage = {"properties": {"kind": {"const": "outage"}}, "required": ["kind"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sidecar",
        "description": "The YAML file beside a video. Unknown keys are reported and ignored.",
        **{name: value for name, value in schema.items() if name not in {"title", "description"}},
        "if": is_outage,
        "then": has_none,
        "else": needs_video,
        "$defs": parts,
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or with --check say which are stale; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sitegen.reference", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    options = parser.parse_args(arguments)
    stale = [name for name, text in pages().items() if _read(options.folder / name) != text]
    for name in stale:
        if options.check:
            sys.stderr.write(f"{options.folder / name}: is stale; run make reference\n")
        else:
            options.folder.mkdir(parents=True, exist_ok=True)
            (options.folder / name).write_text(pages()[name], encoding="utf-8")
    return 1 if stale and options.check else 0


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    sys.exit(main())
