"""What makes the site an app that opens offline: manifest.webmanifest, and sw.js with the list of what it keeps. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sitegen.site.views import SiteView

PAGES = ("index.html", "cameras/index.html", "live/index.html", "status/index.html", "manifest.webmanifest")
"""The pages that are kept from the first visit on; others are kept as they are looked at."""

_ICONS = (
    ("icon.svg", "image/svg+xml", "any", "any"),
    ("icon-192.png", "image/png", "192x192", "any"),
    ("icon-512.png", "image/png", "512x512", "any"),
    ("icon-maskable.png", "image/png", "512x512", "maskable"),
)
_KEPT_WHEN_USED = ("icon", "hls")
SCRIPT = "sw.js"
"""The theme's asset that is the service worker's script."""
_SHORT_NAME = 12
"""Characters that a phone shows below an icon."""
_VERSION_DIGITS = 12


def manifest(site: SiteView, assets: Mapping[str, str]) -> bytes:
    """Return manifest.webmanifest; `assets` are the published paths of the theme's assets by name.

    A theme without icons has none here: browsers then show their own.
    """
    icons = [
        {"src": assets[name], "type": kind, "sizes": sizes, "purpose": purpose}
        for name, kind, sizes, purpose in _ICONS
        if name in assets
    ]
    document = {
        "id": "./",
        "name": site.title,
        "short_name": site.title if len(site.title) <= _SHORT_NAME else site.title[: _SHORT_NAME - 1] + "…",
        "lang": site.language,
        "start_url": "./index.html",
        "scope": "./",
        "display": "standalone",
        "theme_color": "#15406a",
        "background_color": "#f6f6f4",
        **({"icons": icons} if icons else {}),
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


def shell_files(assets: Mapping[str, str]) -> list[str]:
    """Return what the service worker keeps from the first visit on, from the site's root."""
    kept = (path for name, path in assets.items() if name != SCRIPT and not name.startswith(_KEPT_WHEN_USED))
    return [*PAGES, *sorted(kept)]


def service_worker(files: Sequence[str], script: str) -> bytes:
    """Return sw.js: a line with what it keeps and the version of that, then the theme's script.

    The version is another when a file of the list is (assets carry a digest in their name) or the script.
    """
    listed = json.dumps(list(files), separators=(",", ":"))
    version = hashlib.sha256(f"{listed}\n{script}".encode()).hexdigest()[:_VERSION_DIGITS]
    return f'const SHELL = {{"version":"{version}","files":{listed}}};\n{script}'.encode()
