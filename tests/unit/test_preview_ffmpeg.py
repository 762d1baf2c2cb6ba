"""The command line that makes previews, and what is made of ffmpeg's complaints."""

import pytest

from sitegen.previews.complaint import explain, is_machines_fault
from sitegen.previews.ffmpeg import MOST_PIXELS, command, demuxer, filters, has_zscale
from sitegen.previews.plan import Source

SOURCE = Source(demuxer="mov", seconds=20.05, pixels=640 * 360)
VIDEO = "/archive/events/12:30 %d.mp4"


def words(graph="smooth"):
    return command((640, 360), graph, SOURCE, VIDEO, zscale=True)


def test_the_input_is_forced_fenced_and_never_our_stdin():
    """Reader, protocol, size and path are fixed before -i, so that no content can choose them."""
    argv = words()
    before = argv[: argv.index("-i") + 2]
    for pair in (
        ["-f", "mov"],
        ["-protocol_whitelist", "file"],
        ["-max_pixels", str(MOST_PIXELS)],
        ["-threads", "1"],
        ["-i", f"file:{VIDEO}"],
    ):
        at = before.index(pair[0])
        assert before[at : at + 2] == pair
    assert "-nostdin" in before


def test_every_picture_is_one_file_and_all_outputs_are_reproducible():
    """Pictures are written with -update 1 (a %d in a name means nothing then), everything with bitexact."""
    argv = words()
    assert argv.count("-update") == 3
    assert argv.count("+bitexact") == 8
    assert argv.count("-map_metadata") == 4
    outputs = [word for word in argv if word.startswith("file:") and VIDEO not in word]
    assert outputs == [
        "file:progress.txt",
        "file:low.mp4",
        "file:poster.jpg",
        "file:still.jpg",
        "file:sprite.jpg",
    ]


def test_key_frames_are_skipped_to_by_the_decoder_and_only_for_segments():
    """-skip_frame nokey stands before -i; the smooth graph thins by time instead."""
    keys, smooth = words("keys"), words()
    assert keys.index("-skip_frame") < keys.index("-i")
    assert "-skip_frame" not in smooth
    assert "select=" in " ".join(smooth)
    assert "select=" not in " ".join(keys)


def test_the_sprite_has_thirty_slots_over_the_whole_length():
    """The rate is exact: thirty tiles in so many milliseconds."""
    assert "fps=30000/20050:start_time=0" in filters((640, 360), "keys", SOURCE, zscale=True)


def test_without_zscale_the_graph_scales_by_scale():
    """No graph names a filter that ffmpeg lacks."""
    assert "zscale" not in filters((640, 360), "smooth", SOURCE, zscale=False)
    assert "zscale" in filters((640, 360), "smooth", SOURCE, zscale=True)


def test_debians_ffmpeg_has_zscale():
    """The question is put to the real program."""
    assert has_zscale() is True


@pytest.mark.parametrize(
    ("head", "reader"),
    [
        (b"\x00\x00\x00\x20ftypisom" + bytes(400), "mov"),
        (b"\x00\x00\x00\x08wide" + bytes(400), "mov"),
        (b"\x1a\x45\xdf\xa3" + bytes(400), "matroska"),
        (b"RIFF\x00\x00\x00\x00AVI LIST" + bytes(400), "avi"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(400), None),
        ((b"G" + bytes(187)) * 3, "mpegts"),
        ((bytes(4) + b"G" + bytes(187)) * 3, "mpegts"),
        (b"GIF89a" + bytes(400), None),
        (b"G" * 100, None),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", None),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", None),
        (b"\xff\xd8\xff\xe0" + bytes(400), None),
        (b"", None),
    ],
)
def test_the_reader_follows_the_first_bytes(head, reader):
    """No name is asked for, and text is never a video."""
    assert demuxer(head) == reader


def test_a_complaint_is_the_same_at_every_run_and_names_no_path():
    """Memory addresses would make the page differ from build to build; the path is nobody's business."""
    one = explain(f"[mov @ 0x55d0c0]  strange thing\nfile:{VIDEO}: other\n", VIDEO)
    two = explain(f"[mov @ 0x7f1122aa]  strange thing\nfile:{VIDEO}: other\n", VIDEO)
    assert one == two == "ffmpeg: strange thing"
    assert VIDEO not in explain(f"file:{VIDEO}: something else", VIDEO)
    assert len(explain("x" * 10_000, VIDEO)) < 300
    assert explain("", VIDEO) == "no picture in it can be decoded"


def test_a_full_disk_is_no_fault_of_the_clip_even_if_the_clip_is_named_so():
    """Only ffmpeg's own words count."""
    assert is_machines_fault("av_interleaved_write_frame(): No space left on device", VIDEO)
    name = "/archive/No space left on device.mp4"
    assert not is_machines_fault(f"file:{name}: Invalid data found when processing input", name)
