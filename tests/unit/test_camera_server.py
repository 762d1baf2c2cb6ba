"""Simulated cameras: exact to the frame over the loop's border, the same for all clients, and bad when told to be."""

import base64
import hashlib
import json
import socket
import time
import urllib.error
import urllib.request

import pytest
from simulator import start_cameras
from waiting import wait_until

from sitegen import process
from sitegen.demo.footage import make_footage
from sitegen.demo.h264 import read_footage
from sitegen.demo.rtp import interleaved

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


def read(url, path, *, seconds=None, options=()):
    limit = () if seconds is None else ("-t", f"{seconds:g}")
    argv = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-rtsp_transport", "tcp", *options, "-i", url, *limit]
    return process.start([*argv, "-c", "copy", "-fps_mode", "passthrough", str(path)])


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


@pytest.mark.parametrize("auth", ["digest", "basic"])
def test_a_password_is_asked_for_and_checked(footage, tmp_path, auth):
    """Without the right account there is no picture, by Digest and by Basic authentication."""
    with start_cameras(tmp_path, footage, user="eve", password="pass word", auth=auth) as cameras:
        good = read(cameras.url("yard", login="eve:pass%20word"), tmp_path / "good.mkv", seconds=0.5)
        bad = read(cameras.url("yard", login="eve:wrong"), tmp_path / "bad.mkv", seconds=0.5)
        none = read(cameras.url("yard", login=""), tmp_path / "none.mkv", seconds=0.5)
        codes = {child: child.communicate(timeout=30)[1] for child in (good, bad, none)}
        assert good.returncode == 0, codes[good]
        assert bad.returncode != 0
        assert b"401" in codes[bad]
        assert none.returncode != 0
        assert b"401" in codes[none]


def test_digest_answers_are_those_of_the_standard(running, footage, tmp_path):
    """Our reading of RFC 2069 agrees with a computation of its own, and a request for another URL is refused."""
    with start_cameras(tmp_path, footage, user="u", password="p") as cameras, connect(cameras) as client:
        url = cameras.url("yard", login="")
        client.sendall(ask("DESCRIBE", url))
        challenge = client.recv(4096).decode()
        realm, nonce = (
            challenge.split('realm="')[1].split('"')[0],
            challenge.split('nonce="')[1].split('"')[0],
        )

        def md5(text):
            return hashlib.md5(text.encode()).hexdigest()

        response = md5(f"{md5(f'u:{realm}:p')}:{nonce}:{md5(f'DESCRIBE:{url}')}")
        header = f'Digest username="u", realm="{realm}", nonce="{nonce}", uri="{url}", response="{response}"'
        client.sendall(ask("SETUP", url, Authorization=header))
        assert client.recv(4096).startswith(b"RTSP/1.0 401")
        client.sendall(ask("DESCRIBE", url, Authorization=header))
        assert client.recv(4096).startswith(b"RTSP/1.0 200")


def test_the_description_holds_the_parameter_sets(running, footage):
    """DESCRIBE says what a decoder must know beforehand: SPS and PPS, as the file has them."""
    with connect(running) as client:
        client.sendall(ask("DESCRIBE", running.url("yard")))
        text = client.recv(8192).decode()
    sets = text.split("sprop-parameter-sets=")[1].split("\r\n")[0].split(",")
    known = read_footage(footage["yard"])
    assert [base64.b64decode(one) for one in sets] == [known.sps, known.pps]


@pytest.mark.parametrize(
    ("method", "headers", "answer"),
    [
        ("OPTIONS", {}, b"200"),
        ("GET_PARAMETER", {}, b"200"),
        ("SETUP", {"Transport": "RTP/AVP;unicast;client_port=5000-5001"}, b"461"),
        ("PLAY", {}, b"455"),
        ("RECORD", {}, b"501"),
        ("TEARDOWN", {}, b"200"),
    ],
)
def test_each_request_gets_its_answer(running, method, headers, answer):
    """Keep-alives are answered, UDP and recording are refused, and playing needs a SETUP first."""
    with connect(running) as client:
        client.sendall(ask(method, running.url("yard"), **headers))
        assert client.recv(4096).startswith(b"RTSP/1.0 " + answer)


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


def test_packets_are_cut_and_numbered_as_rtp_wants(footage):
    """A picture's packets put together again are the picture; numbers wrap; only the last carries the marker."""
    unit = bytes([0x65]) + bytes(range(256)) * 20
    made = interleaved((b"\x67sps", unit), sequence=0xFFFF, ticks=(1 << 32) + 5, source=7, channel=2)
    heads = [(one[1], int.from_bytes(one[6:8]), int.from_bytes(one[8:12]), one[5] >> 7) for one in made]
    assert heads == [(2, (0xFFFF + n) & 0xFFFF, 5, int(n == len(made) - 1)) for n in range(len(made))]
    assert all(len(one) == 4 + int.from_bytes(one[2:4]) for one in made)
    pieces = [one[16:] for one in made[1:]]
    assert [piece[1] >> 6 for piece in pieces] == [2, *[0] * (len(pieces) - 2), 1]
    assert (
        bytes([(pieces[0][0] & 0xE0) | (pieces[0][1] & 0x1F)]) + b"".join(piece[2:] for piece in pieces)
        == unit
    )


def test_footage_that_cannot_be_looped_is_refused(tmp_path):
    """B frames, and files that hold no H.264, are told by name and reason."""
    reordered = tmp_path / "b.mp4"
    argv = "ffmpeg -v error -f lavfi -i testsrc=size=160x120:rate=10 -t 2 -c:v libx264 -bf 2 -pix_fmt yuv420p"
    process.run([*argv.split(), str(reordered)], timeout_s=30)
    with pytest.raises(ValueError, match=r"b\.mp4: its frames are reordered"):
        read_footage(reordered)
    (tmp_path / "c.mp4").write_bytes(b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00")
    with pytest.raises(ValueError, match=r"c\.mp4: no plain mp4"):
        read_footage(tmp_path / "c.mp4")
    (tmp_path / "d.h264").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="key frame"):
        read_footage(tmp_path / "d.h264")


def test_sigterm_stops_it_cleanly(footage, tmp_path):
    """The server ends with 0, while clients are connected, and says nothing on stderr."""
    with start_cameras(tmp_path, footage) as cameras, play(cameras, "yard") as client, connect(cameras):
        cameras.control("yard", "freeze")
        cameras.stop()
        assert is_closed(client)
        assert cameras.returncode == 0
    assert [log.read_text() for log in tmp_path.glob("cameras-*.log")] == [""]


def connect(cameras):
    return socket.create_connection(("127.0.0.1", cameras.port), timeout=20)


def ask(method, url, **headers):
    lines = [f"{method} {url} RTSP/1.0", "CSeq: 1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def play(cameras, name):
    """A connection on which the camera's packets come in."""
    client = connect(cameras)
    url = cameras.url(name, login="")
    client.sendall(ask("SETUP", url + "/track0", Transport="RTP/AVP/TCP;unicast;interleaved=0-1"))
    assert client.recv(4096).startswith(b"RTSP/1.0 200")
    client.sendall(ask("PLAY", url))
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += client.recv(1)
    assert answer.startswith(b"RTSP/1.0 200")
    return client


def drain(client):
    """Take what was on its way."""
    client.settimeout(0.3)
    try:
        while client.recv(65536):
            pass
    except TimeoutError:
        pass


def is_closed(client, seconds=20.0):
    """Tell whether the other side hangs up within so many seconds."""
    client.settimeout(0.2)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if client.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except ConnectionError:
            return True
    return False
