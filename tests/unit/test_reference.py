"""sitegen.reference: the generated pages are fresh, and the schema says what the reader does."""

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from test_sidecar import CONTRACT, changed

from sitegen.archive.sidecar import read_sidecar
from sitegen.reference import main, pages, sidecar_schema
from sitegen.settings import SECTIONS

REFERENCE = Path(__file__).parents[2] / "docs/reference"


@pytest.mark.parametrize("name", pages())
def test_a_page_is_fresh(name):
    """docs/reference holds what the code says now; `make reference` writes it."""
    assert (REFERENCE / name).read_text() == pages()[name], "stale: run make reference"


def test_check_tells_stale_pages_and_writes_nothing(tmp_path, capsys):
    """--check exits 1 for missing and changed pages and 0 for fresh ones, and leaves them alone."""
    assert main([str(tmp_path), "--check"]) == 1
    assert list(tmp_path.iterdir()) == []
    assert main([str(tmp_path)]) == 0
    assert main([str(tmp_path), "--check"]) == 0
    (tmp_path / "sidecar.md").write_text("old")
    assert main([str(tmp_path), "--check"]) == 1
    assert "sidecar.md" in capsys.readouterr().err
    assert (tmp_path / "sidecar.md").read_text() == "old"


def test_every_key_is_on_the_page():
    """Each section and key of sitegen.toml is in the reference with its default."""
    page = pages()["configuration.md"]
    for name, section in SECTIONS.items():
        assert f"## [{name}" in page
        for key in section.__struct_fields__:
            assert f"| `{key}` | " in page


def test_the_pages_example_is_a_sidecar_without_a_problem():
    """What the reference shows can be copied."""
    example = pages()["sidecar.md"].split("```yaml\n")[1].split("```")[0]
    sidecar, problems = read_sidecar(example.encode(), "a.yaml")
    assert sidecar is not None
    assert problems == ()


def test_the_schema_is_one_and_takes_the_contracts_example():
    """It is valid JSON Schema 2020-12, and the contract's sidecar is valid under it."""
    Draft202012Validator.check_schema(sidecar_schema())
    assert _takes(CONTRACT)


@pytest.mark.parametrize(
    "data",
    [
        changed(video=None),
        changed(kind="outage"),
        changed(kind="outage", video=None),
        changed(camera='"a/b"'),
        changed(camera="101"),
        changed(schema="2"),
        changed(start='"2026-11-22"'),
        changed(start=None),
        changed(video='"../a.mp4"'),
        changed(motion="{x: text}"),
        changed(extra="[]"),
        changed(end=""),
        changed(event='"a\\nb"'),
        changed() + b"\nmore: 1\n",
    ],
)
def test_schema_and_reader_agree(data):
    """What the schema refuses, the reader refuses, and the other way round."""
    assert _takes(data) == (read_sidecar(data, "a.yaml")[0] is not None)


def _takes(data: bytes) -> bool:
    return Draft202012Validator(sidecar_schema()).is_valid(yaml.load(data, _Json))


class _Json(yaml.SafeLoader):
    """A loader that leaves times as text, as JSON has them."""


_Json.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
