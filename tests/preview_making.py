"""Videos of every kind, and their previews made by the real ffmpeg, for the tests that look at them."""

import struct

import pytest
from preview_footage import X264, clip_of, copy, encode, gray, stream

from sitegen.archive.layout import preview_paths
from sitegen.previews.plan import TILES
from sitegen.previews.pool import have_previews, make_previews
from sitegen.settings import PreviewSettings

SETTINGS = PreviewSettings()


SECONDS = 30


PICTURE = "testsrc2=s={}:r=10:d=2"


STILL_PICTURE = "smptehdbars=s={}:r=10:d=2"


# Brightness tells the time: 7 steps a second, upwards from black.
CLOCK = f"color=black:s=64x36:r=10:d={SECONDS},geq=lum='16+T*7':cb=128:cr=128,scale=640:360:flags=neighbor"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive of small videos, made once."""
    root = tmp_path_factory.mktemp("archive")
    encode(root / "clock.mp4", CLOCK, *X264, "-g", "10")
    encode(root / "onekey.mkv", CLOCK, *X264, "-g", "1000", "-sc_threshold", "0")
    encode(root / "plain.mp4", PICTURE.format("640x360"), *X264, "-g", "10")
    return root


@pytest.fixture
def output(tmp_path):
    return tmp_path / "site"


def made(archive, output, name, kind="event", *, settings=SETTINGS, seconds=2.0):
    """Make previews, and return the paths of what must be there."""
    clip = clip_of(archive, name, kind, seconds)
    assert make_previews(clip, archive, output, settings) is None
    assert have_previews(output, clip, settings)
    assert list((output / ".sitegen-tmp").iterdir()) == []
    return {kind: output / path for kind, path in preview_paths(name).items()}


def size(path):
    return tuple(map(int, stream(path, "width", "height")))


def tile_brightness(sprite):
    """Return the brightness of the middle of each tile, row by row."""
    rows = gray(sprite, 960, 450)
    return [rows[90 * (tile // 6) + 45][160 * (tile % 6) + 80] for tile in range(TILES)]


def at(seconds):
    """Return the brightness that CLOCK has at a time, in full range."""
    return seconds * 7 * 255 / 219


SHAPES = {
    "four-to-three.mp4": ("800x600", ("-vf", "null"), (480, 360)),
    "portrait.mp4": ("360x640", ("-vf", "null"), (202, 360)),
    "anamorphic.mkv": ("720x576", ("-vf", "setsar=16/11"), (640, 352)),
    "cif.mkv": ("352x288", ("-vf", "setsar=12/11"), (384, 288)),
    "small.mp4": ("160x120", ("-vf", "null"), (160, 120)),
    "tall.mp4": ("16x1200", ("-vf", "null"), (4, 360)),
}


FORMATS = {
    "hevc.mp4": ("640x360", ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")),
    "ten-bit.mkv": ("640x360", (*X264, "-pix_fmt", "yuv420p10le")),
    "odd.mp4": ("321x181", (*X264, "-pix_fmt", "yuv444p")),
    "rgb.mkv": ("640x360", ("-c:v", "libx264rgb", "-preset", "ultrafast")),
    "gray.mkv": ("640x360", (*X264, "-pix_fmt", "gray")),
    "full-range.avi": ("321x181", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")),
    "sound.ts": ("640x360", ("-f", "lavfi", "-i", "sine=d=2", *X264)),
    "fragments.mp4": ("640x360", (*X264, "-movflags", "frag_keyframe+empty_moov+default_base_moof")),
    "b-frames.avi": ("640x360", (*X264, "-bf", "2")),
    "vp8.webm": ("640x360", ("-c:v", "libvpx", "-deadline", "realtime")),
    "one-picture.mp4": ("640x360", (*X264, "-frames:v", "1")),
    "half-second.mkv": ("640x360", (*X264, "-t", "0.5")),
}


def playlist(root):
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{root}/plain.mp4\n#EXT-X-ENDLIST\n".encode()


def script(root):
    return f"ffconcat version 1.0\nfile '{root}/plain.mp4'\n".encode()


def cut(root):
    return (root / "plain.mp4").read_bytes()[:-3000]


def cut_at_the_end(root):
    front = copy(root / "front.mp4", "-i", str(root / "plain.mp4"), "-c", "copy", "-movflags", "+faststart")
    data = front.read_bytes()
    return data[: len(data) // 2]


def huge(root):
    """A video whose headers claim 12000x9000 pictures, in the track and in the sample entry."""
    data = bytearray((root / "plain.mp4").read_bytes())
    entry = data.index(b"avc1", data.index(b"stsd")) + 28
    assert struct.unpack_from(">HH", data, entry) == (640, 360)
    struct.pack_into(">HH", data, entry, 12000, 9000)
    track = data.index(b"tkhd") + 80
    assert struct.unpack_from(">II", data, track) == (640 << 16, 360 << 16)
    struct.pack_into(">II", data, track, 12000 << 16, 9000 << 16)
    return bytes(data)


def sound(root):
    path = encode(root / "sound.m4a", "sine=d=2")
    return path.read_bytes()


HOSTILE = {
    "playlist.mp4": (playlist, "not a video that sitegen knows"),
    "script.mp4": (script, "not a video that sitegen knows"),
    "garbage.mkv": (lambda root: bytes(range(256)) * 100, "not a video that sitegen knows"),
    "empty.mp4": (lambda root: b"", "the file is empty"),
    "opened.mp4": (lambda root: b"\x00\x00\x00\x20ftypisom" + bytes(36), "no index"),
    "cut.mp4": (cut, "no index"),
    "cut-at-the-end.mp4": (cut_at_the_end, "the video is cut or damaged"),
    "huge.mp4": (huge, "its pictures are too large"),
    "sound.mp4": (sound, "there is no video in it"),
    "head.mkv": (lambda root: b"\x1a\x45\xdf\xa3" + bytes(1000), "not a whole video"),
}
