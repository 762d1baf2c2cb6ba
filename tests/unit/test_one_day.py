"""One day's clips: read once for all pages of the day, with the right neighbours, whatever the order of pages."""

from datetime import date, timedelta

from models import START, a_clip, a_model

from sitegen.site import contexts

DAYS = [date(2026, 11, 22) + timedelta(days=n) for n in range(4)]


def events_of_days(per_day: int = 3, **fields: object):
    return [a_clip(START + timedelta(days=d, minutes=n), **fields) for d in range(4) for n in range(per_day)]


def test_a_day_is_read_once(tmp_path, monkeypatch):
    """Its page, its cameras' and its clips' are made of the same views."""
    with a_model(tmp_path, *events_of_days()) as model:
        day = model.one_day(DAYS[1])
        monkeypatch.setattr(model.index, "clips_of_day", None)
        facts, mine = contexts.DayFacts(model, DAYS[1]), contexts.DayFacts(model, DAYS[1], "101")
        page = contexts.clip(model, day.placed[1])
        assert facts.of("event")[1] is mine.of("event")[1] is page["clip"]
        assert page["previous"] is facts.of("event")[0]
        assert facts.lane(model.cameras[0]) is mine.lane(model.cameras[0])


def test_pages_in_any_order_are_the_same(tmp_path):
    """Days forth and back, and clips of all days mixed: only the time it takes differs."""
    with a_model(tmp_path, *events_of_days()) as model:
        placed = [p for day in DAYS for p in model.index.clips_of_day(day)]
        forth = [contexts.clip(model, p) for p in placed]
        assert [contexts.clip(model, p) for p in placed[::-1]][::-1] == forth
        mixed = placed[::3] + placed[1::3] + placed[2::3]
        assert sorted((contexts.clip(model, p) for p in mixed), key=lambda c: c["clip"].start) == forth
        chain = [c["next"].id for c in forth[:-1]]
        assert chain == [p.clip.id for p in placed[1:]]
        assert len(model._days) <= 2


def test_clips_of_an_event_are_found_over_midnight(tmp_path):
    """On both days, by start; segments of the same Event, and a clip itself, are no siblings."""
    late = START + timedelta(hours=18, minutes=59)  # 23:54 in Berlin
    cameras = ("102", "101", "101")  # in the order of their ids the first would be the last
    clips = [a_clip(late + timedelta(minutes=4 * n), camera=c, event="e") for n, c in enumerate(cameras)]
    segment = a_clip(late, kind="segment", event="e")
    with a_model(tmp_path, *clips, segment, a_clip(START)) as model:
        found = [
            [c.id for c in contexts.clip(model, model.index.clip(clip.path))["siblings"]] for clip in clips
        ]
        alone = contexts.clip(model, model.index.clip(a_clip(START).path))
    ids = [clip.id for clip in clips]
    assert found == [[ids[1], ids[2]], [ids[0], ids[2]], [ids[0], ids[1]]]
    assert alone["siblings"] == ()


def test_neighbours_are_of_the_same_list(tmp_path):
    """An other movie's neighbours are other movies, over days."""
    other = {"extra": {"movie": "timelapse"}}
    clips = [
        a_clip(),
        a_clip(START + timedelta(minutes=1), **other),
        a_clip(START + timedelta(days=2), **other),
    ]
    with a_model(tmp_path, *clips) as model:
        page = contexts.clip(model, model.index.clip(clips[1].path))
    assert (page["previous"], page["next"].id) == (None, clips[2].id)
