"""Wraps H.264 pictures into RTP packets (RFC 6184, mode 1) for an interleaved RTSP connection; pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

PAYLOAD_TYPE = 96
_LARGEST_PAYLOAD_BYTES = 1_400
_FRAGMENT = 28  # FU-A


def interleaved(
    units: Sequence[bytes], *, sequence: int, ticks: int, source: int, channel: int
) -> list[bytes]:
    """Return one picture's packets, each with the four bytes in front that RTSP over TCP wants.

    `sequence` is the first packet's number; numbers and `ticks` wrap as RTP has it.
    """
    payloads = [payload for unit in units for payload in _payloads(unit)]
    packets = []
    for index, payload in enumerate(payloads):
        last = 0x80 if index == len(payloads) - 1 else 0
        head = struct.pack(
            ">BBHII", 0x80, last | PAYLOAD_TYPE, (sequence + index) & 0xFFFF, ticks & 0xFFFFFFFF, source
        )
        packets.append(struct.pack(">cBH", b"$", channel, len(head) + len(payload)) + head + payload)
    return packets


def _payloads(unit: bytes) -> Iterator[bytes]:
    """Yield a NAL unit whole when it is small, else in fragments that say which is first and which last."""
    if len(unit) <= _LARGEST_PAYLOAD_BYTES:
        yield unit
        return
    indicator = (unit[0] & 0xE0) | _FRAGMENT
    kind = unit[0] & 0x1F
    step = _LARGEST_PAYLOAD_BYTES - 2
    for at in range(1, len(unit), step):
        first = 0x80 if at == 1 else 0
        last = 0x40 if at + step >= len(unit) else 0
        yield bytes((indicator, first | last | kind)) + unit[at : at + step]
