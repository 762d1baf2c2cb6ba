"""The command line through real processes: exit codes, messages without tracebacks, and what goes to stdout and stderr."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from archives import configure, put_clip
from command_line import COMMANDS, LATER, NOON, sitegen


@pytest.fixture
def folder(tmp_path):
    configure(tmp_path)
    for minute in range(4):
        put_clip(tmp_path / "archive", NOON.replace(minute=minute))
    return tmp_path


def test_a_build_says_what_it_did_on_stderr(folder):
    """Exit code 0, nothing on stdout; a second one says that nothing changed."""
    first = sitegen("build", "--no-previews", cwd=folder)
    assert (first.returncode, first.stdout) == (0, "")
    assert re.search(r"revision 1: 4 clips, \d+ files written, 0 deleted, 0 problems", first.stderr)
    second = sitegen("build", "--no-previews", cwd=folder)
    assert "revision 1: nothing changed, 0 problems" in second.stderr
    assert (folder / "site/index.html").exists()


def test_json_is_one_document_on_stdout(folder):
    """And the logs are elsewhere, however much is said."""
    done = sitegen("build", "--no-previews", "--json", "-v", cwd=folder)
    document = json.loads(done.stdout)
    assert document.pop("written") > 10
    assert document == {"revision": 1, "published": True, "deleted": 0, "clips": 4, "problems": 0}
    assert "render" in done.stderr


def test_strict_tells_problems_by_its_exit_code(folder):
    """1 with a Problem, 0 without; the site is published all the same, and a plain build exits with 0."""
    assert sitegen("build", "--no-previews", "--strict", cwd=folder).returncode == 0
    (folder / "archive/bad.yaml").write_text("nonsense: [")
    assert sitegen("build", "--no-previews", "--strict", cwd=folder).returncode == 1
    assert json.loads((folder / "site/build.json").read_text())["problems"] == 1
    assert sitegen("build", "--no-previews", "--strict", cwd=folder).returncode == 1
    assert sitegen("build", "--no-previews", cwd=folder).returncode == 0


def test_quiet_says_nothing_of_what_goes_well(folder):
    """Each line of the log is one record."""
    quiet = sitegen("build", "--no-previews", "-q", cwd=folder)
    assert "INFO" not in quiet.stderr
    (folder / "site/build.json").unlink()
    loud = sitegen("build", "--no-previews", "-v", cwd=folder)
    lines = loud.stderr.splitlines()
    assert all(re.search(r"(DEBUG|INFO|WARNING) sitegen\.\w+: ", line) for line in lines[:-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[site]\ntitel = 'x'\n", ["sitegen.toml", "titel"]),
        ("[site]\ntimezone = 'Mars/Olympus'\n", ["sitegen.toml", "timezone", "Mars/Olympus"]),
        ("[site\n", ["sitegen.toml"]),
        ("[previews]\nworkers = 'many'\n", ["sitegen.toml", "workers"]),
        ("[site]\ntheme = 'none'\n", ["none"]),
        ("[retention.events]\nmax_age_days = 3\n", ["retention"]),
        ("[site]\noutput = 'archive/site'\n", ["output"]),
        ("\xff", ["sitegen.toml"]),
    ],
)
def test_a_configuration_that_cannot_be_used_exits_with_2(folder, text, words):
    """The message names file, key and what is wrong; nothing is made."""
    (folder / "sitegen.toml").write_text(text, encoding="latin-1")
    for command in (["build"], ["watch"], ["record"], ["announce"], ["serve", "--listen", "127.0.0.1:0"]):
        if command[0] in {"record", "announce"} and "theme" in text:
            continue
        done = sitegen(*command, cwd=folder)
        assert (done.returncode, done.stdout) == (2, ""), command
        for word in words:
            assert word in done.stderr
        if text != "[site\n":
            break  # one command is enough for each; all of them for one
    assert not (folder / "site").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["build", "--no-such-option"],
        ["no-such-command"],
        ["build", "surplus"],
        ["-c"],
        ["serve", "--listen", "nonsense"],
        ["serve", "--listen", "127.0.0.1:99999"],
        ["demo", "--port", "0"],
        *([command] for command in LATER),
    ],
)
def test_wrong_usage_exits_with_2(folder, arguments):
    """One or a few lines that say what is wrong; commands that are yet to come are none."""
    done = sitegen(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr


def test_a_missing_configuration_is_told_plainly(tmp_path):
    """With the name of the file that was looked for."""
    done = sitegen("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "sitegen.toml" in done.stderr
    done = sitegen("-c", "other.toml", "build", cwd=tmp_path)
    assert done.returncode == 2
    assert "other.toml" in done.stderr
    (tmp_path / "folder").mkdir()
    assert sitegen("-c", "folder", "build", cwd=tmp_path).returncode == 2


def test_the_configuration_is_found_by_option_environment_and_place(folder, tmp_path_factory):
    """-c before $SITEGEN_CONFIG before ./sitegen.toml; paths in it are relative to its file."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    config = {"SITEGEN_CONFIG": str(folder / "sitegen.toml")}
    assert sitegen("build", "--no-previews", cwd=elsewhere, env=config).returncode == 0
    assert (folder / "site/index.html").exists()
    assert list(elsewhere.iterdir()) == []
    wrong = {"SITEGEN_CONFIG": str(elsewhere / "none.toml")}
    assert (
        sitegen("-c", folder / "sitegen.toml", "build", "--no-previews", cwd=elsewhere, env=wrong).returncode
        == 0
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(tmp_path, command):
    """It needs no configuration, and says what the command does."""
    done = sitegen(command, "--help", cwd=tmp_path)
    assert done.returncode == 0
    assert len(done.stdout.split()) > 10


def test_help_lists_what_there_is(tmp_path):
    """Every command that exists, none that is yet to come, and the version."""
    done = sitegen("--help", cwd=tmp_path)
    listed = re.findall(r"^  (\w+) ", done.stdout.partition("Commands:")[2], re.MULTILINE)
    assert set(COMMANDS) <= set(listed)
    assert not set(LATER) & set(listed)
    assert sitegen("--version", cwd=tmp_path).stdout.startswith("sitegen, version ")
    for command in ("build", "watch", "record", "announce", "serve"):
        text = sitegen(command, "--help", cwd=tmp_path).stdout
        assert "--quiet" in text
        assert "--verbose" in text


def test_init_makes_what_build_can_use(tmp_path):
    """Its configuration is one that works; a second init changes nothing."""
    done = sitegen("init", "here", cwd=tmp_path)
    assert done.returncode == 0
    assert "sitegen.toml" in done.stdout
    (tmp_path / "here/sitegen.toml").write_text("# mine\n" + (tmp_path / "here/sitegen.toml").read_text())
    sitegen("init", "here", cwd=tmp_path)
    assert (tmp_path / "here/sitegen.toml").read_text().startswith("# mine\n")
    (tmp_path / "here/archive").mkdir(exist_ok=True)
    assert sitegen("build", "--no-previews", cwd=tmp_path / "here").returncode == 0


def test_the_hook_command_is_the_hook(folder):
    """Its own usage and exit codes come through."""
    done = sitegen("hook", "no-such-hook", cwd=folder)
    assert done.returncode not in {0, None}
    assert done.stderr


def test_the_installed_program_is_the_same(folder):
    """`sitegen` of the environment, as people call it."""
    program = shutil.which("sitegen", path=str(Path(sys.executable).parent))
    done = subprocess.run(
        [program, "build", "--no-previews", "--json"], cwd=folder, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["clips"] == 4
