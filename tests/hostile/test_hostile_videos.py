"""Videos that are cut, flipped or lie: the site is built, each is on it or a Problem, and nothing else is opened for them."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import broken_videos
import pytest
from disguised_files import disguised
from sandbox import Sandbox, film, on_site, problems, tree, violations

from sitegen.archive.container import read_container
from sitegen.archive.container_mp4 import Movie, read_traf
from sitegen.previews import ffmpeg
from sitegen.previews.plan import Source

READERS = Path(__file__).with_name("header_readers.py")
SAMPLE = {
    "ten-hours-everywhere.mp4", "12000x9000.mp4", "nested-trak.mp4", "wide-numbers.mkv", "sound.mp4", "empty.mp4",
}  # fmt: skip


def test_the_readers_of_headers_are_bounded():
    """No lie, cut or flip makes them raise, take two seconds or 200 MB, or tell a length that is none."""
    done = subprocess.run(
        [sys.executable, READERS, "1", "120"], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["violations"] == []
    assert said["inputs"] > 200


@pytest.mark.parametrize("kind", [b"moov", b"trak", b"stbl"])
def test_boxes_in_boxes_end_the_reading(tmp_path, kind):
    """20,000 boxes in each other are no stack of calls."""
    path = tmp_path / "nested.mp4"
    path.write_bytes(broken_videos.nested(kind, 20_000))
    found = read_container(path)
    assert found is not None
    assert not found.has_video


def test_a_fragment_with_too_many_lists_of_frames_is_not_held_in_memory(tmp_path):
    """Of eighty megabytes of lists in one fragment, no more than some are kept."""
    path = tmp_path / "lists.mp4"
    path.write_bytes(broken_videos.moof(20, 1_000_000))
    handle = os.open(path, os.O_RDONLY)
    try:
        _, _, runs = read_traf(Movie(handle, path.stat().st_size), 16, path.stat().st_size - 24)
    finally:
        os.close(handle)
    assert runs
    assert sum(map(len, runs)) < 9_000_000


def test_a_build_over_hostile_videos_keeps_every_promise(tmp_path):
    """With previews: exit 0, the good clip is whole, each other is on one day or a Problem, nothing else was touched."""
    box = Sandbox(tmp_path)
    put = 0
    for name, data in (*broken_videos.lies(), *broken_videos.others()):
        if name in SAMPLE:
            put += 1
            box.put(name, data, sidecar=put % 4 != 0)
    assert put == len(SAMPLE)
    odd = ("12:30.mp4", "%d.mp4", "-i.mp4", "concat:a|b.mp4")
    for name in odd:
        os.link(film(), box.root / name)
    before = tree(tmp_path)
    built = box.build()
    assert violations(box, built, before) == []
    assert all((box.site / "previews" / f"{name}.low.mp4").is_file() for name in odd)
    told = {problem["path"]: problem["reason"] for problem in problems(box.site)}
    assert len(told) >= len(SAMPLE) - 1
    assert [reason for path, reason in told.items() if "12000x9000" in path] == ["its pictures are too large"]
    assert list(box.site.rglob("*good-101*.low.mp4"))


class Listener:
    """Counts connections to a port of this machine."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.count = 0
        self.address = f"http://127.0.0.1:{self.socket.getsockname()[1]}/"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.count += 1
            connection.close()


def test_no_other_file_is_opened_and_nobody_is_called(tmp_path):
    """Playlists, scripts and references under videos' names: strace sees no connection, and the canary film is not opened."""
    listener = Listener()
    box = Sandbox(tmp_path)
    canary = tmp_path / "outside" / "secret.mp4"
    for name, data in disguised(str(canary), listener.address):
        box.put(name, data)
    before, trace = tree(tmp_path), tmp_path / "state" / "trace"
    trace.parent.mkdir()
    calls = "trace=network,open,openat,openat2"
    built = box.build(
        wrap=("strace", "-f", "-qq", "-s", "300", "-o", str(trace), "-e", calls, "-e", "signal=none")
    )
    listener.socket.close()
    said = trace.read_text(errors="replace")
    assert violations(box, built, before) == []
    assert listener.count == 0
    assert "good-101" in said
    assert str(canary.parent) not in said
    assert re.findall(r"connect\(.*AF_INET.*", said) == []
    assert len(problems(box.site)) >= 9


def playlist_of(victim, address):
    """Return a playlist of one film of this machine and one at an address."""
    return next(data for name, data in disguised(str(victim), address) if name == "playlist.mp4")


def commands(video, demuxer):
    """Return every command line that ffmpeg is given for a video; as if the first bytes were not looked at."""
    source = Source(demuxer, 1.0, 64 * 36)
    yield ffmpeg.probe_command(demuxer, str(video))
    yield ffmpeg.poster_command((64, 36), source, str(video), 0.5, keys=True, zscale=False)
    yield ffmpeg.command((64, 36), "keys", source, str(video), zscale=False)


def opened_by(command, folder):
    """Run ffmpeg; return what it opened and connected to, as strace tells it, and what it said."""
    trace = folder / "trace"
    wrap = ["strace", "-f", "-qq", "-s", "300", "-o", str(trace), "-e", "trace=open,openat,connect"]
    done = subprocess.run([*wrap, *command], cwd=folder, check=False, capture_output=True, timeout=60)
    return trace.read_text(errors="replace"), done.stderr.decode(errors="replace")


def test_a_forced_reader_alone_opens_no_other_file(tmp_path):
    """Given a playlist as a video, ffmpeg does not read it as one: also of files, which it is allowed to open."""
    folder = tmp_path / "outside"
    folder.mkdir()
    victim = folder / "secret.mp4"
    victim.write_bytes(film().read_bytes())
    video = tmp_path / "clip.m3u8"  # a name by which ffmpeg would guess right
    video.write_bytes(playlist_of(victim, "http://127.0.0.1:9/"))
    for command in commands(video, "mov"):
        opened, _ = opened_by(command, tmp_path)
        assert str(video) in opened
        assert str(victim) not in opened
    at = command.index("-f", command.index("-protocol_whitelist"))
    guessing = [*command[:at], *command[at + 2 :]]
    assert str(victim) in opened_by(guessing, tmp_path)[0], "without the reader it would be opened"


def test_the_list_of_protocols_alone_lets_nobody_be_called(tmp_path):
    """Should ffmpeg read a playlist after all: it opens files and nothing else, whatever it would allow itself."""
    listener = Listener()
    video = tmp_path / "clip.m3u8"
    urls = (f"{listener.address}a.ts", "data:video/mp2t,GGG.ts", f"crypto:file:{tmp_path}/x.ts")
    for url in urls:
        video.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{url}\n#EXT-X-ENDLIST\n")
        for command in commands(video, "hls"):
            opened, said = opened_by(command, tmp_path)
            assert re.findall(r"connect\(.*AF_INET.*", opened) == []
            assert "not on whitelist 'file'" in said
    assert listener.count == 0
    video.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{urls[0]}\n#EXT-X-ENDLIST\n")
    at = command.index("-protocol_whitelist") + 1
    opened_by([*command[:at], "file,http,tcp", *command[at + 1 :]], tmp_path)
    listener.socket.close()
    assert listener.count > 0, "with a longer list it would be connected to"


def test_a_video_that_grows_while_it_is_read_is_taken_when_it_is_whole(tmp_path):
    """A clip is copied in piece by piece during builds: no build fails, and in the end it is on the site once."""
    box = Sandbox(tmp_path)
    path = box.put("growing.mp4", b"", sidecar=True)
    data, written = film().read_bytes(), threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            for place in range(0, len(data), 400):
                file.write(data[place : place + 400])
                written.wait(0.02)
        written.set()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        while not written.is_set():
            built = box.build()
            assert (built.code, "Traceback" in built.said) == (0, False), built.said
    finally:
        writer.join()
    before = tree(tmp_path)
    built = box.build()
    assert violations(box, built, before) == []
    assert problems(box.site) == []
    assert on_site(box.site)[path.relative_to(box.root).as_posix()] == 1


def test_a_build_ends_though_a_video_never_stops_growing(tmp_path):
    """A file that is another at each look is left to the next build, with the previews of all others made."""
    box = Sandbox(tmp_path)
    path = box.put("growing.mp4", film().read_bytes())
    ended = threading.Event()

    def touch() -> None:
        while not ended.wait(0.01):
            os.utime(path)

    toucher = threading.Thread(target=touch)
    toucher.start()
    try:
        built = box.build()
    finally:
        ended.set()
        toucher.join()
    assert (built.code, "Traceback" in built.said) == (0, False), built.said
    assert list(box.site.rglob("*good-101*.low.mp4"))
    assert on_site(box.site)[path.relative_to(box.root).as_posix()] == 1


def test_a_build_ends_though_a_video_goes_meanwhile(tmp_path):
    """A clip that is deleted between the look at it and its previews is gone from the site; the build ends."""
    box = Sandbox(tmp_path)
    path = box.put("going.mp4", film().read_bytes())
    waits = threading.Event()

    def delete() -> None:
        while not (box.site / "build.json").exists() and not waits.wait(0.002):
            pass
        path.unlink()
        path.with_suffix(".yaml").unlink()

    deleter = threading.Thread(target=delete)
    deleter.start()
    built = box.build()
    waits.set()
    deleter.join()
    assert violations(box, built, tree(tmp_path)) == []
    assert path.relative_to(box.root).as_posix() not in on_site(box.site)
