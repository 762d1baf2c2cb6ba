"""Gives each video of sigal the facts of its sidecar; libyaml's loader, the quicker one."""

from pathlib import Path

import yaml
from sigal import signals


def read_sidecar(media):
    sidecar = Path(media.src_path).with_suffix(".yaml")
    if sidecar.exists():  # the hidden video, which all others are links to, has none
        media.meta.update(yaml.load(sidecar.read_bytes(), yaml.CSafeLoader))


def register(settings):  # noqa: ARG001 - sigal passes them to every plugin
    signals.media_initialized.connect(read_sidecar)
