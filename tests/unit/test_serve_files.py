"""Which file a request means; what the embedded server does beyond the rules shared with nginx."""

import threading

from announcement_clients import SocketClient, StreamClient, announce, clients, said
from hypothesis import given
from hypothesis import strategies as st
from nginx_server import ask
from waiting import wait_until

from sitegen.announce import serve_app
from sitegen.clip import VIDEO_SUFFIXES
from sitegen.serve_files import build_serve_app
from sitegen.site_paths import MEDIA_ENDINGS, Target, content_type, path_headers, target


def test_paths_are_decoded_once():
    """Percent-encoding is undone once, empty names are nothing, and a slash at the end means a folder."""
    assert target("/2026//11/a%20b.html") == Target(("2026", "11", "a b.html"), folder=False)
    assert target("/") == Target((), folder=True)
    assert target("/a%252e") == Target(("a%2e",), folder=False)
    assert Target(("a b", "ü?"), folder=False).as_folder == "/a%20b/%C3%BC%3F/"


@given(
    st.one_of(st.text(), st.text(alphabet="/.%2efc5\\\0ab"), st.binary().map(lambda b: b.decode("latin-1")))
)
def test_no_path_means_anything_hidden_or_outside(path):
    """Whatever is asked for: no name of the answer is hidden, leads upwards, or holds a separator or control character."""
    found = target("/" + path)
    if found is not None:
        for name in found.names:
            assert not name.startswith(".")
            assert not set(name) & {"/", "\\", "\0", "\n"}
        assert not found.as_folder.startswith("//")


def test_every_video_can_be_watched():
    """All endings that make a clip are handed out, with the type of a video."""
    assert {suffix.removeprefix(".") for suffix in VIDEO_SUFFIXES} <= MEDIA_ENDINGS
    for suffix in VIDEO_SUFFIXES:
        assert content_type((f"a{suffix}",)).startswith("video/")


def test_a_file_at_the_root_is_no_asset():
    """What may be kept goes by the folder: a file called assets is asked for again."""
    assert path_headers("/assets", 200)["Cache-Control"] == "no-cache"
    assert path_headers("/event_api/events", 404)["Access-Control-Allow-Origin"] == "*"


def test_site_and_announcements_in_one(tmp_path):
    """One application serves the pages and tells of new ones; folders that come later are found."""
    app = build_serve_app(tmp_path / "site", tmp_path / "announcements.json", tmp_path / "archive")
    stop, ports = threading.Event(), []
    thread = threading.Thread(target=serve_app, args=(app, "127.0.0.1", 0, stop, ports.append))
    thread.start()
    try:
        port = wait_until(lambda: ports and ports[0], 30)
        assert ask(port, "/").status == 404
        (tmp_path / "site").mkdir()
        (tmp_path / "site/index.html").write_text("new")
        assert ask(port, "/").body == b"new"
        with clients(StreamClient(port, "/announce/events"), SocketClient(port, "/announce/ws")) as both:
            announce(tmp_path / "announcements.json", 1)
            for client in both:
                wait_until(lambda c=client: c.data == [said(1)], 30)
            assert both[0].headers["cache-control"] == "no-store"
            assert "content-security-policy" in both[0].headers
    finally:
        stop.set()
        thread.join(30)


def test_media_leads_to_the_archive_or_nowhere(tmp_path):
    """A link `media` to any other folder is not followed, and no link within site or archive."""
    for folder in ("site", "archive", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.mp4").write_bytes(folder.encode())
    app = build_serve_app(tmp_path / "site", tmp_path / "announcements.json", tmp_path / "archive")
    stop, ports = threading.Event(), []
    thread = threading.Thread(target=serve_app, args=(app, "127.0.0.1", 0, stop, ports.append))
    thread.start()
    try:
        port = wait_until(lambda: ports and ports[0], 30)
        (tmp_path / "site/media").symlink_to(tmp_path / "other")
        assert ask(port, "/media/a.mp4").status == 404
        (tmp_path / "new").symlink_to(tmp_path / "archive")
        (tmp_path / "new").replace(tmp_path / "site/media")
        assert ask(port, "/media/a.mp4").body == b"archive"
        for link in ("archive/link.mp4", "site/link.html"):
            (tmp_path / link).symlink_to(tmp_path / "other/a.mp4")
        (tmp_path / "archive/folder").symlink_to(tmp_path / "other")
        for path in ("/media/link.mp4", "/media/folder/a.mp4", "/link.html"):
            assert ask(port, path).status == 404, "no other link is followed"
    finally:
        stop.set()
        thread.join(30)
