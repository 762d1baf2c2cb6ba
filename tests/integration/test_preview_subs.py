"""Segments with a recording of the camera's sub-stream: it is copied as their small video, where it will do."""

import os
import shutil
import subprocess
import threading

import msgspec
import pytest
from preview_footage import X264, clip_of, copy, encode, gray, stream
from preview_making import SETTINGS, at, cut_at_the_end, size, tile_brightness
from preview_making import output as output

from sitegen.archive.layout import preview_paths
from sitegen.archive.video_headers import read_headers
from sitegen.previews.pool import made_stage, make_previews
from sitegen.settings import PreviewSettings

SECONDS = 30
MAIN = f"color=white:s=1280x720:r=10:d={SECONDS}"
# Brightness tells the time: 7 steps a second, upwards from black.
SUB = f"color=black:s=64x36:r=10:d={SECONDS},geq=lum='16+T*7':cb=128:cr=128,scale=320:180:flags=neighbor"
PIECE = ("-movflags", "+frag_keyframe+empty_moov+default_base_moof")


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A segment whose main stream is white and whose sub-stream shows the time, so that each tells where it comes from."""
    root = tmp_path_factory.mktemp("archive")
    encode(root / "main.mp4", MAIN, *X264, "-g", "20")
    encode(root / "sub.mp4", SUB, *X264, "-g", "20", *PIECE)
    return root


def made(archive, output, sub, kind="segment", *, settings=SETTINGS):
    clip = msgspec.structs.replace(clip_of(archive, "main.mp4", kind, SECONDS), sub=sub)
    assert make_previews(clip, archive, output, settings) is None
    assert made_stage(output, clip, settings) == "all"
    return {kind: output / path for kind, path in preview_paths("main.mp4").items()}


def packets(path):
    """Return the hash of the video stream's packets: their bytes, in order."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(path), "-map", "0:v:0", "-c", "copy"]
    return subprocess.run(
        [*command, "-f", "streamhash", "-"], check=True, timeout=60, capture_output=True
    ).stdout


@pytest.mark.parametrize("segments", ["keyframes", "full", "none"])
def test_the_sub_streams_pictures_are_copied_not_made_again(archive, output, segments):
    """Packet by packet the same; the sprite is its, poster and still are the main stream's. Whatever the setting says."""
    paths = made(archive, output, "sub.mp4", settings=PreviewSettings(segments=segments))
    assert packets(paths["video"]) == packets(archive / "sub.mp4")
    data = paths["video"].read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    assert (size(paths["video"]), size(paths["poster"])) == ((320, 180), (1280, 720))
    assert min(map(min, gray(paths["still"], 16, 9))) > 250
    for tile, brightness in enumerate(tile_brightness(paths["sprite"])):
        middle = tile + 0.5
        assert at(middle - 2.1) - 3 <= brightness <= at(middle) + 3, tile


def test_an_event_may_have_one_too(archive, output):
    """Whoever wrote the sidecar knows."""
    paths = made(archive, output, "sub.mp4", "event")
    assert packets(paths["video"]) == packets(archive / "sub.mp4")


def test_two_copies_are_the_same_bytes(archive, tmp_path):
    """A site made again is the same site (P5)."""
    one, two = (made(archive, tmp_path / name, "sub.mp4") for name in ("one", "two"))
    for kind in one:
        assert one[kind].read_bytes() == two[kind].read_bytes(), kind


@pytest.mark.parametrize("late_s", [0.0, 1.75, -2.5])
def test_a_copy_says_when_its_first_picture_is(archive, output, late_s):
    """The two streams are cut at key frames of their own. Its headers tell, beside where its pieces lie."""
    end_s = clip_of(archive, "main.mp4", "segment", SECONDS).end.timestamp()
    os.utime(archive / "main.mp4", (end_s, end_s))
    os.utime(archive / "sub.mp4", (end_s + late_s, end_s + late_s))
    low = made(archive, output, "sub.mp4", "segment")["video"]
    found = read_headers(str(low), pieces=True)
    assert (found.begins_s, found.seconds) == pytest.approx((late_s, SECONDS))
    assert found == msgspec.structs.replace(
        read_headers(str(archive / "sub.mp4"), pieces=True),
        init_bytes=found.init_bytes,
        pieces=found.pieces,
        begins_s=found.begins_s,
    )


def test_a_recording_that_still_grows_is_waited_for(archive, output):
    """The sub-stream's file ends up to some seconds after its segment: the copy holds all of it."""
    data = (archive / "sub.mp4").read_bytes()
    growing = archive / "growing.mp4"
    growing.write_bytes(data[: data.rindex(b"moof") - 4])

    def go_on():
        growing.write_bytes(data)

    later = threading.Timer(1.5, go_on)
    later.start()
    paths = made(archive, output, "growing.mp4")
    later.join()
    assert packets(paths["video"]) == packets(archive / "sub.mp4")


def hevc(path):
    encode(path, SUB, "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=20")


def missing(path):
    path.unlink(missing_ok=True)


def shorter(path):
    copy(path, "-i", str(path.parent / "sub.mp4"), "-t", "20", "-c", "copy")


def cut(path):
    shutil.copyfile(path.parent / "sub.mp4", path.parent / "plain.mp4")
    path.write_bytes(cut_at_the_end(path.parent))


def one_key_frame(path):
    encode(path, SUB, *X264, "-g", "1000", "-sc_threshold", "0")


def script(path):
    path.write_text(f"ffconcat version 1.0\nfile '{path.parent}/sub.mp4'\n")


def a_folder(path):
    path.mkdir()


def damaged(path):
    """Its index is whole, its pictures are not."""
    copy(path, "-i", str(path.parent / "sub.mp4"), "-c", "copy", "-movflags", "+faststart")
    data = path.read_bytes()
    begin = data.index(b"mdat") + 4
    path.write_bytes(data[:begin] + bytes(len(data) - begin))


@pytest.mark.parametrize("spoil", [hevc, missing, shorter, cut, one_key_frame, script, a_folder, damaged])
def test_what_will_not_do_is_made_of_the_clip_itself(archive, output, spoil):
    """Missing, cut, shorter, of a kind that browsers do not play, no video at all: previews come the usual way."""
    name = f"{spoil.__name__}.mp4"
    spoil(archive / name)
    paths = made(archive, output, name)
    assert stream(paths["video"], "codec_name", "width") == ["h264", "640"]
    assert min(tile_brightness(paths["sprite"])) > 250
