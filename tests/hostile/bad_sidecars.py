"""Sidecars that are wrong or at an edge: hazards of YAML, a whole one cut at every byte, bits flipped, strange times and encodings."""

from __future__ import annotations

import random
from collections.abc import Iterator

from yaml_hazards import HAZARDS

WHOLE = (
    'schema: 1\nkind: "event"\ncamera: "101"\nstart: "2026-11-22T03:55:03.120Z"\nend: "2026-11-22T03:55:41.020Z"\n'
    'video: "VIDEO.mp4"\nimage: "a.jpg"\nevent: "101-20261122T035503Z"\n'
    "motion: {changed_pixels: 5210, noise: 12, labels: 3, x: 310, y: 190, width: 120, height: 80}\n"
    'end_reason: "motion_stopped"\nextra: {"movie": "debug", "n": 7, "b": true}\n'
)
_START, _END = "2026-11-22T03:55:03.120Z", "2026-11-22T03:55:41.020Z"
TIMES = (
    "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999999-23:59", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00+00:01",
    "2199-12-31T23:59:59.999999Z", "2200-01-01T00:00:00Z", "2199-12-31T23:59:59-00:01", "2016-12-31T23:59:60Z",
    "2026-11-22T23:59:61Z", "2026-11-22T24:00:00Z", "2026-11-22T24:00:01Z", "2026-02-29T00:00:00Z", "2024-02-29T00:00:00Z",
    "2026-11-22T12:00:00+23:59", "2026-11-22T12:00:00-23:59", "2026-11-22T12:00:00+24:00", "2026-11-22T12:00:00+99:99",
    "2026-11-22T12:00:00+00:00:01", "2026-11-22T12:00:00", "2026-11-22 12:00:00Z", "2026-W47-7T12:00:00Z", "20261122T120000Z",
    "2026-11-22T12:00:00.1234567891Z", "2026-11-22T12:00:00,5Z", "2026-11-22T12:00:00\u2212" + "01:00", "٢٠٢٦-11-22T12:00:00Z",
    "2026-11-22T12:00:00Z\\n", "2026-11-22T12:00Z", "-2026-11-22T12:00:00Z", "12026-11-22T12:00:00Z",
)  # fmt: skip
NUMBERS = ("-1", "0", "9" * 18, "9" * 19, "9" * 20, "-9223372036854775808", "1e400", "1e-400", "0x7f", "1.5", ".nan", "-.inf", "1_0", "null")  # fmt: skip


def edges() -> Iterator[tuple[str, bytes]]:
    """Yield each hazard and each edge once; VIDEO.mp4 stands for the video's name."""
    for name, text in HAZARDS.items():
        data = text.replace("a.mp4", "VIDEO.mp4").encode("utf-16" if text.startswith("\ufeff") else "utf-8")
        yield name, data
    for when in TIMES:
        yield f"start {when}", WHOLE.replace(_START, when).replace(_END, when).encode()
        yield f"end {when}", WHOLE.replace(_END, when).encode()
    for number in NUMBERS:
        yield f"noise {number}", WHOLE.replace("noise: 12", f"noise: {number}").encode()
        yield f"extra {number}", WHOLE.replace('"n": 7', f'"n": {number}').encode()
        yield f"schema {number}", WHOLE.replace("schema: 1", f"schema: {number}").encode()
    yield from _forms()


def _forms() -> Iterator[tuple[str, bytes]]:
    yield "CRLF", WHOLE.replace("\n", "\r\n").encode()
    yield "CR", WHOLE.replace("\n", "\r").encode()
    yield "BOM", b"\xef\xbb\xbf" + WHOLE.encode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp037"):
        yield encoding, WHOLE.encode(encoding)
    yield "latin-1", WHOLE.replace("debug", "ü").encode("latin-1")
    yield "surrogates as bytes", WHOLE.replace("debug", "\ud800").encode(errors="surrogatepass")
    yield "surrogates as a pair", WHOLE.replace("debug", r"\ud83d\ude00").encode()
    yield "64 KiB", WHOLE.encode().ljust(65_536, b"#")
    yield "64 KiB and one", WHOLE.encode().ljust(65_537, b"#")
    yield "many megabytes", WHOLE.encode().ljust(20_000_000, b"#")
    for depth in (14, 15, 16, 17):
        yield f"{depth} levels", WHOLE.replace('"n": 7', '"n": ' + "[" * depth + "]" * depth).encode()
    for count in (1_900, 1_965, 1_970, 1_975, 2_000):
        yield f"{count} nodes", WHOLE.replace('"n": 7', '"n": [' + ",".join(["1"] * count) + "]").encode()
    yield "nothing", b""
    yield "a comment", b"# nothing"
    yield "nulls", bytes(1_000)
    yield "another's video", WHOLE.replace("VIDEO.mp4", "101-good.mp4").encode()
    yield "itself as its picture", WHOLE.replace("a.jpg", "VIDEO.mp4").encode()
    yield "a preview of itself", WHOLE.replace('image: "a.jpg"', 'preview: "VIDEO.mp4"').encode()
    yield "an outage with a video", WHOLE.replace('"event"\nc', '"outage"\nc').encode()


def cut() -> Iterator[bytes]:
    """Yield a whole sidecar ended at every byte."""
    data = WHOLE.encode()
    for place in range(len(data) + 1):
        yield data[:place]


def flipped() -> Iterator[bytes]:
    """Yield a whole sidecar with each of its bits changed."""
    data = WHOLE.encode()
    for bit in range(8 * len(data)):
        yield data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def random_one(pick: random.Random) -> bytes:
    """Return a sidecar after some accidents."""
    data = bytearray(pick.choice([WHOLE.encode(), *(data for _, data in edges() if len(data) < 3_000)]))
    for _ in range(pick.choice((1, 2, 5))):
        place = pick.randrange(len(data) + 1)
        match pick.randrange(4):
            case 0:
                data[place:place] = pick.randbytes(pick.randrange(1, 9))
            case 1:
                del data[place : place + pick.randrange(1, 40)]
            case 2:
                data[place:place] = pick.choice(list(HAZARDS.values()))[:200].encode(errors="replace")
            case _:
                data[place : place + 1] = pick.choice(
                    [b'"', b"\n", b": ", b"[", b"{", b"&a ", b"*a", b"!", b"\0", b"\xff"]
                )
    return bytes(data)
