"""Previews of every kind of video that a camera may send, by real ffmpeg; and of files that are no videos."""

import os
import resource
import struct
from pathlib import Path

import pytest
from preview_footage import X264, clip_of, copy, encode, gray, stream

from sitegen.archive.layout import preview_paths
from sitegen.previews import ffmpeg
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


@pytest.mark.parametrize(
    ("name", "kind", "late_s"),
    [("clock.mp4", "event", 0.2), ("clock.mp4", "segment", 1.1), ("onekey.mkv", "segment", 0.2)],
)
def test_the_sprite_shows_thirty_moments_in_order(archive, output, name, kind, late_s):
    """Tile k is the picture at the middle of its slot; key frames only come a little early; one key frame is not enough."""
    paths = made(archive, output, name, kind, seconds=SECONDS)
    assert size(paths["sprite"]) == (960, 450)
    for tile, brightness in enumerate(tile_brightness(paths["sprite"])):
        middle = (tile + 0.5) * SECONDS / TILES
        assert at(middle - late_s) - 3 <= brightness <= at(middle) + 3, tile


@pytest.mark.parametrize(
    ("kind", "moment_s"),
    [("event", SECONDS / 2), ("segment", 0)],
)
def test_poster_and_still_are_the_middle_or_the_first_picture(archive, output, kind, moment_s):
    """An event's pictures show its middle, a segment's its beginning; the still is small, the poster full size."""
    settings = PreviewSettings(width=320)
    paths = made(archive, output, "clock.mp4", kind, seconds=SECONDS, settings=settings)
    assert (size(paths["poster"]), size(paths["still"])) == ((640, 360), (320, 180))
    for name in ("poster", "still"):
        brightness = max(map(max, gray(paths[name], 16, 9)))
        assert at(moment_s) - 3 <= brightness <= at(moment_s + 0.15) + 3, name


@pytest.mark.parametrize(("kind", "shortest"), [("event", 29.9), ("segment", 29.0)])
def test_the_small_video_plays_in_a_browser(archive, output, kind, shortest):
    """H.264, yuv420p, index before the media, as long as the clip."""
    video = made(archive, output, "clock.mp4", kind, seconds=SECONDS)["video"]
    codec, pixels, duration, rate = stream(video, "codec_name", "pix_fmt", "duration", "avg_frame_rate")
    assert (codec, pixels) == ("h264", "yuv420p")
    assert shortest <= float(duration) <= 30.1
    numerator, denominator = map(int, rate.split("/"))
    assert numerator / denominator == pytest.approx(10 if kind == "event" else 1, rel=0.1)
    data = video.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_two_runs_give_the_same_bytes(archive, tmp_path):
    """A site made again is the same site (P5)."""
    one, two = (made(archive, tmp_path / name, "plain.mp4") for name in ("one", "two"))
    for kind in one:
        assert one[kind].read_bytes() == two[kind].read_bytes(), kind


def test_previews_carry_the_videos_time_and_are_readable(archive, output):
    """That is how they are known to be right; nginx runs as somebody else."""
    os.utime(archive / "plain.mp4", ns=(1_700_000_000_123_456_789,) * 2)
    for path in made(archive, output, "plain.mp4").values():
        status = path.stat()
        assert status.st_mtime_ns == 1_700_000_000_123_456_789
        assert status.st_mode & 0o444 == 0o444


SHAPES = {
    "four-to-three.mp4": ("800x600", ("-vf", "null"), (480, 360)),
    "portrait.mp4": ("360x640", ("-vf", "null"), (202, 360)),
    "anamorphic.mkv": ("720x576", ("-vf", "setsar=16/11"), (640, 352)),
    "cif.mkv": ("352x288", ("-vf", "setsar=12/11"), (384, 288)),
    "small.mp4": ("160x120", ("-vf", "null"), (160, 120)),
    "tall.mp4": ("16x1200", ("-vf", "null"), (4, 360)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_are_kept_and_nothing_is_enlarged(archive, output, name):
    """Square pixels, even sizes, inside 640x360; tiles are letterboxed."""
    picture, options, expected = SHAPES[name]
    encode(archive / name, PICTURE.format(picture), *X264, *options)
    paths = made(archive, output, name)
    assert (size(paths["video"]), size(paths["still"])) == (expected, expected)
    assert stream(paths["video"], "sample_aspect_ratio") == ["1:1"]
    assert size(paths["sprite"]) == (960, 450)
    if expected[0] / expected[1] < 1.7:
        edges = [row[0] for row in gray(paths["sprite"], 960, 450)]
        assert max(edges) < 8, "the bars beside the picture are black"


def test_a_rotated_video_stands_upright(archive, output):
    """A ceiling camera's or a phone's flag is obeyed: the picture is the one that a player shows."""
    half = "color=black:s=640x360:r=10:d=1,drawbox=x=0:y=0:w=320:h=360:color=white:t=fill"
    encode(archive / "flat.mp4", half, *X264)
    copy(archive / "rotated.mp4", "-i", str(archive / "flat.mp4"), "-c", "copy", "-metadata:s:v", "rotate=90")
    paths = made(archive, output, "rotated.mp4")
    assert (size(paths["poster"]), size(paths["video"])) == ((360, 640), (202, 360))
    played, shown = gray(archive / "rotated.mp4", 8, 8), gray(paths["poster"], 8, 8)
    assert {min(played[0]) > 240, min(played[7]) > 240} == {True, False}, "the halves lie above each other"
    assert all(abs(a - b) < 4 for x, y in zip(played, shown, strict=True) for a, b in zip(x, y, strict=True))


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


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_true_pictures(archive, output, name):
    """Codec, depth, colours, container, no matter: the small picture is the picture ffmpeg decodes."""
    picture, options = FORMATS[name]
    encode(archive / name, STILL_PICTURE.format(picture), *options)
    paths = made(archive, output, name, "segment")
    theirs = gray(archive / name, 32, 18)
    for kind in ("poster", "video"):
        ours = gray(paths[kind], 32, 18)
        wrong = [abs(a - b) for x, y in zip(ours, theirs, strict=True) for a, b in zip(x, y, strict=True)]
        assert sum(wrong) / len(wrong) < 6, kind
    assert stream(paths["video"], "pix_fmt") == ["yuv420p"]


@pytest.mark.parametrize(
    "options", [("-frames:v", "1"), ("-f", "lavfi", "-i", "sine=d=1.3")], ids=["one picture", "longer sound"]
)
@pytest.mark.parametrize("kind", ["event", "segment"])
def test_the_sprite_is_filled_to_its_end(archive, output, kind, options):
    """A white clip gives thirty white tiles: with one picture only, and with sound that outlasts the pictures."""
    encode(archive / "white.mp4", "color=white:s=320x180:r=10:d=1", *options, *X264)
    assert min(tile_brightness(made(archive, output, "white.mp4", kind)["sprite"])) > 250


def test_pictures_without_times_and_a_change_of_size_are_borne(archive, output):
    """A bare stream packed into mkv; a transport stream whose camera was set to another size."""
    encode(archive / "bare.h264", PICTURE.format("640x360"), *X264)
    copy(archive / "no-times.mkv", "-f", "h264", "-i", str(archive / "bare.h264"), "-c", "copy")
    made(archive, output, "no-times.mkv")
    for name, picture in (("a.ts", "640x360"), ("b.ts", "320x240")):
        encode(archive / name, PICTURE.format(picture), *X264)
    both = archive / "sizes.ts"
    both.write_bytes((archive / "a.ts").read_bytes() + (archive / "b.ts").read_bytes())
    assert size(made(archive, output, "sizes.ts")["video"]) == (640, 360)


def test_scale_stands_in_where_zscale_is_not_built_in(archive, output, monkeypatch):
    """Sizes and pictures are right all the same."""
    monkeypatch.setattr(ffmpeg, "has_zscale", lambda: False)
    paths = made(archive, output, "clock.mp4", settings=PreviewSettings(width=320), seconds=SECONDS)
    assert size(paths["video"]) == (320, 180)
    assert at(29) - 3 < tile_brightness(paths["sprite"])[29] <= at(29.5) + 3


def test_a_reduced_video_is_sharp(archive, output):
    """SSIM against a lanczos reduction of the source: at least .97."""
    encode(archive / "detail.mp4", "testsrc2=s=1280x720:r=10:d=2", *X264, "-crf", "16")
    video = made(archive, output, "detail.mp4")["video"]
    graph = "[0:v]scale=640:360:flags=lanczos,format=yuv420p[a];[1:v]format=yuv420p[b];[a][b]ssim=stats_file={}[o]"
    stats = output / "ssim"
    inputs = ("-i", str(archive / "detail.mp4"), "-i", str(video))
    copy(output / "null", *inputs, "-filter_complex", graph.format(stats), "-map", "[o]", "-f", "null")
    luma = [float(line.split("Y:")[1].split()[0]) for line in stats.read_text().splitlines()]
    assert len(luma) == 20
    assert sum(luma) / len(luma) >= 0.97


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


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, "event") for name in HOSTILE), ("cut-at-the-end.mp4", "segment"), ("head.mkv", "segment")],
)
def test_what_is_no_video_is_a_clear_error(archive, output, name, kind):
    """It says what is wrong, the same each time, without a path; nothing appears in the site or is left behind."""
    content, reason = HOSTILE[name]
    (archive / name).write_bytes(content(archive))
    clip = clip_of(archive, name, kind)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    errors = {make_previews(clip, archive, output, SETTINGS) for _ in range(2)}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20
    assert len(errors) == 1
    assert reason in errors.pop()
    assert str(archive) not in reason
    assert not (output / "previews").exists()
    assert not any((output / ".sitegen-tmp").iterdir())


@pytest.mark.parametrize("name", ["12:30 %d ünï.mp4", "-i.mp4", "a'b;c[d],e.mp4", "line\nbreak.mp4"])
def test_a_name_is_only_a_name(archive, output, name):
    """No protocol, option, filter or pattern is read out of it."""
    (archive / name).write_bytes((archive / "plain.mp4").read_bytes())
    made(archive, output, name)


def test_an_output_folder_with_a_percent_sign_is_only_a_folder(archive, tmp_path):
    """Pictures are not numbered."""
    made(archive, tmp_path / "100%d [site]", "plain.mp4")


def test_previews_that_cannot_be_written_are_not_the_clips_fault(archive, tmp_path):
    """The text says so."""
    output = tmp_path / "site"
    output.mkdir()
    (output / "previews").write_text("in the way")
    error = make_previews(clip_of(archive, "plain.mp4"), archive, output, SETTINGS)
    assert error is not None
    assert error.startswith("previews cannot be written")
    assert not any(Path(output / ".sitegen-tmp").iterdir())
