"""Runs `sitegen` as a process, the way people do."""

import os
import subprocess
import sys
from datetime import UTC, datetime

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
COMMANDS = ["init", "build", "watch", "record", "announce", "serve", "demo", "hook", "doctor", "explain"]
LATER = ["import", "prune", "mirror", "verify", "export", "keep", "note"]


def sitegen(*arguments, cwd, env=None):
    command = [sys.executable, "-m", "sitegen.cli", *map(str, arguments)]
    environment = {k: v for k, v in os.environ.items() if k != "SITEGEN_CONFIG"} | (env or {})
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done
