"""One run of a program in ffmpeg's place: lines, ends, and how it is stopped."""

import asyncio
import os
import sys
import time
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sitegen.capture.recorder_run import Closed, Lines, Run, Said, readable
from sitegen.secret import Secret

URL = Secret("rtsp://u:pw@h/")


def lines_of(*chunks: bytes) -> list[str]:
    taken: list[str] = []
    lines = Lines(taken.append)
    for chunk in chunks:
        lines.feed(chunk)
    lines.end()
    return taken


def test_lines_are_cut_wherever_the_pipe_cuts():
    """Also at carriage returns; the last one needs no end."""
    assert lines_of(b"on", b"e\ntw", b"o\r\rthree") == ["one", "two", "three"]
    assert lines_of(b"\xff\n") == ["\ufffd"]


def test_a_line_without_end_does_not_fill_memory():
    """A camera decides what is in it."""
    taken = lines_of(*[b"x" * 10_000] * 100, b"\nnext\n")
    assert [len(each) for each in taken] == [8192, 4]
    lines = Lines(taken.append)
    tracemalloc.start()
    try:
        for _ in range(1_000):
            lines.feed(b"x" * 10_000)
        assert tracemalloc.get_traced_memory()[1] < 200_000, "of ten megabytes"
    finally:
        tracemalloc.stop()


def test_a_text_can_be_read_once_and_leaves_no_descriptor():
    """From its beginning to its end; for no text there is no descriptor."""
    before = len(list(Path("/proc/self/fd").iterdir()))
    with readable(b"rtsp://u:pw@h/") as descriptor:
        assert os.read(descriptor, 100) == b"rtsp://u:pw@h/"
        assert os.read(descriptor, 100) == b""
    with readable(None) as descriptor:
        assert descriptor is None
    assert len(list(Path("/proc/self/fd").iterdir())) == before


async def events_of(run: Run) -> list[Closed | Said]:
    return [event async for event in run.events()]


def python(text: str) -> Run:
    return Run(lambda report_to: [sys.executable, "-c", text, str(report_to)], URL, 1.0)


def test_events_come_until_all_was_read():
    """Rows and log lines, also those that were written just before the end."""

    async def story():
        run = python(
            "import os, sys; os.write(int(sys.argv[1]), b'frame=5\\nfps=1\\nframe=7\\n'); print('a.mp4,0.0,1.5'); print('[error] bad', file=sys.stderr)"
        )
        return run, await events_of(run)

    run, events = asyncio.run(story())
    assert [event.name for event in events if isinstance(event, Closed)] == ["a.mp4"]
    assert [event.line.text for event in events if isinstance(event, Said)] == ["bad"]
    assert (run.frames, run.returncode) == (7, 0)


def test_frames_of_a_camera_that_was_slow_to_connect_came_when_they_are_told_of():
    """The first report comes late, and not because of a silence: nothing was before it."""

    async def story():
        text = "import os, sys, time; time.sleep(0.5); os.write(int(sys.argv[1]), b'frame=1\\n'); print('a.mp4,0.0,1')"
        run = Run(lambda report_to: [sys.executable, "-c", text, str(report_to)], URL, 0.05)
        begun = datetime.now(UTC)
        return begun, [event for event in await events_of(run) if isinstance(event, Closed)]

    begun, [closed] = asyncio.run(story())
    assert closed.alive_at - begun >= timedelta(seconds=0.4)
    assert closed.seconds is None


def test_a_report_that_is_not_read_in_time_does_not_stop_ffmpeg_at_once():
    """A recorder that hangs for minutes costs no footage: the pipe takes what comes, and the last count is read."""

    async def story():
        run = python(
            "import os, sys; [os.write(int(sys.argv[1]), b'frame=%d\\n' % n) for n in range(1, 700)]"
        )
        await events_of(run)
        return run.frames

    assert asyncio.run(story()) == 699


@pytest.mark.parametrize(("ignored", "returncode", "longest_s"), [(1, 0, 10), (99, -9, 20)])
def test_stop_asks_twice_and_then_kills(ignored, returncode, longest_s):
    """ffmpeg ignores the first SIGTERM while a read hangs."""
    text = f"""
import signal, sys, time
seen = []
def term(*_):
    seen.append(1)
    if len(seen) > {ignored}: sys.exit(0)
signal.signal(signal.SIGTERM, term)
print("ready,0.0,1", flush=True)
while True: time.sleep(1)
"""

    async def story():
        run = python(text)
        begun = time.monotonic()
        async for event in run.events():
            if isinstance(event, Closed):
                stopping = asyncio.create_task(run.stop())
        await stopping
        return run.returncode, time.monotonic() - begun

    code, took_s = asyncio.run(story())
    assert code == returncode
    assert took_s < longest_s


def test_killing_what_has_ended_harms_nobody():
    """Its process id may belong to another by then."""

    async def story():
        run = python("")
        await events_of(run)
        run.kill()
        return run.returncode

    assert asyncio.run(story()) == 0
