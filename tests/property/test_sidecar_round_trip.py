"""What is written as a sidecar is read as it was."""

import string
from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.archive.sidecar import IMAGE_SUFFIXES, LONGEST_CLIP, read_sidecar
from sitegen.archive.sidecar_text import sidecar_text
from sitegen.camera_id import is_camera_id
from sitegen.clip import VIDEO_SUFFIXES, Motion, Sidecar

NOT_IN_A_LINE = "".join(map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0xFFFE, 0xFFFF]))
NOT_ANYWHERE = "".join(char for char in NOT_IN_A_LINE if char not in "\t\n\r\u2028\u2029")

LINES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=NOT_IN_A_LINE), min_size=1, max_size=60
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NOT_ANYWHERE), max_size=40) | st.sampled_from(
    ["no", "012", "12:30:00", "~", "null", "<<", "=", ".nan", "1e5", "*a", "&a", "! x", "- a", "a: b", "#", "\\", '"', "'"]
)  # fmt: skip
WHOLE = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
CAMERAS = st.text(string.ascii_letters + string.digits + "_.-", min_size=1, max_size=64).filter(is_camera_id)


def file_names(suffixes: tuple[str, ...]) -> st.SearchStrategy[str]:
    stems = LINES.map(lambda text: text.replace("/", "_").lstrip(".") or "x")
    return st.builds(str.__add__, stems, st.sampled_from(suffixes)).filter(
        lambda name: len(name.encode()) <= 255
    )


@st.composite
def sidecars(draw: st.DrawFn) -> Sidecar:
    kind = draw(st.sampled_from(["event", "segment", "outage"]))
    start = draw(
        st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - so st wants it
    )
    length = st.timedeltas(timedelta(0), LONGEST_CLIP)
    video = None if kind == "outage" else draw(file_names(VIDEO_SUFFIXES))
    small = st.just(None) if video is None else st.none() | file_names(VIDEO_SUFFIXES)
    return Sidecar(
        kind=kind,
        camera=draw(CAMERAS),
        start=start,
        end=draw(st.none() | length.map(lambda seconds: start + seconds)),
        video=video,
        image=draw(st.none() | file_names(IMAGE_SUFFIXES)),
        preview=draw(small.filter(lambda name: name != video or name is None)),
        event=draw(st.none() | LINES),
        motion=draw(st.none() | st.builds(Motion, *[st.none() | WHOLE] * 7).filter(lambda m: m != Motion())),
        end_reason=draw(st.none() | LINES),
        extra=draw(st.dictionaries(TEXTS, VALUES, max_size=4)),
    )


def fields_of(sidecar: Sidecar, offset: timezone) -> dict[str, object]:
    """Return what the writer takes: times as text, in some zone."""
    fields = dict(msgspec.structs.asdict(sidecar))
    for name in ("start", "end"):
        when = fields[name]
        fields[name] = when and when.astimezone(offset).isoformat()
    if sidecar.motion is not None:
        fields["motion"] = msgspec.structs.asdict(sidecar.motion)
    return fields


@settings(deadline=None, max_examples=300)
@given(sidecars(), st.integers(-14 * 60, 14 * 60))
def test_what_is_written_is_read_as_it_was(sidecar, minutes):
    """Any valid sidecar, in any time zone, survives our writer and our reader, without a Problem."""
    text = sidecar_text(fields_of(sidecar, timezone(timedelta(minutes=minutes))))
    assert read_sidecar(text.encode(), "a.yaml") == (sidecar, ())
