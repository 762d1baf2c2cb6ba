"""Judges the facts about machine and configuration, one function a check; pure. A new check is a function in CHECKS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from sitegen.doctor.facts import Disk, Facts, Folder, KnownCamera, Program
from sitegen.doctor.finding import Checked, Finding
from sitegen.doctor.machine_checks import clock, inotify, locks, versions

_LEAST_FREE_BYTES = 1_000_000_000
_LEAST_FREE_SHARE = 0.05
_WATCHES_SHARE = 0.8
"""Above this share of the limit it is time to raise it: others use watches too, and each day brings folders."""


def configuration(facts: Facts) -> Checked:
    """It was read, or there would be no facts."""
    return Checked(f"configuration {facts.configuration}")


def ffmpeg(facts: Facts) -> Checked:
    """The recorder and all previews need it, previews with libx264; zscale gives better ones for less."""
    program = facts.programs["ffmpeg"]
    findings = list(_needed(program, "it records, and makes previews"))
    if not findings and "libx264" not in program.parts:
        findings.append(
            Finding("ffmpeg", "is built without libx264: previews cannot be made", "install Debian's ffmpeg")
        )
    if not findings and "zscale" not in program.parts:
        reason = "is built without zscale: previews are scaled by swscale, a little worse"
        findings.append(Finding("ffmpeg", reason, "install an ffmpeg with libzimg, such as Debian's", "note"))
    return Checked(f"ffmpeg {program.version} with libx264 and zscale", tuple(findings))


def cpulimit(facts: Facts) -> Checked | None:
    """Needed where previews.cpu_percent asks for a cap."""
    if not facts.cpu_percent:
        return None
    program = facts.programs["cpulimit"]
    return Checked(
        f"cpulimit {program.version}".rstrip(),
        tuple(_needed(program, f"previews.cpu_percent = {facts.cpu_percent} asks for it")),
    )


def elsewhere(name: str, use: str, facts: Facts) -> Checked:
    """Motion and nginx may well run on another machine, or not at all."""
    program = facts.programs[name]
    if program.version is not None:
        return Checked(f"{name} {program.version}".rstrip())
    remedy = f"if it is to run on this machine: apt install {program.package}"
    return Checked(name, (Finding(name, f"is not installed here; it {use}", remedy, "note"),))


def _needed(program: Program, why: str) -> Iterator[Finding]:
    if program.version is None:
        yield Finding(program.name, f"is not installed; {why}", f"Debian: apt install {program.package}")
    elif program.trouble:
        yield Finding(
            program.name,
            f"does not run: {program.trouble}",
            f"install it again (Debian: {program.package})",
        )


def archive(facts: Facts) -> Checked:
    """The archive is there, can be read, and looks like one."""
    root, seen = facts.root, facts.archive
    what = f"archive {root.path}"
    if root.trouble:
        remedy = f"mount it, let the user {facts.user} read it, or correct archive.root"
        return Checked(what, (Finding(what, root.trouble, remedy),))
    findings = []
    if not seen.names & {"events", "segments"} and not seen.videos:
        reason = "has neither events/ nor segments/, and no video anywhere"
        remedy = f"mount it, correct archive.root, or for a new one: mkdir {root.path}/events"
        findings.append(Finding(what, reason, remedy))
    if seen.unreadable:
        reason = f"{len(seen.unreadable)} of its folders cannot be read, for instance {seen.unreadable[0]}"
        findings.append(Finding(what, reason, f"let the user {facts.user} read them"))
    return Checked(f"{what}: {seen.videos} videos in {seen.folders} folders", tuple(findings))


def writable(name: str, facts: Facts) -> Checked:
    """The site's folder and the state folder can be written by the user who asks."""
    folder: Folder = getattr(facts, name)
    what = {"output": "site", "state": "state"}[name] + f" folder {folder.path}"
    if folder.trouble:
        remedy = f"let the user {facts.user} write there, or run sitegen as the user who may"
        return Checked(what, (Finding(what, f"cannot be written: {folder.trouble}", remedy),))
    return Checked(f"{what} can be written by {facts.user}")


def apart(facts: Facts) -> Checked:
    """No folder lies in another in a way that would publish or delete what must not be."""
    inner_outer = (
        ("site.output", facts.output, "the archive, where sitegen never writes", facts.root),
        ("archive.state", facts.state, "the archive, where sitegen never writes", facts.root),
        ("archive.root", facts.root, "the site's folder, which belongs to sitegen", facts.output),
        ("archive.state", facts.state, "the site's folder, which is published", facts.output),
        ("site.content", facts.content, "the site's folder, which belongs to sitegen", facts.output),
    )
    remedy = "choose folders beside one another; a bind mount or link counts as the folder it shows"
    findings = tuple(
        Finding(f"{key} {inner.path}", f"lies inside {where}", remedy)
        for key, inner, where, outer in inner_outer
        if outer.there and outer.above and outer.above[0] in inner.above
    )
    return Checked("archive, site and state lie apart", findings)


def space(facts: Facts) -> Checked:
    """Every file system that sitegen uses has room."""
    findings = [f for disk in facts.disks for f in _short(disk)]
    free = ", ".join(f"{_size(disk.free_bytes)} at {disk.path}" for disk in facts.disks)
    return Checked(f"free space: {free}", tuple(findings))


def _short(disk: Disk) -> Iterator[Finding]:
    what = f"disk of {disk.path}"
    share = disk.free_bytes / max(1, disk.total_bytes)
    if disk.free_bytes < _LEAST_FREE_BYTES or share < _LEAST_FREE_SHARE:
        reason = f"only {_size(disk.free_bytes)} are free, {share:.1%}"
        yield Finding(what, reason, "delete old footage, or use a larger disk", "warning")
    if disk.total_files and disk.free_files < _LEAST_FREE_SHARE * disk.total_files:
        reason = f"only {disk.free_files} of {disk.total_files} inodes are free: no more files fit soon"
        yield Finding(what, reason, "delete small files, or use a file system with more inodes", "warning")


def watches(facts: Facts) -> Checked:
    """`sitegen watch` needs an inotify watch for each folder of the archive."""
    most, folders = facts.most_watches, facts.archive.folders
    if most is None:
        return Checked("inotify has no limit here")
    what = f"fs.inotify.max_user_watches is {most}, for {folders} folders"
    if folders <= _WATCHES_SHARE * most:
        return Checked(what)
    remedy = f"write fs.inotify.max_user_watches={max(2 * most, 4 * folders)} to /etc/sysctl.d/sitegen.conf, run sysctl --system"
    reason = "is too little, or soon will be: new footage is then seen only by the scan every few minutes"
    return Checked(what, (Finding(what, reason, remedy, "warning"),))


def timezone(facts: Facts) -> Checked:
    """The site's time zone is known here, or the configuration could not have been read."""
    return Checked(f"time zone {facts.timezone}, from {facts.tzdata}")


def theme(facts: Facts) -> Checked:
    """The theme loads and all its templates compile."""
    trouble = facts.theme_trouble
    what = f"theme {facts.theme}"
    found = () if trouble is None else (Finding(f"{what}, {trouble.where}", trouble.reason, trouble.remedy),)
    return Checked(what, found)


def cameras(facts: Facts) -> Checked:
    """Each camera that is to be recorded has an address."""
    trouble = facts.cameras_trouble
    if trouble is not None:
        return Checked("cameras", (Finding(trouble.where, trouble.reason, trouble.remedy),))
    if not facts.cameras:
        remedy = "set motion.config, or write a section [camera.101] with its url"
        return Checked(
            "cameras",
            (Finding("cameras", "none is configured: sitegen record has nothing to do", remedy, "note"),),
        )
    findings = tuple(finding for camera in facts.cameras for finding in _camera(camera))
    recorded = sum(camera.record for camera in facts.cameras)
    subs = sum(camera.record and camera.sub_stream != "none" for camera in facts.cameras)
    small = f", with a sub-stream: {subs}" if subs else ""
    return Checked(f"cameras: {len(facts.cameras)}, to be recorded: {recorded}{small}", findings)


def _camera(camera: KnownCamera) -> Iterator[Finding]:
    what, key = f"camera {camera.id} ({camera.title})", f"camera.{camera.id}"
    if camera.record and not camera.has_address:
        remedy = f"set {key}.url, or record = false there, or netcam_url in Motion's configuration"
        yield Finding(what, "is to be recorded, and its address is not known", remedy, "warning")
    if camera.sub_stream == "same":
        reason = "its sub_url is its url: the stream is recorded twice, and the previews are as large"
        yield Finding(
            what, reason, f"give the small stream's address in {key}.sub_url, or take it away", "warning"
        )
    elif camera.sub_stream != "none" and not camera.record:
        reason = "has a sub_url and is not to be recorded: nothing is kept of it"
        yield Finding(what, reason, f"take {key}.sub_url away, or record = false", "note")


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= _LEAST_FREE_BYTES else f"{count / 1e6:.0f} MB"


CHECKS: tuple[Callable[[Facts], Checked | None], ...] = (
    configuration,
    ffmpeg,
    cpulimit,
    partial(elsewhere, "motion", "detects motion, and makes events"),
    partial(elsewhere, "nginx", "serves the site to more than one viewer"),
    versions,
    archive,
    partial(writable, "output"),
    partial(writable, "state"),
    apart,
    space,
    watches,
    inotify,
    locks,
    clock,
    timezone,
    theme,
    cameras,
)
"""All checks, in the order in which they are told; one that does not apply returns None."""


def judge(facts: Facts) -> tuple[Checked, ...]:
    """Do all checks."""
    return tuple(found for check in CHECKS if (found := check(facts)) is not None)
