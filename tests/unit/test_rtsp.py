"""What the simulated cameras say in RTSP: answers to each request, descriptions, and who may come in."""

import base64
import hashlib

import pytest
from rtsp_client import ask, connect, read
from simulator import start_cameras

from sitegen.demo.footage import make_footage
from sitegen.demo.h264 import read_footage


@pytest.fixture(scope="module")
def footage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("footage")
    return {"yard": make_footage(folder / "yard.mp4", "yard", seconds=2, size=(320, 180), gop_seconds=1)}


@pytest.fixture(scope="module")
def running(footage, tmp_path_factory):
    with start_cameras(tmp_path_factory.mktemp("cameras"), footage) as cameras:
        yield cameras


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
