"""Configuration files for tests."""

from pathlib import Path

import pytest

from sitegen.errors import UsageError
from sitegen.settings import load


def written(folder: Path, text: str) -> Path:
    file = folder / "sitegen.toml"
    file.write_text(text)
    return file


def refused(folder: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load(written(folder, text))
    return caught.value
