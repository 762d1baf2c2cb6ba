"""What aiohttp has to say of requests that are none: one line each, since they are no bugs of ours."""

from __future__ import annotations

import logging
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

_MOST_LETTERS = 120


class ServerLog(logging.LoggerAdapter[logging.Logger]):
    """A logger for aiohttp's server: a request that cannot be read is told at INFO at most, without a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.getLogger("sitegen.announce.server"), {})

    def log(self, level: int, msg: object, *args: object, **more: Any) -> None:
        """Log one record."""
        error = more.get("exc_info")
        if isinstance(error, HttpProcessingError):
            why = " ".join(error.message.split())[:_MOST_LETTERS]
            super().log(min(level, logging.INFO), "a request was refused: %s", ascii(why)[1:-1])
        else:
            super().log(level, msg, *args, **more)
