"""The command line: parse, call a workflow, print; a module a group of commands.

Commands import what they need when they run, so that ``--help`` answers at once and only
the commands that open a window need napari.
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from annotator import __version__
from annotator.cli import learn, predictions, projects, releases, reviews, windows
from annotator.cli.terminal import run

# The groups of commands, in the order of the help.
GROUPS = (
    projects,
    predictions,
    windows,
    reviews,
    releases,
    learn,
)

app = typer.Typer(
    help="Refine FaceMesh predictions into ground truth.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in GROUPS:
    app.add_typer(group.commands)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, by default with the process's arguments; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return run(app, given or ["--help"])


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"facemesh-annotator {__version__}")
        raise typer.Exit
