"""What Motion calls: notes what happened and writes the sidecars that follow from it, below the archive only.

Motion starts hooks in any order, at the same time, twice or not at all. So each one adds a fact to what is known of
its event and writes every sidecar anew that comes out differently (hook_clips, hook_outages). Standard library only,
and of that as little as can be: it must start in milliseconds. The options are in motion/README.md.
"""

import os
import sys

from sitegen.camera_id import is_camera_id
from sitegen.capture.hook_facts import (
    FOLDER,
    MOVIES,
    Fact,
    add_facts,
    lock_camera,
    put,
    read_facts,
    read_text,
    sidecar_of,
)
from sitegen.capture.hook_times import from_digits, from_text

_USAGE = """\
sitegen-hook NAME --archive FOLDER --camera=%t --time=%Y-%m-%dT%H:%M:%S%z [--event=%{eventid}] [--type=%n]
    [--pixels=%D --noise=%N --labels=%Q --x=%K --y=%L --width=%i --height=%J] [--file '%f']
NAME: event-start event-end movie-start movie-end picture-save camera-lost camera-found
--file comes last. Everything else may come in any order."""
_NAMES = {
    "event-start", "event-end", "movie-start", "movie-end", "picture-save", "camera-lost", "camera-found",
}  # fmt: skip
_MEASURES = ("pixels", "noise", "labels", "x", "y", "width", "height")
_OPTIONS = {"archive", "camera", "time", "event", "type", *_MEASURES, "file"}
_EVENT_DIGITS = 14
_VIDEOS = (".mp4", ".mkv", ".mov", ".webm", ".ts", ".m4v", ".avi")
"""Those of sitegen.clip, whose import is too slow for a hook."""


class Wrong(Exception):
    """The arguments cannot be used; the message says which, and why."""


def main(argv: list[str] | None = None) -> int:
    """Run one hook; return 0 done, 1 the disk would not, 2 wrong arguments. Never raises for either."""
    arguments = sys.argv[1:] if argv is None else argv
    if "--help" in arguments[:2] or "-h" in arguments[:2]:
        sys.stdout.write(_USAGE + "\n")
        return 0
    try:
        _run(arguments)
    except Wrong as wrong:
        return _fail(2, str(wrong))
    except OSError as error:
        return _fail(1, f"{error.strerror or error}: {error.filename or 'the archive'}")
    return 0


def _fail(code: int, reason: str) -> int:
    line = reason.encode("utf-8", "backslashreplace").replace(b"\n", b"\\n")
    try:
        os.write(2, b"sitegen-hook: " + line + b"\n")
    except OSError:
        return code  # Motion may run without a stderr
    return code


def _run(arguments: list[str]) -> None:
    name = arguments[0].replace("_", "-") if arguments else ""
    if name not in _NAMES:
        raise Wrong(f"{name!r} is no hook; there are: {' '.join(sorted(_NAMES))}")
    options = _options(arguments[1:])
    root, camera = _root(options), options.get("camera", "")
    if not is_camera_id(camera):
        raise Wrong(f"--camera={camera!r} is no camera id (letters, digits, _ . -); pass %t")
    time = from_text(options.get("time", ""))
    if time is None:
        raise Wrong(f"--time={options.get('time', '')!r} is no time; pass %Y-%m-%dT%H:%M:%S%z")
    if name.startswith("camera-"):
        from sitegen.capture.hook_lost import record_outage

        record_outage(root, camera, Fact(name, time[0], offset=time[1]))
        return
    fact = _fact(name, time, options, root)
    place = _place(camera, fact, options.get("event", ""))
    if place is not None:
        _record(root, camera, place, fact)


def _options(arguments: list[str]) -> dict[str, str]:
    """Return the options' values; raise Wrong for what is none."""
    options: dict[str, str] = {}
    place = 0
    while place < len(arguments):
        name, equals, value = arguments[place].partition("=")
        place += 1
        if name[:2] != "--" or name[2:] not in _OPTIONS:
            raise Wrong(f"{arguments[place - 1]!r} is no option; see sitegen-hook --help")
        if name == "--file" and not equals:  # all that follows: without a shell, a space in it would cut it
            value, place = " ".join(arguments[place:]), len(arguments)
        elif not equals:
            value, place = "".join(arguments[place : place + 1]), place + 1
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]  # Motion 5 calls without a shell and leaves the quotes
        options[name[2:]] = value
    return options


def _root(options: dict[str, str]) -> str:
    """Return the archive's real path."""
    archive = options.get("archive", "")
    if not archive:
        raise Wrong("--archive is missing: the folder that holds events/ and segments/")
    root = os.path.realpath(archive)
    if not os.path.isdir(root):  # noqa: PTH112 - pathlib costs the hook 5 ms
        raise NotADirectoryError(20, "the archive is not there (is its disk mounted?)", archive)
    return root


def _fact(name: str, time: tuple[int, int], options: dict[str, str], root: str) -> Fact:
    """Return what this hook says; a closed movie is looked into."""
    pixels, noise, labels, x, y, width, height = (_number(options, measure) for measure in _MEASURES)
    path, length_ms, mtime_ms = "", -1, -1
    if not name.startswith("event-"):
        path = _inside(root, options.get("file", ""))
    if name.startswith("movie-") and not path.lower().endswith(_VIDEOS):
        raise Wrong(
            f"{path!r} is no video that sitegen knows ({' '.join(_VIDEOS)}); see movie_container, timelapse_container"
        )
    if name == "movie-end":
        length_ms, mtime_ms = _look_into(f"{root}/{path}")
    return Fact(
        name,
        time[0],
        offset=time[1],
        movie=max(0, _number(options, "type")),
        measures=(pixels, noise, labels, x, y, width, height),
        path=path,
        length_ms=length_ms,
        mtime_ms=mtime_ms,
    )


def _number(options: dict[str, str], name: str) -> int:
    """Return a whole number, -1 where Motion had none to give."""
    text = options.get(name, "")
    if not text:
        return -1
    if len(text) > 18 or not (text.isascii() and text.lstrip("-").isdigit()):  # noqa: PLR2004 - fits 64 bits
        raise Wrong(f"--{name}={text!r} is no whole number")
    return max(-1, int(text))


def _inside(root: str, path: str) -> str:
    """Return a file's path relative to the archive, compared as real paths: either may go through a link."""
    if not path.startswith("/"):
        raise Wrong(f"--file {path!r} is no absolute path; pass '%f', and let target_dir be absolute")
    real = os.path.realpath(path)
    within = real[len(root.rstrip("/")) + 1 :]
    if not real.startswith(root.rstrip("/") + "/") or not within:
        raise Wrong(f"{path} is not in the archive {root}; let Motion's target_dir lie in it")
    if os.path.exists(real) and not os.path.isfile(real):  # noqa: PTH110, PTH113 - pathlib costs the hook 5 ms
        raise Wrong(f"{path} is a folder, a device or a pipe, no file that Motion wrote")
    if within[0] == "." or "/." in within:
        raise Wrong(f"{path!r} has a hidden part, which sitegen passes over; let no name begin with a dot")
    try:
        within.encode()
    except UnicodeEncodeError:
        raise Wrong(f"{path!r} is no UTF-8, which a sidecar must be") from None
    return within


def _look_into(path: str) -> tuple[int, int]:
    """Return length (-1: unknown) and time of last writing of a movie, both in milliseconds."""
    from sitegen.archive.container import read_container

    mtime_ms = os.stat(path).st_mtime_ns // 1_000_000  # noqa: PTH116 - pathlib costs the hook 5 ms
    container = read_container(path)
    seconds = container.seconds if container is not None else None
    return (round(seconds * 1_000) if seconds else -1), mtime_ms


def _place(camera: str, fact: Fact, event: str) -> tuple[str, int | None] | None:
    """Return where the facts of this one's event are kept and the event's local time; None: nothing to keep.

    Motion's event id is the camera's number and the local time of the trigger; before the first event it is a "}".
    """
    from sitegen.capture.hook_clips import PICTURE, TIMELAPSE

    if fact.hook == "picture-save" and fact.movie != PICTURE:
        return None  # a snapshot, or a picture of the motion itself
    digits = event[-_EVENT_DIGITS:]
    trigger = from_digits(digits)
    folder = f"{FOLDER}/{camera}"
    if trigger is not None and fact.movie != TIMELAPSE:
        return f"{folder}/{digits[:8]}/{digits[8:]}", trigger
    if fact.hook.startswith("movie-"):
        return f"{folder}/{MOVIES}/{fact.path.rpartition('/')[2]}", None
    if fact.hook == "picture-save":
        return None
    raise Wrong(f"--event={event!r} is no event id; pass %{{eventid}}")


def _record(root: str, camera: str, place: tuple[str, int | None], fact: Fact) -> None:
    """Add a fact to its event's, and write the sidecars that it changes."""
    from sitegen.capture.hook_clips import derive_clips

    path = f"{root}/{place[0]}"
    lock = lock_camera(root, camera)
    try:
        facts = read_facts(path)
        again = fact.line() in {known.line() for known in facts}
        if not again:
            new = [*_before(root, fact, facts), fact]
            add_facts(path, new)
            facts += new
        for relative, text in derive_clips(camera, place[1], facts).items():
            put(f"{root}/{relative}", text, again=again)
    finally:
        os.close(lock)


def _before(root: str, fact: Fact, facts: list[Fact]) -> list[Fact]:
    """Return, as a fact, the sidecar that a movie has already though nothing is known of it; else nothing."""
    if not fact.hook.startswith("movie-") or any(known.path == fact.path for known in facts):
        return []
    text = read_text(f"{root}/{sidecar_of(fact.path)}")
    return [Fact("sidecar", 0, path=fact.path, text=text)] if text else []
