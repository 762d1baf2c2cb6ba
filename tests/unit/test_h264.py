"""Reading footage: what cannot be looped is refused by name."""

import pytest

from sitegen import process
from sitegen.demo.h264 import read_footage


def test_footage_that_cannot_be_looped_is_refused(tmp_path):
    """B frames, and files that hold no H.264, are told by name and reason."""
    reordered = tmp_path / "b.mp4"
    argv = "ffmpeg -v error -f lavfi -i testsrc=size=160x120:rate=10 -t 2 -c:v libx264 -bf 2 -pix_fmt yuv420p"
    process.run([*argv.split(), str(reordered)], timeout_s=30)
    with pytest.raises(ValueError, match=r"b\.mp4: its frames are reordered"):
        read_footage(reordered)
    (tmp_path / "c.mp4").write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00")
    with pytest.raises(ValueError, match=r"c\.mp4: no plain mp4"):
        read_footage(tmp_path / "c.mp4")
    (tmp_path / "d.h264").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="key frame"):
        read_footage(tmp_path / "d.h264")
