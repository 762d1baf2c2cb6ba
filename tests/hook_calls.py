"""Hook calls as Motion makes them, for the tests of hooks: an event's story, and the sidecars that it leaves."""

import os
import shutil
from pathlib import Path

from sitegen.capture.hook import main

FOLDER = "events/101/20261122"
EVENT = "0010120261122035503"


def call(name, time, *, zone="+0000", event=EVENT, kind="", pixels=0, file=None):
    """Return a hook's arguments but the archive; `time` is HH:MM:SS of 2026-11-22, `file` a name in FOLDER."""
    arguments = [
        name,
        "--camera=101",
        f"--event={event}",
        f"--time=2026-11-22T{time}{zone}",
        f"--type={kind}",
    ]
    arguments += [f"--pixels={pixels}", "--noise=12", "--labels=3", "--x=310", "--y=190"]
    arguments += ["--width=120", "--height=80"]
    return arguments if file is None else [*arguments, "--file", f"{FOLDER}/{file}"]


def at(archive, arguments):
    """Return the arguments with the archive, and the file's path below it."""
    if "--file" in arguments:
        arguments = [*arguments[:-1], f"{archive}/{arguments[-1]}"]
    return [arguments[0], "--archive", str(archive), *arguments[1:]]


def run(archive, arguments):
    """Run one hook in this process."""
    return main(at(archive, arguments))


FIRST, SECOND = "101-34-20261122T035501Z.mp4", "101-34-20261122T035701Z.mp4"
STORY = (
    call("event-start", "03:55:03", pixels=1500),
    call("movie-start", "03:55:03", kind=8, pixels=1500, file=FIRST),
    call("picture-save", "03:55:03", kind=1, pixels=1500, file="101-34-20261122T035503Z-04.jpg"),
    call("picture-save", "03:55:09", kind=1, pixels=5210, file="101-34-20261122T035509Z-02.jpg"),
    call("picture-save", "03:55:10", kind=2, pixels=9999, file="101-20261122T035510Z-snapshot.jpg"),
    call("movie-end", "03:57:01", kind=8, pixels=700, file=FIRST),
    call("movie-end", "03:57:01", kind=16, pixels=700, file=FIRST.replace("Z.", "Zm.")),
    call("movie-start", "03:57:01", kind=8, pixels=700, file=SECOND),
    call("picture-save", "03:57:03", kind=1, pixels=900, file="101-34-20261122T035703Z-00.jpg"),
    call("movie-end", "03:57:20", kind=8, file=SECOND),
    call("event-end", "03:57:20"),
    call("movie-start", "00:00:00", kind=32, event="}", file="101-20261122T000000Z-timelapse.avi"),
    call("movie-end", "23:59:59", kind=32, file="101-20261122T000000Z-timelapse.avi"),
    call("camera-lost", "04:00:00"),
    call("camera-lost", "04:00:30"),
    call("camera-found", "04:02:00"),
    call("camera-lost", "05:00:00"),
)
"""Everything that hooks say of one event that was cut in two, of a time-lapse movie, and of two outages."""


def make_archive(archive, movie):
    """Lay out the files that the story speaks of; `movie` is a real one."""
    (archive / FOLDER).mkdir(parents=True)
    for name in (FIRST, FIRST.replace("Z.", "Zm."), SECOND):
        shutil.copy2(movie, archive / FOLDER / name)
    lapse = archive / FOLDER / "101-20261122T000000Z-timelapse.avi"
    lapse.write_bytes(b"RIFF")
    os.utime(lapse, (1_795_391_999, 1_795_391_999))
    return archive


def sidecars(archive):
    """Return the bytes of all sidecars by path."""
    return {
        str(path.relative_to(archive)): path.read_bytes() for path in sorted(Path(archive).rglob("*.yaml"))
    }
