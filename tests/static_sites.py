"""Sites behind the real nginx and behind `sitegen serve`, for the tests of what they hand out."""

import socket
import threading
from contextlib import ExitStack

import pytest
from nginx_server import running_nginx
from waiting import wait_until

from sitegen.announce import serve_app
from sitegen.serve_files import build_serve_app
from sitegen.site_paths import TYPES

MP4 = bytes(range(256)) * 40


PAGE = b"<!doctype html><title>Cameras</title>" + b"<p>event</p>" * 400


DAY = "events/101/20261122"


STRAY = (
    "index.sqlite", "index.sqlite-wal", "sitegen.toml", "nginx.conf", "build.log", "index.html.bak", "index.html~",
    "page.tmp", "a.yaml.tmp", "2026/11/22/a.yaml.tmp", "2026/11/22/index.html.orig", "LICENSE", "core", "2026/11/22/core",
    "previews/core", "previews/a.part", "assets/app.py", "assets/LICENSE", "site.tar.gz", "2026/11/a.html.gz", "a.php", "a.sh",
    "a.key", "a.pem", "a.env", "a.", "id_rsa", "event_api/events.bak", "event_api/old/events", "event_api/Events-1",
    "segment_api/index.html", ".sitegen-tmp/index.html", ".sitegen-tmp/2026/11/22/index.html", "2026/.sitegen-tmp/a.html",
)  # fmt: skip
"""Files that came to lie in a site's folder and are none of the site's."""


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
    for name in STRAY:
        put(site / name, b"stray")
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


@pytest.fixture(scope="module")
def nginx(folders):
    with running_nginx(folders / "site", folders / "archive", folders / "run2") as port:
        yield port


class one_answer:  # noqa: N801 - used like the context managers beside it
    """A server that answers a request with one picture, or with another status, and keeps what it was asked."""

    def __init__(self, port, status="200 OK", body=b"picture"):
        self.reply = (
            b"HTTP/1.1 %b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b"
            % (
                status.encode(),
                len(body),
                body,
            )
        )
        self.listener = socket.create_server(("127.0.0.1", port))
        self.asked = []
        self.thread = threading.Thread(target=self.answer)

    def answer(self):
        connection, _ = self.listener.accept()
        with connection:
            self.asked.append(connection.recv(4096))
            connection.sendall(self.reply)

    def __enter__(self):
        self.thread.start()
        return self.asked

    def __exit__(self, *_):
        self.thread.join(30)
        self.listener.close()
