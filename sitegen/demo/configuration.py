"""The configuration files of the demo as text, made from the shipped ones; reads those and writes nothing."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence

from sitegen.demo.plan import CAMERAS, LOOPBACK, DemoCamera, Folders, Ports, Program
from sitegen.errors import UsageError
from sitegen.nginx import nginx_config
from sitegen.resources import resource
from sitegen.sections import toml_value

_SEGMENT_SECONDS = 60
_STALL_SECONDS = 10


def settings_text(folders: Folders, ports: Ports) -> str:
    """Return the demo's sitegen.toml."""
    sections: dict[str, dict[str, object]] = {
        "site": {
            "title": "Simulated cameras",
            "content": str(resource("content")),
            "output": str(folders.site),
        },
        "archive": {"root": str(folders.archive), "state": str(folders.state)},
        "motion": {"config": str(folders.motion_conf)},
        "record": {"segment_seconds": _SEGMENT_SECONDS, "stall_seconds": _STALL_SECONDS},
        "announce": {"listen": f"{LOOPBACK}:{ports.announce}"},
    }
    for camera in CAMERAS:
        if camera.has_sub:
            url = f"rtsp://{LOOPBACK}:{ports.rtsp}/{camera.sub}"
            sections[f"camera.{camera.id}"] = {"sub_url": url}
    lines = ["# Written by sitegen demo at each start; changes here are lost."]
    for name, keys in sections.items():
        lines += ["", f"[{name}]", *(f"{key} = {toml_value(value)}" for key, value in keys.items())]
    return "\n".join(lines) + "\n"


def motion_text(folders: Folders, ports: Ports) -> str:
    """Return the shipped motion.conf with the demo's paths and ports; raise UsageError for a path it cannot hold."""
    hook = [sys.executable, "-IS", str(resource("hooks") / "sitegen-hook")]
    archive, cameras = str(folders.archive), str(folders.cameras)
    if any(char in path for char in "%'\"" for path in (*hook, archive)):
        raise UsageError(
            "demo", "", f"Motion takes no quotes and no % in paths like {archive}", "use another folder"
        )
    text = (resource("motion") / "motion.conf").read_text("utf-8")
    for name, value in {"ARCHIVE": archive, "HOOK": shlex.join(hook), "CAMERAS": cameras}.items():
        text = text.replace(f"@{name}@", value)
    options = {
        "webcontrol_port": str(ports.motion_control),
        "stream_port": str(ports.motion_stream),
        "height": "360",
        "event_gap": "4",  # the footage's visitors come often
    }
    return replace_options(text, options)


def replace_options(text: str, options: Mapping[str, str]) -> str:
    """Return a motion.conf with the values of these options; raise KeyError for one that it does not have.

    An option is replaced where it stands: after the last line, camera_dir, it would not reach the cameras.
    """
    left = dict(options)
    lines = []
    for line in text.splitlines():
        name = line.partition(" ")[0]
        lines.append(f"{name} {left.pop(name)}" if name in left else line)
    if left:
        raise KeyError(*left)
    return "\n".join(lines) + "\n"


def camera_text(camera: DemoCamera, ports: Ports) -> str:
    """Return one camera's file for Motion."""
    url = f"rtsp://{LOOPBACK}:{ports.rtsp}/{camera.id}"
    return f"camera_id {camera.id}\ncamera_name {camera.title}\nnetcam_url {url}\n"


def nginx_text(folders: Folders, ports: Ports) -> str:
    """Return the demo's nginx.conf; as root, workers stay root, for they must reach the demo wherever it lies."""
    return nginx_config(
        site=folders.site,
        archive=folders.archive,
        run=folders.run,
        listen=f"{LOOPBACK}:{ports.http}",
        announce=f"{LOOPBACK}:{ports.announce}",
        motion_stream=f"{LOOPBACK}:{ports.motion_stream}",
        user=pwd.getpwuid(0).pw_name if os.geteuid() == 0 else None,
    )


def supervisor_text(folders: Folders, programs: Sequence[Program]) -> str:
    """Return supervisord's configuration: in the foreground, no control socket, a log file for each program."""
    head = [
        "[supervisord]",
        "nodaemon=true",
        f"logfile={_plain(folders.logs / 'supervisord.log')}",
        f"pidfile={_plain(folders.run / 'supervisord.pid')}",
        f"childlogdir={_plain(folders.logs)}",
    ]
    if os.geteuid() == 0:
        head.append("user=root")
    return "\n".join([*head, *(line for program in programs for line in _program(folders, program))]) + "\n"


def _program(folders: Folders, program: Program) -> list[str]:
    """Return one program's section; should the supervisor be killed, the kernel stops what it started."""
    setpriv = shutil.which("setpriv")
    wrapped = ([setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []) + list(program.argv)
    return [
        "",
        f"[program:{program.name}]",
        f"command={_plain(shlex.join(wrapped))}",
        f"priority={program.order}",
        *(['environment=TZ="UTC"'] if program.utc else []),
        "startsecs=1",
        "startretries=1000000",
        "autorestart=true",
        "stopwaitsecs=20",
        "killasgroup=true",
        "redirect_stderr=true",
        f"stdout_logfile={_plain(folders.logs / program.name)}.log",
        "stdout_logfile_maxbytes=5MB",
        "stdout_logfile_backups=1",
    ]


def _plain(value: object) -> str:
    """Return text as supervisord takes it: it expands `%`."""
    return str(value).replace("%", "%%")
