"""Serves a site without nginx, with its announcements, for a quick look; reads the site and the archive."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from sitegen.announce import add_announcements
from sitegen.site_paths import SECURITY_HEADERS, Target, content_type, path_headers, target, varies

_MISSING = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not found</title><h1>Not found</h1><p>There is no such '
    'page; what was here may have been deleted with its day. <a href="/">All cameras</a></p></html>\n'
)


def build_serve_app(site: Path, announcements: Path, archive: Path) -> web.Application:
    """Return the application of `sitegen serve`: the site's files, and the announcer's routes.

    `site` and `archive` need not exist yet. Run it with `sitegen.announce.serve_app`.
    """
    app = web.Application()
    app.on_response_prepare.append(_add_headers)
    add_announcements(app, announcements)

    async def serve(request: web.Request) -> web.StreamResponse:
        meant = target(request.rel_url.raw_path)
        found = None if meant is None else await asyncio.to_thread(_locate, site, archive, meant)
        if meant is None or found is None or not (meant.folder or found.is_dir() or meant.may_be_file):
            return web.Response(status=404, text=_MISSING, content_type="text/html")
        if found.is_dir() and not meant.folder:
            raise web.HTTPMovedPermanently(_with_query(meant.as_folder, request))
        names = (*meant.names, "index.html") if meant.folder else meant.names
        return SiteFile(found, content_type(names), may_be_packed=varies(names))

    app.router.add_get("/{path:.*}", serve)
    return app


def _with_query(path: str, request: web.Request) -> str:
    query = request.rel_url.raw_query_string
    return f"{path}?{query}" if query else path


def _locate(site: Path, archive: Path, meant: Target) -> Path | None:
    """Return the file, or the folder that wants a `/` after it; None when there is none that may be served.

    The link `media` is followed, and only to the archive; no other link is.
    """
    if meant.media:
        if os.path.realpath(site / "media") != os.path.realpath(archive):
            return None
        root, names = Path(os.path.realpath(archive)), meant.names[1:]
    else:
        root, names = Path(os.path.realpath(site)), meant.names
    path = root.joinpath(*names)
    if meant.folder:
        path = path / "index.html"
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return None
    if os.path.realpath(path) != str(path):
        return None
    is_folder = stat.S_ISDIR(mode) and not meant.folder and not meant.media
    return path if stat.S_ISREG(mode) or is_folder else None


class SiteFile(web.FileResponse):
    """A file, or its compressed twin for those who take it.

    `Range` is disregarded when `If-Range` names another version of it than the one that is there, and when it asks for
    several parts or counts in something else than bytes, which the base class takes for a range that cannot be had.
    """

    def __init__(self, path: Path, type_: str, *, may_be_packed: bool) -> None:
        super().__init__(path, headers={hdrs.CONTENT_TYPE: type_})
        self._file, self._may_be_packed = path, may_be_packed

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """Send it."""
        headers = request.headers.copy()
        condition = headers.get(hdrs.IF_RANGE, "")
        if condition.startswith(('"', "W/")) and condition != await asyncio.to_thread(self._etag_now):
            headers.popall(hdrs.RANGE, None)
        asked = headers.get(hdrs.RANGE, "")
        if "," in asked or not asked.lower().startswith("bytes="):
            headers.popall(hdrs.RANGE, None)
        if not self._may_be_packed:  # the base class takes any file called like a twin for one
            headers.popall(hdrs.ACCEPT_ENCODING, None)
        return await super().prepare(request.clone(headers=headers))

    def _etag_now(self) -> str:
        try:
            found = self._file.stat()
        except OSError:
            return ""
        return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give every answer what nginx gives it; what a handler has set itself stands."""
    response.headers[hdrs.SERVER] = "sitegen"
    response.headers.update(SECURITY_HEADERS)
    for name, value in path_headers(request.path, response.status).items():
        response.headers.setdefault(name, value)
