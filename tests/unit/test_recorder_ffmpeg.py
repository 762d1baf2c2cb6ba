"""What ffmpeg is told, and what it says, in lines that were seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.capture.recorder_ffmpeg import (
    Source,
    Way,
    argv,
    closed_row,
    last_frames,
    read_line,
    redact,
    script,
)
from sitegen.secret import Secret

URL = Secret("rtsp://viewer:canaryPW7Q@192.0.2.7:554/stream?token=queryCanary&x=1")


def words(url, way=None, **keys):
    return argv(Source(url=Secret(url), **keys), way or Way(), "/a/%Y%m%d/1-%Y%m%dT%H%M%SZ-abcdef1.mp4", 9)


def value(command, option):
    return command[command.index(option) + 1]


def test_nothing_is_coded_anew_and_fragments_survive_a_kill():
    """-c copy; the fragment options stand where they count; the list goes to stdout, the report to a pipe of its own."""
    command = words("rtsp://h/x", segment_seconds=60)
    assert command[0] == "ffmpeg"
    assert value(command, "-c") == "copy"
    assert value(command, "-segment_time") == "60"
    assert value(command, "-segment_atclocktime") == "1"
    assert "flush_packets=1" in value(command, "-segment_format_options")
    assert (value(command, "-segment_list"), value(command, "-progress")) == ("pipe:1", "pipe:9")
    assert command[-1].startswith("file:/a/")


def test_rtsp_has_transport_and_timeout_in_microseconds():
    """Without -timeout a frozen camera would hang for ever."""
    command = words("rtsp://h/x", transport="udp", stall_seconds=2.5)
    assert value(command, "-rtsp_transport") == "udp"
    assert value(command, "-timeout") == "2500000"
    assert value(command, "-i") == "rtsp://h/x"
    assert command.index("-timeout") < command.index("-i")


def test_an_address_with_a_password_is_no_argument():
    """Everybody can read a command line: ffmpeg reads address and options of RTSP from a descriptor; others it is given."""
    source = Source(url=Secret("rtsp://u:it's@h/x?a=1&b=2"), transport="udp", stall_seconds=2.5)
    command = argv(source, Way(audio=False), "/a/1.mp4", 9, 7)
    assert "u:it" not in " ".join(command)
    assert (value(command, "-i"), value(command, "-f")) == ("pipe:7", "concat")
    assert "file" not in value(command, "-protocol_whitelist").split(",")
    assert script(source, Way(audio=False)).decode().splitlines() == [
        "ffconcat version 1.0",
        r"file 'rtsp://u:it'\''s@h/x?a=1&b=2'",
        "option rtsp_transport udp",
        "option allowed_media_types video",
        "option timeout 2500000",
    ]
    for url in ("http://h/x", "mjpeg://h/x", "file:///x"):
        assert script(Source(url=Secret(url)), Way()) is None


def test_a_file_is_played_in_real_time_and_in_a_loop():
    """As Motion plays it."""
    command = words("file:///v/a b.mp4")
    assert "-re" in command
    assert value(command, "-stream_loop") == "-1"
    assert value(command, "-i") == "file:/v/a b.mp4"


def test_motions_mjpeg_addresses_are_http_and_frames_without_times_get_some():
    """ffmpeg knows no mjpeg://; a multipart stream of pictures carries no times."""
    assert value(words("mjpeg://h/x"), "-i") == "http://h/x"
    assert "-use_wallclock_as_timestamps" not in words("http://h/x")
    assert value(words("http://h/x", Way(timed=False)), "-use_wallclock_as_timestamps") == "1"
    assert value(words("https://h/x", stall_seconds=3.0), "-rw_timeout") == "3000000"


def test_sound_is_left_out_when_it_cannot_be_kept():
    """Then it is not even asked for."""
    assert "0:a:0?" in words("rtsp://h/x")
    command = words("rtsp://h/x", Way(audio=False))
    assert "0:a:0?" not in command
    assert value(command, "-allowed_media_types") == "video"


def test_a_file_that_is_opened():
    """The path is taken as it is, also with quotes in it; files that are read, and pipes of others, are not meant."""
    line = "[segment @ 0x55c] [info] Opening 'file:/a/it's/1-20261122T164612Z-abc.mp4' for writing"
    assert read_line(line, URL).opened == "file:/a/it's/1-20261122T164612Z-abc.mp4"
    assert read_line("[hls @ 0x55c] [info] Opening 'http://h/x.ts' for reading", URL).opened is None
    assert read_line("[info] Opening 'x' for writing", URL).opened is None


@pytest.mark.parametrize(
    ("line", "level", "trouble"),
    [
        ("[error] av_interleaved_write_frame(): No space left on device", "error", "disk_full"),
        ("[error] Error writing trailer of x: Disk quota exceeded", "error", "disk_full"),
        (
            "[mp4 @ 0x55] [error] Could not find tag for codec pcm_alaw in stream #1, codec not currently supported in container",
            "error",
            "audio",
        ),
        (
            "[mp4 @ 0x55] [error] Could not find tag for codec wmv3 in stream #0, codec not currently supported in container",
            "error",
            None,
        ),
        ("[info] Exiting normally, received signal 15.", "info", "signal"),
        ("[segment @ 0x55] [error] Failed to open segment 'nox/1.mp4'", "error", "local"),
        ("[info] Input #0, mpjpeg, from 'http://h/':", "info", "untimed"),
        ("[info] Input #0, rtsp, from 'rtsp://h/':", "info", None),
        ("[rtsp @ 0x55] [warning] max delay reached. need to consume packet", "warning", None),
        ("something without a level", "info", None),
    ],
)
def test_levels_and_troubles(line, level, trouble):
    """What ffmpeg 5.1 was seen to say."""
    read = read_line(line, URL)
    assert (read.level, read.trouble) == (level, trouble)


@pytest.mark.parametrize(
    "line",
    [
        f"[error] {URL.reveal()}: Connection refused",
        "[error] rtsp://viewer:canaryPW7Q@192.0.2.7:554/other: 401",
        "[error] rtsp://viewer:canary@PW7Q@192.0.2.7/other",
        "[error] 'token=queryCanary' is no option",
        "[error] password canaryPW7Q refused",
        "[error] GET /stream?token=queryCanary&x=1 failed",
    ],
)
def test_no_secret_is_in_what_is_logged(line):
    """P10: the address, its user part, its password and its query, whole or in parts."""
    text = read_line(line, URL).text
    assert "canary" not in text.lower()
    assert "***" in text


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_line_is_read(text):
    """P9: a camera decides what is in ffmpeg's lines."""
    for url in (URL, Secret(text or "x")):
        read_line(text, url)
        redact(text, url)
    closed_row(text)
    last_frames(text.encode())


def test_rows_of_the_list():
    """They say which file is closed, and how long it is; the first one of a run does not know."""
    assert closed_row("101-20261122T164610Z-abc.mp4,2.000000,4.5") == ("101-20261122T164610Z-abc.mp4", 2.5)
    assert closed_row('"a,b.mp4",0.000000,2.128027') == ("a,b.mp4", None)
    assert closed_row("out_time=00:00:02.176000") is None
    assert closed_row("progress=continue") is None
    assert closed_row("a.mp4,1.5,nan0") == ("a.mp4", None)
    assert closed_row("a.mp4,4.0,2.0") == ("a.mp4", None)


def test_the_last_report_counts():
    """Several may have come since they were looked at; what is no number is no count."""
    assert last_frames(b"frame=11\nfps=10\nframe= 12\nfps=10\n") == 12
    assert last_frames(b"frame=11") == 11
    assert last_frames(b"fps=10\nframe=N/A\n") is None
    assert last_frames(b"") is None
