"""Turns a file of H.264 into frames that can be sent again and again; reads that one file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from sitegen.demo.mp4 import Samples, read_samples

CLOCK_HZ = 90_000
"""RTP's clock for video: all times of frames are in its ticks."""
_IDR, _SPS, _PPS = 5, 7, 8
_SLICES = range(1, 6)
_START_CODE = re.compile(rb"\x00\x00\x01")


class Frame(msgspec.Struct, frozen=True):
    """One picture: its slices, and when it is shown, in ticks from the footage's start."""

    ticks: int
    slices: tuple[bytes, ...]
    key: bool


class Footage(msgspec.Struct, frozen=True):
    """What a simulated camera films, for ever from the start again."""

    sps: bytes
    pps: bytes
    frames: tuple[Frame, ...]
    ticks: int
    """Length of the whole, in ticks."""

    @property
    def fps(self) -> float:
        """Frames a second, on average."""
        return len(self.frames) * CLOCK_HZ / self.ticks


def read_footage(path: Path, fps: float = 10.0) -> Footage:
    """Read an mp4, or a raw annex-B stream (.h264, .264) that is shown at `fps` frames a second.

    Raises ValueError when the file cannot be looped: no H.264, B frames, or no key frame at its start.
    """
    data = path.read_bytes()
    try:
        if path.suffix in {".h264", ".264"}:
            return _from_stream(data, round(CLOCK_HZ / fps))
        return _from_samples(read_samples(data))
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _kind(unit: bytes) -> int:
    return unit[0] & 0x1F


def _starts_picture(unit: bytes) -> bool:
    """Tell whether a slice is a picture's first: its first number, first_mb_in_slice, is 0, one set bit."""
    return len(unit) > 1 and unit[1] >= 0x80  # noqa: PLR2004  # the highest bit


def _from_stream(data: bytes, frame_ticks: int) -> Footage:
    units = [unit for unit in (part.rstrip(b"\x00") for part in _START_CODE.split(data)[1:]) if unit]
    pictures: list[list[bytes]] = []
    for unit in units:
        if _kind(unit) not in _SLICES:
            continue
        if _starts_picture(unit) or not pictures:
            pictures.append([])
        pictures[-1].append(unit)
    return _footage(units, pictures, [frame_ticks] * len(pictures))


def _from_samples(samples: Samples) -> Footage:
    width = (samples.config[4] & 3) + 1
    pictures = [[unit for unit in _prefixed(data, width) if _kind(unit) in _SLICES] for data in samples.data]
    ticks = [duration * CLOCK_HZ // samples.timescale for duration in samples.durations]
    return _footage(list(_parameter_sets(samples.config)), pictures, ticks)


def _prefixed(data: bytes, width: int) -> Iterator[bytes]:
    at = 0
    while at + width < len(data):
        size = int.from_bytes(data[at : at + width])
        yield data[at + width : at + width + size]
        at += width + size


def _parameter_sets(config: bytes) -> Iterator[bytes]:
    """Yield the first SPS and the first PPS of an avcC record."""
    size = int.from_bytes(config[6:8])
    yield config[8 : 8 + size]
    at = 8 + size + 1
    size = int.from_bytes(config[at : at + 2])
    yield config[at + 2 : at + 2 + size]


def _footage(units: Sequence[bytes], pictures: Sequence[Sequence[bytes]], lengths: Sequence[int]) -> Footage:
    sps = next((unit for unit in units if _kind(unit) == _SPS), b"")
    pps = next((unit for unit in units if _kind(unit) == _PPS), b"")
    frames: list[Frame] = []
    ticks = 0
    for slices, length in zip(pictures, lengths, strict=True):
        frames.append(Frame(ticks, tuple(slices), any(_kind(unit) == _IDR for unit in slices)))
        ticks += length
    if not sps or not pps or not frames or not frames[0].key:
        raise ValueError("it does not begin with a key frame of H.264; make it with libx264")
    return Footage(sps, pps, tuple(frames), ticks)
