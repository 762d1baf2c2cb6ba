"""Previews of every kind of video that a camera may send, by real ffmpeg; and of files that are no videos."""

import os
import resource
from pathlib import Path

import pytest
from preview_footage import X264, clip_of, copy, encode, gray, stream
from preview_making import (
    FORMATS,
    HOSTILE,
    PICTURE,
    SECONDS,
    SETTINGS,
    SHAPES,
    STILL_PICTURE,
    at,
    made,
    size,
    tile_brightness,
)
from preview_making import archive as archive
from preview_making import output as output

from sitegen.archive.video_headers import read_headers
from sitegen.previews import ffmpeg
from sitegen.previews.plan import TILES
from sitegen.previews.pool import make_previews
from sitegen.settings import PreviewSettings


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
    ("name", "kind", "moment_s"),
    [
        ("clock.mp4", "event", SECONDS / 2 - 1),  # a key frame each second, the first one of the window is it
        ("onekey.mkv", "event", SECONDS / 2),
        ("clock.mp4", "segment", 0),
        ("onekey.mkv", "segment", 0),
    ],
)
def test_poster_and_still_are_the_middle_or_the_first_picture(archive, output, name, kind, moment_s):
    """An event's pictures show its middle, a segment's its beginning; the still is small, the poster full size."""
    settings = PreviewSettings(width=320)
    paths = made(archive, output, name, kind, seconds=SECONDS, settings=settings)
    assert (size(paths["poster"]), size(paths["still"])) == ((640, 360), (320, 180))
    for picture in ("poster", "still"):
        brightness = max(map(max, gray(paths[picture], 16, 9)))
        assert at(moment_s) - 3 <= brightness <= at(moment_s + 0.15) + 3, picture


@pytest.mark.parametrize(("kind", "shortest"), [("event", 29.9), ("segment", 29.95)])
def test_the_small_video_plays_in_a_browser(archive, output, kind, shortest):
    """H.264, yuv420p, index before the media, as long as the clip."""
    video = made(archive, output, "clock.mp4", kind, seconds=SECONDS)["video"]
    codec, pixels, duration, rate = stream(video, "codec_name", "pix_fmt", "duration", "avg_frame_rate")
    assert (codec, pixels) == ("h264", "yuv420p")
    assert shortest <= float(duration) <= 30.05
    numerator, denominator = map(int, rate.split("/"))
    assert numerator / denominator == pytest.approx(10 if kind == "event" else 1, rel=0.1)
    data = video.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(("segments", "longest"), [("keyframes", 15), ("full", 10)])
def test_the_small_video_of_a_segment_can_be_one_of_a_playlist(archive, output, segments, longest):
    """In fragments that each begin with a key frame, together as long as the segment; an event's is one whole."""
    settings = PreviewSettings(segments=segments)
    video = made(archive, output, "clock.mp4", "segment", seconds=SECONDS, settings=settings)["video"]
    headers = read_headers(str(video), pieces=True)
    assert headers.seconds == pytest.approx(SECONDS, abs=0.05)
    assert [round(seconds) for *_, seconds in headers.pieces] == [longest] * (SECONDS // longest)
    assert max(map(max, gray(video, 16, 9))) <= at(0) + 3
    event = made(archive, output, "clock.mp4", "event", seconds=SECONDS)["video"]
    assert read_headers(str(event), pieces=True).pieces == ()


def test_a_segment_that_is_cut_does_not_look_whole(archive, output, tmp_path):
    """Its last picture is not held to the end that its index still claims: it is judged as before."""
    whole = tmp_path / "whole.mp4"
    copy(whole, "-i", archive / "clock.mp4", "-c", "copy", "-movflags", "+faststart")
    root = tmp_path / "archive"
    root.mkdir()
    (root / "cut.mp4").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    problem = make_previews(clip_of(root, "cut.mp4", "segment", SECONDS), root, output, SETTINGS)
    assert problem is not None
    assert "can be decoded" in problem


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


@pytest.mark.parametrize("options", [("-f", "mpegts"), ("-movflags", "frag_keyframe+empty_moov")])
@pytest.mark.parametrize("kind", ["event", "segment"])
def test_a_clip_whose_clock_begins_late_is_shown_from_its_start(archive, output, kind, options):
    """A camera that is up for a quarter of an hour: the same moments as of a clip that begins at 0."""
    late = ("-c", "copy", "-output_ts_offset", "1000", "-muxdelay", "0", *options)
    copy(archive / "late.mp4", "-i", str(archive / "clock.mp4"), *late)
    paths = made(archive, output, "late.mp4", kind, seconds=SECONDS)
    assert SECONDS - 1.1 <= float(stream(paths["video"], "duration")[0]) <= SECONDS + 0.1
    begin_s = SECONDS / 2 - 1 if kind == "event" else 0
    assert at(begin_s) - 3 <= max(map(max, gray(paths["poster"], 16, 9))) <= at(SECONDS / 2) + 3
    for tile, brightness in enumerate(tile_brightness(paths["sprite"])):
        middle = (tile + 0.5) * SECONDS / TILES
        assert at(middle - 1.2) - 3 <= brightness <= at(middle) + 3, tile


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


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, "event") for name in HOSTILE), ("cut-at-the-end.mp4", "segment"), ("head.mkv", "segment")],
)
def test_what_is_no_video_is_a_clear_error(archive, output, name, kind):
    """It says what is wrong, the same each time, without a path; no more appears than the picture that a cut one still has."""
    content, reason = HOSTILE[name]
    (archive / name).write_bytes(content(archive))
    clip = clip_of(archive, name, kind)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    errors = {make_previews(clip, archive, output, SETTINGS) for _ in range(2)}
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20
    assert len(errors) == 1
    assert reason in errors.pop()
    assert str(archive) not in reason
    appeared = {path.name.removeprefix(name) for path in (output / "previews").rglob("*.*")}
    assert appeared == ({".poster.jpg", ".still.jpg"} if name == "cut-at-the-end.mp4" else set())
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
