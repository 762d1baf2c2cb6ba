"""Where the files that come with sitegen lie: in a checkout beside the package, in a wheel below it."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource(name: str) -> Path:
    """Return the path of a shipped top-level folder: "themes", "hooks", "motion", "nginx", "content", "deploy"."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.exists() else _PACKAGE.parent / name
