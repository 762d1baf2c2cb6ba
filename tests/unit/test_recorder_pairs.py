"""Which file of a sub-stream belongs to which segment."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.capture.recorder_names import (
    SUB_SUFFIX,
    SUFFIX,
    file_pattern,
    parse_name,
    parse_sub_name,
    slot_of,
)
from sitegen.capture.recorder_pairs import Pairs

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECONDS = 300


def names(seconds: float, *, main: str = "abcdef1", sub: str = "abcdef1", late_s: float = 1) -> list[str]:
    """A segment's name and that of a file of the sub-stream, opened `late_s` after it."""
    stems = ((main, SUFFIX, seconds), (sub, SUB_SUFFIX, seconds + late_s))
    return [
        (NOON + timedelta(seconds=at)).strftime(file_pattern("", "7", token, suffix)).rpartition("/")[2]
        for token, suffix, at in stems
    ]


def test_the_names_of_both_streams_are_told_apart():
    """A file of the sub-stream is no segment, and a segment is no file of the sub-stream."""
    main, sub = names(0)
    assert sub == "7-20261122T120001Z-abcdef1.sub.mp4"
    assert parse_name(sub) is None
    assert parse_sub_name(main) is None
    assert parse_sub_name(sub).token == parse_name(main).token
    assert parse_sub_name("x.sub.mp4") is None


@given(
    opened=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - so st wants it
    later=st.timedeltas(timedelta(0), timedelta(days=2)),
    seconds=st.integers(1, 3600),
)
def test_files_of_one_slot_lie_in_one_folder_less_than_a_segment_apart(opened, later, seconds):
    """A sidecar names its preview without a folder: also where a day is no multiple of a segment."""
    first, second = parse_name(f"7-{opened:%Y%m%dT%H%M%S}Z-abcdef1.mp4"), opened + later
    second = parse_name(f"7-{second:%Y%m%dT%H%M%S}Z-abcdef1.mp4")
    if slot_of(first, seconds) == slot_of(second, seconds):
        assert first.day == second.day
        assert second.opened - first.opened < timedelta(seconds=seconds)


@pytest.mark.parametrize("late_s", [-1, 0, 1, 250])
def test_either_may_open_its_file_first(late_s):
    """Each stream cuts at key frames of its own: all that counts is the slot."""
    main, sub = names(30, late_s=late_s)
    first = Pairs(SECONDS)
    assert first.began(main, "segment") is None
    assert first.sub_began(sub) == "segment"
    second = Pairs(SECONDS)
    assert second.sub_began(sub) is None
    assert second.began(main, "segment") == sub


@pytest.mark.parametrize(
    ("main", "sub"),
    [
        (names(0)[0], names(299)[1]),
        (names(0)[0], names(0, sub="abcdef2")[1]),
        (names(0)[0], names(0, sub="abcdeg1")[1]),
        (names(0)[0], names(86_400)[1]),
    ],
    ids=["next slot", "another ffmpeg", "another recorder", "another day"],
)
def test_what_is_of_another_slot_or_run_does_not_belong(main, sub):
    """After a reconnect within a slot there are two segments of it: the run tells them apart."""
    pairs = Pairs(SECONDS)
    assert pairs.began(main, "segment") is None
    assert pairs.sub_began(sub) is None


def test_a_segment_has_one_file_and_a_file_one_segment():
    """In whatever order three slots and a second run are told of, each pair is the same."""
    pairs_of_names = [names(0), names(300), names(400, main="abcdef2", sub="abcdef2")]
    for order in permutations([name for pair in pairs_of_names for name in pair]):
        pairs: Pairs[str] = Pairs(SECONDS)
        found = []
        for name in order:
            if name.endswith(SUB_SUFFIX):
                found.append((pairs.sub_began(name), name))
            else:
                found.append((name, pairs.began(name, name)))
        assert {tuple(pair) for pair in found if None not in pair} == {tuple(pair) for pair in pairs_of_names}


def test_a_second_file_of_a_slot_is_nobodys():
    """The first one stays; when it is gone, the next takes its place."""
    main, sub = names(30)
    later = names(60)[1]
    pairs = Pairs(SECONDS)
    pairs.began(main, "segment")
    assert pairs.sub_began(sub) == "segment"
    assert pairs.sub_began(later) is None
    assert pairs.sub_gone(later) is None
    assert pairs.sub_gone(sub) == "segment"
    assert pairs.sub_began(later) == "segment"


def test_a_segment_that_is_taken_away_gets_no_preview():
    """Its sidecar would be written again, for a video that is not there."""
    main, sub = names(30)
    pairs = Pairs(SECONDS)
    pairs.began(main, "segment")
    pairs.forget(main)
    assert pairs.sub_began(sub) is None


def test_it_remembers_a_few_slots_only():
    """A recorder runs for years."""
    pairs: Pairs[str] = Pairs(SECONDS)
    for place in range(50):
        main, sub = names(place * SECONDS)
        pairs.began(main, main)
        pairs.sub_began(sub)
    assert pairs.sub_gone(names(0)[1]) is None
    assert pairs.sub_gone(names(48 * SECONDS)[1]) == names(48 * SECONDS)[0]
    assert len(pairs._segments) + len(pairs._subs) < 10


def test_names_of_others_are_passed_over():
    """ffmpeg opens other things too."""
    pairs = Pairs(SECONDS)
    assert pairs.began("progress", "x") is None
    assert pairs.sub_began("pipe:1") is None
    assert pairs.sub_gone("pipe:1") is None
    pairs.forget("pipe:1")
