"""The pool at work for a generator: order over a whole archive, and what a killed one leaves to the next; real ffmpeg."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest
from preview_footage import X264, encode
from waiting import wait_until

from sitegen import preview_work
from sitegen.archive.layout import preview_paths
from sitegen.build import Generator
from sitegen.preview_work import PreviewWork
from sitegen.previews import pool as pools
from sitegen.previews.outcome import Stopper
from sitegen.previews.queue import PreviewResult
from sitegen.settings import load

START = datetime(2026, 1, 2, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return encode(tmp_path_factory.mktemp("tiny") / "tiny.mp4", "testsrc2=s=64x36:r=5:d=1", *X264, "-g", "2")


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "archive").mkdir()
    (tmp_path / "sitegen.toml").write_text('[camera.1]\ntitle = "One"\n')
    return load(tmp_path / "sitegen.toml")


@pytest.fixture
def begun(monkeypatch):
    """Which stages of which clips were really worked at, in order."""
    stages, attempt = [], pools.attempt

    def watched(clip, *others, stopper, stage):
        stages.append((clip.path, stage))
        return attempt(clip, *others, stopper=stopper, stage=stage)

    monkeypatch.setattr(pools, "attempt", watched)
    return stages


def add(settings, tiny, name, kind, minute):
    start = START + timedelta(minutes=minute)
    root = settings.archive.root
    shutil.copyfile(tiny, root / f"{name}.mp4")
    times = f'start: "{start:%Y-%m-%dT%H:%M:%SZ}"\nend: "{start + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"\n'
    (root / f"{name}.yaml").write_text(f'schema: 1\nkind: {kind}\ncamera: "1"\n{times}video: "{name}.mp4"\n')


def finish(work, generator):
    """Collect, build and submit as the watch loop does, until nothing waits."""

    def done():
        if work.collect():
            generator.build()
        work.submit()
        return not work.backlog

    wait_until(done, 90, "all previews")


def test_a_backlog_larger_than_the_queue_keeps_its_order(settings, tiny, begun, monkeypatch):
    """Filled by twos and threes: posters of all events, their videos, posters of segments, the rest; newest first."""
    monkeypatch.setattr(preview_work, "_FILL", 3)
    monkeypatch.setattr(preview_work, "_LOW", 2)
    for number in range(6):
        add(settings, tiny, f"e{number}", "event", number)
        add(settings, tiny, f"s{number}", "segment", 60 + number)
    generator = Generator(settings)
    try:
        generator.build()
        work = PreviewWork(generator)
        work.submit()
        assert work.pool.backlog <= 3
        assert work.backlog == 12
        finish(work, generator)
        work.close()
    finally:
        generator.close()
    assert sorted(begun) == sorted({*begun}), "nothing twice"
    assert len(begun) == 24
    kinds = [(path[0], stage) for path, stage in begun]
    assert kinds.index(("e", "all")) > 3, "posters before videos"
    first_segment = kinds.index(("s", "poster"))
    assert ("e", "poster") not in kinds[first_segment:]


def test_what_a_killed_instance_had_done_is_not_done_again(settings, tiny, begun, monkeypatch):
    """Killed after the poster, with its result taken over or not: the next one makes the rest, and nothing else."""
    for number in range(2):
        add(settings, tiny, f"e{number}", "event", number)
    generator = Generator(settings)
    generator.build()
    work = PreviewWork(generator)
    work.submit()
    wait_until(lambda: begun[1:], 60, "two posters")
    work.close()
    results = work.pool.results()
    generator.previews_changed(results[:1])
    generator.close()
    done = [(result.path, result.stage) for result in results]
    assert ("e1.mp4", "poster") in done
    begun.clear()
    again = Generator(settings)
    try:
        again.build()
        work = PreviewWork(again)
        work.submit()
        finish(work, again)
        work.close()
        clips = [again.index.clip(f"e{number}.mp4").clip for number in range(2)]
    finally:
        again.close()
    assert not {*begun} & {*done}
    assert [(clip.poster, clip.previews) for clip in clips] == [(True, True)] * 2


def test_a_poster_is_shown_before_the_rest_is_there(settings, tiny):
    """The page links to the poster, and not yet to the small video."""
    add(settings, tiny, "e0", "event", 0)
    generator = Generator(settings)
    try:
        generator.build()
        video = generator.index.clip("e0.mp4").clip
        where = (settings.archive.root, settings.site.output, settings.previews)
        assert pools.attempt(video, *where, stopper=Stopper(), stage="poster").kind == "made"
        generator.previews_changed([PreviewResult("e0.mp4", video.mtime_ns, None, 1, "poster")])
        generator.build()
        clip = generator.index.clip("e0.mp4").clip
        assert (clip.poster, clip.previews, clip.preview_error) == (True, False, None)
        day = (settings.site.output / "2026/01/02/day.json").read_text()
        paths = preview_paths("e0.mp4")
        assert (paths["poster"] in day, paths["video"] in day) == (True, False)
    finally:
        generator.close()
