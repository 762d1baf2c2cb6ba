"""Keeps what is known of a camera's outages, and writes their sidecars; see hook_outages for what follows from what.

A camera's losses are no event, so their facts are never swept; the file is cut when it has grown long.
"""

import os

from sitegen.archive.durable import make_folder, write_durably
from sitegen.capture.hook_facts import FOLDER, Fact, add_facts, lock_camera, put, read_facts, read_text
from sitegen.capture.hook_merge import own_fields
from sitegen.capture.hook_outages import derive_outages
from sitegen.capture.hook_times import from_rfc3339

_CUT_AT, _CUT_TO = 60, 30


def record_outage(root: str, camera: str, fact: Fact) -> None:
    """Add a loss or a find to the camera's, and write the sidecars that it changes."""
    path = f"{root}/{FOLDER}/{camera}/outages"
    lock = lock_camera(root, camera)
    try:
        facts = read_facts(path)
        again = fact.line() in {known.line() for known in facts}
        if not again:
            new = [*([] if facts else _from_sidecars(f"{root}/outages/{camera}")), fact]
            add_facts(path, new)
            facts += new
        forgotten = max((known.moment for known in facts if known.hook == "cut"), default=-1)
        facts = [known for known in facts if known.moment > forgotten]
        for relative, text in derive_outages(camera, facts).items():
            if text:
                _make_folders(root, relative)
            put(f"{root}/{relative}", text, again=again)
        if len(facts) > _CUT_AT:
            _cut(path, facts)
    finally:
        os.close(lock)


def _make_folders(root: str, relative: str) -> None:
    """Make the folders of a file, with names that a power cut leaves."""
    folder = root
    for name in relative.split("/")[:-1]:
        folder = f"{folder}/{name}"
        make_folder(folder)


def _cut(path: str, facts: list[Fact]) -> None:
    """Forget the oldest facts up to a find: what they led to stands in sidecars, and later ones cannot change it."""
    ordered = sorted(facts, key=lambda fact: (fact.moment, fact.hook == "camera-found"))
    ends = [place for place, fact in enumerate(ordered[:-_CUT_TO]) if fact.hook == "camera-found"]
    if ends:
        last = ordered[ends[-1]].moment
        kept = [Fact("cut", last), *(fact for fact in ordered if fact.moment > last)]
        write_durably(path, "".join(fact.line() + "\n" for fact in kept).encode())


def _from_sidecars(folder: str) -> list[Fact]:
    """Return what the newest day's sidecars say, as facts: for the case that the facts were lost, with a disk's cache."""
    try:
        days = sorted(os.listdir(folder))  # noqa: PTH208 - pathlib costs the hook 5 ms
    except FileNotFoundError:
        return []
    facts = []
    for name in sorted(os.listdir(f"{folder}/{days[-1]}")) if days else ():  # noqa: PTH208 - as above
        said = own_fields(read_text(f"{folder}/{days[-1]}/{name}")) if name.endswith(".yaml") else None
        for key, hook in (("start", "camera-lost"), ("end", "camera-found")):
            text = (said or {}).get(key)
            if isinstance(text, str):
                facts.append(Fact(hook, from_rfc3339(text) // 1_000))
    return facts
