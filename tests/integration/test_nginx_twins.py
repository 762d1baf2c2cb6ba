"""Compressed twins over HTTP: what a reader gets who can unpack them, through nginx and through the embedded server."""

import gzip
import time

import pytest
from nginx_server import ask
from static_sites import DAY, MP4, put
from static_sites import folders as folders
from static_sites import nginx as nginx
from static_sites import server as server

from sitegen.site.publish import Publisher

ONE, TWO = b"<!doctype html><p>one</p>" * 100, b"<!doctype html><p>two</p>" * 100


@pytest.fixture
def publisher(folders):
    found = Publisher(folders / "site", now_ns=time.time_ns)
    found.prepare()
    return found


def page(publisher, data, path="twin.html"):
    publisher.write(path, data)
    return publisher.output / path


def test_the_twin_is_sent_as_it_is_to_those_who_take_it(server, publisher):
    """With its own length and without being compressed again; everybody else gets the page."""
    path = page(publisher, ONE)
    packed = ask(server, "/twin.html", Accept_Encoding="br, gzip, deflate")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == path.with_name("twin.html.gz").read_bytes()
    assert packed.headers["content-length"] == str(len(packed.body))
    assert packed.headers["content-type"] == "text/html; charset=utf-8"
    for headers in ({}, {"Accept_Encoding": "br"}):
        plain = ask(server, "/twin.html", **headers)
        assert "content-encoding" not in plain.headers
        assert plain.body == ONE
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize(
    "name",
    [
        "playlist.m3u8", "clips.m3u", "feeds.atom", "calendar.ics", "manifest.webmanifest", "sw.js", "footage.js",
        "page.css", "icon.svg",
    ],
)  # fmt: skip
def test_every_kind_of_text_has_a_twin_that_is_sent(server, publisher, name):
    """Playlists, feeds, calendars and scripts come packed as they lie there, with their own type."""
    path = page(publisher, ONE, f"kinds/{name}")
    plain, packed = (ask(server, f"/kinds/{name}", Accept_Encoding=kind) for kind in ("identity", "gzip"))
    assert packed.body == path.with_name(f"{name}.gz").read_bytes()
    assert (plain.body, packed.headers["content-encoding"]) == (ONE, "gzip")
    assert packed.headers["content-type"] == plain.headers["content-type"] != "application/octet-stream"


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_every_answer_says_that_it_depends_on_what_is_taken(server, publisher, encoding):
    """A cache on the way must not give a packed page to who cannot unpack it; pictures and videos are always the same."""
    page(publisher, ONE)
    etag = ask(server, "/twin.html", Accept_Encoding=encoding).headers["etag"]
    for path, headers in (
        ("/twin.html", {}),
        ("/twin.html", {"If_None_Match": etag}),
        ("/event_api/events", {}),
    ):
        answer = ask(server, path, Accept_Encoding=encoding, **headers)
        assert answer.status == (304 if headers else 200)
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.names.count("vary") == 1
    assert "vary" not in ask(server, f"/media/{DAY}/a.jpg", Accept_Encoding=encoding).headers
    assert "vary" not in ask(server, "/previews/a.mp4.poster.jpg", Accept_Encoding=encoding).headers


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_unchanged_page_is_not_sent_again_and_a_changed_one_is(server, publisher, encoding):
    """P7, for both forms: five changes of equal size at once have five ETags."""
    seen = set()
    for number in range(5):
        page(publisher, ONE.replace(b"one", f"{number:03}".encode()))
        first = ask(server, "/twin.html", Accept_Encoding=encoding)
        body = gzip.decompress(first.body) if encoding == "gzip" else first.body
        assert f"{number:03}".encode() in body
        seen.add(first.headers["etag"])
        again = ask(server, "/twin.html", Accept_Encoding=encoding, If_None_Match=first.headers["etag"])
        assert (again.status, again.body) == (304, b"")
    assert len(seen) == 5


def test_a_page_is_new_at_once_on_a_connection_that_stays_open(nginx, publisher):
    """Nothing is kept by nginx: who is told of a revision gets it, in both forms."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", nginx, timeout=30)
    for data in (ONE, TWO, ONE, TWO):
        page(publisher, data)
        for headers in ({"Accept-Encoding": "gzip"}, {}):
            connection.request("GET", "/twin.html", headers=headers)
            answer = connection.getresponse()
            body = answer.read()
            assert (gzip.decompress(body) if headers else body) == data
    connection.close()


def test_head_tells_the_length_of_the_twin(server, publisher):
    """HEAD gives the headers of GET, of the same form."""
    page(publisher, ONE)
    got, head = (ask(server, "/twin.html", method, Accept_Encoding="gzip") for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    for name in ("content-length", "content-encoding", "etag", "vary"):
        assert head.headers[name] == got.headers[name]


def test_a_page_without_a_twin_is_sent_as_it_is(server, publisher):
    """It has shrunk below 1 KB: the twin of what it was is not sent any more."""
    page(publisher, ONE)
    page(publisher, b"small")
    answer = ask(server, "/twin.html", Accept_Encoding="gzip")
    assert (answer.body, "content-encoding" in answer.headers) == (b"small", False)


def test_pictures_and_videos_have_no_twins(server, folders):
    """A file of that name in the archive or among the previews is no twin, and parts are parts of the video itself."""
    put(folders / "archive" / DAY / "a.mp4.gz", gzip.compress(b"other"))
    put(folders / "site/previews/a.mp4.poster.jpg.gz", gzip.compress(b"other"))
    assert ask(server, f"/media/{DAY}/a.mp4", Accept_Encoding="gzip").body == MP4
    assert ask(server, "/previews/a.mp4.poster.jpg", Accept_Encoding="gzip").body == b"jpg"
    part = ask(server, f"/media/{DAY}/a.mp4", Accept_Encoding="gzip", Range="bytes=100-199")
    assert (part.status, part.body) == (206, MP4[100:200])


def test_a_twin_that_is_a_link_is_not_followed(server, folders, publisher):
    """As no other link of the site is."""
    path = page(publisher, ONE, "linked.html")
    twin = path.with_name("linked.html.gz")
    twin.unlink()
    twin.symlink_to("../secret.html")
    answer = ask(server, "/linked.html", Accept_Encoding="gzip")
    assert b"outside" not in answer.body
    assert answer.status in {200, 404}
    publisher.delete("linked.html")


def test_the_predecessors_json_is_compressed_on_the_way(nginx, folders):
    """It has no twin: it is megabytes, written anew at each event."""
    put(folders / "site/event_api/many", b'[{"event_id": "1"}]' * 500)
    put(folders / "site/event_api/many.gz", gzip.compress(b"stale"))
    answer = ask(nginx, "/event_api/many", Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b'[{"event_id": "1"}]' * 500
    assert ask(nginx, "/event_api/many").body == b'[{"event_id": "1"}]' * 500
