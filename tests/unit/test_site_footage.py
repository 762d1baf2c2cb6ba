"""footage.js: a camera's day for the player."""

import json
from datetime import date, timedelta

import pytest
from models import FULL, START, a_clip, a_model, changed

from sitegen.clip import Gap
from sitegen.site.footage import footage_js
from sitegen.site.one_day import gap_view

BEGIN, END = "sitegen.footage.put(", ");\n"
MS = 1_795_319_703_120
"""START."""


def script(tmp_path, *clips, in_pieces=(), gaps=(), slug="driveway", begins=None, **options):
    with a_model(tmp_path, *clips, **options) as model:
        day = date(2026, 11, 22)
        views = model.clips(model.index.clips_of_day(day))
        return footage_js(
            slug,
            model.bounds(day),
            views,
            in_pieces,
            [gap_view(model, g) for g in gaps],
            full=model.site.full_video,
            begins=begins or {},
        ).decode("ascii")


def arguments(text):
    assert text.startswith(BEGIN)
    assert text.endswith(END)
    return json.loads(f"[{text[len(BEGIN) : -len(END)]}]")


def test_the_script_hands_over_a_camera_s_day(tmp_path):
    """Its slug, the day, its bounds, clips by start with what there is of them, and how previews are called."""
    segment = a_clip(START - timedelta(minutes=1), kind="segment", seconds=300)
    slug, day, data = arguments(script(tmp_path, FULL, segment, in_pieces={segment.id}))
    assert (slug, day) == ("driveway", "2026-11-22")
    assert (data["from"], data["to"]) == (1_795_302_000_000, 1_795_388_400_000)
    assert data["endings"]["video"] == ".low.mp4"
    assert data["full"] is True
    assert data["clips"] == [
        [MS - 60_000, 300_000, 0, 1 | 16, segment.path],
        [MS, 38_000, 1, 1 | 2 | 4 | 8, FULL.path],
    ]
    assert data["gaps"] == []


def test_a_small_video_that_begins_elsewhere_says_so(tmp_path):
    """A sub-stream's: in milliseconds after its clip, or before it; where there is no small video, nothing is said."""
    other = a_clip(START + timedelta(minutes=2), kind="segment", seconds=300)
    clips = arguments(script(tmp_path, FULL, other, begins={FULL.id: -1.3, other.id: 2.0}))[2]["clips"]
    assert [clip[5:] for clip in clips] == [[-1300], []]


def test_only_what_is_closed_and_can_be_shown_is_listed(tmp_path):
    """No timelapse, nothing that is being recorded; without originals nothing whose previews are not made."""
    timelapse = a_clip(START + timedelta(hours=1), extra={"movie": "timelapse"})
    clips = (FULL, timelapse, a_clip(START + timedelta(hours=2), seconds=None), a_clip(START, kind="segment"))
    assert len(arguments(script(tmp_path, *clips))[2]["clips"]) == 2
    (tmp_path / "2").mkdir()
    data = arguments(script(tmp_path / "2", *clips, full_video=False, in_pieces={FULL.id}))[2]
    assert data["full"] is False
    assert data["clips"] == [[MS, 38_000, 1, 2 | 4 | 8, FULL.path]]


def test_gaps_have_their_cause_in_words(tmp_path):
    """One that lasts has no end."""
    gaps = [
        Gap(camera="101", start=START, end=START + timedelta(seconds=5), cause="killed"),
        Gap(camera="101", start=START + timedelta(hours=1), cause="camera_lost"),
    ]
    assert arguments(script(tmp_path, FULL, gaps=gaps))[2]["gaps"] == [
        [MS, MS + 5_000, "the recorder was killed"],
        [MS + 3_600_000, None, "the camera could not be reached"],
    ]


@pytest.mark.parametrize("name", ["</script>", "\u2028\u2029", "\"'\\", "<!--", "é 📦", "\n\r\0", "]]>&"])
def test_no_name_leaves_the_data(tmp_path, name):
    """Paths, causes and slugs are data, in ASCII, and no markup wherever the script stands."""
    clip = changed(FULL, path=f"events/101/{name.replace(chr(0), '')}.mp4")
    gap = Gap(camera="101", start=START, cause=name)
    text = script(tmp_path, clip, gaps=[gap], slug=name)
    assert not set("<>&\u2028\u2029") & set(text)
    assert text.count("\n") == 1
    slug, _, data = arguments(text)
    assert (slug, data["gaps"][0][2]) == (name, name)
    assert data["clips"][0][4].startswith("events/101/")
