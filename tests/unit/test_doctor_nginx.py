"""sitegen.doctor: what in nginx's configuration shows more than the site, in files that nginx itself takes."""

import re
import socket
import subprocess
from pathlib import Path

import pytest

from sitegen.doctor.finding import Finding
from sitegen.doctor.nginx_checks import judge_nginx
from sitegen.doctor.nginx_files import read_nginx
from sitegen.errors import UsageError
from sitegen.nginx import nginx_config
from sitegen.process import find

CONTROL = "18080"


class Nginx:
    """The shipped configuration, as sitegen writes it whole, in two files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.site = folder, folder / "a site"
        self.file, self.server = folder / "nginx.conf", folder / "sites-enabled/sitegen"
        for made in (self.site, self.server.parent):
            made.mkdir()
        text = nginx_config(
            site=self.site,
            archive=folder / "archive",
            run=folder,
            listen="127.0.0.1:18088",
            announce="127.0.0.1:18082",
            motion_stream="127.0.0.1:18081",
        )
        head, http, rest = text.partition("http {")
        self.file.write_text(f"{head}{http}\n include sites-enabled/*; }}\n")
        self.server.write_text(rest.rstrip().removesuffix("}"))

    def edit(self, old: str, new: str) -> None:
        text = self.server.read_text()
        assert old in text
        self.server.write_text(text.replace(old, new, 1))

    def findings(self) -> list[Finding]:
        folder = self.folder
        private = (folder / "sitegen.toml", folder / "state")
        checks = judge_nginx(
            read_nginx(self.file, self.site, CONTROL, archive=folder / "archive", private=private)
        )
        return [finding for check in checks for finding in check.findings]

    def is_taken_by_nginx(self) -> None:
        argv = [find("nginx"), "-t", "-e", "stderr", "-p", str(self.folder), "-c", str(self.file)]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def nginx(tmp_path):
    return Nginx(tmp_path)


def test_the_shipped_configuration_is_well(nginx):
    """Read with its include; every check has its line, none a finding."""
    nginx.is_taken_by_nginx()
    checks = judge_nginx(read_nginx(nginx.file, nginx.site, CONTROL))
    assert [check.findings for check in checks] == [()] * 5
    assert str(nginx.site) in checks[0].what


ROOT = """    location / {
        location ~ "/[^/.]+$" {
            if (-f $request_filename) { return 404; }
        }
    }
"""
BAD = {
    "alias without slash": (
        (ROOT, ROOT + "    location /extra { alias /srv/; }\n"),
        ("error", "alias", "/extra../", "location /extra/"),
    ),
    "alias without slash, preferred": (
        (ROOT, ROOT + "    location ^~ /extra { alias '/srv/'; }\n"),
        ("error", "alias", "/extra../", "location /extra/"),
    ),
    "mp4": (
        (ROOT, "    location / { mp4; }\n"),
        ("error", "mp4", "crafted", "take the line away"),
    ),
    "a header in a location": (
        (ROOT, '    location / {\n add_header X-Mine "a; { b" always; }\n'),
        ("error", "add_header", "dropped", "map"),
    ),
    "a header in an if": (
        (ROOT, "    location / { if ($arg_x) { add_header X-Mine 1; } }\n"),
        ("error", "add_header", "dropped", "map"),
    ),
    "autoindex": (
        ("autoindex off;", "autoindex on;"),
        ("error", "autoindex", "all folders", "autoindex off"),
    ),
    "autoindex in a location": (
        (ROOT, "    location / { autoindex on; } # here\n"),
        ("error", "autoindex", "location /", "autoindex off"),
    ),
    "control port": (
        (ROOT, ROOT + f"    location /motion/ {{ proxy_pass http://localhost:{CONTROL}/; }}\n"),
        ("warning", "proxy_pass", "run commands", "take it away"),
    ),
    "another root": (
        ('root "', 'root "/srv/elsewhere'),
        ("error", "root", "which is not the site's folder", "write root"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_one_finding(nginx, name):
    """A line that nginx takes and that is dangerous is found with its file, its line and a remedy."""
    edit, (level, option, reason, remedy) = BAD[name]
    nginx.edit(*edit)
    nginx.is_taken_by_nginx()
    (finding,) = nginx.findings()
    assert finding.level == level
    lines = nginx.server.read_text().splitlines()
    (number,) = [
        n for n, line in enumerate(lines, 1) if finding.what == f"{nginx.server}, line {n}, {option}"
    ]
    assert option in lines[number - 1]
    assert reason in finding.reason
    assert remedy in finding.remedy


def test_what_is_meant_so_is_no_fault(nginx):
    """A list under /browse/, an alias with its slash or for one file or an expression, a neighbour's own server."""
    nginx.edit(
        ROOT,
        ROOT
        + """
    location /browse/ { autoindex on; }
    location /extra/ { alias /srv/; }
    location = /robots.txt { alias /srv/robots.txt; }
    location ~ "^/y{1}/(.*)$" { alias /srv/$1/; }
""",
    )
    other = (
        "server { listen 127.0.0.1:18089; root /srv/other; autoindex on; location /x { add_header A b; } }\n"
    )
    (nginx.server.parent / "other").write_text(other)
    nginx.is_taken_by_nginx()
    assert nginx.findings() == []


def test_the_control_port_is_found_behind_another_name(nginx):
    """In any server, and by way of an upstream."""
    other = f"upstream cameras {{ server 127.0.0.1:{CONTROL}; }}\n"
    other += "server { listen 127.0.0.1:18089; location / { proxy_pass http://cameras; } }\n"
    (nginx.server.parent / "other").write_text(other)
    nginx.is_taken_by_nginx()
    (finding,) = nginx.findings()
    assert "line 2, proxy_pass" in finding.what
    assert len(judge_nginx(read_nginx(nginx.file, nginx.site))) == 4  # Motion's port is off, or not known


CONTROL_TARGETS = {
    f"http://127.0.0.1:{CONTROL}$request_uri": ["warning"],
    f"http://0.0.0.0:{CONTROL}/": ["warning"],
    f"http://127.0.1.1:{CONTROL}/": ["warning"],
    f"http://127.1:{CONTROL}": ["warning"],
    f"http://[::1]:{CONTROL}/": ["warning"],
    f"http://[::ffff:127.0.0.1]:{CONTROL}/": ["warning"],
    f"http://LOCALHOST:{CONTROL}/": ["warning"],
    f"http://{socket.gethostname()}:{CONTROL}/": ["warning"],
    f"http://$local:{CONTROL}/": ["warning"],
    f"http://${{local}}:{CONTROL}$sitegen_command": ["warning"],
    f"$scheme://$mapped:{CONTROL}": ["warning"],
    f"http://$arg_host:{CONTROL}/": ["warning"],
    "http://$whole/x": ["warning"],
    "http://$by_name": ["warning"],
    "http://localhost:$arg_port/": ["note"],
    "http://$arg_host/": ["note"],
    "http://$itself": ["note"],
    "http://localhost:$port$uri": [],
    "http://localhost$request_uri": [],
    f"http://192.0.2.7:{CONTROL}/": [],
    f"http://[2001:db8::1]:{CONTROL}/": [],
    f"http://camera:{CONTROL}/": [],
    "http://unix:/run/x.sock": [],
}
VARIABLES = f"""map $uri $mapped {{ default 192.0.2.7; "~x" 127.0.0.1; }}
upstream cameras {{ server 127.0.0.9:{CONTROL} weight=2; }}
server {{
    listen 127.0.0.1:18089;
    set $local 127.0.0.1; set $whole $local:{CONTROL}; set $by_name cameras; set $itself $itself; set $port 18099;
"""


@pytest.mark.parametrize("target", CONTROL_TARGETS)
def test_the_control_port_is_found_however_it_is_written(nginx, target):
    """Any name of this machine, any way to say it; what cannot be told is not said to be well."""
    expression = f'"^/x(?<sitegen_command>/.*)$" {{ proxy_pass {target}; }}'
    (nginx.server.parent / "other").write_text(f"{VARIABLES} location ~ {expression} }}\n")
    if not re.search(r":\d+/|x$|/$|sock$", target):  # nginx takes no path beside an expression
        nginx.is_taken_by_nginx()
    assert [finding.level for finding in nginx.findings()] == CONTROL_TARGETS[target]


def test_a_few_commands_of_motion_with_a_password_are_meant_so(nginx):
    """The shipped option has no finding; without its password, or with a path of one's own, it has."""
    text = (Path(__file__).parents[2] / "nginx/options/motion-control.conf").read_text()
    text = text.replace("127.0.0.1:7999", f"127.0.0.1:{CONTROL}")
    nginx.edit(ROOT, ROOT + text)
    nginx.is_taken_by_nginx()
    assert nginx.findings() == []
    nginx.edit('auth_basic "Motion"', "auth_basic off")
    assert [finding.level for finding in nginx.findings()] == ["warning"]
    nginx.edit("auth_basic off", "auth_basic x")
    nginx.edit("$sitegen_command;", "$request_uri;")
    assert [finding.level for finding in nginx.findings()] == ["warning"]


DOTS, SIDECARS = "location ~ /\\. { deny all; }", r'location ~* "\.(ya?ml|md)$" { return 404; }'
REFUSALS = {
    "": ["dot", "sidecars"],
    DOTS: ["sidecars"],
    SIDECARS: ["dot"],
    'location ~ "/\\." { deny all; }': ["sidecars"],
    "location ~ /\\. { allow 192.0.2.0/24; deny all; }": ["dot", "sidecars"],
    "location = /media/ { return 404; }": ["dot", "sidecars"],
    "location / { try_files $uri =404; }": ["dot", "sidecars"],
    f"{DOTS} {SIDECARS}": [],
    f"if ($uri ~ /\\.) {{ return 403; }} {SIDECARS}": [],
    r'if ($request_uri ~* "\.ya?ml$") { return 404; }' + DOTS: [],
    "location ^~ /media/ { location ~ (?<clip>[^/]+)[.]mp4$ { } return 404; }": [],
    "location /media/ { internal; }": [],
    "return 301 https://cctv.example/;": [],
}


@pytest.mark.parametrize("rules", REFUSALS)
def test_a_server_that_refuses_nothing_is_found(nginx, rules):
    """Without the shipped list it hands out hooks' facts and sidecars, by the site's link to the archive."""
    nginx.server.write_text(f"server {{ listen 127.0.0.1:18089; root '{nginx.site}'; {rules} }}\n")
    nginx.is_taken_by_nginx()
    found = nginx.findings()
    assert [w for w in ("dot", "sidecars") if any(w in f.reason for f in found)] == REFUSALS[rules]
    assert all(f.what == f"{nginx.server}, line 1, server" for f in found)
    nginx.server.write_text(f"server {{ listen 127.0.0.1:18089; root {nginx.folder}/archive; {rules} }}\n")
    assert nginx.findings() == found


SHOWN = {
    "root {0};": 1,
    "root {0}/.;": 1,
    "root {0}/state;": 1,
    "location /a/ {{ alias {0}/; }}": 1,
    "location ~ ^/a/ {{ root {0}; }}": 1,
    "location /state/ {{ root {0}; }}": 1,
    "location /.well-known/ {{ root {0}; }}": 0,
    "location ^~ /site/ {{ root {0}; }}": 0,
    "location /a/ {{ alias {0}/elsewhere/; }}": 0,
    "root {0}/$host;": 0,
}


@pytest.mark.parametrize("rule", SHOWN)
def test_a_folder_with_more_than_the_site_in_it_is_found(nginx, rule):
    """In any server: what hands out the configuration, the state folder or all that the archive lies in."""
    nginx.server.write_text(f"server {{ listen 127.0.0.1:18089; {rule.format(nginx.folder)} }}\n")
    nginx.is_taken_by_nginx()
    found = nginx.findings()
    assert len(found) == SHOWN[rule]
    assert all("hands out" in finding.reason and str(nginx.folder) in finding.reason for finding in found)


def test_a_list_for_every_server_is_found(nginx):
    """Above the servers it holds for all that do not say otherwise, as the shipped one does."""
    nginx.file.write_text(nginx.file.read_text().replace("include", "autoindex on; include"))
    assert nginx.findings() == []
    nginx.edit("autoindex off;", "")
    nginx.is_taken_by_nginx()
    (finding,) = nginx.findings()
    assert "every server" in finding.reason


def test_a_site_that_nginx_does_not_serve_is_no_fault(nginx):
    """It may be served by another program, or from another machine."""
    nginx.server.write_text("server { listen 127.0.0.1:18089; root /srv/other; autoindex on; }\n")
    (served, folders, control) = judge_nginx(read_nginx(nginx.file, nginx.site, CONTROL))
    assert (served.findings, folders.findings, control.findings) == ((), (), ())
    assert "no server for the site" in served.what


def test_a_link_to_the_site_is_the_site(nginx):
    """The root may name the folder by another way."""
    (nginx.folder / "link").symlink_to(nginx.site)
    nginx.edit(str(nginx.site), str(nginx.folder / "link"))
    assert nginx.findings() == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("http {", "middle"),
        ("http { server {} } }", "out of place"),
        ('root "a', "not closed"),
        ("{}", "out of place"),
        ("x { y }", "out of place"),
        ("a {" * 30 + "}" * 30, "too deep"),
        ("include nginx.conf;", "too deep"),
    ],
)
def test_what_is_not_nginxs_language_is_an_error(nginx, text, reason):
    """It says what is wrong and ends; an include of itself as well."""
    nginx.file.write_text(text)
    with pytest.raises(UsageError, match=reason):
        read_nginx(nginx.file, nginx.site)
    nginx.file.unlink()
    with pytest.raises(UsageError, match="cannot be read"):
        read_nginx(nginx.file, nginx.site)
