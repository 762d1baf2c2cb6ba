"""Why no build can be done, in words for the status page: no paths of this machine are in them. Pure."""

from __future__ import annotations

import errno
from datetime import datetime
from pathlib import Path

from sitegen.errors import ArchiveGone, IndexFailed
from sitegen.settings import Settings
from sitegen.site.views import TroubleView

_ROOM = "make room on its disk: recording and the site need it"
_REMEDIES = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: "make room, or raise the quota of sitegen's user",
    errno.EROFS: "mount its disk so that it can be written to; the kernel's log says why it is not",
    errno.EIO: "look into the kernel's log: the disk may be failing",
    errno.EACCES: "give it to the user that runs sitegen",
    errno.EPERM: "give it to the user that runs sitegen",
    errno.EMFILE: "let sitegen's user open more files (LimitNOFILE)",
    errno.ENFILE: "let this machine open more files (fs.file-max)",
}
_REMEDY = "the log of `sitegen watch` says which file it is"
_SAYS = {
    "archive": "the archive cannot be used",
    "site": "the site cannot be written",
    "state": "the state folder cannot be used",
    "file": "a file cannot be used",
}


def trouble_of(error: Exception, settings: Settings, since: datetime) -> TroubleView:
    """Return what the status page says of an error that keeps the generator from building, since a moment."""
    match error:
        case ArchiveGone():
            what, why, remedy = "archive", error.reason, error.remedy
        case IndexFailed():
            return TroubleView(
                what="index",
                reason=f"the index cannot be used: {error.reason}",
                remedy="look for room and rights in the state folder; it may be deleted, and is made anew",
                since=since,
            )
        case OSError():
            what = _place(error.filename, settings)
            why = error.strerror or type(error).__name__
            remedy = _REMEDIES.get(error.errno or 0, _REMEDY)
        case _:
            what, why, remedy = "file", type(error).__name__, _REMEDY
    return TroubleView(what=what, reason=f"{_SAYS[what]}: {why}", remedy=remedy, since=since)


def _place(filename: object, settings: Settings) -> str:
    """Return where a file lies; most that is written is of the site, and a failed write names no file."""
    if not isinstance(filename, str):
        return "site"
    folders = {
        "state": settings.archive.state,
        "archive": settings.archive.root,
        "site": settings.site.output,
    }
    path = Path(filename)
    return next((name for name, folder in folders.items() if path.is_relative_to(folder)), "file")
