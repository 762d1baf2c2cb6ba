"""RTP packets of the simulated cameras."""

from sitegen.demo.rtp import interleaved


def test_packets_are_cut_and_numbered_as_rtp_wants():
    """A picture's packets put together again are the picture; numbers wrap; only the last carries the marker."""
    unit = bytes([0x65]) + bytes(range(256)) * 20
    made = interleaved((b"\x67sps", unit), sequence=0xFFFF, ticks=(1 << 32) + 5, source=7, channel=2)
    heads = [(one[1], int.from_bytes(one[6:8]), int.from_bytes(one[8:12]), one[5] >> 7) for one in made]
    assert heads == [(2, (0xFFFF + n) & 0xFFFF, 5, int(n == len(made) - 1)) for n in range(len(made))]
    assert all(len(one) == 4 + int.from_bytes(one[2:4]) for one in made)
    pieces = [one[16:] for one in made[1:]]
    assert [piece[1] >> 6 for piece in pieces] == [2, *[0] * (len(pieces) - 2), 1]
    assert (
        bytes([(pieces[0][0] & 0xE0) | (pieces[0][1] & 0x1F)]) + b"".join(piece[2:] for piece in pieces)
        == unit
    )
