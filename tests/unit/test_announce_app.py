"""The announcer's application, over real sockets."""

import socket
from contextlib import suppress

import pytest
from aiohttp.test_utils import make_mocked_request
from announcement_clients import SocketClient, StreamClient, announce, clients, said, serving
from nginx_server import ask
from waiting import wait_until

from sitegen.announce import build_app
from sitegen.announce.app import asked_from_elsewhere, same_origin


@pytest.mark.parametrize(
    ("origin", "hosts", "allowed"),
    [
        (None, ["cam.lan"], True),
        ("http://cam.lan", ["cam.lan"], True),
        ("http://CAM.lan", ["cam.LAN:80"], True),
        ("https://cam.lan", ["cam.lan:443"], True),
        ("https://cam.lan:8443", ["cam.lan:8443"], True),
        ("https://cam.lan", ["127.0.0.1:8082", "cam.lan"], True),
        ("http://[::1]:8080", ["[::1]:8080"], True),
        ("http://cam.lan:8080", ["cam.lan"], False),
        ("http://evil.example", ["cam.lan"], False),
        ("http://cam.lan.evil.example", ["cam.lan"], False),
        ("null", ["cam.lan"], False),
        ("", [""], False),
        ("http://[", ["cam.lan"], False),
        ("file://", [""], False),
    ],
)
def test_same_origin(origin, hosts, allowed):
    """Only a page of the host that was asked, at the same port, or no page at all, may open a websocket."""
    assert same_origin(origin, hosts) is allowed


@pytest.mark.parametrize(
    ("headers", "elsewhere"),
    [
        ({}, False),
        ({"Sec-Fetch-Site": "same-origin"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://cam.lan"}, True),
        ({"Origin": "http://evil.example"}, True),
        ({"Origin": "https://cctv.example", "X-Forwarded-Host": "cctv.example"}, False),
    ],
)
def test_who_asks_from_elsewhere(headers, elsewhere):
    """What browsers say of the page that asks counts; who says nothing is no page."""
    request = make_mocked_request("GET", "/announce/events", headers={"Host": "cam.lan", **headers})
    assert asked_from_elsewhere(request) is elsewhere


HANDSHAKE = (
    b"GET /announce/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def test_quiet_streams_are_kept_alive(tmp_path):
    """With nothing to tell, an event stream gets comments, and what comes after them is not lost."""
    app = build_app(tmp_path / "a.json", comment_every_s=0.1)
    with serving(app) as port, clients(StreamClient(port, "/announce/events")) as (stream,):
        wait_until(lambda: stream.comments >= 5, 30, "five comments")
        assert stream.messages == []
        announce(tmp_path / "a.json", 1)
        wait_until(lambda: stream.data == [said(1)], 30)


def test_a_websocket_that_does_not_answer_is_closed(tmp_path):
    """A websocket is pinged; a client that has gone without a word is noticed by that, and its place is free."""
    with serving(build_app(tmp_path / "a.json", comment_every_s=0.5)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
            raw.sendall(HANDSHAKE)
            got = b""
            while data := raw.recv(4096):
                got += data
        assert b"\x89\x00" in got.partition(b"\r\n\r\n")[2]
        wait_until(lambda: b'"clients": 0' in ask(port, "/announce/health").body, 30)


def test_a_websocket_that_says_too_much_is_closed(tmp_path):
    """Nothing that a client says is needed: a message of 2 KB is not kept until its end, and the place is free."""
    with serving(build_app(tmp_path / "a.json", comment_every_s=3_600)) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
            raw.sendall(HANDSHAKE + b"\x81\xfe" + (2_048).to_bytes(2, "big") + bytes(4) + b"a" * 2_048)
            got = b""
            while data := raw.recv(4096):
                got += data
        assert got.partition(b"\r\n\r\n")[2].startswith(b"\x88"), "a closing frame"
        assert (1_009).to_bytes(2, "big") in got
        wait_until(lambda: b'"clients": 0' in ask(port, "/announce/health").body, 30)


def test_one_reader_too_many_is_told_to_come_back(tmp_path):
    """When all places are taken the answer is 503 with Retry-After; a place that is left is free at once."""
    with serving(build_app(tmp_path / "a.json", most_clients=1, comment_every_s=3_600)) as port:
        with clients(StreamClient(port, "/announce/events")):
            full = ask(port, "/announce/events")
            assert (full.status, full.headers["retry-after"]) == (503, "30")
            with clients(SocketClient(port, "/announce/ws")) as (refused,):
                assert refused.status == 503
        wait_until(lambda: b'"clients": 0' in ask(port, "/announce/health").body, 30)
        with clients(StreamClient(port, "/announce/events")) as (again,):
            assert again.response.status == 200


def test_who_does_not_read_is_cut_off(tmp_path):
    """A reader that takes nothing is dropped when its queue is full; the one beside it misses nothing."""
    file = tmp_path / "a.json"
    with (
        serving(build_app(file, look_every_s=0.005)) as port,
        clients(StreamClient(port, "/announce/events")) as (good,),
    ):
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(30)
        slow.connect(("127.0.0.1", port))
        slow.sendall(b"GET /announce/events HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: b'"clients": 2' in ask(port, "/announce/health").body, 30)
        number = 0
        while number < 400 and b'"clients": 2' in ask(port, "/announce/health").body:
            number += 1
            announce(file, number, cameras=["x" * 200_000])
            wait_until(lambda n=number: len(good.data) == n, 30)
        assert b'"clients": 1' in ask(port, "/announce/health").body, number
        assert [item["revision"] for item in good.data] == list(range(1, number + 1))
        with slow, suppress(ConnectionResetError):
            end = b""
            while data := slow.recv(65_536):
                end = (end + data)[-5:]
            assert end != b"0\r\n\r\n", "it was ended in good order, after it had read at last"


def test_what_clients_say_is_not_listened_to(tmp_path):
    """A websocket client that talks is not answered, and one that shouts is closed; the others stay."""
    with (
        serving(build_app(tmp_path / "a.json")) as port,
        clients(StreamClient(port, "/announce/events")) as (good,),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as raw:
            raw.sendall(HANDSHAKE)
            assert b" 101 " in raw.recv(4096)
            raw.sendall(b"\x81\x82\x00\x00\x00\x00hi")  # text "hi", masked with zeros
            raw.sendall(b"\x82\xff" + (1 << 20).to_bytes(8, "big") + bytes(4) + bytes(65_536))
            wait_until(lambda: b'"clients": 1' in ask(port, "/announce/health").body, 30)
        announce(tmp_path / "a.json", 1)
        wait_until(lambda: good.data == [said(1)], 30)


def test_plain_requests_to_the_websocket_are_no_fault_of_ours(tmp_path, caplog):
    """A request that is no upgrade is 400, HEAD is 405, and neither leaves a place taken or a traceback."""
    with serving(build_app(tmp_path / "a.json")) as port:
        assert ask(port, "/announce/ws").status == 400
        assert ask(port, "/announce/events", "HEAD").status == 405
        assert b'"clients": 0' in ask(port, "/announce/health").body
    assert caplog.text == ""
