"""A camera's day as HLS, read by the m3u8 package."""

import math
from datetime import timedelta

import m3u8
import pytest
from models import START

from sitegen.archive.video_headers import Headers
from sitegen.site.playlist import Film, playlist

ROOT = "../../../../../"


def a_film(start_s, seconds=20.0, *, name="a", pieces=2, init_bytes=797):
    start = START + timedelta(seconds=start_s)
    each = seconds / pieces if pieces else 0.0
    found = tuple((init_bytes + 1_000 * n, 1_000, each) for n in range(pieces))
    headers = Headers(320, 240, init_bytes if pieces else 0, found)
    return Film(start, start + timedelta(seconds=seconds), f"media/{name}.mp4", headers)


def read(*films):
    text = playlist(films, ROOT).decode("ascii")
    found = m3u8.loads(text)
    assert (found.playlist_type, found.is_endlist, found.is_independent_segments) == ("vod", True, True)
    assert all(round(s.duration) <= found.target_duration for s in found.segments)
    return found


def test_a_file_is_a_map_and_pieces():
    """Each with its range of bytes, from the playlist's own place; the first has the time of day."""
    found = read(a_film(0))
    assert [(s.uri, s.byterange, s.duration) for s in found.segments] == [
        (f"{ROOT}media/a.mp4", "1000@797", 10.0),
        (f"{ROOT}media/a.mp4", "1000@1797", 10.0),
    ]
    first, second = found.segments
    assert (first.init_section.uri, first.init_section.byterange) == (f"{ROOT}media/a.mp4", "797@0")
    assert first.program_date_time == START
    assert second.program_date_time is None
    assert not first.discontinuity
    assert (found.version, found.target_duration) == (7, 10)


def test_files_are_told_apart():
    """Their time stamps begin anew, and each has its own initialisation and time of day."""
    found = read(a_film(0), a_film(20, name="b", init_bytes=801))
    assert [s.discontinuity for s in found.segments] == [False, False, True, False]
    assert found.segments[2].init_section.byterange == "801@0"
    assert found.segments[2].program_date_time == START + timedelta(seconds=20)
    assert not any(s.gap_tag for s in found.segments)


def test_missing_footage_is_one_gap_in_which_no_time_passes():
    """It points to bytes that are there, says when it began, and leaves every place where the sum of lengths puts it."""
    found = read(a_film(0), a_film(500, name="b", init_bytes=801))
    (gap,) = [s for s in found.segments if s.gap_tag]
    assert found.segments.index(gap) == 2
    assert (gap.duration, gap.uri, gap.byterange) == (0.0, f"{ROOT}media/b.mp4", "801@0")
    assert gap.discontinuity
    assert gap.program_date_time == START + timedelta(seconds=20)
    assert found.segments[3].program_date_time == START + timedelta(seconds=500)
    assert found.version == 8
    assert sum(s.duration for s in found.segments) == 40


@pytest.mark.parametrize(("hole_s", "gaps"), [(-5, 0), (0.4, 0), (2, 0), (2.1, 1)])
def test_small_holes_are_no_gaps(hole_s, gaps):
    """Neighbours are timed to some 100 ms, and may overlap after a restart."""
    found = read(a_film(0), a_film(20 + hole_s, name="b"))
    assert sum(bool(s.gap_tag) for s in found.segments) == gaps


@pytest.mark.parametrize("film", [a_film(20, pieces=0), a_film(20)._replace(headers=None)])
def test_a_file_that_is_not_in_fragments_is_a_gap(film):
    """A plain mp4, an mkv, one whose headers are not known yet."""
    found = read(a_film(0), film, a_film(40, name="b"))
    assert [bool(s.gap_tag) for s in found.segments] == [False, False, True, False, False]
    assert len(read(film).segments) == 0


def test_a_file_inside_another_leaves_no_gap_behind_it():
    """What is recorded is counted by the furthest end."""
    found = read(a_film(0, 100), a_film(10, 20, name="b"), a_film(100, name="c"))
    assert not any(s.gap_tag for s in found.segments)


def test_the_target_holds_for_the_longest_piece():
    """A camera with a key frame each half a minute makes such pieces."""
    assert read(a_film(0, 25.4, pieces=1)).target_duration == 26


def test_without_films_it_is_valid():
    """It is over at once."""
    assert playlist([], ROOT) == (
        b"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:10\n#EXT-X-MEDIA-SEQUENCE:0\n"
        b"#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-ENDLIST\n"
    )
    assert len(read().segments) == 0


def test_lengths_are_exact_enough_for_a_day():
    """Rounding moves the last moment of a day of thirds of a second by less than a picture."""
    films = [a_film(300 * n, 300 - 1 / 3, name=str(n), pieces=29) for n in range(288)]
    found = read(*films)
    assert math.isclose(sum(s.duration for s in found.segments), 288 * (300 - 1 / 3), abs_tol=0.02)
