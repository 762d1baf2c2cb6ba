"""Which cameras the site has, in which order, and their slugs. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from sitegen.clip import Camera

_NOT_IN_SLUGS = re.compile(r"[^a-z0-9]+")
_LONGEST = 60


def slugify(title: str) -> str:
    """Return a title as part of a URL: lower-case ASCII letters, digits and single hyphens; may be ""."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_SLUGS.sub("-", plain).strip("-")[:_LONGEST].strip("-")


def site_cameras(configured: Iterable[tuple[str, str, int]], found: Iterable[str]) -> tuple[Camera, ...]:
    """Return all cameras: the configured ones (id, title, order), by order and id, then those only found in the archive.

    Each slug is unique: where two titles give the same one, the later camera's carries its id as well.
    """
    known = sorted(configured, key=lambda c: (c[2], natural(c[0])))
    ids = {c[0] for c in known}
    last = max((c[2] for c in known), default=0) + 1
    extra = [(i, f"Camera {i}", last) for i in sorted(set(found) - ids, key=natural)]
    taken = {"index"}
    cameras = []
    for camera_id, title, order in (*known, *extra):
        slug = _free(slugify(title) or slugify(f"camera {camera_id}"), camera_id, taken)
        taken.add(slug)
        cameras.append(Camera(id=camera_id, slug=slug, title=title, order=order))
    return tuple(cameras)


def natural(camera_id: str) -> tuple[tuple[int, int | str], ...]:
    """Return a key that sorts "9" before "10"."""
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in re.split(r"(\d+)", camera_id) if p)


def _free(slug: str, camera_id: str, taken: set[str]) -> str:
    base = slug or "camera"
    if base not in taken:
        return base
    wished = candidate = f"{base}-{slugify(camera_id) or 'x'}"
    number = 2
    while candidate in taken:
        candidate, number = f"{wished}-{number}", number + 1
    return candidate
