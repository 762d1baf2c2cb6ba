"""Turns what ffmpeg said into one sentence for the user, the same at every run; touches nothing."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"^\[[^\]]* @ 0x[0-9a-f]+\] *")
_MACHINES = ("No space left on device", "Disk quota exceeded", "Read-only file system", "Stale file handle")
_KNOWN = (
    ("moov atom not found", "the video has no index: it was cut, or is still being written"),
    ("matches no streams", "there is no video in it"),
    ("Picture size", "its pictures are too large"),
    ("Cannot allocate memory", "decoding it takes too much memory"),
    ("Invalid data found when processing input", "it is not a whole video"),
    ("Cannot determine format of input stream", "no picture in it can be decoded"),
)
_LONGEST = 200


def explain(said: str, video: str) -> str:
    """Return the cause of a failure in words; `video` is the path ffmpeg was given, which is left out."""
    lines = [_ADDRESS.sub("", line).strip() for line in _without(said, video).splitlines()]
    for sign, meaning in _KNOWN:
        if any(sign in line for line in lines):
            return meaning
    first = next((line for line in lines if line), "")
    return f"ffmpeg: {first[:_LONGEST]}" if first else "no picture in it can be decoded"


def is_machines_fault(said: str, video: str) -> bool:
    """Say whether ffmpeg failed for want of disk, not because of the clip."""
    text = _without(said, video)
    return any(sign in text for sign in _MACHINES)


def _without(said: str, video: str) -> str:
    """Leave the path out: it is nobody's business, and its name could look like a message."""
    return said.replace(f"file:{video}", "the video").replace(video, "the video")
