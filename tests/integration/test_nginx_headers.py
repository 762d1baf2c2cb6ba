"""What goes with a file: validators, headers, types, compression, and what else nginx passes on."""

import gzip
import os

import pytest
from nginx_server import ask, free_port, running_nginx
from static_sites import DAY, PAGE, embedded, one_answer, put
from static_sites import folders as folders
from static_sites import nginx as nginx
from static_sites import server as server

from sitegen.serve_files import build_serve_app
from sitegen.site_paths import SECURITY_HEADERS, TYPES


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


ANSWERS = [
    (200, "/", {}),
    (200, "/assets/app-1a2b.js", {}),
    (200, f"/media/{DAY}/a.mp4", {}),
    (200, "/event_api/events", {}),
    (206, f"/media/{DAY}/a.mp4", {"Range": "bytes=0-9"}),
    (301, "/2026", {}),
    (304, "/", {"If_None_Match": "*"}),
    (404, "/nothing", {}),
    (404, "/.git", {}),
    (404, "/index.sqlite", {}),
    (404, "/2026/empty/", {}),
    (404, f"/media/{DAY}/a.yaml", {}),
    (405, "/", {"method": "POST"}),
    (405, "/announce/events", {"method": "PUT"}),
    (416, f"/media/{DAY}/a.mp4", {"Range": "bytes=999999-"}),
    (416, "/assets/app-1a2b.js", {"Range": "bytes=999999-"}),
]
OF_NGINX = [
    (400, "/%00", {}),
    (400, "/", {"X": "a" * 9_000}),
    (413, "/", {"Content_Length": "2000"}),
    (414, "/" + "a" * 9_000, {}),
    (502, "/announce/events", {}),
    (502, "/announce/ws", {}),
    (502, "/event_api/stream", {}),
]


def has_headers(answer, status):
    assert answer.status == status
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name.lower()) == value, name
        assert answer.names.count(name.lower()) == 1
    for name in ("cache-control", "server", "content-type"):
        assert answer.names.count(name) <= 1
    assert not any(char.isdigit() for char in answer.headers["server"])
    assert status in {200, 206, 304} or "immutable" not in answer.headers["cache-control"]
    assert status in {200, 206, 304, 416} or answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(("status", "path", "more"), ANSWERS)
def test_every_answer_has_the_security_headers_once(server, status, path, more):
    """Whatever its status, an answer carries the strict policy and the other headers, each once, and no failure is kept."""
    has_headers(ask(server, path, more.get("method", "GET"), **_without_method(more)), status)


@pytest.mark.parametrize(("status", "path", "more"), OF_NGINX)
def test_nginx_own_refusals_have_them_too(nginx, status, path, more):
    """What nginx refuses by itself, for reasons of its own, carries the same."""
    has_headers(ask(nginx, path, **more), status)


@pytest.mark.parametrize("status", [403, 500, 503, 504])
def test_what_the_announcer_refuses_has_them_too(folders, tmp_path, status):
    """Failures of what stands behind nginx are given on with the policy; those that nginx explains, as 502."""
    port = free_port()
    with running_nginx(
        folders / "site", folders / "archive", tmp_path / "run", announce=f"127.0.0.1:{port}"
    ) as nginx_port:
        with one_answer(port, f"{status} So"):
            has_headers(ask(nginx_port, "/announce/events"), status)
        with one_answer(port, "200 OK", body=b""):
            assert ask(nginx_port, "/announce/events").headers["content-security-policy"]


def _without_method(more):
    return {name: value for name, value in more.items() if name != "method"}


@pytest.mark.parametrize(
    ("path", "cache"),
    [
        ("/", "no-cache"),
        ("/feeds/latest.json", "no-cache"),
        ("/build.json", "no-cache"),
        ("/sw.js", "no-cache"),
        ("/manifest.webmanifest", "no-cache"),
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


def test_text_is_compressed(nginx):
    """Pages, styles and scripts come gzipped to who accepts it; videos never."""
    for path, body in (("/", PAGE), ("/assets/style-1a2b.css", b"p{}" * 500)):
        answer = ask(nginx, path, Accept_Encoding="gzip")
        assert answer.headers["content-encoding"] == "gzip"
        assert "Accept-Encoding" in answer.headers["vary"]
        assert gzip.decompress(answer.body) == body
    video = ask(nginx, f"/media/{DAY}/a.mp4", Accept_Encoding="gzip")
    assert "content-encoding" not in video.headers


def test_the_policy_lets_nothing_in_but_the_sites_own(server):
    """Scripts, workers and connections of the site only; one Trusted Types policy; videos also from Media Source."""
    policy = ask(server, "/").headers["content-security-policy"].split("; ")
    assert "default-src 'none'" in policy
    for directive in ("script-src", "style-src", "img-src", "connect-src", "worker-src", "manifest-src"):
        assert f"{directive} 'self'" in policy
    assert "media-src 'self' blob:" in policy
    assert {"require-trusted-types-for 'script'", "trusted-types sitegen"} < set(policy)


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
        gone = ask(nginx_port, "/motion-stream/101/stream")
        assert gone.status == 502
        assert b"Motion cannot be reached" in gone.body
        assert gone.headers["content-type"].startswith("text/html")
        assert gone.headers["cache-control"] == "no-cache"
        assert gone.headers["content-security-policy"]
        with one_answer(port) as asked:
            live = ask(nginx_port, "/motion-stream/101/current?17", Upgrade="h2c", Connection="Upgrade")
            assert (live.status, live.body) == (200, b"picture")
            assert asked[0].startswith(b"GET /101/current HTTP/1.1"), "Motion 4.5 knows no queries"
            assert live.headers["cache-control"] == "no-store"
            assert b"pgrade" not in asked[0], (
                "an upgrade that is no websocket would be a tunnel past the rules"
            )
            assert live.headers["x-content-type-options"] == "nosniff"
        assert ask(nginx_port, "/motion-stream/101/action/restart", "POST").status == 405


def test_no_motion_streams_where_there_is_no_motion(nginx):
    """Without an address of Motion there is nothing below /motion-stream/."""
    assert ask(nginx, "/motion-stream/101/stream").status == 404
