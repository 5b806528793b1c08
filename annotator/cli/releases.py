"""The command `export`: the accepted samples as a release."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from annotator.cli.options import AsJson, ProjectFolder
from annotator.cli.terminal import count, report

commands = typer.Typer()


@commands.command()
def export(
    project: ProjectFolder,
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    format_: Annotated[
        Literal["npz", "csv", "coco"], typer.Option("--format", help="The exchange format.")
    ],
    images: Annotated[Literal["copy", "reference"], typer.Option(help="The image files.")] = "copy",
    as_json: AsJson = False,
) -> None:
    """Export the accepted samples."""
    from annotator.project import Project
    from annotator.release import export_release

    with Project.open(project) as opened:
        done = export_release(opened, folder, format_, images=images)
    values = {**asdict(done), "folder": str(done.folder)}
    report(values, f"exported {count(done.samples, 'sample')} to {done.folder}", as_json=as_json)
