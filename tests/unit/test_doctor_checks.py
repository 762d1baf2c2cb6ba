"""sitegen.doctor.checks: facts about a machine in, findings out."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from sitegen.doctor.checks import CHECKS, judge
from sitegen.doctor.facts import Archive, Disk, Facts, Folder, Holder, KnownCamera, Program, Trouble
from sitegen.doctor.finding import Checked, Finding, report, text

GB = 1_000_000_000
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FFMPEG = Program("ffmpeg", "ffmpeg", version="5.1.9", parts=frozenset({"libx264", "zscale"}))
WELL = Facts(
    configuration=Path("/s/sitegen.toml"),
    user="cctv",
    programs={
        "ffmpeg": FFMPEG,
        "cpulimit": Program("cpulimit", "cpulimit", version="2.8"),
        "motion": Program("motion", "motion", version="4.5.1"),
        "nginx": Program("nginx", "nginx-light", version="1.22.1"),
    },
    cpu_percent=50,
    root=Folder(Path("/a"), above=((1, 10), (1, 2))),
    archive=Archive(frozenset({"events", "segments"}), folders=100, videos=5),
    output=Folder(Path("/s/site"), above=((1, 20), (1, 3), (1, 2))),
    state=Folder(Path("/s/state"), above=((1, 21), (1, 3), (1, 2))),
    content=Folder(Path("/s/content"), above=((1, 22), (1, 3), (1, 2))),
    disks=(Disk(Path("/a"), 1000 * GB, 500 * GB, 1000, 900),),
    most_watches=8192,
    inotify_trouble="",
    holders=(Holder(Path("/s/state/generator.lock"), 7, "sitegen", ours=True),),
    now=NOW,
    clock_kept=True,
    timezone="Europe/Berlin",
    tzdata="/usr/share/zoneinfo, version 2025b",
    theme="default",
    theme_trouble=None,
    cameras=(KnownCamera("101", "Driveway", record=True, has_address=True),),
    cameras_trouble=None,
)


def findings(**changes: object) -> list[Finding]:
    facts = msgspec.structs.replace(WELL, **changes)
    return [finding for check in judge(facts) for finding in check.findings]


def of_version(name: str, version: str) -> dict[str, object]:
    return {"programs": WELL.programs | {name: msgspec.structs.replace(WELL.programs[name], version=version)}}


def without(name: str) -> dict[str, Program]:
    return WELL.programs | {name: Program(name, name)}


def test_a_machine_that_is_well_has_a_line_for_each_check_and_no_finding():
    """Every check says in one line what is well."""
    checks = judge(WELL)
    assert len(checks) == len(CHECKS)
    assert findings() == []
    lines = text(report(checks)).splitlines()
    assert "ok       ffmpeg 5.1.9 with libx264 and zscale" in lines
    assert "ok       archive /a: 5 videos in 100 folders" in lines
    assert lines[-1] == "nothing to do"
    assert all(line.startswith("ok       ") for line in lines[:-1])


BAD = {
    "no ffmpeg": ({"programs": without("ffmpeg")}, "error", "not installed", "apt install ffmpeg"),
    "no libx264": (
        {
            "programs": WELL.programs
            | {"ffmpeg": msgspec.structs.replace(FFMPEG, parts=frozenset({"zscale"}))}
        },
        "error",
        "libx264",
        "install",
    ),
    "no zscale": (
        {
            "programs": WELL.programs
            | {"ffmpeg": msgspec.structs.replace(FFMPEG, parts=frozenset({"libx264"}))}
        },
        "note",
        "zscale",
        "install",
    ),
    "ffmpeg broken": (
        {"programs": WELL.programs | {"ffmpeg": Program("ffmpeg", "ffmpeg", version="", trouble="no libav")}},
        "error",
        "does not run: no libav",
        "again",
    ),
    "no cpulimit": ({"programs": without("cpulimit")}, "error", "cpu_percent = 50", "apt install cpulimit"),
    "no motion": ({"programs": without("motion")}, "note", "not installed here", "apt install motion"),
    "no nginx": ({"programs": without("nginx")}, "note", "not installed here", "apt install"),
    "archive away": (
        {"root": Folder(Path("/a"), "cannot be read: No such file or directory", there=False)},
        "error",
        "No such file",
        "mount it",
    ),
    "archive empty": ({"archive": Archive(folders=1)}, "error", "neither events/ nor segments/", "mount it"),
    "unreadable": (
        {"archive": msgspec.structs.replace(WELL.archive, unreadable=("/a/events/9",))},
        "error",
        "/a/events/9",
        "cctv",
    ),
    "output": ({"output": Folder(Path("/o"), "Read-only file system")}, "error", "Read-only", "cctv"),
    "state": ({"state": Folder(Path("/t"), "Permission denied")}, "error", "Permission denied", "cctv"),
    "site in archive": (
        {"output": Folder(Path("/a/site"), above=((1, 20), *WELL.root.above))},
        "error",
        "inside the archive",
        "beside one another",
    ),
    "site to be made in archive": (
        {"output": Folder(Path("/a/site"), above=WELL.root.above, there=False)},
        "error",
        "inside the archive",
        "beside one another",
    ),
    "archive in site": (
        {"root": Folder(Path("/s/site/a"), above=((1, 10), *WELL.output.above))},
        "error",
        "inside the site",
        "beside one another",
    ),
    "state in site": (
        {"state": Folder(Path("/s/site/t"), above=((1, 21), *WELL.output.above))},
        "error",
        "is published",
        "beside one another",
    ),
    "a share of space": (
        {"disks": (Disk(Path("/a"), 1000 * GB, 49 * GB, 0, 0),)},
        "warning",
        "49.0 GB are free, 4.9%",
        "delete",
    ),
    "bytes": ({"disks": (Disk(Path("/a"), 2 * GB, 999_000_000, 0, 0),)}, "warning", "999 MB", "larger disk"),
    "inodes": (
        {"disks": (Disk(Path("/a"), 100 * GB, 50 * GB, 1000, 49),)},
        "warning",
        "49 of 1000 inodes",
        "inodes",
    ),
    "watches": ({"most_watches": 120}, "warning", "too little", "fs.inotify.max_user_watches=400"),
    "theme": (
        {"theme_trouble": Trouble("day.html: line 3", "unexpected end", "see the docs")},
        "error",
        "unexpected end",
        "see the docs",
    ),
    "no address": (
        {"cameras": (KnownCamera("7", "Gate", record=True, has_address=False),)},
        "warning",
        "address is not known",
        "camera.7.url",
    ),
    "sub-stream of the same address": (
        {"cameras": (KnownCamera("7", "Gate", record=True, has_address=True, sub_stream="same"),)},
        "warning",
        "recorded twice",
        "camera.7.sub_url",
    ),
    "sub-stream of nothing": (
        {"cameras": (KnownCamera("7", "Gate", record=False, has_address=True, sub_stream="other"),)},
        "note",
        "nothing is kept",
        "camera.7.sub_url",
    ),
    "old ffmpeg": (of_version("ffmpeg", "4.4.2-0ubuntu0"), "error", "ffmpeg 4.4.2-0ubuntu0", "5.1"),
    "old ffmpeg, built by others": (of_version("ffmpeg", "n5.0.3"), "error", "-fps_mode", "5.1"),
    "old Motion": (of_version("motion", "4.3.2"), "warning", "not tried", "4.5"),
    "old nginx": (of_version("nginx", "1.10.3"), "error", "absolute_redirect", "1.11.8"),
    "no inotify": (
        {"inotify_trouble": "all instances are in use"},
        "warning",
        "in use",
        "max_user_instances",
    ),
    "a foreign lock": (
        {"holders": (Holder(Path("/s/site"), 99, "rsync", ours=False),)},
        "error",
        "/s/site: is held by process 99 (rsync)",
        "end that process",
    ),
    "clock never set": ({"now": datetime(1970, 1, 1, 5, tzinfo=UTC)}, "error", "never set", "set-ntp"),
    "clock set back": (
        {"archive": msgspec.structs.replace(WELL.archive, newest_s=NOW.timestamp() + 5 * 3_600)},
        "warning",
        "is 5 h behind the newest folder",
        "set-ntp",
    ),
    "clock by itself": ({"clock_kept": False}, "note", "may drift", "chrony"),
    "no camera": ({"cameras": ()}, "note", "none is configured", "motion.config"),
    "Motion unreadable": (
        {"cameras": (), "cameras_trouble": Trouble("/m/motion.conf", "cannot be read", "correct its path")},
        "error",
        "cannot be read",
        "correct its path",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_one_finding_with_its_remedy(name):
    """One thing wrong gives one finding, of the right level, that says what is wrong and what to do."""
    changes, level, reason, remedy = BAD[name]
    (finding,) = findings(**changes)
    assert finding.level == level
    assert reason in f"{finding.what}: {finding.reason}"
    assert remedy in finding.remedy
    assert report(judge(msgspec.structs.replace(WELL, **changes))).well is (level == "note")


def test_what_is_not_needed_is_not_asked_for():
    """Without a cap cpulimit is no matter; a camera that is not recorded needs no address; some systems know no limit."""
    assert findings(cpu_percent=0, programs=without("cpulimit")) == []
    assert findings(cameras=(KnownCamera("7", "Gate", record=False, has_address=False),)) == []
    small = KnownCamera("7", "Gate", record=True, has_address=True, sub_stream="other")
    assert findings(cameras=(small,)) == []
    assert findings(most_watches=None) == []
    assert findings(archive=Archive(frozenset({"old"}), folders=3, videos=2)) == []
    assert findings(most_watches=125) == []
    assert findings(clock_kept=None, holders=()) == []
    assert findings(archive=msgspec.structs.replace(WELL.archive, newest_s=NOW.timestamp() + 60)) == []
    for version in ("7:N-119-gabc", "git-2026-01-01-abc", "n7.1", "10.0"):
        assert findings(**of_version("ffmpeg", version)) == []


def test_findings_are_told_with_their_remedy_and_counted():
    """A finding takes two lines, a note is not counted."""
    told = report(
        [
            Checked("a", (Finding("a", "is bad", "mend it"), Finding("b", "is worse", "flee", "warning"))),
            Checked("c", (Finding("c", "is so", "know it", "note"),)),
        ]
    )
    assert not told.well
    assert text(told).splitlines() == [
        *("error    a: is bad", "         -> mend it"),
        *("warning  b: is worse", "         -> flee"),
        *("note     c: is so", "         -> know it"),
        "2 findings",
    ]
