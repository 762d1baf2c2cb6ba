"""The site's files over HTTP: nginx with the shipped configuration, and the embedded server, keep the same rules."""

import pytest
from nginx_server import ask
from static_sites import DAY, MP4, PAGE, STRAY
from static_sites import folders as folders
from static_sites import nginx as nginx
from static_sites import server as server


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


@pytest.mark.parametrize("name", STRAY)
def test_what_is_no_part_of_a_site_is_not_there(server, folders, name):
    """Only endings of pages, feeds, assets, pictures and videos are served: a database, a log or a copy that lies there is not."""
    assert (folders / "site" / name).read_bytes() == b"stray"
    answer = ask(server, "/" + name)
    assert (answer.status, b"stray" in answer.body) == (404, False)


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


@pytest.mark.parametrize(("asked", "statuses"), [("bytes=0-9,20-30", {200, 206}), ("clips=0-9", {200})])
def test_a_range_that_need_not_be_understood_is_no_fault(server, asked, statuses):
    """Several parts come as such, or within the whole file, as what is counted in other units does."""
    answer = ask(server, f"/media/{DAY}/a.mp4", Range=asked)
    assert answer.status in statuses
    assert answer.body == MP4 if answer.status == 200 else MP4[20:31] in answer.body


def test_a_range_of_another_version_gives_the_whole_file(server, folders):
    """If-Range with the file's ETag gives the part; with another one, everything: a growing segment is never mixed."""
    path = f"/media/{DAY}/a.mp4"
    etag = ask(server, path).headers["etag"]
    assert ask(server, path, Range="bytes=0-9", If_Range=etag).status == 206
    other = ask(server, path, Range="bytes=0-9", If_Range='"0-0"')
    assert (other.status, other.body) == (200, MP4)
