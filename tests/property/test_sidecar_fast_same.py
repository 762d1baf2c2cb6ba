"""The fast reader of our own form and the general reader never differ: it says the same, or nothing at all."""

import string

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sitegen.archive.sidecar import read_any_form
from sitegen.archive.sidecar_fast import read_own_form
from sitegen.archive.sidecar_text import sidecar_text

HAZARDS = (
    "no", "012", "12:30:00", "0x1F", "1e5", "1_000", "-1", "-0", "+1", "1.5", ".inf", "~", "null", "true", "Yes",
    "9" * 15, "9" * 16, "9" * 19, "9" * 20, "<<", "=", "*a", "&a x", "!!int 1", "! x", "- a", "a: b", "? a", "|", ">",
    "a #b", " #b", "#", "\t", "\\", "\\n", "\\u0000", "\\ud800", "'", "''", '"', '""', "{}", "[]", "{a: 1}", "[1, 2]", ",",
    "\x00", "\x1b", "\x7f", "\x85", "\xa0", "\xad", "\u2028", "\u2029", "\ufeff", "\ufffe", "\U0001f600", "ü", "漢", "٣",
    "/", ".", "..", "../a.mp4", ".a.mp4", "a/b.mp4", "A.MP4", "a.mp4 ", "a.gif", "a.txt", "---", "...", "%YAML 1.1",
    "2026-02-30T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:59:60Z", "2026-11-22t03:55:03z", "2026-11-22",
    "2026-11-22T03:55:03+01:00", "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-11-22T03:55:03.1234567Z",
    "x" * 64, "x" * 65, "x" * 200, "x" * 201, "x" * 251 + ".mp4", "x" * 252 + ".mp4", "ü" * 130 + ".mp4", "漢" * 85 + ".jpg",
)  # fmt: skip
PLAIN = st.text(string.ascii_letters + string.digits + "_- üß漢", min_size=1, max_size=12)
TEXT = PLAIN | st.sampled_from(HAZARDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
TIME = st.builds(
    "{}-11-{:02}T{:02}:55:03{}".format,
    st.sampled_from([2026, 2026, 1969, 1970, 2199, 2200]),
    st.sampled_from([21, 22, 23]),
    st.integers(0, 23),
    st.sampled_from(["Z", ".1Z", ".120Z", ".123456Z", "+00:00"]),
)
MEASURES = st.dictionaries(
    st.sampled_from(["changed_pixels", "noise", "labels", "x", "y", "width", "height"]),
    st.integers(0, 9999) | st.integers(-(2**65), 2**65),
)
EXTRA = st.dictionaries(TEXT, TEXT | st.integers() | st.booleans() | st.none() | st.floats(0, 9), max_size=3)
WRITTEN = st.fixed_dictionaries(
    {"kind": st.sampled_from(["event", "event", "segment", "outage"]), "camera": PLAIN | TEXT, "start": TIME},
    optional={
        "end": TIME,
        "video": PLAIN.map("{}.mp4".format) | TEXT,
        "image": PLAIN.map("{}.jpg".format) | TEXT,
        "preview": PLAIN.map("{}.mp4".format) | TEXT,
        "event": TEXT,
        "motion": MEASURES,
        "end_reason": TEXT,
        "extra": EXTRA,
    },
).map(sidecar_text)

WHOLE = (
    'schema: 1\nkind: "event"\ncamera: "101"\nstart: "2026-11-22T03:55:03.120Z"\nend: "2026-11-22T03:55:41.020Z"\n'
    'video: "101-34-20261122T035503Z.mp4"\nimage: "101-34-20261122T035507Z.jpg"\npreview: "101-34.sub.mp4"\n'
    'event: "101-20261122T035503Z"\n'
    "motion: {changed_pixels: 5210, noise: 12, labels: 3, x: 310, y: 190, width: 120, height: 80}\n"
    'end_reason: "motion_stopped"\nextra: {"movie": "debug", "n": 7, "b": true}\n'
)


def judge(data):
    """Fail when the fast reader says anything that the general one does not say word for word."""
    own = read_own_form(data)
    if own is not None:
        assert repr(read_any_form(data, "a.yaml")) == repr((own, ()))
    return own


@st.composite
def mutated(draw):
    """Return a sidecar of our writing after one to three accidents."""
    text = draw(st.just(WHOLE) | WRITTEN)
    for _ in range(draw(st.integers(1, 3))):
        text = draw(st.sampled_from([_cut, _put, _line, _value, _quoted]))(draw, text)
    data = text.encode()
    if draw(st.booleans()):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        data = data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + draw(st.integers(0, 1)) :]
    return data


def _cut(draw, text):
    place = draw(st.integers(0, len(text)))
    return text[:place] + text[place + draw(st.integers(1, 30)) :]


def _put(draw, text):
    place = draw(st.integers(0, len(text)))
    return text[:place] + draw(st.sampled_from([*HAZARDS, *string.printable])) + text[place:]


def _line(draw, text):
    """Swap, double, drop or move lines."""
    lines = text.splitlines(keepends=True) or [""]
    one, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match draw(st.sampled_from(["swap", "double", "drop", "end"])):
        case "swap":
            lines[one], lines[other] = lines[other], lines[one]
        case "double":
            lines.insert(other, lines[one])
        case "drop":
            del lines[one]
        case _:
            lines[one] = lines[one].replace(
                "\n", draw(st.sampled_from(["\r\n", "\r", "", "\n\n", " \n", "\u2028"]))
            )
    return "".join(lines)


def _value(draw, text):
    """Give one key another value, in quotes or not."""
    lines = text.splitlines(keepends=True) or [""]
    place = draw(st.integers(0, len(lines) - 1))
    quote = draw(st.sampled_from(['"', '"', "'", ""]))
    lines[place] = lines[place].partition(": ")[0] + f": {quote}{draw(st.sampled_from(HAZARDS))}{quote}\n"
    return "".join(lines)


def _quoted(draw, text):
    """Quote one thing otherwise, or a key that had no quotes."""
    old, new = draw(
        st.sampled_from(
            [('"', "'"), ('"', ""), (": ", ":"), (": ", ":  "), (", ", ","), ("{", "{ "), ("}", ",}")]
        )
        | st.sampled_from(
            [("kind", '"kind"'), ("noise", '"noise"'), ("x", "noise"), ("b", "n"), ("image", "video")]
        )
    )
    return text.replace(old, new, draw(st.sampled_from([1, 2, -1])))


@settings(deadline=None, max_examples=1_500)
@given(WRITTEN)
@example(WHOLE)
@example(WHOLE.replace("101-34.sub.mp4", "101-34-20261122T035503Z.mp4"))
def test_all_that_our_writer_writes_is_read_alike(text):
    """Whatever fields our writer is given, valid or not, both readers agree, or the fast one leaves it to the other."""
    judge(text.encode())


@settings(deadline=None, max_examples=1_500)
@given(mutated())
def test_all_that_accidents_make_of_it_is_read_alike(data):
    """Bytes flipped, put in or cut out, lines swapped or doubled, other quotes, hazards of YAML: no difference."""
    judge(data)


def test_every_change_of_one_byte_is_read_alike():
    """For each place of a whole sidecar and each byte of ASCII, above all the structure, there is no difference."""
    data = WHOLE.encode()
    taken = 0
    for place in range(len(data)):
        for byte in b'"\\:, \n\t#{}[]-.0159aZ/\x00\x80':
            taken += judge(data[:place] + bytes([byte]) + data[place + 1 :]) is not None
        judge(data[:place] + data[place + 1 :])
    assert taken > 1_000


def test_every_character_is_read_alike():
    """For each character that may be a letter or is special, in a text, a file's name and a key of extra, there is no difference."""
    for template in ("event", "video", "key"):
        head, tail = {
            "event": ('video: "a.mp4"\nevent: "', '"\n'),
            "video": ('video: "', '.mp4"\n'),
            "key": ('video: "a.mp4"\nextra: {"', '": 1}\n'),
        }[template]
        head = WHOLE[: WHOLE.index("video")] + head
        taken = []
        for code in (*range(0xD800), *range(0xE000, 0x33000)):  # beyond these there are no letters
            if read_own_form((head + chr(code) + tail).encode()) is not None:
                taken.append(chr(code))
        assert len(taken) > 100_000
        for first in range(0, len(taken), 50):
            assert judge((head + "".join(taken[first : first + 50]) + tail).encode()) is not None
