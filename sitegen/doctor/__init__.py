"""`sitegen doctor`: gathers facts about machine and configuration, judges them, and says what to do; changes nothing."""

from __future__ import annotations

from sitegen.doctor.checks import judge
from sitegen.doctor.finding import Checked, Finding, Report, report, text
from sitegen.doctor.gather import gather
from sitegen.doctor.motion_checks import judge_motion
from sitegen.doctor.motion_files import read_motion
from sitegen.errors import UsageError
from sitegen.settings import Settings

__all__ = ["Checked", "Finding", "Report", "examine", "text"]


def examine(settings: Settings) -> Report:
    """Do all checks. Takes some seconds: it starts programs and walks over the archive's folders."""
    return report((*judge(gather(settings)), *_motion(settings)))


def _motion(settings: Settings) -> tuple[Checked, ...]:
    if settings.motion.config is None:
        return ()
    try:
        return judge_motion(read_motion(settings.motion.config, settings.archive.root))
    except UsageError:
        return ()  # the check of the cameras has read the same files and told of it
