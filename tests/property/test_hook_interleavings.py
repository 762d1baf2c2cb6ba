"""Any order, any repetition, any two at once, and any kill of one event's hooks end in the same sidecars."""

import os
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from hook_calls import EVENT, FIRST, SECOND, STORY, at, call, make_archive, run, sidecars
from hypothesis import given, settings
from hypothesis import strategies as st

HOOK = str(Path(__file__).parents[2] / "hooks" / "sitegen-hook")
ODD = (
    # What Motion also does: hooks that say something else the second time, or come early, or in another zone.
    call("movie-start", "03:55:04", kind=8, pixels=1600, file=FIRST),
    call("movie-end", "03:56:59", kind=8, pixels=1, file=FIRST),
    call("event-start", "22:55:03", zone="-0500", event=EVENT, pixels=4000),
    call("picture-save", "03:55:09", kind=1, pixels=5210, file="101-34-20261122T035509Z-03.jpg"),
    call("movie-start", "03:57:02", kind=8, file=SECOND),
    call("camera-found", "03:59:00"),
    call("camera-lost", "04:02:00"),
)
CALLS = STORY + ODD
SUBSETS = st.builds(
    lambda order, size: order[:size], st.permutations(range(len(CALLS))), st.integers(2, len(CALLS))
)


@pytest.fixture(scope="module")
def movie(tmp_path_factory):
    path = tmp_path_factory.mktemp("movie") / "movie.mp4"
    source = ["-f", "lavfi", "-i", "color=size=64x48:rate=10:duration=19.5"]
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *source, str(path)], check=True, timeout=60)
    os.utime(path, (1_795_319_840, 1_795_319_840))
    return path


@pytest.fixture(scope="module")
def complete(movie, tmp_path_factory):
    """What the story ends in when each hook comes once and in order."""
    return result(make_archive(tmp_path_factory.mktemp("complete") / "archive", movie), STORY)


def result(archive, calls):
    for each in calls:
        assert run(archive, each) == 0
    return sidecars(archive)


def in_new_archive(movie, calls):
    with tempfile.TemporaryDirectory() as folder:
        return result(make_archive(Path(folder) / "archive", movie), calls)


@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_any_order_and_any_repetition(movie, data):
    """Of any set of hooks, however it is ordered and repeated, the sidecars are the same, byte for byte."""
    chosen = data.draw(SUBSETS)
    repeated = data.draw(st.permutations(chosen + data.draw(st.lists(st.sampled_from(chosen), max_size=6))))
    first = in_new_archive(movie, [CALLS[index] for index in chosen])
    assert in_new_archive(movie, [CALLS[index] for index in repeated]) == first


@settings(deadline=None, max_examples=15)
@given(order=st.permutations(range(len(STORY))))
def test_the_whole_story_in_any_order(movie, complete, order):
    """The whole of an event, in any order, is what it is in order."""
    assert in_new_archive(movie, [STORY[index] for index in order]) == complete


@settings(deadline=None, max_examples=15)
@given(order=st.permutations(range(len(STORY))), data=st.data())
def test_any_two_at_once(movie, complete, order, data):
    """Hooks that run in pairs, each with any other, also one with itself, end the same."""
    again = data.draw(st.lists(st.integers(0, len(STORY) - 1), min_size=3, max_size=3))
    calls = [STORY[index] for index in [*order, *again]]
    codes = Counter()
    with tempfile.TemporaryDirectory() as folder:
        archive = make_archive(Path(folder) / "archive", movie)
        for pair in zip(calls[::2], calls[1::2], strict=True):
            threads = [
                threading.Thread(target=lambda each=each: codes.update([run(archive, each)])) for each in pair
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert sidecars(archive) == complete
    assert codes == {0: len(calls)}


@pytest.mark.parametrize("seed", range(3))
def test_all_at_once_as_real_processes(movie, complete, tmp_path, seed):
    """All hooks of the story, each twice, started at the same time as Motion starts them, end the same."""
    archive = make_archive(tmp_path / "archive", movie)
    calls = [*STORY, *STORY]
    random.Random(seed).shuffle(calls)
    children = [subprocess.Popen([HOOK, *at(archive, each)]) for each in calls]
    assert [child.wait(timeout=120) for child in children] == [0] * len(calls)
    assert sidecars(archive) == complete


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_and_said_again(movie, complete, tmp_path, seed):
    """Hooks that are killed after some milliseconds leave nothing that the same hooks, said again, do not mend."""
    dice = random.Random(seed)
    archive = make_archive(tmp_path / "archive", movie)
    order = dice.sample(STORY, len(STORY))
    for each in order:
        child = subprocess.Popen([HOOK, *at(archive, each)])
        time.sleep(dice.uniform(0.0, 0.03))  # the point of the kill, not a wait
        child.kill()
        child.wait()
    assert result(archive, dice.sample(STORY, len(STORY))) == complete


def strace_kill(call_name, number, archive, arguments):
    """Run a hook that is killed at its nth system call of a name; say whether it got that far."""
    command = ["strace", "-f", "-o", "/dev/null", "-e", f"trace={call_name}"]
    command += ["-e", f"inject={call_name}:signal=KILL:when={number}"]
    done = subprocess.run([*command, HOOK, *at(archive, arguments)], check=False, timeout=60)
    return done.returncode in {-signal.SIGKILL, 128 + signal.SIGKILL}


@pytest.mark.parametrize("call_name", ["write", "fsync", "rename", "mkdir", "flock"])
@pytest.mark.parametrize("hook", [1, 5, 15])
def test_killed_at_each_step(movie, tmp_path, call_name, hook):
    """Killed at each system call that writes, then followed by another hook or by itself, a hook loses nothing torn."""
    before, killed = (STORY[13:14], STORY[15]) if hook == 15 else (STORY[:1], STORY[hook])
    whole = in_new_archive(movie, [*before, killed])
    for number in range(1, 12):
        archive = make_archive(tmp_path / f"archive-{number}", movie)
        result(archive, before)
        reached = strace_kill(call_name, number, archive, killed)
        for path, data in sidecars(archive).items():
            assert data.endswith(b"\n"), f"{path} is torn"
        assert result(archive, [killed]) == whole
        shutil.rmtree(archive)
        if not reached:
            assert number > 1 or call_name == "mkdir", "strace killed nothing"
            break
    else:
        pytest.fail("the hook calls more often than was tried")
