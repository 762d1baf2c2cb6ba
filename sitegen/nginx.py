"""Makes a whole nginx configuration of the shipped `nginx/` files; reads two of them and touches nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from sitegen.errors import UsageError
from sitegen.resources import resource

_SHIPPED_LISTEN = "listen 127.0.0.1:8080;"
_SHIPPED_SITE = 'root "/srv/sitegen/site";'
_SHIPPED_ANNOUNCE = "proxy_pass http://127.0.0.1:8082;"
_SHIPPED_OPTIONS = "include /etc/nginx/sitegen.d/*.conf;"
_SHIPPED_MOTION = "proxy_pass http://127.0.0.1:8081/;"

_ADDRESS = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]|\*):[0-9]{1,5}\Z")
_PORT = re.compile(r"[0-9]{1,5}\Z")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


def nginx_config(
    *,
    site: Path,
    archive: Path,
    run: Path,
    listen: str,
    announce: str,
    motion_stream: str | None = None,
    user: str | None = None,
    options: Path | None = None,
) -> str:
    """Return the text of a complete configuration: run it with `nginx_argv`, in the foreground, below `run`.

    `listen`, `announce` and `motion_stream` are HOST:PORT (`listen` also a bare port); without `motion_stream` there is
    nothing under /motion-stream/. `user` is whom workers run as; None, as an ordinary user: themselves; as root: nginx's
    own choice. `options` is a folder of copies of files of nginx/options, which switch things on; None: nothing is. `site`'s
    link `media` leads to `archive`. Raises UsageError for what nginx could not read as meant.
    """
    _check_apart(site, archive)
    stream = "return 404;" if motion_stream is None else f"proxy_pass http://{_address(motion_stream)}/;"
    server = _replace(
        (resource("nginx") / "sitegen.conf").read_text("utf-8"),
        {
            _SHIPPED_LISTEN: f"listen {_listen(listen)};",
            _SHIPPED_OPTIONS: "" if options is None else f'include "{_quoted(options)}/*.conf";',
            _SHIPPED_SITE: f'root "{_quoted(site)}";',
            _SHIPPED_ANNOUNCE: f"proxy_pass http://{_address(announce)};",
            _SHIPPED_MOTION: stream,
        },
    )
    return _replace(
        (resource("nginx") / "nginx.conf.template").read_text("utf-8"),
        {"@USER@": _user_line(user), "@RUN@": _quoted(run), "@SITE_CONF@": server},
    )


def nginx_argv(config: Path, run: Path) -> list[str]:
    """Return the command that runs nginx with a configuration of `nginx_config`; `run` is the same folder and exists."""
    return ["nginx", "-e", str(run / "error.log"), "-p", str(run), "-c", str(config)]


def _replace(text: str, values: dict[str, str]) -> str:
    """Replace all keys in one pass, so that no value is taken for a key; each key must be there."""
    missing = [key for key in values if key not in text]
    if missing:
        raise UsageError(
            resource("nginx"), "", f"the shipped files lack {missing[0]!r}", "install sitegen again"
        )
    pattern = "|".join(re.escape(key) for key in values)
    return re.sub(pattern, lambda match: values[match[0]], text)


def _quoted(path: Path) -> str:
    """Return a path as it stands between double quotes in nginx's language, which has no way to write a `$`."""
    text = str(path)
    if not path.is_absolute() or "$" in text or any(ord(char) < ord(" ") for char in text):
        reason = f"nginx cannot serve from {text!r}"
        raise UsageError("nginx", "", reason, "use an absolute path without $ and control characters")
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _address(text: str) -> str:
    if not _ADDRESS.match(text):
        raise UsageError(
            "nginx", "", f"{text!r} is no address", "write HOST:PORT, for instance 127.0.0.1:8082"
        )
    return text


def _listen(text: str) -> str:
    return text if _PORT.match(text) else _address(text)


def _user_line(user: str | None) -> str:
    if user is None:
        return ""
    if not _USER.match(user):
        raise UsageError("nginx", "", f"{user!r} is no user name", "use letters, digits, - and _")
    return f"user {user};"


def _check_apart(site: Path, archive: Path) -> None:
    """Refuse folders inside each other: sidecars would be reachable beside the rules for `/media/`."""
    if site == archive or site in archive.parents or archive in site.parents:
        reason = f"the site {site} and the archive {archive} lie inside each other"
        raise UsageError("nginx", "", reason, "use two separate folders")
