"""Works out a camera's outages from what camera-lost and camera-found said; pure: no disk, no clock.

Times decide, not the order of arrival: the facts are sorted first.
"""

from sitegen.archive.sidecar_text import sidecar_text
from sitegen.capture.hook_facts import Fact
from sitegen.capture.hook_times import compact, rfc3339


def derive_outages(camera: str, facts: list[Fact]) -> dict[str, str]:
    """Return the text of each outage's sidecar by its path; "" where there must be none.

    Losses without a find between them are one outage, which begins with the first. A find without a loss before it
    says nothing. Lost and found in one second are an outage of no length.
    """
    ordered = sorted((fact.moment, fact.hook != "camera-lost") for fact in facts)
    texts: dict[str, str] = {}
    start: int | None = None
    for moment, found in ordered:
        if found and start is not None:
            texts[outage_path(camera, start)] = _text(camera, start, moment)
            start = None
        elif not found and start is None:
            start = moment
        elif not found:
            texts.setdefault(outage_path(camera, moment), "")
    if start is not None:
        texts[outage_path(camera, start)] = _text(camera, start, None)
    return texts


def outage_path(camera: str, start: int) -> str:
    """Return where an outage's sidecar lies, relative to the archive's root."""
    name = compact(start)
    return f"outages/{camera}/{name[:8]}/{camera}-{name}.yaml"


def _text(camera: str, start: int, end: int | None) -> str:
    return sidecar_text(
        {
            "kind": "outage",
            "camera": camera,
            "start": rfc3339(start * 1_000),
            "end": None if end is None else rfc3339(end * 1_000),
            "end_reason": None if end is None else "camera_found",
        }
    )
