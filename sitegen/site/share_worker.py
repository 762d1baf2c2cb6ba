"""What a process does that writes a share of a big build's pages: `python -m sitegen.site.share_worker FILE`.

It reads the share (sitegen.site.shares) from FILE and the index as it stands, writes pages, and says so on stdout.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from sitegen.archive.index import Index
from sitegen.site.model import Model
from sitegen.site.prose import Content
from sitegen.site.publish import Publisher
from sitegen.site.render import Renderer, Volatile
from sitegen.site.shares import Done, Share
from sitegen.site.theme import load_theme
from sitegen.site.update import Update, groups


def main(file: Path) -> int:
    """Write a share's pages; return the exit code."""
    share = msgspec.json.decode(file.read_bytes(), type=Share)
    zone = ZoneInfo(share.view.timezone)
    theme = load_theme(share.theme.name, search=tuple(Path(p) for p in share.theme.search), zone=zone)
    if theme.fingerprint != share.fingerprint:
        return 1  # it was edited since the build began
    index = Index(Path(share.index), identity=share.identity, read_only=True)
    publisher = Publisher(Path(share.output), now_ns=time.time_ns)
    model = Model(index, share.cameras, zone, share.view)
    renderer = Renderer(model, theme, Content(), _no_status, publisher.size)
    for days in groups(share.days):
        update = Update(publisher, renderer, index)
        before = publisher.written
        done = update.write_days(days, new=share.new)
        whole = [day for day, pages in done.items() if len(pages) == len(update.pages(day))]
        said = Done(whole, publisher.written - before, update.news, publisher.lost_folders)
        sys.stdout.buffer.write(msgspec.json.encode(said) + b"\n")
        sys.stdout.buffer.flush()
    index.close()
    return 0


def _no_status() -> Volatile:
    raise NotImplementedError("the status page is of no day")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
