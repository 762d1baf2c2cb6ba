"""Simulated cameras: exact to the frame over the loop's border, the same for all clients, and bad when told to be."""

import json
import socket
import time
import urllib.error
import urllib.request

import pytest
from rtsp_client import ask, connect, drain, is_closed, play, read
from simulator import start_cameras
from waiting import wait_until

from sitegen import process
from sitegen.demo.footage import make_footage

FPS, SECONDS = 10, 2


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    return {
        name: make_footage(
            folder / file, name, ((0, 2),), seconds=SECONDS, fps=FPS, size=(320, 180), gop_seconds=1
        )
        for name, file in {"yard": "yard.mp4", "shop": "shop.h264"}.items()
    }


@pytest.fixture(scope="module")
def running(footage, tmp_path_factory):
    """One simulator for the tests that leave it as it was."""
    with start_cameras(tmp_path_factory.mktemp("cameras"), footage) as cameras:
        yield cameras


def packets(path):
    """Each packet of a recorded file: (seconds, is it a key frame)."""
    shown = process.run(
        ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,flags", "-of", "json", str(path)],
        timeout_s=30,
    )
    return [(float(one["pts_time"]), "K" in one["flags"]) for one in json.loads(shown.stdout)["packets"]]


def pictures(path):
    """The checksum of each decoded picture of a file."""
    shown = process.run(
        ["ffmpeg", "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "framemd5", "-"],
        timeout_s=30,
    )
    return [line.split(b",")[-1].strip() for line in shown.stdout.splitlines() if not line.startswith(b"#")]


@pytest.mark.parametrize("name", ["yard", "shop"])
def test_frames_and_times_are_exact_over_the_loops_border(running, footage, tmp_path, name):
    """Five seconds of a loop of two are every frame once, in order, 100 ms apart, key frames each second."""
    out = tmp_path / "out.mkv"
    started = time.monotonic()
    child = read(running.url(name), out, seconds=5.05)
    assert child.communicate(timeout=60)[1] == b""
    assert child.returncode == 0
    assert time.monotonic() - started >= 5  # in real time, not as fast as it goes
    got = packets(out)
    times = [
        round(at - got[1][0], 3) for at, _ in got[1:]
    ]  # ffmpeg gives no RTSP stream's first packet a time
    assert times == [round(number / FPS, 3) for number in range(len(times))]
    assert 50 <= len(got) <= 52
    assert [number for number, (_, key) in enumerate(got) if key] == list(range(0, len(got), FPS))
    once = pictures(footage[name])
    first = once.index(pictures(out)[0])
    assert pictures(out) == [once[(first + number) % len(once)] for number in range(len(got))]


def test_all_clients_see_the_same_point_of_the_loop(running):
    """Two clients, of which one comes later, get the same picture at the same time of the clock."""
    stamped = [
        "-copyts",
        "-use_wallclock_as_timestamps",
        "1",
        "-rtsp_transport",
        "tcp",
        "-i",
        running.url("yard"),
    ]
    argv = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        *stamped,
        "-c",
        "copy",
        "-frames:v",
        "35",
        "-f",
        "framemd5",
        "-",
    ]
    first = process.start(argv)
    wait_until(lambda: running.state("yard")["connections"] == 1, what="the first client's connection")
    second = process.start(argv)
    wait_until(lambda: running.state("yard")["connections"] == 2, what="the second client's connection")
    seen = [_arrivals(child.communicate(timeout=60)[0].decode()) for child in (first, second)]
    assert seen[0].keys() == seen[1].keys()
    assert len(seen[0]) == SECONDS * FPS
    for picture, at in seen[0].items():
        apart = abs(at - seen[1][picture]) % SECONDS
        assert min(apart, SECONDS - apart) < 0.5, (picture, at, seen[1][picture])


def _arrivals(framemd5):
    """When each different picture came last, in seconds of the clock; ffmpeg dates no stream's first packet."""
    rows = [line.split(",") for line in framemd5.splitlines() if not line.startswith("#")][1:]
    scale = int(framemd5.split("#tb 0: 1/")[1].split()[0])
    return {row[-1].strip(): int(row[2]) / scale for row in rows}


def test_freeze_keeps_the_connection_and_sends_nothing_until_normal(footage, tmp_path):
    """A frozen camera says nothing to old or new clients; set free it goes on at the point the clock says."""
    with start_cameras(tmp_path, footage) as cameras, play(cameras, "yard") as client:
        assert client.recv(65536)
        cameras.control("yard", "freeze")
        drain(client)
        client.settimeout(0.6)
        with pytest.raises(TimeoutError):
            client.recv(1)
        with socket.create_connection(("127.0.0.1", cameras.port), timeout=0.6) as late:
            late.sendall(ask("DESCRIBE", cameras.url("yard")))
            with pytest.raises(TimeoutError):
                late.recv(1)
            cameras.control("yard", "normal")
            late.settimeout(10)
            assert late.recv(4096).startswith(b"RTSP/1.0 200")
        client.settimeout(10)
        assert client.recv(1) == b"$"


def test_drop_closes_connections_and_takes_new_ones(footage, tmp_path):
    """A recorder is cut off and may come back at once; other cameras are not touched."""
    with (
        start_cameras(tmp_path, footage) as cameras,
        play(cameras, "yard") as client,
        play(cameras, "shop") as other,
    ):
        assert cameras.control("yard", "drop")["mode"] == "normal"
        assert is_closed(client)
        with play(cameras, "yard") as again:
            assert again.recv(1) == b"$"
        assert not is_closed(other, seconds=1)


def test_refuse_closes_and_refuses_until_normal(footage, tmp_path):
    """ffmpeg fails at once on a camera that refuses, and works again afterwards."""
    with start_cameras(tmp_path, footage) as cameras:
        with play(cameras, "yard") as client:
            cameras.control("yard", "refuse")
            assert is_closed(client)
        refused = read(cameras.url("yard"), tmp_path / "x.mkv", seconds=1)
        assert b"404" in refused.communicate(timeout=30)[1]
        assert refused.returncode != 0
        cameras.control("yard", "normal")
        fine = read(cameras.url("yard"), tmp_path / "y.mkv", seconds=1)
        fine.communicate(timeout=30)
        assert fine.returncode == 0


def test_an_outage_comes_and_goes_by_itself(footage, tmp_path):
    """--outage makes a camera go away now and then, for the demo."""
    with start_cameras(tmp_path, footage, options=("--outage", "yard=0.5/0.5")) as cameras:
        seen = [
            wait_until(lambda mode=mode: cameras.state("yard")["mode"] == mode)
            for mode in ("refuse", "normal", "refuse")
        ]
        assert all(seen)
        assert cameras.state("shop")["mode"] == "normal"


def test_an_unknown_camera_and_noise_are_refused(running):
    """A wrong name gets 404; what is no RTSP is hung up on, and the next client is served."""
    with connect(running) as client:
        client.sendall(ask("DESCRIBE", running.url("nobody")))
        assert client.recv(4096).startswith(b"RTSP/1.0 404")
    with connect(running) as client:
        client.sendall(b"\x00\xffnoise\r\n\r\n")
        assert client.recv(4096) == b""
    with play(running, "yard") as client:
        assert client.recv(1) == b"$"


def test_the_control_url_refuses_what_it_does_not_know(running):
    """A misspelt action is a 404 that lists the right ones, and changes nothing."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{running.control_port}/control/yard/explode", timeout=10)
    assert "freeze" in caught.value.read().decode()
    assert running.state("yard")["mode"] == "normal"


def test_sigterm_stops_it_cleanly(footage, tmp_path):
    """The server ends with 0, while clients are connected, and says nothing on stderr."""
    with start_cameras(tmp_path, footage) as cameras, play(cameras, "yard") as client, connect(cameras):
        cameras.control("yard", "freeze")
        cameras.stop()
        assert is_closed(client)
        assert cameras.returncode == 0
    assert [log.read_text() for log in tmp_path.glob("cameras-*.log")] == [""]
