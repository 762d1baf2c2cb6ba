"""What is made of a clip is decided from the clip and the settings alone."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from sitegen.clip import Clip
from sitegen.previews.plan import (
    Made,
    Source,
    begins_s,
    cpu_limit_s,
    fingerprint,
    plan,
    verdict,
    wall_limit_s,
)
from sitegen.settings import PreviewSettings

EVENT = Clip(
    path="events/1/20260102/a.mp4",
    id="1-20260102T030405Z",
    kind="event",
    camera="1",
    start=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    end=datetime(2026, 1, 2, 3, 4, 25, tzinfo=UTC),
)
SEGMENT = msgspec.structs.replace(EVENT, kind="segment")
SOURCE = Source(demuxer="mov", seconds=20.0, pixels=1920 * 1080)


@pytest.mark.parametrize(
    ("clip", "segments", "graph"),
    [
        (EVENT, "keyframes", "smooth"),
        (EVENT, "none", "smooth"),
        (SEGMENT, "keyframes", "keys"),
        (SEGMENT, "full", "smooth"),
        (SEGMENT, "none", None),
    ],
)
def test_kind_and_setting_choose_the_graph(clip, segments, graph):
    """Events are always smooth; segments are what the setting says, or nothing."""
    wanted = plan(clip, PreviewSettings(segments=segments))
    assert (wanted and wanted.graph) == graph


@pytest.mark.parametrize(
    ("ended", "sub_ended", "sub_seconds", "begins"),
    [
        (0, 1.25, 20.0, 1.25),
        (0.4, -0.5, 21.0, -1.5),
        (-0.9, 0, 20.0, 0.0),
        (1.1, 1.25, 20.0, 0.0),  # the segment's file was written to later than it ended: its times are no use
        (-86_400, -86_398, 20.0, 0.0),
        (0, 21, 20.0, 0.0),  # not of the same time
        (0, -25, 20.0, 0.0),
    ],
)
def test_when_a_sub_stream_begins_is_known_from_its_end(ended, sub_ended, sub_seconds, begins):
    """It was last written to when its last picture came; nothing is said where files do not have their times."""
    at = [SEGMENT.end + timedelta(seconds=seconds) for seconds in (ended, sub_ended)]
    found = begins_s(SEGMENT, *at, Source(demuxer="mov", seconds=sub_seconds, pixels=640 * 360))
    assert found == pytest.approx(begins)


def test_a_clip_being_recorded_gets_nothing_yet():
    """Without an end there is no plan, whatever its kind."""
    for clip in (EVENT, SEGMENT):
        assert plan(msgspec.structs.replace(clip, end=None), PreviewSettings(segments="full")) is None


def test_outputs_keep_the_whole_name_of_the_video():
    """a.mp4 and a.mkv of one folder do not share previews."""
    wanted = plan(EVENT, PreviewSettings())
    assert wanted is not None
    assert wanted.outputs == {
        "video": "previews/events/1/20260102/a.mp4.low.mp4",
        "poster": "previews/events/1/20260102/a.mp4.poster.jpg",
        "still": "previews/events/1/20260102/a.mp4.still.jpg",
        "sprite": "previews/events/1/20260102/a.mp4.sprite.jpg",
    }


@pytest.mark.parametrize(
    ("width", "box"), [(640, (640, 360)), (160, (160, 90)), (1920, (1920, 1080)), (642, (642, 360))]
)
def test_the_box_is_sixteen_to_nine_and_even(width, box):
    """H.264 with halved colours needs even sizes."""
    wanted = plan(EVENT, PreviewSettings(width=width))
    assert wanted is not None
    assert wanted.box == box


def test_the_fingerprint_follows_what_changes_the_pictures_and_nothing_else():
    """More workers or a cap do not make previews stale; another width does."""
    base = fingerprint(PreviewSettings())
    assert fingerprint(PreviewSettings(workers=3, cpu_percent=20)) == base
    assert (
        len({base, fingerprint(PreviewSettings(width=480)), fingerprint(PreviewSettings(segments="full"))})
        == 3
    )


@pytest.mark.parametrize(
    ("graph", "frames", "seconds", "good"),
    [
        ("smooth", 200, 20.0, True),
        ("smooth", 190, 19.0, True),
        ("smooth", 100, 10.0, False),  # a cut file with its index at the start
        ("smooth", 0, 0.0, False),
        ("keys", 10, 20.0, True),
        ("keys", 2, 20.0, True),  # key frames ten seconds apart: the last one was made to last
        ("keys", 1, 0.1, False),
        ("keys", 0, 0.0, False),
        ("keys", 5, 12.0, False),  # cut, or few key frames: the smooth graph will tell
    ],
)
def test_a_run_is_judged_by_pictures_and_length(graph, frames, seconds, good):
    """A small video that is much shorter than its source is not good, whatever ffmpeg returned."""
    assert (verdict(graph, Made(frames=frames, seconds=seconds), SOURCE) == "") is good


def test_the_verdict_says_how_much_can_be_decoded():
    """The user reads both lengths."""
    assert verdict("smooth", Made(frames=98, seconds=9.8), SOURCE).startswith("only 9.8 of 20.0 seconds")


def test_limits_grow_with_length_and_size_and_with_the_cap():
    """A long large clip may take longer; under a cap the wall clock allows for it."""
    small = Source(demuxer="mov", seconds=20.0, pixels=640 * 360)
    assert (
        cpu_limit_s(small) < cpu_limit_s(SOURCE) < cpu_limit_s(msgspec.structs.replace(SOURCE, seconds=300.0))
    )
    assert cpu_limit_s(Source(demuxer="mov", seconds=864_000.0, pixels=40_000_000)) == 86_400
    assert wall_limit_s(100, 10) == pytest.approx(600 + 50_000)
    assert wall_limit_s(100, 0) == wall_limit_s(100, 200) == pytest.approx(600 + 5_000)
