"""Other files under videos' names: playlists, scripts and references that make a guessing player open a file or an address."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from broken_videos import box, real

_SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<script>alert(1)</script><image xlink:href="file:///etc/passwd" width="9" height="9"/></svg>"""
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\0\0\0"


def disguised(victim: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Yield files that make a guessing player open another file or an address."""
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{victim}\n#EXTINF:9,\n{address}hls.ts\n#EXT-X-ENDLIST\n"
    concat = f"ffconcat version 1.0\nfile 'file:{victim}'\nfile '{address}concat.mp4'\n"
    yield "playlist.mp4", playlist.encode()
    yield "playlist.ts", playlist.encode()
    yield "concat.mp4", concat.encode()
    yield "concat.avi", concat.encode()
    yield "page.mp4", f'<html><video src="{address}page"></video></html>'.encode()
    yield "drawing.mp4", _SVG
    yield "picture.mp4", _PNG
    yield "sdp.mp4", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"
    yield "dash.mp4", f'<?xml version="1.0"?><MPD><BaseURL>{address}</BaseURL></MPD>'.encode()
    yield "reference.mov", _referring(victim, address)


def _referring(victim: str, address: str) -> bytes:
    """Return a QuickTime file whose data are said to be in another file, and at an address."""
    alias = box(b"alis", b"\0\0\0\0" + victim.encode())
    url = box(b"url ", b"\0\0\0\0" + address.encode() + b"\0")
    data = real("plain.mp4")
    place = data.find(b"dinf") - 4
    size = struct.unpack(">I", data[place : place + 4])[0]
    room = box(b"dinf", box(b"dref", struct.pack(">II", 0, 2) + url + alias))
    redirect = box(
        b"moov",
        box(
            b"rmra",
            box(b"rmda", box(b"rdrf", b"\0\0\0\0url " + struct.pack(">I", len(address)) + address.encode())),
        ),
    )
    return data[:place] + room[: max(size, 8)].ljust(size, b"\0") + data[place + size :] + redirect
