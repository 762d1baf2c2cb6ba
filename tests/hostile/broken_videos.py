"""Videos that are broken or lie: real ones cut and flipped, headers with sizes that cannot be."""

from __future__ import annotations

import random
import struct
import subprocess
from collections.abc import Iterator
from functools import cache

_SOURCE = ["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10:duration=2"]
_H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-threads", "1", "-pix_fmt", "yuv420p"]
_FORMS = {
    "plain.mp4": [*_H264, "-f", "mp4", "-movflags", "+faststart"],
    "fragmented.mp4": [*_H264, "-f", "mp4", "-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    "plain.mkv": [*_H264, "-f", "matroska"],
    "stream.ts": [*_H264, "-f", "mpegts"],
    "old.avi": ["-c:v", "mjpeg", "-f", "avi"],
}
_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER = (
    bytes.fromhex(text) for text in ("1a45dfa3", "18538067", "1549a966", "1654ae6b", "1f43b675")
)


@cache
def real(form: str) -> bytes:
    """Return a real video of two seconds."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "made"
        subprocess.run(
            ["ffmpeg", "-v", "error", "-nostdin", "-y", *_SOURCE, *_FORMS[form], str(path)], check=True
        )
        return path.read_bytes()


def box(kind: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    """Return an mp4 box; `size` is what it says of itself."""
    return struct.pack(">I", len(content) + 8 if size is None else size) + kind + content


def large_box(kind: bytes, content: bytes, size: int) -> bytes:
    """Return an mp4 box with a size of 64 bits."""
    return struct.pack(">I4sQ", 1, kind, size) + content


def element(ident: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    """Return an EBML element; `size` is what it says of itself."""
    return ident + b"\x01" + (len(content) if size is None else size).to_bytes(7, "big") + content


def nested(kind: bytes, depth: int) -> bytes:
    """Return boxes in boxes."""
    head = b"".join(struct.pack(">I", 8 * (depth - n)) + kind for n in range(depth))
    return box(b"ftyp", b"isom\0\0\0\0") + head


def nested_elements(ident: bytes, depth: int) -> bytes:
    """Return elements in elements, each as large as what is left."""
    return b"".join(element(ident, b"", (len(ident) + 8) * (depth - n)) for n in range(depth))


def patched(form: str, kind: bytes, offset: int, value: bytes, *, all_of: bool = False) -> bytes:
    """Return a real video with bytes changed at a distance from a box's type."""
    data, place = bytearray(real(form)), 0
    while (place := data.find(kind, place)) >= 0:
        data[place + offset : place + offset + len(value)] = value
        place += 4
        if not all_of:
            break
    return bytes(data)


def moof(runs: int, frames: int) -> bytes:
    """Return a fragment that lists very many frames."""
    header = box(b"tfhd", struct.pack(">II", 0, 1))
    run = box(b"trun", struct.pack(">II", 0x100, frames) + b"\0\0\0\1" * frames)
    return box(b"moof", box(b"traf", header + run * runs)) + box(b"mdat", b"\0" * 16)


def _samples(count: int) -> bytes:
    """Return a plain mp4 whose moov claims very many samples in a few bytes."""
    return patched("plain.mp4", b"stsz", 12, struct.pack(">I", count))


def _head() -> bytes:
    return element(_EBML, element(b"\x42\x82", b"matroska"))


def _matroska(info: bytes = b"", tracks: bytes = b"", rest: bytes = b"") -> bytes:
    video = element(b"\xae", element(b"\x83", b"\1") + tracks)
    return _head() + element(_SEGMENT, element(_INFO, info) + element(_TRACKS, video) + rest)


def _mp4_lies() -> Iterator[tuple[str, bytes]]:
    head = box(b"ftyp", b"isom\0\0\0\0")
    for size in (0, 1, 2, 7, 8, 2**31, 2**32 - 1):
        yield f"moov-says-{size}.mp4", head + box(b"moov", real("plain.mp4")[40:400], size)
        yield f"mdat-says-{size}.mp4", patched("plain.mp4", b"mdat", -4, struct.pack(">I", size))
        yield f"trun-says-{size}.mp4", patched("fragmented.mp4", b"trun", -4, struct.pack(">I", size))
        yield f"stsd-says-{size}.mp4", patched("plain.mp4", b"stsd", -4, struct.pack(">I", size))
    for size in (0, 15, 16, 2**63, 2**64 - 1):
        yield f"wide-moov-{size}.mp4", head + large_box(b"moov", b"\0" * 32, size)
    for kind in (b"moov", b"trak", b"stbl", b"udta"):
        yield f"nested-{kind.decode()}.mp4", nested(kind, 20_000)
    yield "nested-in-fragments.mp4", head + box(b"moov", box(b"mvex") + nested(b"trak", 20_000)[16:])
    yield "a-million-samples.mp4", _samples(1_000_000)
    yield "all-samples.mp4", _samples(2**32 - 1)
    yield "frames-of-4-gib.mp4", patched("plain.mp4", b"stsz", 8, b"\xff" * 4)
    yield "tiny-boxes.mp4", head + box(b"free") * 300_000
    yield "many-tracks.mp4", head + box(b"moov", box(b"trak") * 100_000)
    yield "ten-hours.mp4", patched("plain.mp4", b"mvhd", 20, struct.pack(">I", 36_000_000))
    yield "ten-hours-everywhere.mp4", _ten_hours()
    yield "no-timescale.mp4", patched("plain.mp4", b"mvhd", 16, b"\0" * 4)
    yield "fastest-timescale.mp4", patched("plain.mp4", b"mdhd", 16, b"\xff" * 4)
    yield "12000x9000.mp4", _huge_pictures()
    yield "65535x65535.mp4", _sized(0xFFFF, 0xFFFF)
    yield "0x0.mp4", _sized(0, 0)
    yield "long-lists.mp4", real("fragmented.mp4")[:1500] + moof(20, 100_000)


def _ten_hours() -> bytes:
    data = bytearray(patched("plain.mp4", b"mvhd", 20, struct.pack(">I", 36_000_000)))
    for kind, at in ((b"tkhd", 24), (b"mdhd", 20)):
        place = data.find(kind)
        scale = 1000 if kind == b"tkhd" else struct.unpack(">I", data[place + 16 : place + 20])[0]
        data[place + at : place + at + 4] = struct.pack(">I", 36_000 * scale & 0xFFFFFFFF)
    place = data.find(b"stts")
    data[place + 12 : place + 16] = struct.pack(">I", 0x0FFFFFFF)
    return bytes(data)


def _sized(width: int, height: int) -> bytes:
    """Return a video whose headers tell another size of its pictures than they have."""
    data = bytearray(real("plain.mp4"))
    place = data.find(b"tkhd")
    data[place + 80 : place + 88] = struct.pack(">II", width << 16, height << 16)
    place = data.find(b"avc1")
    data[place + 28 : place + 32] = struct.pack(">HH", width, height)
    return bytes(data)


@cache
def _huge_pictures() -> bytes:
    """Return a small real video of one picture of 12,000 x 9,000; its headers tell 64 x 64."""
    source = ["-f", "lavfi", "-i", "color=size=12000x9000:rate=1:duration=1", "-frames:v", "1"]
    form = ["-c:v", "mjpeg", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov", "-"]
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", *source, *form], check=True, capture_output=True
    )
    made = done.stdout
    data = bytearray(made)
    place = data.find(b"tkhd")
    data[place + 80 : place + 88] = struct.pack(">II", 64 << 16, 64 << 16)
    return bytes(data)


def _mkv_lies() -> Iterator[tuple[str, bytes]]:
    duration, scale = b"\x44\x89", b"\x2a\xd7\xb1"
    for size in (2**40, 2**55, 2**56 - 1):
        yield f"segment-says-{size}.mkv", _head() + element(_SEGMENT, real("plain.mkv")[60:], size)
        yield f"cluster-says-{size}.mkv", _matroska(rest=element(_CLUSTER, b"\xe7\x81\0", size))
        yield f"track-says-{size}.mkv", _matroska(tracks=element(b"\xe0", b"\xb0\x82\1\0", size))
    yield "header-says-all.mkv", element(_EBML, b"", 2**55)
    yield (
        "wide-numbers.mkv",
        _matroska(element(scale, b"\xff" * 4_096) + element(duration, struct.pack(">d", 5))),
    )
    yield (
        "largest-numbers.mkv",
        _matroska(element(scale, b"\xff" * 8) + element(duration, struct.pack(">d", 1e308))),
    )
    yield "not-a-number.mkv", _matroska(element(duration, struct.pack(">d", float("nan"))))
    yield "ten-hours.mkv", _matroska(element(duration, struct.pack(">d", 36e6)))
    yield (
        "wide-pictures.mkv",
        _matroska(tracks=element(b"\xe0", element(b"\xb0", b"\xff" * 8) + element(b"\xba", b"\xff" * 4_000))),
    )
    yield "nothing-before.mkv", _head() + b"\xec\x80" * 3_000_000
    yield "nothing-inside.mkv", _matroska(rest=b"\xec\x80" * 500_000)
    yield "nested.mkv", _head() + nested_elements(_SEGMENT, 20_000)
    yield "nested-clusters.mkv", _head() + nested_elements(_CLUSTER, 20_000)
    yield "before-its-time.mkv", _matroska(rest=element(_CLUSTER, b"\xe7\x81\0\xa3\x84\x81\x80\0\x80"))


def others() -> Iterator[tuple[str, bytes]]:
    """Yield what is no video, or has none in it."""
    yield "empty.mp4", b""
    yield "one-byte.mp4", b"\0"
    yield "zeros.mp4", bytes(100_000)
    yield "noise.mp4", random.Random(1).randbytes(50_000)
    yield "noise.ts", random.Random(2).randbytes(50_000)
    yield "noise.avi", b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrl" + random.Random(3).randbytes(9_000)
    yield "packets.ts", (b"G" + bytes(187)) * 500
    yield "sound.mp4", sound()


@cache
def sound() -> bytes:
    """Return a real mp4 with sound only."""
    argv = [
        "-f",
        "lavfi",
        "-i",
        "sine=duration=1",
        "-c:a",
        "aac",
        "-f",
        "mp4",
        "-movflags",
        "frag_keyframe+empty_moov",
        "-",
    ]
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *argv], check=True, capture_output=True)
    return done.stdout


def lies() -> Iterator[tuple[str, bytes]]:
    """Yield files whose headers lie."""
    yield from _mp4_lies()
    yield from _mkv_lies()


def cut(form: str, pick: random.Random) -> bytes:
    """Return a real video that ends anywhere."""
    data = real(form)
    return data[: pick.randrange(len(data))]


def flipped(form: str, pick: random.Random) -> bytes:
    """Return a real video with some bits changed, most of them where its headers are."""
    data = bytearray(real(form))
    for _ in range(pick.choice((1, 1, 2, 8, 64))):
        place = pick.randrange(min(len(data), pick.choice((64, 1_500, len(data)))))
        data[place] ^= 1 << pick.randrange(8)
    return bytes(data)


def resized(form: str, pick: random.Random) -> bytes:
    """Return a real video in which one number of four bytes is one at an edge."""
    data = bytearray(real(form))
    place = pick.randrange(min(len(data) - 4, 2_000))
    data[place : place + 4] = pick.choice((0, 1, 7, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)).to_bytes(4, "big")
    return bytes(data)


_KINDS = [
    *(b"moov moof traf tfhd tfdt trun mvhd tkhd mdhd trex mvex mfra tfra mfro stsd stsz hdlr".split()),
    *(_EBML, _SEGMENT, _INFO, _TRACKS, _CLUSTER, b"\x2a\xd7\xb1", b"\x44\x89", b"\xe0", b"\xa3"),
]  # fmt: skip


def lied(form: str, pick: random.Random) -> bytes:
    """Return a real video in which some numbers of its boxes or elements are other ones."""
    data = bytearray(real(form))
    for _ in range(pick.choice((1, 2, 3))):
        kind = pick.choice([kind for kind in _KINDS if kind in data] or [b""])
        place = data.find(kind, pick.randrange(len(data)))
        place = max(data.find(kind) if place < 0 else place, 4)
        value = pick.choice((0, 1, 2, 7, 8, 255, 2**31, 2**32 - 1, pick.randrange(2**32)))
        place += pick.choice((-4, len(kind), len(kind) + 1, 8, 12, 16, 20, 24))
        data[place : place + 4] = value.to_bytes(4, "big")
    return bytes(data)


def random_one(pick: random.Random) -> tuple[str, bytes]:
    """Return one broken video."""
    form = pick.choice(list(_FORMS))
    return form, pick.choice((cut, flipped, resized, lied, lied))(form, pick)
