"""The site's files over HTTP: nginx with the shipped configuration, and the embedded server, keep the same rules."""

import gzip
import os
import socket
import threading
from contextlib import ExitStack

import pytest
from nginx_server import ask, free_port, running_nginx
from waiting import wait_until

from sitegen.announce import serve_app
from sitegen.serve_files import build_serve_app
from sitegen.site_paths import SECURITY_HEADERS, TYPES

MP4 = bytes(range(256)) * 40
PAGE = b"<!doctype html><title>Cameras</title>" + b"<p>event</p>" * 400
DAY = "events/101/20261122"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A site with everything in it that must, and must not, be served."""
    top = tmp_path_factory.mktemp('cct v"s')
    site, archive = top / "site", top / "archive"  # a path that must be quoted
    for name, body in {
        "index.html": PAGE,
        "2026/11/22/index.html": PAGE,
        "2026/11/22/101-20261122T035503Z.html": PAGE,
        "2026/11/22/day.json": b"{}",
        "assets/style-1a2b.css": b"p{}" * 500,
        "assets/app-1a2b.js": b"1;" * 700,
        "previews/a.mp4.poster.jpg": b"jpg",
        "feeds/latest.json": b"{}",
        "feeds/latest.atom": b"<feed/>",
        "event_api/events": b"[]",
        "event_api/events_by_date": b"{}",
        "segment_api/segments": b"[]",
        ".index.html.99.tmp": b"half",
        ".hidden/page.html": b"hidden",
        "notes.md": b"note",
        "a.yaml": b"yaml",
        "build.json": b'{"revision": 1}',
        "caf\u00e9 1.html": PAGE,
        "2026/empty/x.txt": b"x",
    }.items():
        put(site / name, body)
    for ending in " ".join(TYPES.values()).split():
        put(site / f"types/a.{ending}", b"x")
    for name, body in {
        f"{DAY}/a.mp4": MP4,
        f"{DAY}/a.MKV": MP4,
        f"{DAY}/a.jpg": b"jpg",
        f"{DAY}/a.yaml": b"camera: 101",
        f"{DAY}/a.YML": b"camera: 101",
        f"{DAY}/a.md": b"keep: true",
        f"{DAY}/a.txt": b"text",
        f"{DAY}/a.html": b"<script>",
        f"{DAY}/a.svg": b"<svg>",
        f"{DAY}/a": b"nothing",
        f"{DAY}/.a.mp4": b"hidden",
        "index.html": b"archive",
        "secret.sqlite": b"db",
    }.items():
        put(archive / name, body)
    put(top / "archiveX/b.mp4", b"neighbour")
    put(top / "mediaX/b.mp4", b"neighbour")
    put(top / "secret.html", b"outside")
    put(top / "secret.mp4", b"outside")
    (site / "media").symlink_to("../archive")
    (site / "out").symlink_to("..")
    (site / "link.html").symlink_to("../secret.html")
    (archive / "out").symlink_to("..")
    (archive / DAY / "link.mp4").symlink_to("../../../../secret.mp4")
    return top


def put(path, body):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)


@pytest.fixture(scope="module", params=["nginx", "embedded"])
def server(request, folders):
    with ExitStack() as stack:
        if request.param == "nginx":
            yield stack.enter_context(running_nginx(folders / "site", folders / "archive", folders / "run"))
            return
        app = build_serve_app(folders / "site", folders / "announcements.json", folders / "archive")
        yield from embedded(app)


def embedded(app):
    stop, ports = threading.Event(), []
    thread = threading.Thread(target=serve_app, args=(app, "127.0.0.1", 0, stop, ports.append))
    thread.start()
    try:
        yield wait_until(lambda: ports and ports[0], 30, "the embedded server")
    finally:
        stop.set()
        thread.join(30)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", PAGE),
        ("/index.html", PAGE),
        ("/2026/11/22/", PAGE),
        ("/2026/11/22/101-20261122T035503Z.html", PAGE),
        ("/caf%C3%A9%201.html", PAGE),
        (f"/media/{DAY}/a.mp4", MP4),
        (f"/media/{DAY}/a.MKV", MP4),
        (f"/media/{DAY}/a.jpg", b"jpg"),
        ("/event_api/events", b"[]"),
        ("/index.html?x=../../etc/passwd", PAGE),
    ],
)
def test_what_is_the_site_is_served(server, path, body):
    """Pages, previews and what clips are made of are answered with 200 and their bytes."""
    answer = ask(server, path)
    assert (answer.status, answer.body) == (200, body)


@pytest.mark.parametrize(
    "path",
    [
        "/.index.html.99.tmp",
        "/.hidden/page.html",
        "/%2ehidden/page.html",
        "/.git/config",
        "/notes.md",
        "/notes.MD",
        "/a.yaml",
        f"/media/{DAY}/a.yaml",
        f"/media/{DAY}/a.y%61ml",
        f"/media/{DAY}/a.YML",
        f"/media/{DAY}/a.md",
        f"/media/{DAY}/a.txt",
        f"/media/{DAY}/a.html",
        f"/media/{DAY}/a.svg",
        f"/media/{DAY}/a",
        f"/media/{DAY}/.a.mp4",
        f"/media/{DAY}/link.mp4",
        f"/media/{DAY}/a.mp4/",
        f"/media/{DAY}/",
        f"/media/{DAY}",
        "/media/out/secret.mp4",
        "/media/index.html",
        "/media/secret.sqlite",
        "/media/",
        "/media",
        "/mediaX/b.mp4",
        "/media../archiveX/b.mp4",
        "/media/../archiveX/b.mp4",
        "/mediaX",
        "/out/secret.html",
        "/link.html",
        "/2026/",
        "/2026/empty/",
        "/assets/",
        "/event_api/",
        "/nothing.html",
        "/index.html/",
        "/index.html/x",
        "/assets/none.css",
    ],
)
def test_nothing_else_is_served(server, path):
    """Hidden files, sidecars, notes, links to elsewhere, listings and neighbours are a plain 404."""
    answer = ask(server, path)
    assert answer.status == 404, answer.body
    assert b"nginx" not in answer.body
    assert b"/site" not in answer.body
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/2026/../../secret.html",
        "/2026/%2e%2e/%2e%2e/secret.html",
        "/..%2fsecret.html",
        "/media/..%2f..%2fsecret.mp4",
        "/media/%2e%2e/secret.mp4",
        "/..%5csecret.html",
        "/..\\secret.html",
        "/index.html%00.jpg",
        "/%00",
        f"/media/{DAY}/a.yaml%00.mp4",
        "/%252e%252e/secret.html",
        "/%c0%ae%c0%ae/secret.html",
        "//secret.html",
        "/....//secret.html",
        "/" + "../" * 30 + "etc/passwd",
        "/%ff%fe.html",
        "/" + "a" * 300,
        "/" + "a/" * 900,
    ],
)
def test_no_path_leaves_the_site(server, path):
    """However it is written, a path that leads out of the site is refused, and the server goes on."""
    answer = ask(server, path)
    assert answer.status in {400, 403, 404, 414}
    assert b"outside" not in answer.body
    assert ask(server, "/build.json").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize(
    "path", ["/", "/build.json", "/event_api/events", "/announce/events", "/event_api/stream"]
)
def test_the_site_can_only_be_read(server, method, path):
    """Anything but GET and HEAD is 405 and says what is allowed."""
    answer = ask(server, path, method, b"x=1")
    assert answer.status == 405
    assert "GET" in answer.headers["allow"]


def test_head_has_no_body(server, folders):
    """HEAD gives the headers of GET."""
    answer = ask(server, f"/media/{DAY}/a.mp4", "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(MP4)))


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-0", 206, MP4[:1], f"bytes 0-0/{len(MP4)}"),
        ("bytes=100-199", 206, MP4[100:200], f"bytes 100-199/{len(MP4)}"),
        ("bytes=10000-", 206, MP4[10_000:], f"bytes 10000-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=-5", 206, MP4[-5:], f"bytes {len(MP4) - 5}-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=0-999999", 206, MP4, f"bytes 0-{len(MP4) - 1}/{len(MP4)}"),
        ("bytes=999999-", 416, None, f"bytes */{len(MP4)}"),
    ],
)
def test_players_can_seek(server, asked, status, body, content_range):
    """Range gives exactly the bytes asked for, with the headers of every answer."""
    answer = ask(server, f"/media/{DAY}/a.mp4", Range=asked)
    assert (answer.status, answer.headers["content-range"]) == (status, content_range)
    assert body is None or answer.body == body
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert status == 416 or answer.headers["cache-control"] == "private, max-age=60, must-revalidate"


def test_a_range_of_another_version_gives_the_whole_file(server, folders):
    """If-Range with the file's ETag gives the part; with another one, everything: a growing segment is never mixed."""
    path = f"/media/{DAY}/a.mp4"
    etag = ask(server, path).headers["etag"]
    assert ask(server, path, Range="bytes=0-9", If_Range=etag).status == 206
    other = ask(server, path, Range="bytes=0-9", If_Range='"0-0"')
    assert (other.status, other.body) == (200, MP4)


def test_unchanged_files_are_not_sent_again(server):
    """If-None-Match with the current ETag is 304, with all headers; with another ETag it is 200."""
    for path in ("/", "/2026/11/22/day.json", "/previews/a.mp4.poster.jpg", "/event_api/events"):
        etag = ask(server, path).headers["etag"]
        again = ask(server, path, If_None_Match=etag)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["content-security-policy"] == SECURITY_HEADERS["Content-Security-Policy"]
        assert ask(server, path, If_None_Match='"other"').status == 200


def test_a_changed_file_has_another_etag(server, folders):
    """A page that was replaced is sent again."""
    page = folders / "site/changing.html"
    page.write_bytes(b"one")
    os.utime(page, (1_700_000_000, 1_700_000_000))
    etag = ask(server, "/changing.html").headers["etag"]
    page.with_name("new").write_bytes(b"two")
    os.utime(page.with_name("new"), (1_700_000_001, 1_700_000_001))
    page.with_name("new").replace(page)
    assert ask(server, "/changing.html", If_None_Match=etag).body == b"two"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}),
        ("/", {"If_None_Match": "*"}),
        ("/nothing", {}),
        ("/.git", {}),
        ("/2026", {}),
        (f"/media/{DAY}/a.mp4", {}),
        (f"/media/{DAY}/a.mp4", {"Range": "bytes=0-9"}),
        (f"/media/{DAY}/a.mp4", {"Range": "bytes=999999-"}),
        (f"/media/{DAY}/a.yaml", {}),
        ("/assets/app-1a2b.js", {}),
        ("/event_api/events", {}),
        ("/announce/ws", {}),
    ],
)
def test_every_answer_has_the_security_headers_once(server, path, headers):
    """200, 206, 301, 304, 400, 404, 416 and 502 alike carry the strict policy, each header once."""
    answer = ask(server, path, **headers)
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name.lower()) == value, (answer.status, name)
        # nginx answers a range that cannot be had in two passes and gives the same header in each
        assert answer.names.count(name.lower()) == 1 or answer.status == 416
    for name in ("cache-control", "server", "content-type"):
        assert answer.names.count(name) <= 1 or answer.status == 416
    assert not any(char.isdigit() for char in answer.headers["server"])


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/", "no-cache"),
        ("/feeds/latest.json", "no-cache"),
        ("/build.json", "no-cache"),
        ("/assets/style-1a2b.css", "public, max-age=31536000, immutable"),
        ("/assets/gone-1a2b.css", "no-cache"),
        ("/previews/a.mp4.poster.jpg", "private, max-age=300, must-revalidate"),
        (f"/media/{DAY}/a.jpg", "private, max-age=60, must-revalidate"),
        (f"/media/{DAY}/none.jpg", "no-cache"),
    ],
)
def test_what_may_be_kept(server, path, cache):
    """Assets are kept for a year, pages are asked for again, and no failure is kept."""
    assert ask(server, path).headers["cache-control"] == cache


@pytest.mark.parametrize("ending", " ".join(TYPES.values()).split())
def test_types(server, ending):
    """Every type of file that a site has is called by its name; text says that it is UTF-8."""
    (expected,) = [name for name, endings in TYPES.items() if ending in endings.split()]
    got = ask(server, f"/types/a.{ending}").headers["content-type"]
    is_text = expected.startswith("text/") or expected == "application/atom+xml"
    assert got == (f"{expected}; charset=utf-8" if is_text else expected)


@pytest.mark.parametrize("path", ["/event_api/events", "/event_api/events_by_date", "/segment_api/segments"])
def test_the_predecessors_json(server, path):
    """The predecessor's files have no ending, are JSON all the same, and pages of other hosts may read them."""
    answer = ask(server, path, Origin="http://elsewhere.example")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in ask(server, "/index.json").headers


def test_folders_are_redirected_without_a_host(server):
    """A folder without its slash is redirected relatively, so that it works behind any other proxy."""
    answer = ask(server, "/2026/11/22?a=1", Host="evil.example")
    assert (answer.status, answer.headers["location"]) == (301, "/2026/11/22/?a=1")
    for path in ("//evil.example/..", "//evil.example", "//2026"):
        assert not ask(server, path).headers.get("location", "/x").startswith("//")


@pytest.fixture(scope="module")
def nginx(folders):
    with running_nginx(folders / "site", folders / "archive", folders / "run2") as port:
        yield port


def test_text_is_compressed(nginx):
    """Pages, styles and scripts come gzipped to who accepts it; videos never."""
    for path, body in (("/", PAGE), ("/assets/style-1a2b.css", b"p{}" * 500)):
        answer = ask(nginx, path, Accept_Encoding="gzip")
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert gzip.decompress(answer.body) == body
    video = ask(nginx, f"/media/{DAY}/a.mp4", Accept_Encoding="gzip")
    assert "content-encoding" not in video.headers


def test_ready_made_gzip_is_used_for_assets_only(nginx, folders):
    """A .gz beside an asset is sent as it is; beside a page, where it could be of an older version, it is not."""
    for name in ("assets/ready-1.js", "ready.html"):
        put(folders / "site" / name, b"small")
        put(folders / "site" / f"{name}.gz", gzip.compress(b"ready"))
    asset = ask(nginx, "/assets/ready-1.js", Accept_Encoding="gzip")
    assert gzip.decompress(asset.body) == b"ready"
    assert ask(nginx, "/ready.html", Accept_Encoding="gzip").body == b"small"


def test_a_site_without_originals_hands_out_none(folders):
    """Without the link `media` in the site nothing of the archive is served, whatever the archive holds."""
    bare = folders / "bare"
    put(bare / "index.html", PAGE)
    with running_nginx(bare, folders / "archive", folders / "run3") as port:
        assert ask(port, f"/media/{DAY}/a.mp4").status == 404
        assert ask(port, "/").status == 200
    app = build_serve_app(bare, folders / "none.json", folders / "archive")
    for port in embedded(app):
        assert ask(port, f"/media/{DAY}/a.mp4").status == 404


def test_motion_streams(folders):
    """Motion's pictures come through below /motion-stream/; without Motion there is a page that says so."""
    port = free_port()
    with running_nginx(
        folders / "site", folders / "archive", folders / "run4", motion_stream=f"127.0.0.1:{port}"
    ) as nginx_port:
        gone = ask(nginx_port, "/motion-stream/101/mjpg/stream")
        assert gone.status == 502
        assert b"Motion cannot be reached" in gone.body
        assert gone.headers["content-type"].startswith("text/html")
        assert gone.headers["cache-control"] == "no-cache"
        assert gone.headers["content-security-policy"]
        with one_answer(port) as asked:
            live = ask(nginx_port, "/motion-stream/101/static/stream", Upgrade="h2c", Connection="Upgrade")
            assert (live.status, live.body) == (200, b"picture")
            assert asked[0].startswith(b"GET /101/static/stream HTTP/1.1")
            assert b"pgrade" not in asked[0], (
                "an upgrade that is no websocket would be a tunnel past the rules"
            )
            assert live.headers["x-content-type-options"] == "nosniff"
        assert ask(nginx_port, "/motion-stream/101/action/restart", "POST").status == 405


def test_no_motion_streams_where_there_is_no_motion(nginx):
    """Without an address of Motion there is nothing below /motion-stream/."""
    assert ask(nginx, "/motion-stream/101/mjpg/stream").status == 404


class one_answer:  # noqa: N801 - used like the context managers beside it
    """A server that answers every request with one picture, and keeps what it was asked."""

    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port))
        self.asked = []
        self.thread = threading.Thread(target=self.answer)

    def answer(self):
        connection, _ = self.listener.accept()
        with connection:
            self.asked.append(connection.recv(4096))
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: 7\r\nConnection: close\r\n\r\npicture"
            )

    def __enter__(self):
        self.thread.start()
        return self.asked

    def __exit__(self, *_):
        self.thread.join(30)
        self.listener.close()
