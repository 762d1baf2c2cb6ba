"""What is not ours in the default theme is what its table says, to the byte."""

import hashlib
import re
from pathlib import Path

THEME = Path(__file__).parents[2] / "themes/default"
ROW = re.compile(
    r"^\| `(?P<file>[^`]+)` \|.* (?P<version>\d+\.\d+\.\d+) \|.*`(?P<licence>assets/[^`]+)` \| `(?P<sha256>[0-9a-f]{64})` \|$",
    re.MULTILINE,
)


def test_vendored_files_are_those_of_the_table():
    """Each file has the SHA-256 and names the version that VENDORED.md writes down, and its licence lies beside it."""
    rows = list(ROW.finditer((THEME / "VENDORED.md").read_text(encoding="utf-8")))
    assert [row["file"] for row in rows] == ["assets/hls.light.min.js"]
    for row in rows:
        data = (THEME / row["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert row["version"].encode() in data
        assert "Apache License" in (THEME / row["licence"]).read_text(encoding="utf-8")


def test_nothing_minified_is_ours():
    """Whoever adds another script that no person wrote has to name it in the table."""
    wide = {
        path.name
        for path in (THEME / "assets").glob("*.js")
        if max(map(len, path.read_text().split("\n"))) > 400
    }
    assert wide == {"hls.light.min.js"}
