"""What can be switched on: each file of nginx/options, copied and changed as its page says, in a real nginx."""

import base64
import socket
import ssl
from contextlib import contextmanager

import pytest
from nginx_server import ask, free_port, running_nginx
from raw_http import RawAnswer, request, send_raw
from static_sites import DAY, MP4, one_answer, put
from static_sites import folders as folders

from sitegen.process import find, run
from sitegen.resources import resource
from sitegen.site_paths import SECURITY_HEADERS

OPTIONS = resource("nginx") / "options"
LOGIN = {"Authorization": "Basic " + base64.b64encode(b"ann:a pass:word").decode()}


def switch_on(folder, name, **changes):
    """Copy an option's file and change what the page says is to be changed; each must be there."""
    text = (OPTIONS / f"{name}.conf").read_text()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, str(new))
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.conf").write_text(text)


def htpasswd(path):
    """Make a file of passwords the way password.conf says."""
    made = run([find("openssl"), "passwd", "-apr1", "a pass:word"], timeout_s=30)
    path.write_text(f"ann:{made.stdout.decode()}")
    return path


@contextmanager
def serving(folders, tmp_path, **more):
    with running_nginx(
        folders / "site", folders / "archive", tmp_path / "run", options=tmp_path / "on", **more
    ) as port:
        yield port


def has_policy(answer):
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get(name.lower()) == value, (answer.status, name)


def test_every_option_is_tested_and_none_is_on():
    """The files of the folder are those of this page's tests and of the README; the shipped file takes none of them."""
    names = {path.stem for path in OPTIONS.iterdir()}
    assert names == {"password", "tls", "names", "browse", "sidecars", "motion-control"}
    readme = (resource("nginx") / "README.md").read_text()
    assert all(f"| `{name}.conf` |" in readme for name in names)


def test_without_options_all_of_it_is_shut(folders, tmp_path):
    """An empty folder of options is no error, and nothing that could be switched on is there."""
    (tmp_path / "on").mkdir()
    put(folders / "site/browse/x.yaml", b"camera: 101")
    with serving(folders, tmp_path) as port:
        assert ask(port, "/").status == 200
        for path in (
            "/browse/",
            f"/browse/{DAY}/a.mp4",
            f"/browse/{DAY}/a.yaml",
            "/browse/x.yaml",
            f"/media/{DAY}/a.yaml",
            "/motion-control/101/detection/status",
            "/motion-control/",
        ):
            assert ask(port, path, X_Motion="yes").status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        (f"/media/{DAY}/a.mp4", 200),
        ("/nothing.html", 404),
        ("/event_api/events", 200),
        ("/announce/events", 502),
        ("/motion-stream/101/stream", 502),
        ("/browse/", 200),
    ],
)
def test_a_password_is_asked_for_everything(folders, tmp_path, path, status):
    """Without the password, or with a wrong one, every path is 401 with all headers; with it, all is as it was."""
    switch_on(tmp_path / "on", "password", file=("/etc/nginx/sitegen.htpasswd", htpasswd(tmp_path / "pass")))
    switch_on(tmp_path / "on", "browse")
    with serving(folders, tmp_path, motion_stream="127.0.0.1:9") as port:
        wrong = {"Authorization": "Basic " + base64.b64encode(b"ann:wrong").decode()}
        for headers in ({}, wrong, {"Authorization": "Basic !!"}, {"Authorization": "Bearer x"}):
            answer = ask(port, path, **headers)
            assert answer.status == 401
            assert answer.headers["www-authenticate"] == 'Basic realm="Cameras"'
            assert answer.headers["cache-control"] == "no-cache"
            assert b"nginx" not in answer.body
            has_policy(answer)
        right = ask(port, path, **LOGIN)
        assert right.status == status
        has_policy(right)


def test_the_password_goes_no_further(folders, tmp_path):
    """What is passed on to Motion and to the announcer does not hold the visitor's password, cookie or body."""
    switch_on(tmp_path / "on", "password", file=("/etc/nginx/sitegen.htpasswd", htpasswd(tmp_path / "pass")))
    behind = free_port()
    with serving(folders, tmp_path, motion_stream=f"127.0.0.1:{behind}") as port, one_answer(behind) as asked:
        answer = ask(port, "/motion-stream/101/current", body=b"b=1", Cookie="c=1", **LOGIN)
        assert answer.body == b"picture"
        head, _, body = asked[0].partition(b"\r\n\r\n")
        assert b"authorization" not in head.lower()
        assert b"cookie" not in head.lower()
        assert b"content-length" not in head.lower()
        assert body == b""


@contextmanager
def tls(folders, tmp_path, **more):
    """Serve with tls.conf and a certificate made for it; yields both ports. `more` changes other lines of the file."""
    key, certificate, tls_port = tmp_path / "key.pem", tmp_path / "cert.pem", free_port()
    made = run(
        [find("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=cctv.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        timeout_s=60,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    switch_on(
        tmp_path / "on",
        "tls",
        listen=("listen 443 ssl;", f"listen 127.0.0.1:{tls_port} ssl;"),
        certificate=("/etc/ssl/sitegen/fullchain.pem", certificate),
        key=("/etc/ssl/sitegen/key.pem", key),
        **more,
    )
    with serving(folders, tmp_path) as port:
        yield port, tls_port


def trusting(tmp_path, oldest, newest, ciphers="DEFAULT"):
    """Return a client's settings that trust the certificate of `tls`, with these versions, and no bounds of their own."""
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    context.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = oldest, newest
    return context


def test_tls_with_a_real_certificate(folders, tmp_path):
    """Pages, parts of videos and refusals come over TLS 1.2 and 1.3 to who trusts the certificate."""
    with tls(folders, tmp_path) as (port, tls_port):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = trusting(tmp_path, version, version)
            for path, line, status in (
                ("/", "X: 1", 200),
                (f"/media/{DAY}/a.mp4", "Range: bytes=0-9", 206),
                ("/nothing", "X: 1", 404),
            ):
                answer = RawAnswer(
                    send_raw(tls_port, request(path, line), context=_for_this_machine(context))
                )
                assert answer.status == status
                has_policy(answer)
        assert ask(port, "/").status == 200


_VERSIONS = "ssl_protocols TLSv1.2 TLSv1.3;"
_CIPHERS = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;"
_ANY_CIPHER = "ssl_ciphers ALL:@SECLEVEL=0;"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({}, True),
        ({"ciphers": (_CIPHERS, _ANY_CIPHER)}, True),
        (
            {"ciphers": (_CIPHERS, _ANY_CIPHER), "versions": (_VERSIONS, "ssl_protocols TLSv1 TLSv1.1;")},
            False,
        ),
    ],
    ids=["as shipped", "the line of versions alone", "neither line"],
)
def test_tls_of_old_versions_is_refused(folders, tmp_path, changed, refused):
    """TLS 1.0 and 1.1 are not spoken, whatever the ciphers' line says; without the line of versions they would be."""
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        with tls(folders, tmp_path, **changed) as (_, tls_port):
            old = _for_this_machine(trusting(tmp_path, version, version))
            if refused:
                with pytest.raises(ssl.SSLError):
                    send_raw(tls_port, request("/"), context=old)
            else:
                assert RawAnswer(send_raw(tls_port, request("/"), context=old)).status == 200


@pytest.mark.parametrize(
    ("ciphers", "refused"),
    [
        ("ECDHE-ECDSA-AES128-SHA", True),  # no authenticated encryption
        ("ECDHE-ECDSA-AES128-SHA256", True),
        ("ECDHE-ECDSA-AES128-GCM-SHA256", False),
        ("ECDHE-ECDSA-CHACHA20-POLY1305", False),
    ],
)
def test_tls_has_good_ciphers_and_no_tickets(folders, tmp_path, ciphers, refused):
    """Of TLS 1.2 only what encrypts and authenticates in one; and no ticket, whose key would open recorded connections."""
    version = ssl.TLSVersion.TLSv1_2
    with tls(folders, tmp_path) as (_, tls_port):
        context = trusting(tmp_path, version, version, ciphers)
        with socket.create_connection(("127.0.0.1", tls_port), timeout=20) as plain:
            if refused:
                with pytest.raises(ssl.SSLError):
                    context.wrap_socket(plain, server_hostname="127.0.0.1")
                return
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as connection:
                assert connection.session is not None
                assert not connection.session.has_ticket


def _for_this_machine(context):
    """Return something with wrap_socket that checks the certificate for 127.0.0.1."""

    class Wrapping:
        def wrap_socket(self, plain: socket.socket):
            return context.wrap_socket(plain, server_hostname="127.0.0.1")

    return Wrapping()


def test_only_the_names_that_are_listed(folders, tmp_path):
    """A page whose own name was pointed to this machine is refused, for pages, videos and announcements."""
    switch_on(tmp_path / "on", "names")
    with serving(folders, tmp_path) as port:
        for path in ("/", f"/media/{DAY}/a.mp4", "/announce/events", "/build.json"):
            for host in ("evil.example", f"evil.example:{port}", "cctv.example.evil.example", "xlocalhost"):
                refused = ask(port, path, Host=host)
                assert refused.status == 421
                has_policy(refused)
        for host in ("localhost", f"127.0.0.1:{port}", "CCTV.example", f"[::1]:{port}"):
            assert ask(port, "/", Host=host).status == 200


def test_sidecars_and_notes_when_asked_for(folders, tmp_path):
    """They come as text, with the policy; hidden files, links and all other kinds stay shut, also beside pages."""
    switch_on(tmp_path / "on", "sidecars")
    (folders / "archive" / DAY / "evil.yaml").unlink(missing_ok=True)
    (folders / "archive" / DAY / "evil.yaml").symlink_to("../../../../secret.html")
    with serving(folders, tmp_path) as port:
        for name, body in (("a.yaml", b"camera: 101"), ("a.YML", b"camera: 101"), ("a.md", b"keep: true")):
            answer = ask(port, f"/media/{DAY}/{name}")
            assert (answer.status, answer.body) == (200, body)
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
            has_policy(answer)
        assert ask(port, f"/media/{DAY}/a.mp4").body == MP4
        for path in (
            f"/media/{DAY}/evil.yaml", f"/media/{DAY}/a.txt", f"/media/{DAY}/a.html", f"/media/{DAY}/.a.mp4", "/a.yaml",
            "/notes.md", "/media/secret.sqlite", f"/media/{DAY}/", f"/browse/{DAY}/a.yaml",
        ):  # fmt: skip
            assert ask(port, path).status == 404


@pytest.mark.parametrize("with_sidecars", [False, True])
def test_folders_as_lists_when_asked_for(folders, tmp_path, with_sidecars):
    """/browse/ lists the archive's folders and opens what /media/ opens, with the same headers; links lead nowhere, and no
    name runs."""
    switch_on(tmp_path / "on", "browse")
    if with_sidecars:
        switch_on(tmp_path / "on", "sidecars")
    name = 'javascript:alert(1)"><img src=x onerror=alert(1)>.mp4'
    put(folders / "archive/odd" / name, MP4)
    with serving(folders, tmp_path) as port:
        top, day, odd = (ask(port, path) for path in ("/browse/", f"/browse/{DAY}/", "/browse/odd/"))
        assert [answer.status for answer in (top, day, odd)] == [200, 200, 200]
        assert b'<a href="events/">' in top.body
        assert b"archive</" not in top.body, "its index.html is not shown in place of the list"
        assert b'<a href="a.mp4">' in day.body
        assert b".a.mp4" not in day.body
        assert b"<img" not in odd.body
        assert b'href="javascript%3A' in odd.body
        for answer in (top, day, odd):
            has_policy(answer)
            assert answer.headers["cache-control"] == "no-cache"
        part = ask(port, f"/browse/{DAY}/a.mp4", Range="bytes=0-9")
        assert (part.status, part.body) == (206, MP4[:10])
        assert part.headers["cache-control"] == "private, max-age=60, must-revalidate"
        assert (ask(port, "/browse").status, ask(port, "/browse").headers["location"]) == (301, "/browse/")
        assert ask(port, f"/browse/{DAY}/a.yaml").status == (200 if with_sidecars else 404)
        for path in (
            "/browse/out/", "/browse/out/site/", "/browse/out/secret.mp4", f"/browse/{DAY}/link.mp4", f"/browse/{DAY}/a.txt",
            f"/browse/{DAY}/a.html", f"/browse/{DAY}/a.svg", f"/browse/{DAY}/.a.mp4", f"/browse/{DAY}/a", "/browse/index.html",
            "/browse/secret.sqlite", "/browse/../secret.mp4", "/browse/..%2fsecret.mp4", "/browse../secret.html", "/browse/none/",
            "/browse/events", f"/media/{DAY}/", "/media/", "/2026/",
        ):  # fmt: skip
            answer = ask(port, path)
            assert answer.status in {400, 404}, path
            assert b"outside" not in answer.body
            has_policy(answer)
        assert ask(port, "/browse/", "POST", b"x").status == 405


def test_a_few_commands_for_motion(folders, tmp_path):
    """With password and header, a listed command reaches Motion, without its query; nothing else of the port does."""
    motion = free_port()
    switch_on(
        tmp_path / "on",
        "motion-control",
        file=("/etc/nginx/sitegen.htpasswd", htpasswd(tmp_path / "pass")),
        port=("127.0.0.1:7999", f"127.0.0.1:{motion}"),
    )
    path = "/motion-control/101/detection/pause"
    with serving(folders, tmp_path) as port, one_answer(motion) as asked:
        assert ask(port, path, **LOGIN).status == 404, "a picture in somebody's page would do it"
        assert ask(port, path, X_Motion="yes").status == 401
        for other in (
            "/motion-control/", "/motion-control/0/config/set", "/motion-control/101/config/write",
            "/motion-control/0/action/quit", "/motion-control/0/action/restart", "/motion-control/101/detection/pause/../../config/list",
            "/motion-control/101/detection/pause%2f..%2f..%2fconfig%2fset", "/motion-control/101/detection/pausex",
            "/motion-control/101%0d%0a/detection/pause",
        ):  # fmt: skip
            assert ask(port, other, X_Motion="yes", **LOGIN).status == 404, other
        assert ask(port, path, "POST", b"x=1", X_Motion="yes", **LOGIN).status == 405
        assert asked == []
        assert ask(port, f"{path}?a=/config/set", X_Motion="yes", **LOGIN).body == b"picture"
        assert asked[0].startswith(b"GET /101/detection/pause HTTP/1.1\r\n")
