"""What sidecar_text writes is read back as it was given, by any YAML reader and by our own."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sitegen.archive.sidecar import read_sidecar
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.capture.hook_merge import own_fields

BASE = {"kind": "event", "camera": "101", "start": "2026-11-22T03:55:03.120Z"}
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
EXTRA = st.dictionaries(
    TEXT, st.recursive(SCALAR, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=6)
)


def test_the_form_is_that_of_the_contract():
    """Keys stand in the contract's order, strings are quoted, motion is a flow mapping, what is absent is left out."""
    text = sidecar_text(
        {
            "extra": {"movie": "debug"},
            "motion": {"height": 80, "changed_pixels": 5210, "noise": None},
            "image": None,
            "preview": "a.sub.mp4",
            "video": "a.mp4",
            **BASE,
        }
    )
    assert text == (
        'schema: 1\nkind: "event"\ncamera: "101"\nstart: "2026-11-22T03:55:03.120Z"\nvideo: "a.mp4"\n'
        'preview: "a.sub.mp4"\nmotion: {changed_pixels: 5210, height: 80}\nextra: {"movie": "debug"}\n'
    )


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader])
@given(video=TEXT, extra=EXTRA)
def test_yaml_reads_back_what_was_given(loader, video, extra):
    """Whatever Unicode a name holds and whatever JSON `extra` holds, PyYAML gives the same back."""
    read = yaml.load(sidecar_text({**BASE, "video": video, "extra": extra}), loader)
    assert read == {"schema": 1, **BASE, "video": video, **({"extra": extra} if extra else {})}


@given(extra=EXTRA.filter(bool))
def test_a_value_is_json(extra):
    """A strict reader can take each value for JSON."""
    line = sidecar_text({**BASE, "extra": extra}).split("\n")[4]
    assert json.loads(line.removeprefix("extra: ")) == extra


def test_the_project_reads_its_own_form_without_a_problem():
    """read_sidecar takes the written form as it is."""
    fields = {**BASE, "end": "2026-11-22T03:55:41.020Z", "video": "a.mp4", "motion": {"changed_pixels": 1}}
    sidecar, problems = read_sidecar(sidecar_text(fields).encode(), "a.yaml")
    assert problems == ()
    assert sidecar is not None
    assert (sidecar.video, sidecar.motion.changed_pixels) == ("a.mp4", 1)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"colour": "red"}, ValueError),
        ({"motion": {"speed": 1}}, ValueError),
        ({"video": "\udcff"}, ValueError),
        ({"extra": {"x": float("nan")}}, ValueError),
        ({"extra": {"x": float("-inf")}}, ValueError),
        ({"extra": {1: "x"}}, TypeError),
        ({"extra": {"x": b"x"}}, TypeError),
        ({"motion": 5}, TypeError),
    ],
)
def test_what_a_sidecar_cannot_hold_is_refused(fields, error):
    """A sidecar that a reader would refuse, or understand otherwise, is not written."""
    with pytest.raises(error):
        sidecar_text({**BASE, **fields})


@given(video=TEXT, pixels=st.integers(0, 10**9))
def test_hooks_read_back_their_own_form_or_leave_it_alone(video, pixels):
    """own_fields gives back what was written, or None; never something else."""
    fields = {**BASE, "video": video, "motion": {"changed_pixels": pixels}, "extra": {"movie": "debug"}}
    assert own_fields(sidecar_text(fields)) in (fields, None)
    assert own_fields(sidecar_text({**fields, "video": 'a"b\\c.mp4'})) in (
        {**fields, "video": 'a"b\\c.mp4'},
        None,
    )
    assert own_fields(sidecar_text({**fields, "video": "a.mp4"})) == {**fields, "video": "a.mp4"}


@pytest.mark.parametrize(
    "text", ["", "kind: event\n", "{}", "schema: 2\n", "# mine\n" + sidecar_text(BASE), "\x00"]
)
def test_what_others_wrote_is_not_taken_for_our_own(text):
    """A sidecar with a comment, another order or another form is none of the hooks'."""
    assert own_fields(text) is None
