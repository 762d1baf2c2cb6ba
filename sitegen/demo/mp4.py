"""Reads the H.264 samples of a plain mp4 file, as bytes in memory; touches nothing else."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import msgspec

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_STSD_ENTRY_AT = 8
_AVC1_CHILDREN_AT = 86


class Samples(msgspec.Struct, frozen=True):
    """The samples of one track: length-prefixed NAL units, with durations in `timescale` ticks."""

    config: bytes
    """The avcC record: parameter sets and the size of the length prefix."""
    timescale: int
    data: tuple[bytes, ...]
    durations: tuple[int, ...]


def read_samples(data: bytes) -> Samples:
    """Return the samples of the first track; raise ValueError when it is no plain H.264 mp4 without B frames."""
    boxes: dict[bytes, bytes] = {}
    for name, body in _boxes(data):
        boxes.setdefault(name, body)
    try:
        config = _avc_config(boxes[b"stsd"])
        sizes = _table(boxes[b"stsz"], ">I", at=8) if _number(boxes[b"stsz"], 4) == 0 else _equal_sizes(boxes)
        durations = [length for count, length in _pairs(boxes[b"stts"]) for _ in range(count)]
        samples = tuple(_cut(data, sizes, _chunk_offsets(boxes), _samples_in_chunks(boxes[b"stsc"])))
        scale = _number(boxes[b"mdhd"], 20 if boxes[b"mdhd"][0] == 1 else 12)
    except (KeyError, IndexError, struct.error) as error:
        raise ValueError(f"no plain mp4 with H.264 in it ({error!r})") from error
    if len({offset for _, offset in _pairs(boxes.get(b"ctts", bytes(8)))}) > 1:
        raise ValueError("its frames are reordered; encode it without B frames (-bf 0)")
    return Samples(config, scale, samples, tuple(durations))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walk the boxes, and into those that only hold others."""
    at = 0
    while at + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        size = size or len(data) - at
        if size < head:
            return
        if name in _CONTAINERS:
            yield from _boxes(data[at + head : at + size])
        elif name != b"mdat":
            yield name, data[at + head : at + size]
        at += size


def _number(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + 4])


def _table(body: bytes, form: str, at: int = 4) -> list[int]:
    """Return the numbers of a table whose count stands at `at`, just before them."""
    width = struct.calcsize(form)
    return [struct.unpack_from(form, body, at + 4 + index * width)[0] for index in range(_number(body, at))]


def _pairs(body: bytes) -> list[tuple[int, int]]:
    return [struct.unpack_from(">II", body, 8 + 8 * index) for index in range(_number(body, 4))]


def _equal_sizes(boxes: dict[bytes, bytes]) -> list[int]:
    return [_number(boxes[b"stsz"], 4)] * _number(boxes[b"stsz"], 8)


def _chunk_offsets(boxes: dict[bytes, bytes]) -> list[int]:
    return _table(boxes[b"stco"], ">I") if b"stco" in boxes else _table(boxes[b"co64"], ">Q")


def _samples_in_chunks(body: bytes) -> list[tuple[int, int]]:
    """Return (first chunk, samples in each chunk from there on), as the file's table has it."""
    return [struct.unpack_from(">II", body, 8 + 12 * index) for index in range(_number(body, 4))]


def _cut(data: bytes, sizes: list[int], offsets: list[int], runs: list[tuple[int, int]]) -> Iterator[bytes]:
    """Yield each sample's bytes, in order."""
    remaining = iter(sizes)
    for chunk, offset in enumerate(offsets, start=1):
        count = next(many for first, many in reversed(runs) if first <= chunk)
        at = offset
        for _ in range(count):
            size = next(remaining, 0)
            yield data[at : at + size]
            at += size


def _avc_config(stsd: bytes) -> bytes:
    """Return the avcC record of the first sample entry."""
    entry = stsd[_STSD_ENTRY_AT:]
    return dict(_boxes(entry[_AVC1_CHILDREN_AT:]))[b"avcC"]
