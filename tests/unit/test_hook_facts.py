"""What is kept of what Motion said: a line that was cut off costs that line only."""

import pytest

from sitegen.capture.hook_facts import Fact, add_facts, read_facts

FIRST = Fact("movie-start", 1_795_000_000, path="events/a\tb\n%.mp4")
SECOND = Fact("movie-end", 1_795_000_060, path="events/a\tb\n%.mp4", length_ms=60_000)


@pytest.mark.parametrize("kept", range(len(FIRST.line())))
def test_a_fact_that_follows_a_torn_one_is_whole(tmp_path, kept):
    """A hook that was killed, or a disk that was full, leaves a part of a line; the next fact is not swallowed by it."""
    path = str(tmp_path / "035503")
    (tmp_path / "035503").write_text(FIRST.line()[:kept])
    add_facts(path, [SECOND])
    assert [fact.line() for fact in read_facts(path)] == [SECOND.line()]
    add_facts(path, [FIRST])
    assert [fact.line() for fact in read_facts(path)] == [SECOND.line(), FIRST.line()]
