"""The site's cameras: their order and their slugs, which are unique, safe and stable."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.site.cameras import natural, site_cameras, slugify

SAFE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
IDS = st.text("abcXYZ0123456789._-", min_size=1, max_size=64).filter(lambda i: i not in {".", ".."})
TITLES = st.text(max_size=80) | st.sampled_from(
    ["", "Driveway", "driveway", "موقف السيارات", "../..", "index", "<script>", "a" * 300, "Café №2", "-"]
)
CONFIGURED = st.dictionaries(IDS, st.tuples(TITLES, st.integers(-3, 99)), max_size=8)


@given(configured=CONFIGURED, found=st.lists(IDS, max_size=6))
def test_slugs_are_unique_and_safe(configured, found):
    """Whatever titles and ids are, each camera has its own slug of lower-case letters, digits and hyphens."""
    cameras = site_cameras([(i, t, o) for i, (t, o) in configured.items()], found)
    assert {c.id for c in cameras} == {*configured, *found}
    slugs = [c.slug for c in cameras]
    assert len(set(slugs)) == len(slugs)
    for slug in slugs:
        assert SAFE.match(slug), slug
        assert slug != "index"


@given(configured=CONFIGURED, found=st.lists(IDS, max_size=6, unique=True), pick=st.randoms())
def test_the_order_of_input_changes_nothing(configured, found, pick):
    """The same cameras give the same slugs in the same order, however they come in."""
    rows = [(i, t, o) for i, (t, o) in configured.items()]
    first = site_cameras(rows, found)
    pick.shuffle(rows)
    pick.shuffle(found)
    assert site_cameras(rows, found) == first


def test_configured_cameras_come_first_by_order_then_id():
    """order decides, then the id as a person counts; those found only in the archive follow."""
    rows = [("10", "Ten", 1), ("9", "Nine", 1), ("1", "One", 5)]
    assert [c.id for c in site_cameras(rows, ["30", "4", "9"])] == ["9", "10", "1", "4", "30"]


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Driveway", "driveway"),
        ("  Front  Door! ", "front-door"),
        ("Café №2", "cafe-no2"),
        ("موقف", ""),
        ("../../etc", "etc"),
        ("a" * 100, "a" * 60),
    ],
)
def test_a_title_becomes_part_of_an_address(title, slug):
    """Accents are dropped, all else becomes single hyphens; nothing may be left."""
    assert slugify(title) == slug


def test_a_title_without_any_latin_letter_takes_the_id():
    """An Arabic title leads to camera-101; two of them to two slugs."""
    first, second = site_cameras([("101", "موقف", 1), ("102", "موقف", 2)], [])
    assert (first.slug, second.slug) == ("camera-101", "camera-102")
    assert first.title == "موقف"


def test_two_cameras_of_one_title_are_told_apart_by_id():
    """The first keeps the plain slug, so that its addresses stay when another comes."""
    alone = site_cameras([("101", "Door", 1)], [])[0].slug
    both = site_cameras([("101", "Door", 1), ("102", "Door", 2)], [])
    assert [c.slug for c in both] == ["door", "door-102"]
    assert both[0].slug == alone


def test_numbers_in_ids_sort_as_numbers():
    """9 comes before 10, and gate-9 before gate-10."""
    assert sorted(["10", "gate-10", "9", "gate-9"], key=natural) == ["9", "10", "gate-9", "gate-10"]
