"""`sitegen doctor`: gathers facts about machine and configuration, judges them, and says what to do; changes nothing."""

from __future__ import annotations

from pathlib import Path

from sitegen.doctor.checks import judge
from sitegen.doctor.finding import Checked, Finding, Report, report, text
from sitegen.doctor.gather import gather, nginx_file
from sitegen.doctor.motion_checks import judge_motion
from sitegen.doctor.motion_files import MotionFacts, read_motion
from sitegen.doctor.nginx_checks import judge_nginx
from sitegen.doctor.nginx_files import read_nginx
from sitegen.errors import UsageError
from sitegen.settings import Settings

__all__ = ["Checked", "Finding", "Report", "examine", "text"]


def examine(settings: Settings, nginx: Path | None = None) -> Report:
    """Do all checks. Takes some seconds: it starts programs and walks over the archive's folders.

    `nginx` is its main file; None: that of the nginx that is installed, if one is.
    """
    facts = gather(settings)
    motion = _motion(settings)
    judged = () if motion is None else judge_motion(motion)
    file = nginx or nginx_file(facts.programs["nginx"])
    return report((*judge(facts), *judged, *(_nginx(file, settings, motion) if file else ())))


def _motion(settings: Settings) -> MotionFacts | None:
    if settings.motion.config is None:
        return None
    try:
        return read_motion(settings.motion.config, settings.archive.root)
    except UsageError:
        return None  # the check of the cameras has read the same files and told of it


def _nginx(file: Path, settings: Settings, motion: MotionFacts | None) -> tuple[Checked, ...]:
    port = "" if motion is None else motion.whole.value("webcontrol_port", "0").strip()
    try:
        private = (settings.file, settings.archive.state)
        port = "" if port == "0" else port
        return judge_nginx(
            read_nginx(file, settings.site.output, port, archive=settings.archive.root, private=private)
        )
    except UsageError as error:
        where = f"{error.file}: {error.key}" if error.key else error.file
        return (Checked("nginx", (Finding(where, error.reason, error.remedy, "note"),)),)
