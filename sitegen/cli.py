"""The command line: reads arguments, sets up logging, calls one function a command, turns errors into exit codes."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

import click
import msgspec

from sitegen.errors import InTheWay, SitegenError, UsageError
from sitegen.logs import forbid_core_dumps, set_up_logging
from sitegen.secret import without_logins
from sitegen.settings import Settings, load

_EXIT_FINDINGS = 1
_EXIT_INTERRUPTED = 130


class _Context(msgspec.Struct):
    """What the options before the command say."""

    config: Path

    def settings(self) -> Settings:
        """Read the configuration; raises UsageError."""
        return load(self.config)


_common = [
    click.option("-q", "--quiet", is_flag=True, help="Log errors only."),
    click.option("-v", "--verbose", is_flag=True, help="Log every decision."),
]


def _logged(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command -q and -v, and set up logging before it runs."""

    def wrapper(*arguments: Any, quiet: bool, verbose: bool, **options: Any) -> Any:
        set_up_logging(-1 if quiet else int(verbose))
        return function(*arguments, **options)

    wrapper.__name__, wrapper.__doc__ = function.__name__, function.__doc__
    wrapper.__dict__.update(function.__dict__)  # click keeps a command's options there
    for option in reversed(_common):
        wrapper = option(wrapper)
    return wrapper


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    envvar="SITEGEN_CONFIG",
    default=Path("sitegen.toml"),
    show_default=True,
    help="The configuration file; also by the environment variable SITEGEN_CONFIG.",
)
@click.version_option(version("sitegen"), prog_name="sitegen")
@click.pass_context
def cli(context: click.Context, config: Path) -> None:
    """Turn the footage of a small CCTV system into a website made of plain files."""
    context.obj = _Context(config)


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@_logged
def init(folder: Path) -> None:
    """Write a commented sitegen.toml, content/ and a safe motion/ configuration into FOLDER; never overwrite."""
    from sitegen.init import init_folder

    for path in init_folder(folder):
        click.echo(path)


@cli.command()
@click.option("--full", is_flag=True, help="Ignore the index: look at everything and write every page anew.")
@click.option("--strict", is_flag=True, help="Exit with 1 when there are Problems.")
@click.option("--no-previews", is_flag=True, help="Do not make the previews that are missing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON document.")
@_logged
@click.pass_obj
def build(context: _Context, full: bool, strict: bool, no_previews: bool, as_json: bool) -> int:  # noqa: FBT001 - click
    """Build the site once, make the previews that are missing, and exit."""
    from sitegen.watch_loop import build_once

    with _Progress("previews to make", shown=sys.stderr.isatty() and not as_json) as progress:
        built = build_once(context.settings(), full=full, previews=not no_previews, progress=progress)
    if as_json:
        click.echo(msgspec.json.encode(built).decode())
    elif logging.getLogger().isEnabledFor(logging.INFO):  # not with --quiet
        done = f"{built.clips} clips, {built.written} files written, {built.deleted} deleted"
        what = done if built.published else "nothing changed"
        click.echo(f"revision {built.revision}: {what}, {built.problems} problems", err=True)
    return _EXIT_FINDINGS if strict and built.problems else 0


@cli.command()
@_logged
@click.pass_obj
def watch(context: _Context) -> None:
    """Build the site, then keep it current until SIGTERM; SIGHUP reads the configuration again."""
    from sitegen import watch_loop

    leaving, stop, wake = threading.Event(), threading.Event(), threading.Event()
    _on((signal.SIGTERM, signal.SIGINT), leaving, stop, wake)
    _on((signal.SIGHUP,), stop, wake)
    settings = context.settings()
    watch_loop.watch(settings, stop, wake, on_build=lambda _: None)
    while not leaving.is_set():
        settings = _again(context, settings)
        stop.clear()
        if not leaving.is_set():
            watch_loop.watch(settings, stop, wake, on_build=lambda _: None)


@cli.command()
@_logged
@click.pass_obj
def record(context: _Context) -> int:
    """Record every camera continuously, one supervised ffmpeg each; SIGHUP reads the configuration again."""
    from sitegen.capture.recorder import run_recorder

    return run_recorder(context.settings)


@cli.command()
@_logged
@click.pass_obj
def announce(context: _Context) -> int:
    """Announce each revision by server-sent events and websockets."""
    from sitegen.announce import run_announcer

    settings = context.settings()
    file = settings.archive.state / "announcements.json"
    return run_announcer(file, settings.announce.host, settings.announce.port)


@cli.command()
@click.option(
    "--listen", default="127.0.0.1:8080", show_default=True, metavar="HOST:PORT", help="Where to listen."
)
@_logged
@click.pass_obj
def serve(context: _Context, listen: str) -> None:
    """Watch, serve the site and announce, all in one process, for one viewer; needs no nginx."""
    from sitegen import serve as server

    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004 - the largest port there is
        raise UsageError(
            "--listen", "", f"{listen!r} is not HOST:PORT", "write, for instance, 127.0.0.1:8080"
        )
    stop, wake = threading.Event(), threading.Event()
    _on((signal.SIGTERM, signal.SIGINT), stop, wake)
    address = (host.strip("[]"), int(port))
    server.serve(context.settings(), address, stop=stop, wake=wake, tell=lambda a: click.echo(a, err=True))


@cli.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True, help="Its data."
)
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="Where nginx listens."
)
@_logged
def demo(folder: Path, port: int) -> int:
    """Run the whole system with simulated cameras until Ctrl-C."""
    from sitegen.demo.compose import run_demo

    return run_demo(folder, http_port=port)


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON document.")
@click.option(
    "--nginx",
    type=click.Path(path_type=Path),
    help="nginx's main file to look at, instead of that of the nginx that is installed.",
)
@_logged
@click.pass_obj
def doctor(context: _Context, as_json: bool, nginx: Path | None) -> int:  # noqa: FBT001 - click
    """Check this machine, the configuration, Motion's and nginx's, and say what to do; exit with 1 on a finding."""
    from sitegen.doctor import examine, text

    report = examine(context.settings(), nginx)
    click.echo(msgspec.json.encode(report).decode() if as_json else text(report))
    return 0 if report.well else _EXIT_FINDINGS


@cli.command()
@click.argument("subject", metavar="FILE|ID")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as one JSON document.")
@_logged
@click.pass_obj
def explain(context: _Context, subject: str, as_json: bool) -> int:  # noqa: FBT001 - click
    """Say what is known of a file of the archive or a clip, and why it is, or is not, on the site."""
    from sitegen.explain import explain as find_out
    from sitegen.explain import text

    told = find_out(context.settings(), subject, working=Path.cwd())
    click.echo(msgspec.json.encode(told).decode() if as_json else text(told))
    return 0 if told.on_site else _EXIT_FINDINGS


@cli.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def hook(arguments: tuple[str, ...]) -> int:
    """What Motion calls; the entry point sitegen-hook does the same, and is faster."""
    from sitegen.capture.hook import main as hook_main

    return hook_main(list(arguments))


def _again(context: _Context, settings: Settings) -> Settings:
    """Read the configuration again; one that cannot be used changes nothing."""
    log = logging.getLogger("sitegen.cli")
    try:
        settings = context.settings()
        log.info("read %s again", settings.file)
    except UsageError as error:
        log.error("%s; going on with what was read before", error)  # noqa: TRY400 - the user's mistake, not ours
    return settings


class _Progress:
    """A counter on a terminal; nothing on a pipe."""

    def __init__(self, what: str, *, shown: bool) -> None:
        self._what, self._shown = what, shown

    def __enter__(self) -> Self:
        return self

    def __call__(self, left: int) -> None:
        if self._shown:
            click.echo(f"\r{left} {self._what} \033[K", nl=False, err=True)

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)


def _on(numbers: tuple[int, ...], *events: threading.Event) -> None:
    """Set the events, in this order, when one of the signals comes."""

    def on_signal(*_: object) -> None:
        for event in events:
            event.set()

    for number in numbers:
        signal.signal(number, on_signal)


def main() -> None:
    """Run the command line; exit codes are those of the reference (docs/reference/command-line.md)."""
    forbid_core_dumps()
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _EXIT_INTERRUPTED
    except KeyboardInterrupt:
        code = _EXIT_INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SitegenError as error:
        click.echo(without_logins(f"sitegen: {error}"), err=True)
        code = error.exit_code
    except OSError as error:  # a full disk, a folder without rights: the machine's trouble, not a bug of ours
        logging.getLogger("sitegen").debug("where it happened", exc_info=True)
        remedy = "" if isinstance(error, InTheWay) else "; look for rights and room there"
        click.echo(without_logins(f"sitegen: {error}{remedy}"), err=True)
        code = _EXIT_FINDINGS
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
