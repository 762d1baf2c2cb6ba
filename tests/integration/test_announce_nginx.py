"""Announcements from the file of the generator, through a real announcer and a real nginx, to every client."""

import json
import os
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from announcement_clients import SocketClient, StreamClient, a_crowd, announce, clients, said
from nginx_server import ask, free_port, running_announcer, running_nginx
from waiting import wait_until

LEGACY = {
    "event_id": "b8f5b1b2-0000-5000-8000-000000000000",
    "timestamp": "2026-11-22T04:55:03+01:00",
    "camera_name": "Driveway \u201ceast\u201d",
    "high_res_image_path": "media/a.jpg",
    "low_res_image_path": "",
    "high_res_video_path": "media/a.mp4",
    "low_res_video_path": "",
}


class System:
    """nginx before an announcer; the announcer can be killed and started again."""

    def __init__(self, folder, stack):
        self.folder, self.stack = folder, stack
        (folder / "site").mkdir()
        (folder / "archive").mkdir()
        (folder / "site/index.html").write_text("<title>Cameras</title>")
        self.file = folder / "announcements.json"
        self.announcer_port = free_port()
        self.port = stack.enter_context(
            running_nginx(
                folder / "site",
                folder / "archive",
                folder / "run",
                announce=f"127.0.0.1:{self.announcer_port}",
            )
        )
        self.announcer = self.start()

    def start(self):
        running = running_announcer(self.file, self.announcer_port, self.folder / "announcer.log")
        self.announcer = self.stack.enter_context(running)
        return self.announcer

    def health(self):
        return json.loads(ask(self.port, "/announce/health").body)


@pytest.fixture
def system(tmp_path):
    with ExitStack() as stack:
        yield System(tmp_path, stack)


def has(client, expected):
    wait_until(lambda: len(client.data) >= len(expected), 30, f"{len(expected)} messages")
    assert client.data == expected


def test_every_client_gets_every_announcement(system):
    """Event streams and websockets, several of each, get each revision once and in order, soon after the file changed."""
    streams = [StreamClient(system.port, "/announce/events") for _ in range(3)]
    sockets = [SocketClient(system.port, "/announce/ws") for _ in range(3)]
    with clients(*streams, *sockets):
        wait_until(lambda: system.health()["clients"] == 6, 30, "six clients")
        began = time.monotonic()
        announce(system.file, 1)
        for client in (*streams, *sockets):
            has(client, [said(1)])
        print(f"all told after {time.monotonic() - began:.3f} s")
        announce(system.file, 1, 2)
        for client in (*streams, *sockets):
            has(client, [said(1), said(2)])
        assert [number for number, _ in streams[0].messages] == [1, 2]
        assert streams[0].retry
        assert streams[0].headers["content-type"].startswith("text/event-stream")
        assert streams[0].headers["cache-control"] == "no-store"
        assert streams[0].headers["x-content-type-options"] == "nosniff"
    wait_until(lambda: system.health()["clients"] == 0, 30, "no clients")


def test_who_comes_back_gets_what_was_missed(system):
    """Last-Event-ID, or ?since=, replays what came after it, and the newest alone when that is too long ago."""
    announce(system.file, 5, 6, 7)
    wait_until(lambda: system.health()["revision"] == 7, 30)
    with clients(
        StreamClient(system.port, "/announce/events", Last_Event_ID="5"),
        StreamClient(system.port, "/announce/events", Last_Event_ID="1"),
        StreamClient(system.port, "/announce/events", Last_Event_ID="900"),
        SocketClient(system.port, "/announce/ws?since=6"),
        StreamClient(system.port, "/announce/events", Last_Event_ID="7"),
        StreamClient(system.port, "/announce/events", Last_Event_ID="x; DROP"),
        StreamClient(system.port, "/announce/events"),
    ) as (some, too_old, other_numbers, socket_client, *up_to_date):
        has(some, [said(6), said(7)])
        has(too_old, [said(7)])
        has(other_numbers, [said(7)])
        has(socket_client, [said(7)])
        announce(system.file, 6, 7, 8)
        for client in up_to_date:
            has(client, [said(8)])
        has(some, [said(6), said(7), said(8)])


def test_the_predecessors_streams(system):
    """/event_api/stream and /segment_api/stream give one object per new clip to everybody, as websocket and as events."""
    with clients(
        SocketClient(system.port, "/event_api/stream"),
        SocketClient(system.port, "/event_api/stream"),
        StreamClient(system.port, "/event_api/stream"),
        SocketClient(system.port, "/segment_api/stream"),
        StreamClient(system.port, "/segment_api/stream"),
    ) as (*events, segment_socket, segment_stream):
        wait_until(lambda: system.health()["clients"] == 5, 30)
        second = {**LEGACY, "event_id": "second"}
        announce(system.file, 1, new_events=[LEGACY, second], new_segments=[])
        for client in events:
            has(client, [LEGACY, second])
        announce(system.file, 1, 2, new_segments=[LEGACY])
        for client in (segment_socket, segment_stream):
            wait_until(lambda c=client: c.data, 30)
            assert client.data[-1] == LEGACY
        assert [number for number, _ in events[2].messages] == [None, 1]


def test_pages_outlive_the_announcer(system):
    """With the announcer killed, pages are served and streams say 502; a new one takes up where the other ended."""
    announce(system.file, 1)
    wait_until(lambda: system.health()["revision"] == 1, 30)
    client = StreamClient(system.port, "/announce/events")
    with clients(client):
        system.announcer.kill()
        wait_until(lambda: client.ended, 30, "the stream's end")
    assert ask(system.port, "/").status == 200
    gone = ask(system.port, "/announce/events")
    assert gone.status == 502
    assert b"The pages are" in gone.body
    announce(system.file, 1, 2)
    system.start()
    with clients(StreamClient(system.port, "/announce/events", Last_Event_ID="1")) as (back,):
        has(back, [said(2)])
        announce(system.file, 1, 2, 3)
        has(back, [said(2), said(3)])


def test_the_generator_may_start_again(system):
    """A file that is broken, gone, or counts from the start again stops nothing."""
    announce(system.file, 41, 42)
    wait_until(lambda: system.health()["revision"] == 42, 30)
    with clients(StreamClient(system.port, "/announce/events")) as (client,):
        system.file.write_text('{"announcements": [{"revision": ')
        wait_until(lambda: system.health()["announcements"] == "unreadable", 30)
        system.file.unlink()
        wait_until(lambda: system.health()["announcements"] == "absent", 30)
        announce(system.file, 1, 2)
        has(client, [said(2)])
        announce(system.file, 1, 2, 3)
        has(client, [said(2), said(3)])
    assert (system.folder / "announcer.log").read_text().count("cannot be read") == 1


def test_websockets_of_other_pages_are_refused(system):
    """A page of another host cannot open a websocket; one of this host, and a program without Origin, can."""
    own = f"http://127.0.0.1:{system.port}"
    for path in ("/announce/ws", "/event_api/stream"):
        for origin in ("http://evil.example", "null", "http://127.0.0.1", f"{own}.evil.example"):
            with clients(SocketClient(system.port, path, Origin=origin)) as (refused,):
                assert refused.status == 403
        with clients(SocketClient(system.port, path, Origin=own), SocketClient(system.port, path)) as allowed:
            assert [client.status for client in allowed] == [101, 101]


@pytest.mark.parametrize("path", ["/announce/events", "/event_api/stream", "/segment_api/stream"])
def test_event_streams_of_other_pages_are_refused(system, path):
    """A page of another host takes no place: neither by EventSource nor by an <img> or fetch without Origin; ours can."""
    own = f"http://127.0.0.1:{system.port}"
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"{own}0"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": own, "Sec_Fetch_Site": "cross-site"},
    ):
        with clients(StreamClient(system.port, path, **headers)) as (refused,):
            assert refused.response.status == 403
            assert "access-control-allow-origin" not in refused.headers
            assert refused.headers["content-security-policy"]
    assert system.health()["clients"] == 0
    with clients(
        StreamClient(system.port, path, Sec_Fetch_Site="same-origin"),
        StreamClient(system.port, path, Origin=own),
        StreamClient(system.port, path),
    ) as allowed:
        assert [client.response.status for client in allowed] == [200, 200, 200]


def test_a_thousand_readers(system):
    """A thousand event streams at once through nginx all get each message, soon; pages are served meanwhile, the announcer
    stays small, and forgets them after."""
    with a_crowd(system.port, 1_000, system.folder) as crowd:
        wait_until(lambda: system.health()["clients"] == 1_000, 60, "1,000 clients")
        began = time.monotonic()
        announce(system.file, 1)
        assert ask(system.port, "/").status == 200
        assert crowd.told(1) == 1_000
        took_s = time.monotonic() - began
        announce(system.file, 1, 2)
        assert crowd.told(2) == 1_000
        memory = resident_mb(system.announcer.pid)
        print(f"1,000 clients told after {took_s:.3f} s; announcer {memory:.0f} MB")
        assert took_s < 5
        assert memory < 150
    wait_until(lambda: system.health()["clients"] == 0, 60, "no clients")


def test_a_reader_behind_nginx_that_takes_nothing_is_dropped(system):
    """nginx holds back little: the announcer notices who does not read, lets go of him, and keeps the others."""
    with socket.socket() as slow, clients(StreamClient(system.port, "/announce/events")) as (good,):
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect(("127.0.0.1", system.port))
        slow.sendall(b"GET /announce/events HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: system.health()["clients"] == 2, 30, "both")
        number = 1
        announce(system.file, number)
        wait_until(lambda: good.data, 30, "the first")
        while number < 400 and system.health()["clients"] == 2:
            announce(system.file, *range(number + 1, number + 11), cameras=["x" * 200_000])
            number += 10
            wait_until(lambda n=number: len(good.data) == n, 30)
        assert system.health()["clients"] == 1, number
        assert resident_mb(system.announcer.pid) < 200


def resident_mb(pid):
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def test_a_reload_does_not_wait_for_readers(system):
    """nginx reloads under open streams: new requests go on, and what comes back misses nothing."""
    announce(system.file, 1)
    wait_until(lambda: system.health()["revision"] == 1, 30)
    with clients(StreamClient(system.port, "/announce/events")) as (old,):
        wait_until(lambda: old.retry, 30)
        os.kill(int((system.folder / "run/nginx.pid").read_text()), signal.SIGHUP)
        assert ask(system.port, "/").status == 200
        wait_until(lambda: old.ended, 40, "the old worker's end")
    with clients(StreamClient(system.port, "/announce/events", Last_Event_ID="0")) as (new,):
        has(new, [said(1)])


def test_sigterm_ends_it_cleanly(system):
    """SIGTERM with clients connected ends the announcer soon, with 0 and nothing on stderr."""
    with clients(
        StreamClient(system.port, "/announce/events"), SocketClient(system.port, "/announce/ws")
    ) as connected:
        wait_until(lambda: system.health()["clients"] == 2, 30)
        system.announcer.terminate()
        assert system.announcer.wait(20) == 0
        for client in connected:
            wait_until(lambda c=client: c.ended, 30, "the stream's end")
        assert connected[1].close_code == 1001
    assert (system.folder / "announcer.log").read_text() == ""
