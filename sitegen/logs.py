"""Sets up what a command says of itself: log lines on stderr, without logins, and no core dumps."""

from __future__ import annotations

import logging
import os
import resource
import sys
from typing import TextIO

from sitegen.secret import without_logins


class _Formatter(logging.Formatter):
    """Leaves logins out of whatever is logged, tracebacks too: an address may have been written where none belongs."""

    def format(self, record: logging.LogRecord) -> str:
        return without_logins(super().format(record))


class _Handler(logging.StreamHandler[TextIO]):
    """Loses what cannot be written because the log's disk is full: that is no bug, and wants no traceback."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging calls it so
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def set_up_logging(verbosity: int) -> None:
    """Log errors only (-1), what is done (0), or every decision (1)."""
    level = {-1: logging.ERROR, 0: logging.INFO}.get(verbosity, logging.DEBUG)
    form = "%(levelname)s %(name)s: %(message)s"
    if sys.stderr.isatty() or not os.environ.get("JOURNAL_STREAM"):
        form = "%(asctime)s " + form  # the journal has times of its own
    handler = _Handler(sys.stderr)
    handler.setFormatter(_Formatter(form))
    logging.basicConfig(level=level, handlers=[handler], force=True)


def forbid_core_dumps() -> None:
    """Have this process, and what it starts, leave no image of its memory behind: cameras' passwords are in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
