"""sitegen.archive.note: what a person wrote beside a video."""

import time

import pytest

from sitegen.archive.note import MAX_BYTES, read_front_matter, read_note
from sitegen.clip import Note


def test_a_note_with_front_matter_is_read_whole():
    """keep, tags, title and the prose arrive, without a Problem."""
    note, problems = read_note(
        b"---\nkeep: true\ntags: [parcel, dog]\ntitle: Him\n---\n\nRed *cap*.\n", "a.md"
    )
    assert problems == ()
    assert note == Note(keep=True, tags=("parcel", "dog"), title="Him", text="Red *cap*.")


@pytest.mark.parametrize(
    "text", ["Only prose.", "\ufeffOnly prose.\n", "\n\nOnly prose.\r\n", "---\n---\nOnly prose."]
)
def test_a_note_may_be_all_prose(text):
    """Without front matter, or with an empty one, all of it is prose."""
    assert read_note(text.encode(), "a.md") == (Note(text="Only prose."), ())


def test_an_empty_file_is_no_note():
    """Nothing written means no note, and no Problem."""
    assert read_note(b" \n\n", "a.md") == (None, ())


def test_a_rule_in_the_prose_is_no_front_matter():
    """Front matter stands on the first line or not at all."""
    note, problems = read_note(b"x\n\n---\nkeep: true\n---\n", "a.md")
    assert problems == ()
    assert note is not None
    assert not note.keep


@pytest.mark.parametrize(
    ("front", "key"),
    [
        ("tags: [1]", "tags"),
        ("tags: parcel", "tags"),
        ('tags: ["a\\nb"]', "tags"),
        ("title: 3", "title"),
        ('title: "a\\nb"', "title"),
        ("title: &a x", "title"),
        ("title: *a", "title"),
        ("a: {b: [!!python/object:os.system x]}", "a.b"),
        ("title: a\ntitle: b", ""),
        ("[" * 20_000, ""),
        ("text", ""),
        ("colour: red", "colour"),
    ],
)
def test_bad_front_matter_costs_only_itself(front, key):
    """A mistake makes a Problem that names the key; the prose is used all the same."""
    note, problems = read_note(f"---\n{front}\n---\nProse.".encode(), "a.md")
    assert note == Note(text="Prose.")
    assert [problem.key for problem in problems] == [key]
    assert problems[0].path == "a.md"
    assert problems[0].remedy


def test_a_wrong_key_leaves_the_right_ones():
    """Of several keys only the wrong one is lost."""
    note, problems = read_note(b"---\nkeep: true\ntags: 3\ntitle: Him\n---\n", "a.md")
    assert note == Note(keep=True, title="Him")
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("---\nkeep: yes\n---\n.", True),
        ("---\nkeep: 1\n---\n.", True),
        ("---\ntitle: 'open\nkeep: true\n---\n.", True),
        ("---\nkeep: true\n\nno end", True),
        ("---\nkeep: no\n---\n.", False),
        ("---\nkeep: false\ntitle: [\n---\n.", False),
        ("---\ntitle: [\n---\nkeep: true", False),
    ],
)
def test_a_slip_of_the_pen_costs_no_footage(text, keep):
    """Front matter that cannot be read but seems to say keep keeps the clip, with a Problem."""
    note, problems = read_note(text.encode(), "a.md")
    assert note is not None
    assert note.keep is keep
    assert problems


def test_rubbish_is_replaced_not_raised():
    """Bytes that are no UTF-8, and control characters, become the replacement character."""
    note, problems = read_note(b"a\xff\x00\x1b[31m", "a.md")
    assert note is not None
    assert note.text == "a\ufffd\ufffd\ufffd[31m"
    assert len(problems) == 1


def test_a_huge_note_is_cut():
    """Of more than 256 KiB the beginning is used, in well under a second, and a Problem says so."""
    started = time.process_time()
    note, problems = read_note(b"---\nkeep: true\n---\n" + b"x\n---\n" * MAX_BYTES, "a.md")
    assert time.process_time() - started < 1
    assert note is not None
    assert note.keep
    assert 0 < len(note.text) <= MAX_BYTES
    assert len(problems) == 1


def test_the_owners_pages_use_the_same_front_matter():
    """read_front_matter gives keys and prose, and {} for what cannot be read."""
    assert read_front_matter("---\r\ntitle: A\r\n---\r\nB") == ({"title": "A"}, "B")
    assert read_front_matter("---\ntitle: &a A\n---\nB") == ({}, "B")
    assert read_front_matter("---\n- a\n---\nB") == ({}, "B")
    assert read_front_matter("B") == ({}, "B")
