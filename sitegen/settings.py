"""What sitegen.toml says, checked and with absolute paths; reads that file and the cameras' secret files.

Each field holds type, default, bounds and documentation of its key; docs/reference/configuration.md and the
file that `sitegen init` writes are made from them. Each part of sitegen takes its own section.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

import msgspec

from sitegen.sections import LINE, Findings, absolute, join, key, read_document, read_section, refuse_unknown
from sitegen.settings_camera import CameraKeys, CameraSettings, read_cameras
from sitegen.settings_rules import check_cpu, check_folders, check_time_zone, host_and_port

S = TypeVar("S", bound=msgspec.Struct)

Transport: TypeAlias = Literal["tcp", "udp"]
SegmentPreviews: TypeAlias = Literal["keyframes", "full", "none"]

_TAG = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)"


class SiteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The site, and where it is written."""

    title: Annotated[str, key("The name of the site, on every page and in feeds.", **LINE)] = "Cameras"
    timezone: Annotated[
        str,
        key(
            "The time zone (IANA name) that decides where a day begins, and in which times are shown.",
            example="Europe/Berlin",
            form="the name of a time zone",
        ),
    ] = "UTC"
    language: Annotated[
        str,
        key(
            "The language you write in: titles, tags, notes, pages of your own. It also decides whether pages run from right to "
            "left. The words of the themes that come along are English.",
            pattern=_TAG,
            form='a language tag such as "en" or "pt-BR"',
        ),
    ] = "en"
    url: Annotated[
        str,
        key(
            "The site's absolute address, used only inside feeds: pages link relatively and work anywhere. "
            "Empty: none.",
            example="https://cctv.example/",
            pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$(?!\n)",
            form="an address that begins with http:// or https://, or empty",
        ),
    ] = ""
    theme: Annotated[
        str,
        key(
            "How the site looks: a name under themes/, or a path (with a slash).",
            **{**LINE, "min_length": 1},
        ),
    ] = "default"
    content: Annotated[Path, key("The folder of your own Markdown pages; it may be missing.")] = Path(
        "content"
    )
    output: Annotated[Path, key("The folder the site is written to; it belongs to sitegen alone.")] = Path(
        "site"
    )
    full_video: Annotated[
        bool, key("false: pages offer only previews, for a copy of the site without the original videos.")
    ] = True


class ArchiveSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The footage, and what sitegen remembers about it."""

    root: Annotated[Path, key("The archive: the folder that contains events/ and segments/.")] = Path(
        "archive"
    )
    state: Annotated[
        Path, key("Index, locks and queues. All of it may be deleted while nothing runs; it comes back.")
    ] = Path("state")


class MotionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Motion, the program that detects."""

    config: (
        Annotated[
            Path,
            key(
                "Path of motion.conf: the cameras' ids, names and addresses are read from it, from its camera_dir "
                "and from its camera files. Empty: Motion is not asked.",
                example="motion/motion.conf",
            ),
        ]
        | None
    ) = None


class RecordSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Continuous recording (`sitegen record`)."""

    segment_seconds: Annotated[
        int, key("Length of a segment in seconds; segments begin at whole multiples of it.", ge=1, le=3600)
    ] = 300
    transport: Annotated[Transport, key("How RTSP carries the video.")] = "tcp"
    stall_seconds: Annotated[
        float, key("A camera that sends nothing for so many seconds is connected to again.", ge=1, le=3600)
    ] = 20


class PreviewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Previews: small videos, stills and sprite sheets."""

    width: Annotated[
        int,
        key("Widest a small video may be, in pixels; nothing is enlarged.", ge=160, le=1920, multiple_of=2),
    ] = 640
    segments: Annotated[
        SegmentPreviews,
        key(
            'How segments are previewed: from key frames only (cheap), smoothly ("full", dear), or not at all.'
        ),
    ] = "keyframes"
    workers: Annotated[int, key("How many previews are made at the same time.", ge=1, le=64)] = 1
    cpu_percent: Annotated[
        int,
        key(
            "Most that one preview may use, in percent of one core, by cpulimit. 0: no cap. Previews always run "
            "at idle priority, so a cap is for heat and noise only.",
            ge=0,
        ),
    ] = 0


class AnnounceKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Announcements of new clips to open pages (`sitegen announce`)."""

    listen: Annotated[
        str,
        key("Where it listens; nginx passes /announce/ on to it. IPv6 in brackets.", form="HOST:PORT"),
    ] = "127.0.0.1:8082"


class AnnounceSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the announcer listens."""

    host: str = "127.0.0.1"
    port: int = 8082


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of sitegen.toml; all paths are absolute."""

    file: Path
    site: SiteSettings
    archive: ArchiveSettings
    motion: MotionSettings
    camera: dict[str, CameraSettings]
    record: RecordSettings
    previews: PreviewSettings
    announce: AnnounceSettings


SECTIONS: dict[str, type[msgspec.Struct]] = {
    "site": SiteSettings,
    "archive": ArchiveSettings,
    "motion": MotionSettings,
    "camera": CameraKeys,
    "record": RecordSettings,
    "previews": PreviewSettings,
    "announce": AnnounceKeys,
}
"""Sections and their keys as the file has them; `camera` holds one section for each camera."""

_LATER_SECTIONS = ("retention", "mirror", "notify")
_LATER_KEYS = {"previews": ("executor",)}


def load(path: Path) -> Settings:
    """Read a configuration; raise UsageError (UsageErrors, when several things are wrong) if it cannot be used."""
    file = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow a link to the file to another folder
    document = read_document(file)
    found = Findings(str(file))
    for name in document.keys() - SECTIONS.keys():
        refuse_unknown(name, name, SECTIONS, found, _LATER_SECTIONS)
    settings = _settings(file, document, found)
    found.raise_any()
    return settings


def _settings(file: Path, document: Mapping[str, Any], found: Findings) -> Settings:
    def section(kind: type[S], name: str) -> S:
        read = read_section(kind, document.get(name, {}), name, found, _LATER_KEYS.get(name, ()))
        return absolute(read, file.parent)

    site, archive = section(SiteSettings, "site"), section(ArchiveSettings, "archive")
    if "/" in site.theme:
        site = msgspec.structs.replace(site, theme=str(join(file.parent, Path(site.theme))))
    check_time_zone("site.timezone", site.timezone, found)
    folders = {"site.output": site.output, "site.content": site.content}
    check_folders(file, {**folders, "archive.root": archive.root, "archive.state": archive.state}, found)
    host, port = host_and_port("announce.listen", section(AnnounceKeys, "announce").listen, found)
    previews = section(PreviewSettings, "previews")
    check_cpu("previews.cpu_percent", previews.cpu_percent, found)
    return Settings(
        file=file,
        site=site,
        archive=archive,
        motion=section(MotionSettings, "motion"),
        camera=read_cameras(file, document.get("camera", {}), found),
        record=section(RecordSettings, "record"),
        previews=previews,
        announce=AnnounceSettings(host=host, port=port),
    )
