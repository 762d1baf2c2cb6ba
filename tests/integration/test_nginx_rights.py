"""nginx as somebody who may nearly nothing."""

import os
import shutil
import tempfile
from pathlib import Path

from nginx_server import ask, running_nginx
from static_sites import DAY, MP4, PAGE, put
from static_sites import folders as folders
from waiting import wait_until

from sitegen.process import find
from sitegen.site_paths import SECURITY_HEADERS


def test_nginx_needs_no_rights(folders):
    """As a user who may write nothing but one folder, nginx serves and stops, and leaves nothing anywhere else; what it may
    not read is as good as none."""
    top = Path(tempfile.mkdtemp(prefix="serving-"))  # pytest's own folders are closed to other users
    try:
        top.chmod(0o755)
        for name in ("site", "archive"):
            shutil.copytree(folders / name, top / name, symlinks=True)
        (top / "run").mkdir()
        put(top / "site/closed.html", PAGE)
        (top / "site/closed.html").chmod(0)
        prefix = ()
        if os.geteuid() == 0:
            prefix = (find("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all",
                      "--bounding-set=-all", "--no-new-privs", "--")  # fmt: skip
            os.chown(top / "run", 65534, 65534)
        with running_nginx(top / "site", top / "archive", top / "run", prefix=prefix) as port:
            pid = int(wait_until((top / "run/nginx.pid").read_text, 30, "its process id"))
            assert ask(port, "/").body == PAGE
            assert ask(port, f"/media/{DAY}/a.mp4").body == MP4
            closed = ask(port, "/closed.html")
            assert (closed.status, closed.body) == (404, ask(port, "/nothing.html").body)
            assert SECURITY_HEADERS.items() <= {
                (name, closed.headers.get(name.lower())) for name in SECURITY_HEADERS
            }
            for each in (pid, *_children(pid)):
                assert Path(f"/proc/{each}").stat().st_uid == (65534 if prefix else os.geteuid())
            written = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
            files = {name for name in written if name.startswith("/") and not name.startswith("/dev/")}
            assert {name for name in files if not name.startswith(str(top / "run"))} <= {"/dev/null"}
        assert {path.name for path in (top / "run").iterdir()} <= {
            "nginx.conf", "nginx.out", "access.log", "error.log", "nginx.pid", "client_body", "proxy", "fastcgi", "uwsgi",
            "scgi",
        }  # fmt: skip
        assert not [line for line in (top / "run/nginx.out").read_text().splitlines() if "[emerg]" in line]
    finally:
        shutil.rmtree(top)


def _children(pid):
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
