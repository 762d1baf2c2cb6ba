"""Every hazard of YAML that is known to hurt ends as a Problem, in less than 100 ms and 50 MB; so does anything else."""

import json
import string
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from yaml_hazards import HAZARDS, HEAD

from sitegen.archive.note import read_note
from sitegen.archive.sidecar import read_sidecar

# One interpreter forks for each hazard, so that a crash is seen and no memory is counted twice.
CHILD = """
import json, os, resource, sys
from sitegen.archive.sidecar import read_sidecar
read_sidecar(b"schema: 1", "warm")

def outcome(data, out):
    before = resource.getrusage(resource.RUSAGE_SELF)
    limit = 50 * 1024 * 1024 + 4096 * int(open("/proc/self/statm").read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    sidecar, problems = read_sidecar(data, "a.yaml")
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    facts = {"cpu_seconds": cpu, "sidecar": sidecar is not None, "problems": [p.reason for p in problems]}
    os.write(out, json.dumps(facts).encode())

for text in json.load(sys.stdin):
    data = text.encode("utf-16" if text.startswith("\\ufeff") else "utf-8")
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            outcome(data, writable)
        finally:
            os._exit(0)
    os.close(writable)
    with os.fdopen(readable, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    print(said.decode() or json.dumps(None), flush=True)
"""


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict]:
    child = subprocess.run(
        [sys.executable, "-c", CHILD],
        input=json.dumps(list(HAZARDS.values())),
        capture_output=True,
        text=True,
        check=True,
        timeout=170,
    )
    return dict(zip(HAZARDS, map(json.loads, child.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("hazard", HAZARDS)
def test_a_hazard_ends_as_a_problem(outcomes, hazard):
    """No crash, no exception, no sidecar, a reason; under 100 ms of processor time and 50 MB (a limit of the child)."""
    outcome = outcomes[hazard]
    assert outcome is not None, "the process died"
    assert not outcome["sidecar"]
    assert outcome["problems"]
    assert all(outcome["problems"])
    assert outcome["cpu_seconds"] < 0.1


ANY_BYTES = st.binary(max_size=300)
YAML_LIKE = st.lists(
    st.one_of(
        st.sampled_from(
            ["schema: 1\n", "extra: ", "motion: ", "start: ", "---\n", "<<: ", "- ", "? ", "\n", "  "]
        ),
        st.sampled_from(list("[]{}:,&*!|>'\"%@`#\\\t~=")),
        st.sampled_from(
            ["2026-11-22T03:55:03Z", "0x1F", "1e5", ".inf", "\\ud800", "!!int", "*a", "&a", "\u2028"]
        ),
        st.text(string.ascii_letters, min_size=1, max_size=5),
    ),
    max_size=40,
).map("".join)


@settings(deadline=None, max_examples=300)
@given(ANY_BYTES | YAML_LIKE.map(str.encode) | YAML_LIKE.map(lambda text: (HEAD + text).encode()))
def test_nothing_is_raised(data):
    """Whatever the bytes, there is a sidecar, or a Problem, and both can be written as JSON."""
    sidecar, problems = read_sidecar(data, "a.yaml")
    assert sidecar is not None or problems
    for problem in problems:
        assert problem.path == "a.yaml"
        (problem.key + problem.reason + problem.remedy).encode()
    if sidecar is not None:
        json.dumps(sidecar.extra, allow_nan=False).encode()


@settings(deadline=None, max_examples=150)
@given(ANY_BYTES | YAML_LIKE.map(lambda text: f"---\n{text}\n---\nprose".encode()))
def test_no_note_raises_anything(data):
    """Whatever a person wrote, reading it ends well, and the text can be written again."""
    note, _ = read_note(data, "a.md")
    if note is not None:
        note.text.encode()
