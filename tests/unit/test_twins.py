"""Files and their compressed twins: which have one, what is in it, and how both are written and compared."""

import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.resources import resource
from sitegen.site.twins import compressed, create, has_twin, holds, look


@pytest.mark.parametrize(
    ("path", "size", "has"),
    [
        ("2026/11/22/index.html", 1_025, True),
        ("2026/11/22/index.html", 1_024, False),
        ("index.html", 0, False),
        ("2026/11/22/day.json", 9_999, True),
        ("assets/app-1a2b.js", 9_999, True),
        ("assets/style.min.css", 9_999, True),
        ("cameras/driveway/2026/11/22/playlist.m3u8", 9_999, True),
        ("feeds/latest.atom", 9_999, True),
        ("feeds/calendar.ics", 9_999, True),
        ("assets/icon.png", 9_999, False),
        ("assets/font.woff2", 9_999, False),
        ("event_api/events", 4_000_000, False),
        ("a.html.gz", 9_999, False),
    ],
)
def test_texts_above_one_kilobyte_have_a_twin(path, size, has):
    """Pictures and fonts are compressed already; the predecessor's JSON is rewritten at each event, nginx packs it."""
    assert has_twin(path, size) is has


@given(st.binary(max_size=5_000), st.integers(min_value=1, max_value=30))
def test_a_twin_unpacks_to_its_file(data, times):
    """Whatever the bytes, and beyond the window of 16 KB."""
    assert gzip.decompress(compressed(data * times)) == data * times


def test_a_twin_depends_on_the_bytes_alone():
    """P5: no time, no name, no difference between two runs."""
    packed = compressed(b"page" * 1_000)
    assert packed == compressed(b"page" * 1_000)
    assert packed[:4] == b"\x1f\x8b\x08\x00"  # no name, no extra field
    assert packed[4:8] == bytes(4)  # no time
    assert len(packed) < 100


def test_assets_are_packed_as_small_as_can_be():
    """They are written once: a script's twin is smaller than a page's of the same text, and unpacks to the same."""
    text = (resource("themes") / "default/assets/style.css").read_bytes()
    packed = compressed(text, "assets/app.0123456789.js")
    assert len(packed) < 0.9 * len(compressed(text, "2026/11/22/index.html"))
    assert gzip.decompress(packed) == text


def test_a_disk_that_takes_a_part_gets_the_rest(tmp_path, monkeypatch):
    """os.write may write less than it was given."""
    real = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: real(descriptor, data[:7]))
    create(str(tmp_path / "a"), b"0123456789" * 10, 1_700_000_000_123_456_789)
    monkeypatch.undo()
    assert (tmp_path / "a").read_bytes() == b"0123456789" * 10
    assert (tmp_path / "a").stat().st_mtime_ns == 1_700_000_000_123_456_789


def test_a_link_in_the_place_is_not_written_through(tmp_path):
    """A temporary name that somebody made a link of."""
    (tmp_path / "outside").write_text("precious")
    (tmp_path / "a").symlink_to("outside")
    with pytest.raises(OSError, match="symbolic links"):
        create(str(tmp_path / "a"), b"x", 0)
    assert (tmp_path / "outside").read_text() == "precious"


def test_only_a_file_of_the_same_bytes_holds_them(tmp_path):
    """Neither another length, nor other bytes, nor a link to a file that has them."""
    place = tmp_path / "a"
    assert look(str(place)) is None
    assert look(str(place / "b")) is None
    place.write_bytes(b"one")
    found = look(str(place))
    assert holds(str(place), found, b"one")
    assert not holds(str(place), found, b"two")
    assert not holds(str(place), found, b"three")
    link = tmp_path / "lnk"
    link.symlink_to("a" * 3)
    (tmp_path / "aaa").write_bytes(b"one")
    assert not holds(str(link), look(str(link)), b"one")
    place.unlink()
    assert not holds(str(place), found, b"one")
