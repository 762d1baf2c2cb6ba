"""How much of what ffmpeg says is logged."""

from sitegen.capture.recorder_log import Chatter


def test_lines_that_differ_only_in_numbers_are_logged_once():
    """A camera can cause thousands a second."""
    chatter = Chatter()
    said = [chatter.admit("warning", f"[rtsp @ 0x{n:x}a] missed {n} packets") for n in range(1000)]
    assert [each for each in said if each] == ["[rtsp @ 0x0a] missed 0 packets"]


def test_the_number_of_kinds_is_bounded_and_info_is_passed_over():
    """Random lines fill neither log nor memory."""
    chatter = Chatter()
    assert chatter.admit("info", "Stream mapping:") is None
    assert chatter.admit("error", "  ") is None
    said = [chatter.admit("error", "x" * n) for n in range(1, 1000)]
    assert len([each for each in said if each]) == 50
    assert max(len(each) for each in said if each) <= 500


def test_no_control_character_reaches_the_log():
    """A line stays a line, and a terminal what it was."""
    assert Chatter().admit("error", "a\x1b[2Jb\u202ec\x00") == "a?[2Jb?c?"


def test_the_last_error_is_known_until_the_next_run():
    """It is part of the line that says why a recording ended; warnings are not."""
    chatter = Chatter()
    chatter.admit("error", "Connection refused")
    chatter.admit("warning", "odd")
    assert chatter.last_error == "Connection refused"
    chatter.run_begins()
    assert chatter.last_error == ""
    assert chatter.admit("error", "Connection refused") is None
    assert chatter.last_error == "Connection refused"
    chatter.camera_is_well()
    assert chatter.admit("error", "Connection refused") == "Connection refused"


def test_a_telling_line_is_not_covered_by_what_follows_from_it():
    """`No space left on device` says more than the failures after it."""
    chatter = Chatter()
    chatter.admit("error", "odd")
    chatter.admit("error", "No space left", telling=True)
    chatter.admit("error", "Conversion failed!")
    assert chatter.last_error == "No space left"


def test_what_ffmpeg_mends_at_each_start_is_not_logged():
    """Many cameras send no time with their first packet; the same words later, with other numbers, are news."""
    chatter = Chatter()
    start = "[segment @ 0x5] Non-monotonous DTS in output stream 0:0; previous: 0, current: 0; changing to 1."
    assert (
        chatter.admit("warning", "[segment @ 0x5] Timestamps are unset in a packet for stream 0. This")
        is None
    )
    assert chatter.admit("warning", start) is None
    assert chatter.admit("warning", start.replace("previous: 0", "previous: 900")) is not None
