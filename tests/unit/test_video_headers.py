"""Where players may take a recorded video piece by piece: as ffmpeg wrote it, whole, killed, damaged or hostile."""

import json
import random
import subprocess
from fractions import Fraction

import pytest

from sitegen.archive.container import read_container
from sitegen.archive.video_headers import PIECE_S, Headers, read_headers
from sitegen.capture.recorder_ffmpeg import Source, Way, argv
from sitegen.secret import Secret

SECONDS = 41
VIDEO = ["-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=10:duration={SECONDS}"]
SOUND = ["-f", "lavfi", "-i", f"sine=duration={SECONDS}"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "17", "-bf", "2", "-threads", "1", "-c:a", "aac"]
RECORDED = argv(Source(url=Secret("file:///x"), segment_seconds=15), Way(), "%S.mp4", 1)
FORM = RECORDED[RECORDED.index("-segment_format") :][:4]
NAMES = [
    "plain.mp4",
    "late.mkv",
    "silent-0.mp4",
    "silent-1.mp4",
    "silent-2.mp4",
    "sound-0.mp4",
    "sound-1.mp4",
]


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True, timeout=60)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Segments with the muxer's options of the recorder, which takes streams as they come; and other videos."""
    folder = tmp_path_factory.mktemp("videos")
    cut = ["-c", "copy", "-f", "segment", "-segment_time", 15, "-reset_timestamps", 1, *FORM]
    ffmpeg(*VIDEO, *SOUND, *H264, folder / "plain.mp4")
    ffmpeg("-i", folder / "plain.mp4", "-map", "0:v", *cut, folder / "silent-%d.mp4")
    ffmpeg("-i", folder / "plain.mp4", "-map", "0", *cut, folder / "sound-%d.mp4")
    ffmpeg("-i", folder / "plain.mp4", "-c", "copy", folder / "late.mkv")
    return folder


def packets(path):
    """What ffprobe says of the video's packets: (place, start, end, key), the times exact."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-of", "json"]
    shown = ["-show_entries", "packet=pos,pts,duration,flags:stream=time_base"]
    said = subprocess.run([*command, *shown, path], check=True, capture_output=True).stdout
    found = json.loads(said)
    tick = Fraction(found["streams"][0]["time_base"])
    return [
        (int(p["pos"]), p["pts"] * tick, (p["pts"] + p["duration"]) * tick, p["flags"].startswith("K"))
        for p in found["packets"]
    ]


def check(path, headers, said):
    """Say that pieces follow one another, begin with key frames, and last as long as their packets."""
    offset = headers.pieces[0][0]
    for number, (begin, size, seconds) in enumerate(headers.pieces):
        assert begin == offset
        inside = [p for p in said if begin <= p[0] < begin + size]
        assert min(inside)[3]
        last = number == len(headers.pieces) - 1
        end = max(p[2] for p in inside) if last else min(p[1] for p in said if p[0] >= begin + size)
        assert seconds == pytest.approx(float(end - min(p[1] for p in inside)), abs=1e-9)
        offset = begin + size
    assert offset <= path.stat().st_size


@pytest.mark.parametrize("name", [name for name in NAMES if "-" in name])
def test_pieces_are_exact(folder, name):
    """Of a recorded segment, with sound or without: bytes and times are those of ffprobe's packets; none is long."""
    path = folder / name
    headers, said = read_headers(str(path), pieces=True), packets(path)
    check(path, headers, said)
    assert headers.seconds == pytest.approx(
        float(max(p[2] for p in said) - min(p[1] for p in said)), abs=1e-9
    )
    assert (headers.width, headers.height) == (320, 180)
    assert max(seconds for *_, seconds in headers.pieces) <= PIECE_S
    assert len(headers.pieces) == -(-headers.seconds // PIECE_S)
    data = path.read_bytes()
    assert data[headers.init_bytes + 4 :][:4] == b"moof"
    assert data[: headers.init_bytes].count(b"moov") == 1


@pytest.mark.parametrize("name", ["silent-0.mp4", "sound-0.mp4"])
def test_the_file_s_own_list_says_what_its_boxes_say(folder, tmp_path, name):
    """Without the list at its end the boxes are walked, to the same pieces."""
    data = (folder / name).read_bytes()
    walked = tmp_path / name
    walked.write_bytes(data[: data.rindex(b"mfra") - 4])
    assert read_headers(str(walked), pieces=True) == read_headers(str(folder / name), pieces=True)


def test_fragments_that_begin_anywhere_are_joined_to_the_one_before(folder, tmp_path):
    """Others than the recorder cut by time: each piece begins with a key frame all the same, whatever the list says."""
    path = tmp_path / "by-time.mp4"
    form = ["-movflags", "empty_moov+default_base_moof", "-frag_duration", 500_000]
    ffmpeg("-i", folder / "silent-0.mp4", "-c", "copy", *form, path)
    headers = read_headers(str(path), pieces=True)
    assert path.read_bytes().count(b"moof") > 20
    check(path, headers, packets(path))
    assert len(headers.pieces) > 1


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("name", ["silent-1.mp4", "sound-1.mp4"])
def test_a_killed_recording_has_its_whole_fragments(folder, tmp_path, name, share):
    """What the recorder's ffmpeg left when it was killed: a last fragment that is cut is left out."""
    data = (folder / name).read_bytes()
    path = tmp_path / name
    path.write_bytes(data[: int(len(data) * share)])
    headers = read_headers(str(path), pieces=True)
    reached = headers.pieces[-1][0] + headers.pieces[-1][1]
    check(path, headers, [p for p in packets(path) if p[0] < reached])
    assert path.stat().st_size - reached < len(data) / 5
    assert headers.seconds == pytest.approx(read_container(path).seconds, abs=0.3)  # by decoding times


@pytest.mark.parametrize("name", ["plain.mp4", "late.mkv"])
def test_others_have_no_pieces_but_a_size(folder, name):
    """Players take a plain mp4, or an mkv, whole."""
    assert read_headers(str(folder / name), pieces=False) == Headers(320, 180)
    assert read_headers(str(folder / name), pieces=True) == Headers()


def test_what_is_no_video_has_nothing(tmp_path):
    """Text, an empty file, a FIFO that nobody writes to; a file that is not there is the caller's trouble."""
    for name, data in (
        ("text.mp4", b"not a video" * 99),
        ("empty.mp4", b""),
        ("short.mp4", b"\0\0\0\x1cftyp"),
    ):
        (tmp_path / name).write_bytes(data)
        assert [read_headers(str(tmp_path / name), pieces=p) for p in (True, False)] == [Headers()] * 2
    subprocess.run(["mkfifo", tmp_path / "fifo.mp4"], check=True)
    assert read_headers(str(tmp_path / "fifo.mp4"), pieces=True) == Headers()
    with pytest.raises(FileNotFoundError):
        read_headers(str(tmp_path / "gone.mp4"), pieces=True)


@pytest.mark.parametrize("name", ["silent-2.mp4", "sound-1.mp4"])
def test_damage_never_raises_and_never_leaves_the_file(folder, tmp_path, name):
    """P9: whatever bytes are others, in the boxes above all; pieces are in order, inside the file, and not endless."""
    data = (folder / name).read_bytes()
    boxes = [
        m for m in range(len(data) - 4) if data[m : m + 4] in {b"moov", b"moof", b"mfra", b"tfra", b"mfro"}
    ]
    chance, path = random.Random(7), tmp_path / "damaged.mp4"
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(chance.choice([1, 1, 3])):
            place = chance.choice(boxes) + chance.randrange(-4, 120)
            damaged[place : place + 4] = chance.choice([bytes(4), b"\xff" * 4, chance.randbytes(4)])
        path.write_bytes(damaged[: chance.choice([len(data), chance.randrange(len(data))])])
        headers = read_headers(str(path), pieces=True)
        end = headers.init_bytes
        for begin, size, seconds in headers.pieces:
            assert begin >= end
            assert size > 0
            assert 0 < seconds <= 172_800
            end = begin + size
        assert end <= path.stat().st_size


def test_a_list_that_lies_is_not_believed(folder, tmp_path):
    """Its last entry does not lead to a fragment that ends where the list begins: the boxes tell."""
    path = folder / "silent-0.mp4"
    data = bytearray(path.read_bytes())
    last = len(data) - 16 - 19 + 8  # the offset of the last entry, before the mfro box
    data[last : last + 8] = (int.from_bytes(data[last : last + 8], "big") - 1).to_bytes(8, "big")
    (tmp_path / "lie.mp4").write_bytes(data)
    assert read_headers(str(tmp_path / "lie.mp4"), pieces=True) == read_headers(str(path), pieces=True)
