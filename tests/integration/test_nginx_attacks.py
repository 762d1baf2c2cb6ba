"""What nobody's browser would send: hostile requests, byte by byte, to a real nginx with the shipped configuration."""

import re

import pytest
from nginx_server import ask
from raw_http import RawAnswer, ask_raw, request, send_raw
from static_sites import DAY, MP4, PAGE
from static_sites import folders as folders
from static_sites import nginx as nginx

from sitegen.site_paths import SECURITY_HEADERS

OURS = (b"outside", b"neighbour", b"stray", b"half", b"hidden", b"camera: 101", b"keep: true", b"root:x:")
"""What lies in files that nobody may read: none of it is in any answer."""
ENCODINGS = [
    "..", "%2e%2e", "%2E.", ".%2e", "..%00", "%00..", "..%5c", "..\\", "%252e%252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
    "%f0%80%80%ae%f0%80%80%ae", "%c0.%c0.", "%uff0e%uff0e", "%u002e%u002e", "..;", "..%3b", "....", ".%00.", "..%0a", "..%20",
    "%e3%80%82%e3%80%82", "%ff%ff",
]  # fmt: skip
SLASHES = ["/", "//", "%2f", "%5c", "\\", "%c0%af", "%e0%80%af", "/./", "%2f/", "%252f"]


def harmless(answer):
    """Say that an answer gives nothing away; a request that cannot be understood may have none."""
    assert answer.status in {0, 400, 404, 405, 413, 414, 421, 301}, answer.data[:300]
    assert not [word for word in OURS if word in answer.data], answer.data[:300]


@pytest.mark.parametrize(
    "start", ["/", "/media/", "/assets/", f"/media/{DAY}/", "/event_api/", "/motion-stream/"]
)
@pytest.mark.parametrize("slash", SLASHES)
def test_no_spelling_of_a_way_up_leaves_a_folder(nginx, start, slash):
    """Dots and slashes encoded once, twice, wrongly or too long, before four kinds of targets: nothing outside is read."""
    sent = b""
    for up in ENCODINGS:
        for name in ("secret.html", "secret.mp4", "archiveX/b.mp4"):
            sent += request(f"{start}{up}{slash}{name}").replace(b"Connection: close\r\n", b"")
    for up in ENCODINGS:
        harmless(ask_raw(nginx, f"{start}{(up + slash) * 6}etc/passwd"))
        harmless(ask_raw(nginx, f"{start}{up}{slash}secret.html"))
    got = send_raw(nginx, sent + request("/build.json"), timeout_s=10)
    assert not [word for word in OURS if word in got]


@pytest.mark.parametrize(
    "target",
    [
        "/media../archiveX/b.mp4",
        "/mediaX/b.mp4",
        "/media/../mediaX/b.mp4",
        "/media%2f..%2f..%2fsecret.mp4",
        "/assets../secret.html",
        "/previews../secret.html",
        "/event_api../secret.html",
        "/announce../secret.html",
        "/motion-stream../secret.html",
        "/out/secret.html",
        "/out/archiveX/b.mp4",
        "/link.html",
        "/media/out/secret.mp4",
        f"/media/{DAY}/link.mp4",
        f"/media/{DAY}/link.mp4?.jpg",
        f"/media/{DAY}/a.yaml%00.mp4",
        f"/media/{DAY}/a.yaml;.mp4",
        f"/media/{DAY}/a.yaml/.mp4",
        f"/media/{DAY}/a.yaml%20",
        f"/media/{DAY}/a.yaml.",
        f"/media/{DAY}/a.md%0a",
        f"/media/{DAY}/a.md%23.jpg",
        f"/media/{DAY}/.a.mp4",
        f"/media/{DAY}/%2ea.mp4",
        f"//media//{DAY}//a.yaml",
        f"/./media/./{DAY}/./a.yaml",
        "/index.html%00.jpg",
        "/.index.html.99.tmp",
        "/%2egit/config",
        "/x/../.hidden/page.html",
        "/index.sqlite?x=.html",
        "/index.sqlite#.html",
        "/index.sqlite;.html",
        "/media/secret.sqlite",
    ],
)
def test_neighbours_links_and_disguises(nginx, target):
    """Folders whose names begin alike, links out of site and archive, and endings in disguise are not there."""
    answer = ask_raw(nginx, target)
    harmless(answer)
    assert answer.status in {400, 404}, answer.data[:300]


@pytest.mark.parametrize(
    ("target", "lines", "status"),
    [
        ("http://evil.example/secret.html", (), 404),
        ("http://evil.example/../secret.html", (), 400),
        ("file:///etc/passwd", (), 400),
        ("http://127.0.0.1:22/", (), 200),
        ("*", (), 400),
        ("/", ("Host: other",), 400),
        ("/", ("X-Original-URL: /secret.html", "X-Rewrite-URL: /secret.html"), 200),
        ("/", ("X-Accel-Redirect: /media/secret.sqlite",), 200),
        ("/", ("X-HTTP-Method-Override: DELETE",), 200),
        ("/2026/11/22", ("X-Forwarded-Host: evil.example", "X-Forwarded-Prefix: //evil.example"), 301),
        ("//evil.example/%2f..", (), 200),
        ("/%0d%0aSet-Cookie:%20x=1", (), 404),
        ("/2026/11/22?%0d%0aSet-Cookie:%20x=1", (), 301),
        ("/%0d%0a/%2e%2e/2026/11/22", (), 301),
    ],
)
def test_addresses_of_other_hosts_and_headers_that_mean_paths(nginx, target, lines, status):
    """Absolute addresses, several hosts and headers that other servers obey choose no other file and add no header."""
    answer = ask_raw(nginx, target, *lines)
    assert answer.status == status, answer.data[:300]
    assert "set-cookie" not in answer.headers
    assert "evil" not in answer.headers.get("location", "")
    assert status != 200 or answer.body == PAGE


@pytest.mark.parametrize(
    "host", ["evil.example", "x:99999", "a b", "[::1", "/../etc", "x\x00", '"><script>', "x@y", ""]
)
def test_no_host_is_repeated(nginx, host):
    """Whatever a request calls this host: it gets the page or is refused, and no answer holds the name."""
    for target in ("/", "/2026/11/22", "/nothing.html"):
        answer = ask_raw(nginx, target, host=host)
        assert answer.status in {200, 301, 400, 404}
        assert not host or host.encode("latin-1") not in answer.data.replace(PAGE, b"")
    assert ask_raw(nginx, "/", host=None).status == 400


@pytest.mark.parametrize(
    "method",
    ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "TRACK", "CONNECT", "PROPFIND", "MKCOL", "COPY", "MOVE", "LOCK",
     "PURGE", "DEBUG", "get", "GETS", "HEAD2", "X" * 40],
)  # fmt: skip
def test_no_other_method(nginx, folders, method):
    """Each method but GET and HEAD is refused, on files, folders, what is proxied and what is not there; nothing changes."""
    before = sorted((folders / "site").rglob("*"))
    for target in (
        "/",
        "/index.html",
        "/new.html",
        f"/media/{DAY}/a.mp4",
        "/announce/events",
        "/motion-stream/101/stream",
    ):
        lines = ("Destination: /x.html", "Depth: infinity")
        answer = ask_raw(nginx, target, *lines, method=method)
        assert answer.status in {400, 405}, answer.data[:200]
        assert b"Destination" not in answer.data, "TRACE would give headers back"
    assert sorted((folders / "site").rglob("*")) == before


SMUGGLED = "GET /secret.sqlite HTTP/1.1\r\nHost: x\r\nX: "


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Length: 5", "Transfer-Encoding: chunked"),
        ("Content-Length: 5", "Content-Length: 6"),
        ("Content-Length: 5, 6",),
        ("Content-Length: +5",),
        ("Content-Length: -1",),
        ("Content-Length: 0x5",),
        ("Content-Length: 99999999999999999999999",),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding : chunked",),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        (" Transfer-Encoding: chunked",),
        ("Content-Length\x00: 5",),
        ("X: a\nContent-Length: 5",),
    ],
)
@pytest.mark.parametrize("target", ["/", "/announce/events"])
def test_requests_with_two_lengths(nginx, target, lines):
    """Each shape of a request with two meanings is refused, or has one answer and the connection closed behind it."""
    body = f"0\r\n\r\n{SMUGGLED}"
    got = send_raw(nginx, request(target, *lines) + body.encode(), timeout_s=2)
    assert got.count(b"HTTP/1.1 ") == 1
    assert RawAnswer(got).status in {200, 400, 405, 413, 501, 502}
    assert ask(nginx, "/").body == PAGE


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 20_000 + b"\r\n", 400),
        (b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: x\r\nCookie: " + b"a=b; " * 8_000 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2_000, 413),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 505),
        (b"GET  / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", None),
        (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
        (b"\r\n" * 1_000 + b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", None),
        (b"\x00" * 5_000, 400),
        (b"GET /secret.html\r\n", None),
    ],
)  # fmt: skip
def test_requests_that_are_too_large_or_no_requests(nginx, data, status):
    """They get a short refusal or nothing; memory for headers has a bound; the next request is answered."""
    got = send_raw(nginx, data, timeout_s=3)
    answer = RawAnswer(got)
    assert status is None or answer.status == status, got[:200]
    assert not [word for word in OURS if word in got]
    assert ask(nginx, "/").body == PAGE


@pytest.mark.parametrize(
    "ranges",
    [
        ",".join(f"{n}-{n}" for n in range(0, 1_000, 2)),
        ",".join(["0-"] * 500),
        "0-,0-,0-,0-,0-",
        ",".join(f"0-{n}" for n in range(500)),
        "-0",
        "0-18446744073709551615",
        "18446744073709551615-",
        "-18446744073709551616",
        "5-2",
        "a-b",
        "0-0," * 400,
        "\t 0 - 5",
    ],
)
def test_ranges_cannot_multiply_what_is_sent(nginx, ranges):
    """However many parts are asked for: an answer is not larger than four times the file, and never other bytes."""
    answer = ask_raw(nginx, f"/media/{DAY}/a.mp4", f"Range: bytes={ranges}")
    assert answer.status in {200, 206, 400, 416}
    assert len(answer.body) < 4 * len(MP4) + 2_000
    assert answer.body.count(b"Content-Range") <= 4
    if answer.status == 200:
        assert answer.body == MP4


def test_every_refusal_has_the_security_headers_and_tells_no_version(nginx):
    """Also what nginx refuses before it has read a whole request carries the policy, and no answer names version or paths."""
    for data in (
        request("/%00"),
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n" + b"x" * 2_000,
        request("/", method="TRACE"),
        request("/", host=None),
        request("/", "Transfer-Encoding: no"),
    ):
        answer = RawAnswer(send_raw(nginx, data, timeout_s=5))
        assert answer.status >= 400
        for name, value in SECURITY_HEADERS.items():
            assert answer.values.get(name.lower()) == {value}, (answer.status, name)
        assert not re.search(rb"nginx/\d|/site|Debian", answer.data)
