"""The headers of real files of every form tell the same length as the encoder was told."""

import os
import random
import subprocess

import pytest

from sitegen.archive.container import Container, read_container

SECONDS = 3.3
SOURCE = ["-f", "lavfi", "-i", f"testsrc2=size=320x240:rate=10:duration={SECONDS}"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "10", "-threads", "1"]
FRAGMENTED = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
FORMS = {
    "plain.mp4": H264,
    "faststart.mp4": [*H264, "-movflags", "+faststart"],
    "fragments.mp4": [*H264, *FRAGMENTED],
    "fragments-first-in-moov.mp4": [*H264, "-movflags", "frag_keyframe+default_base_moof"],
    "quicktime.mov": H264,
    "plain.mkv": H264,
    "small-clusters.mkv": [*H264, "-cluster_time_limit", "500"],
    "vp8.webm": ["-c:v", "libvpx", "-b:v", "200k", "-deadline", "realtime", "-cpu-used", "8"],
}


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True, timeout=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("videos")
    for name, options in FORMS.items():
        ffmpeg(*SOURCE, *options, folder / name)
    return folder


def cut(folder, name, share, new):
    data = (folder / name).read_bytes()
    (folder / new).write_bytes(data[: int(len(data) * share)])
    return read_container(folder / new)


@pytest.mark.parametrize("name", FORMS)
def test_a_whole_file(folder, name):
    """Length, size and codec of a whole file are known, to the frame."""
    codec = "vp8" if name.endswith(".webm") else "h264"
    found = read_container(folder / name)
    assert found is not None
    assert found.seconds == pytest.approx(SECONDS, abs=0.002)
    assert (found.width, found.height, found.codec) == (320, 240, codec)
    assert found.has_video
    assert found.complete


def test_a_fragmented_file_without_its_last_fragments(folder):
    """What is cut counts up to its last whole fragment, which is a second long here."""
    found = cut(folder, "fragments.mp4", 0.75, "cut.mp4")
    assert found.seconds == 2.0
    assert not found.complete


def test_a_fragment_whose_frames_are_missing_does_not_count(folder):
    """A fragment's box of frames may be whole though its media data are not: it is left out."""
    data = (folder / "fragments.mp4").read_bytes()
    last = data.rindex(b"moof")
    last_data = data.index(b"mdat", last)
    (folder / "no-data.mp4").write_bytes(data[: last_data + 4])
    found = read_container(folder / "no-data.mp4")
    assert (found.seconds, found.complete) == (3.0, False)
    (folder / "some-data.mp4").write_bytes(data[: last_data + 400])
    assert read_container(folder / "some-data.mp4") == found


def test_a_cut_faststart_file_is_not_complete(folder):
    """Its index still says the whole length; that the media data end early is told."""
    found = cut(folder, "faststart.mp4", 0.6, "cut-faststart.mp4")
    assert (found.seconds, found.complete) == (pytest.approx(SECONDS), False)


def test_an_mp4_that_has_just_been_opened(folder):
    """The 48 bytes that Motion and ffmpeg begin with are an mp4 of which nothing is known."""
    (folder / "begun.mp4").write_bytes((folder / "plain.mp4").read_bytes()[:48])
    assert read_container(folder / "begun.mp4") == Container()


@pytest.mark.parametrize("name", ["plain.mkv", "small-clusters.mkv"])
def test_a_cut_mkv_lasts_until_its_last_whole_frame(folder, name):
    """A killed recording has no length in its head, or a wrong one: the frames that are there tell it."""
    found = cut(folder, name, 0.5, "cut-" + name)
    probed = [float(line) for line in frame_times(folder / ("cut-" + name))]
    # ffprobe also shows the one frame that was cut through.
    assert found.seconds - 0.1 in (pytest.approx(probed[-1], abs=0.002), pytest.approx(probed[-2], abs=0.002))
    assert not found.complete


def frame_times(path):
    command = ["ffprobe", "-v", "quiet", "-show_entries", "packet=pts_time", "-of", "csv=p=0", str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()


def test_an_mkv_from_a_pipe(folder):
    """Where nothing could be written back, clusters and length are open; the last frame tells it."""
    with (folder / "pipe.mkv").open("wb") as out:
        command = ["ffmpeg", "-v", "error", "-nostdin", *SOURCE, *H264, "-f", "matroska", "-live", "1", "-"]
        subprocess.run(command, check=True, stdout=out, timeout=60)
    found = read_container(folder / "pipe.mkv")
    assert found.seconds == pytest.approx(SECONDS, abs=0.002)
    assert (found.width, found.complete) == (320, False)


def test_the_size_is_that_of_the_shown_picture(folder):
    """Pixel aspect and rotation count."""
    ffmpeg(*SOURCE, *H264, "-vf", "setsar=4/3", folder / "wide.mp4")
    ffmpeg(*SOURCE, *H264, "-vf", "setsar=4/3", folder / "wide.mkv")
    ffmpeg("-i", folder / "plain.mp4", "-c", "copy", "-metadata:s:v", "rotate=90", folder / "turned.mp4")
    assert [read_container(folder / name).width for name in ("wide.mp4", "wide.mkv")] == [426, 426]
    turned = read_container(folder / "turned.mp4")
    assert (turned.width, turned.height) == (240, 320)


def test_sound_alone_is_no_video(folder):
    """A file without a picture says so."""
    ffmpeg("-f", "lavfi", "-i", "sine=duration=1", folder / "sound.mp4")
    found = read_container(folder / "sound.mp4")
    assert (found.has_video, found.codec, found.width) == (False, None, None)
    assert found.seconds == pytest.approx(1, abs=0.1)


def test_other_files_are_none(folder):
    """The bytes decide, not the name; a folder or a FIFO is nothing to wait for."""
    (folder / "text.mp4").write_text("#EXTM3U\nfile:///etc/passwd\n")
    (folder / "empty.mp4").write_bytes(b"")
    os.mkfifo(folder / "fifo.mp4")
    for name in ("text.mp4", "empty.mp4", "fifo.mp4"):
        assert read_container(folder / name) is None
    assert read_container(folder) is None
    with pytest.raises(FileNotFoundError):
        read_container(folder / "missing.mp4")


@pytest.mark.parametrize("name", FORMS)
def test_damage_never_raises(folder, name):
    """Cut anywhere and scribbled over, a file gives some answer, soon."""
    dice = random.Random(name)
    data = (folder / name).read_bytes()
    for _ in range(150):
        damaged = bytearray(data[: dice.randrange(len(data))])
        for _ in range(dice.randrange(12)):
            place = dice.randrange(min(len(damaged) or 1, 1_500) or 1)
            damaged[place : place + 1] = bytes([dice.randrange(256)])
        (folder / "damaged").write_bytes(damaged)
        read_container(folder / "damaged")


def test_a_file_of_tiny_boxes_ends_soon(folder):
    """However many boxes somebody writes, the reading is bounded."""
    (folder / "boxes.mp4").write_bytes(b"\0\0\0\x08free" * 400_000)
    found = read_container(folder / "boxes.mp4")
    assert not found.complete
