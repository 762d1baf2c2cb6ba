"""The nginx configuration that is made of the shipped files."""

import re
import subprocess
from pathlib import Path

import pytest

from sitegen.errors import UsageError
from sitegen.nginx import nginx_argv, nginx_config
from sitegen.process import find
from sitegen.resources import resource
from sitegen.site_paths import MEDIA_ENDINGS, SECURITY_HEADERS, TYPES

SHIPPED = (resource("nginx") / "sitegen.conf").read_text()


def config(**changes):
    settings = {
        "site": Path("/a/site"),
        "archive": Path("/a/archive"),
        "run": Path("/a/run"),
        "listen": "127.0.0.1:8080",
        "announce": "127.0.0.1:8082",
    }
    return nginx_config(**{**settings, **changes})


def test_all_shipped_values_are_replaced(tmp_path):
    """Nothing of the example's folders and addresses is left, and nginx accepts the whole without a warning."""
    (tmp_path / "run").mkdir()
    text = config(
        site=tmp_path / "site",
        archive=tmp_path / "archive",
        run=tmp_path / "run",
        listen="[::1]:9000",
        announce="127.0.0.1:9001",
        motion_stream="127.0.0.1:9002",
    )
    assert not re.search(r"/srv/sitegen|127\.0\.0\.1:808|@[A-Z_]+@", re.sub(r"#.*", "", text))
    assert text.count("proxy_pass http://127.0.0.1:9001;") == 3
    assert "proxy_pass http://127.0.0.1:9002/;" in text
    (tmp_path / "nginx.conf").write_text(text)
    argv = nginx_argv(tmp_path / "nginx.conf", tmp_path / "run")
    done = subprocess.run(
        [find(argv[0]), *argv[1:], "-t"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


def test_the_shipped_file_works_in_debians_own_configuration(tmp_path):
    """sitegen.conf as it is, included where Debian includes sites, is accepted."""
    (tmp_path / "nginx.conf").write_text(
        f'pid "{tmp_path}/pid"; error_log "{tmp_path}/log"; events {{}} http {{ access_log off; '
        f"include /etc/nginx/mime.types; include {resource('nginx')}/sitegen.conf; }}"
    )
    argv = [find("nginx"), "-e", f"{tmp_path}/log", "-p", str(tmp_path), "-c", f"{tmp_path}/nginx.conf", "-t"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "changes",
    [
        {"site": Path("/a/$document_root")},
        {"site": Path("/a/site\n; root /")},
        {"site": Path("site")},
        {"run": Path("/a/${x}")},
        {"listen": "127.0.0.1:8080; root /"},
        {"listen": "here"},
        {"announce": "127.0.0.1"},
        {"announce": "127.0.0.1:8082/;return 200"},
        {"motion_stream": ""},
        {"user": "root; daemon on"},
        {"site": Path("/a/archive/site")},
        {"archive": Path("/a/site/media")},
        {"archive": Path("/a/site")},
    ],
)
def test_what_nginx_would_misread_is_refused(changes):
    """Paths, addresses and names that mean something else to nginx, and folders inside each other, are errors."""
    with pytest.raises(UsageError):
        config(**changes)


def test_values_are_not_taken_for_placeholders():
    """A folder called like a placeholder stays what it is."""
    assert 'root "/a/@RUN@";' in config(site=Path("/a/@RUN@"))
    assert '"/a/b\\"c\\\\d/nginx.pid"' in config(run=Path('/a/b"c\\d'))


def test_the_user_line():
    """A user is set where one is given, and nowhere else: nginx warns an ordinary user about it."""
    assert "\nuser www-data;\n" in config(user="www-data")
    assert not re.search(r"^user ", config(), re.MULTILINE)


def test_both_servers_know_the_same():
    """Types, what of the archive is handed out, and security headers are the same in nginx's file and in Python."""
    types = re.search(r"\n    types \{(.*?)\}", SHIPPED, re.DOTALL)[1]
    assert {
        line.split()[0]: " ".join(line.rstrip(";").split()[1:]) for line in types.split("\n") if line.split()
    } == TYPES
    media = re.search(r'location ~\* "\\\.\(\?:([a-z0-9|]+)\)\$"', SHIPPED)[1]
    assert set(media.split("|")) == MEDIA_ENDINGS
    kinds = re.search(r"map \$uri \$sitegen_kind \{(.*?)\n\}", SHIPPED, re.DOTALL)[1]
    listed = re.findall(r'"~\*\\\.\(\?:([a-z0-9|]+)\)\$" file;', kinds)
    assert sorted("|".join(listed).split("|")) == sorted(" ".join(TYPES.values()).split())
    for name, value in SECURITY_HEADERS.items():
        assert re.search(rf'add_header {name} "?{re.escape(value)}"? always;', SHIPPED), name


def test_no_location_has_headers_of_its_own():
    """One add_header in a location drops all of the server's: only where nginx comes after they were made is there one."""
    shipped = SHIPPED.replace('location @no_such_part {\n        add_header Allow "";', "")
    assert shipped != SHIPPED
    lines = [
        line for line in shipped.splitlines() if "add_header" in line and not line.lstrip().startswith("#")
    ]
    assert lines
    assert all(re.match(r"    add_header .* always;$", line) for line in lines)


def test_dangerous_directives_are_absent():
    """No listing, no mp4 module, no control port of Motion, no alias."""
    text = re.sub(r"#.*", "", config(motion_stream="127.0.0.1:8081"))
    assert not re.search(r"autoindex on|^\s*mp4;|^\s*alias |proxy_pass http://[^;]*:8080", text, re.MULTILINE)
