"""Which file of the site a request means, and what goes with it; the same rules as nginx/sitegen.conf. Touches no disk."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

import msgspec

TYPES = {
    "text/html": "html htm",
    "text/css": "css",
    "text/javascript": "js mjs",
    "text/plain": "txt prom",
    "text/calendar": "ics",
    "application/json": "json map",
    "application/atom+xml": "atom",
    "application/manifest+json": "webmanifest",
    "application/vnd.apple.mpegurl": "m3u8",
    "audio/x-mpegurl": "m3u",
    "application/zip": "zip",
    "application/pdf": "pdf",
    "image/jpeg": "jpg jpeg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/svg+xml": "svg",
    "image/x-icon": "ico",
    "font/woff2": "woff2",
    "video/mp4": "mp4 m4v m4s",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
    "video/quicktime": "mov",
    "video/mp2t": "ts",
    "video/x-msvideo": "avi",
}
_TYPE_OF = {ending: name for name, endings in TYPES.items() for ending in endings.split()}
_WITH_CHARSET = {
    "text/html",
    "text/css",
    "text/plain",
    "text/calendar",
    "text/javascript",
    "application/atom+xml",
}
MEDIA_ENDINGS = frozenset(
    ["mp4", "mkv", "mov", "webm", "ts", "m4v", "avi", "jpg", "jpeg", "png", "gif", "webp"]
)
"""Of what a clip is made; nothing else of the archive is handed out."""
_LEGACY = ("event_api", "segment_api")
_LEGACY_NAMES, _LEGACY_NAME = 2, re.compile("[a-z_]+")
_PART = 206
_NEVER_PACKED = frozenset(["media", "previews", "announce", "motion-stream"])

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types sitegen"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Target(msgspec.Struct, frozen=True):
    """What a path means: names from the site's root down, each without `/`; `folder` when it ended in `/`."""

    names: tuple[str, ...]
    folder: bool

    @property
    def media(self) -> bool:
        """Whether it lies in the archive."""
        return bool(self.names) and self.names[0] == "media"

    @property
    def may_be_file(self) -> bool:
        """Whether a file of this name is handed out: one with an ending of TYPES, or the predecessor's JSON."""
        if self.names[0] in _LEGACY:
            return len(self.names) == _LEGACY_NAMES and bool(_LEGACY_NAME.fullmatch(self.names[1]))
        return _ending(self.names[-1]) in _TYPE_OF

    @property
    def as_folder(self) -> str:
        """The path to redirect to when it turns out to be a folder; it begins with exactly one `/`."""
        return "/" + "".join(quote(name, safe="") + "/" for name in self.names)


def target(raw_path: str) -> Target | None:
    """Return what the path of a request means, as it came, percent-encoded; None when it is nobody's business."""
    try:
        path = unquote_to_bytes(raw_path).decode()
    except UnicodeError:
        return None
    if not path.startswith("/") or "\\" in path or any(ord(char) < ord(" ") for char in path):
        return None
    names = tuple(name for name in path.split("/") if name)
    if any(name.startswith(".") for name in names):
        return None
    found = Target(names, path.endswith("/"))
    if names and not found.folder and "." in names[-1] and not found.may_be_file:
        return None
    if found.media and (found.folder or len(names) == 1 or _ending(names[-1]) not in MEDIA_ENDINGS):
        return None
    return found


def content_type(names: tuple[str, ...]) -> str:
    """Return the value of Content-Type for a file."""
    if names[0] in _LEGACY:
        return "application/json"
    name = _TYPE_OF.get(_ending(names[-1]), "application/octet-stream")
    return f"{name}; charset=utf-8" if name in _WITH_CHARSET else name


def path_headers(path: str, status: int) -> dict[str, str]:
    """Return the headers that depend on the path and on how it was answered: what may be kept, and who may read."""
    first, slash, _ = path.removeprefix("/").partition("/")
    headers = {"Cache-Control": _cache(first if slash else "", status)}
    if slash and first in _LEGACY:
        headers["Access-Control-Allow-Origin"] = "*"
    if varies((first,) if slash else ()):
        headers["Vary"] = "Accept-Encoding"
    return headers


def varies(names: tuple[str, ...]) -> bool:
    """Say whether what is sent depends on what the reader can unpack: not for pictures, videos and streams."""
    return not names or names[0] not in _NEVER_PACKED


def _cache(first: str, status: int) -> str:
    if status not in {200, 206, 304} or (first == "assets" and status == _PART):
        return "no-cache"
    return {
        "assets": "public, max-age=31536000, immutable",
        "previews": "private, max-age=300, must-revalidate",
        "media": "private, max-age=60, must-revalidate",
    }.get(first, "no-cache")


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower() if "." in name else ""
