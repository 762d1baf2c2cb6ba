"""The command line that makes previews, and what is made of ffmpeg's complaints."""

import msgspec
import pytest

from sitegen.previews.complaint import explain, is_machines_fault
from sitegen.previews.ffmpeg import MOST_PIXELS, command, demuxer, filters, has_zscale, poster_command
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


def poster_words(*, keys=True, moment_s=10.0):
    return poster_command((640, 360), SOURCE, VIDEO, moment_s, keys=keys, zscale=True)


@pytest.mark.parametrize(
    ("argv", "pictures", "files"),
    [
        (words(), 1, ["progress.txt", "low.mp4", "sprite.jpg"]),
        (words("keys"), 1, ["progress.txt", "low.mp4", "sprite.jpg"]),
        (words("copy"), 1, ["progress.txt", "low.mp4", "sprite.jpg"]),
        (poster_words(), 2, ["poster.jpg", "still.jpg"]),
    ],
)
def test_every_picture_is_one_file_and_all_outputs_are_reproducible(argv, pictures, files):
    """Pictures are written with -update 1 (a %d in a name means nothing then), everything with bitexact. Nothing twice."""
    assert argv.count("-update") == pictures
    made = [name for name in files if name != "progress.txt"]
    assert argv.count("+bitexact") == 2 * len(made)
    assert argv.count("-map_metadata") == len(made)
    outputs = [word for word in argv if word.startswith("file:") and VIDEO not in word]
    assert outputs == [f"file:{name}" for name in files]


def test_every_run_decodes_with_one_thread_and_the_same_fences():
    """Poster and copy are fenced as the rest is."""
    for argv in (words(), words("copy"), poster_words(), poster_words(keys=False)):
        fenced = argv[argv.index("-max_pixels") : argv.index("-i") + 2]
        assert fenced[-6:] == ["-protocol_whitelist", "file", "-f", "mov", "-i", f"file:{VIDEO}"]
        assert argv[:2] == ["ffmpeg", "-nostdin"]
        assert argv[argv.index("-max_pixels") - 1] == "1"


def test_key_frames_are_skipped_to_by_the_decoder_where_they_are_enough():
    """-skip_frame nokey stands before -i; the smooth graph thins by time, and leaves out only what nothing builds on."""
    for keys in (words("keys"), words("copy"), poster_words()):
        assert keys[keys.index("-skip_frame") + 1] == "nokey"
        assert keys.index("-skip_frame") < keys.index("-i")
        assert "select=" not in " ".join(keys)
    for whole in (words(), poster_words(keys=False)):
        assert "-skip_frame" not in whole
    assert "select=" in " ".join(words())
    assert words()[words().index("-skip_loop_filter") + 1] == "noref"


@pytest.mark.parametrize(("moment_s", "window"), [(10.0, ("9.000", "7.000")), (2.0, ("1.600", "1.600"))])
def test_a_poster_is_looked_for_about_the_middle(moment_s, window):
    """From a second before it, less in a short clip, well into the second half; the reading ends there."""
    argv = poster_words(moment_s=moment_s)
    assert (argv[argv.index("-ss") + 1], argv[argv.index("-t") + 1]) == window
    assert argv.index("-t") < argv.index("-i")


def test_a_poster_of_the_beginning_seeks_nothing():
    """A segment's is its first key frame."""
    assert "-ss" not in poster_words(moment_s=0.0)
    assert "tpad" not in " ".join(poster_words(moment_s=0.0, keys=False))


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


@pytest.mark.parametrize(
    ("reader", "asked"), [("mov", False), ("matroska", False), ("mpegts", True), ("avi", True)]
)
def test_a_first_picture_is_decoded_only_to_look_at_it_where_headers_do_not_tell(reader, asked):
    """And always where every picture counts, or packets are copied: the order of pictures and their times come from it."""
    source = msgspec.structs.replace(SOURCE, demuxer=reader)
    keys = command((640, 360), "keys", source, VIDEO, zscale=True)
    poster = poster_command((640, 360), source, VIDEO, 10.0, keys=True, zscale=True)
    for argv in (keys, poster):
        assert ("-nofind_stream_info" not in argv) is asked
    for argv in (words(), words("copy"), poster_words(keys=False)):
        assert "-nofind_stream_info" not in argv
