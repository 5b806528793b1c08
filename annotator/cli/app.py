"""The command line: parse, call a workflow, print; a module a group of commands.

Commands import what they need when they run, so that ``--help`` answers at once and only
the commands that open a window need napari.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from types import TracebackType
from typing import Annotated, Any

import typer
import typer.main

from annotator import __version__
from annotator.cli import (
    agreement,
    audit,
    backups,
    check,
    clips,
    evaluations,
    facts,
    frames,
    guides,
    history,
    imports,
    landmarks,
    learn,
    listing,
    live,
    photographs,
    predictions,
    projects,
    release,
    releases,
    reports,
    reviews,
    rounds,
    sampling,
    settings,
    status,
    training,
    triage,
    verify,
    windows,
    withdrawal,
)
from annotator.cli.exit_codes import FAILED, failure_code
from annotator.cli.terminal import run, show_traceback
from annotator.cli.verbosity import Quiet, Verbose, talking, with_verbosity

# The groups of commands, in the order of the help.
GROUPS = (
    projects,
    predictions,
    landmarks,
    triage,
    status,
    listing,
    clips,
    frames,
    check,
    windows,
    live,
    reviews,
    sampling,
    history,
    audit,
    settings,
    photographs,
    facts,
    releases,
    release,
    verify,
    imports,
    withdrawal,
    guides,
    learn,
    training,
    evaluations,
    backups,
    rounds,
    reports,
    agreement,
)


def _make_talkative(group: typer.Typer) -> None:
    """Let all commands of a group, and of groups in it, take ``-v`` and ``-q``."""
    for command in group.registered_commands:
        if command.callback is not None:
            command.callback = with_verbosity(command.callback)
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            _make_talkative(inner.typer_instance)


app = typer.Typer(
    help="Refine FaceMesh predictions into ground truth.",
    epilog="A round: new, add, predict, open, export. To look around: demo. Each has --help.",
    pretty_exceptions_enable=False,
)
for group in GROUPS:
    _make_talkative(group.commands)
    app.add_typer(group.commands)


def run_app(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the process's arguments; return the exit code."""
    given = live.with_live(sys.argv[1:] if arguments is None else arguments, _names())
    try:
        return run(_commands(), given or ["--help"])
    finally:
        if arguments is None:  # all that this process is for
            sys.excepthook = _hook(failure_code(given))


def _names() -> set[str]:
    """Return what commands and groups of them are called."""
    named = {group.commands.info.name for group in GROUPS}
    own = {
        command.name or getattr(command.callback, "__name__", "").strip("_").replace("_", "-")
        for group in GROUPS
        for command in group.commands.registered_commands
    }
    return {name for name in named | own if isinstance(name, str)}


@cache
def _commands() -> Callable[..., Any]:
    """Return what parses and runs all commands: a program that runs many makes it once."""
    return typer.main.get_command(app)


def _hook(code: int) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return what shows a mistake in this program and ends with a code that is no answer."""

    def show(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        show_traceback(kind, error, trace)
        if code != FAILED:
            raise SystemExit(code)

    return show


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    context.with_resource(talking(verbose=verbose, quiet=quiet))
    if version:
        typer.echo(f"facemesh-annotator {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
