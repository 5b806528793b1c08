"""The command `export`: the accepted samples as a release."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from annotator.cli.gathering import gathers
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.release_options import FormatName, HowWritten, Sign, signed_by, signing_key
from annotator.cli.terminal import count, progress_bar, report

commands = typer.Typer()


class _Export(TyperCommand):
    """Says which formats there are when it is used itself; to know them takes time."""

    def get_params(self, ctx: Any) -> list[Any]:
        from annotator.release.formats import FORMATS

        choices = f"Choose from: {', '.join(FORMATS)}"
        parameters: list[Any] = super().get_params(ctx)
        for parameter in parameters:
            if parameter.name == "format_":
                parameter.metavar = f"<{'|'.join(FORMATS)}>"
                parameter.get_missing_message = lambda ctx: choices
        return parameters


@commands.command(cls=_Export)
@gathers
def export(
    project: ProjectAddress,
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="A folder that does not exist yet.")
    ],
    *,
    format_: FormatName,
    written: HowWritten,
    sign: Sign = None,
    as_json: AsJson = False,
) -> None:
    """Export the accepted samples."""
    from annotator.project import Project
    from annotator.release import export_release
    from annotator.workflow.same_pictures import keep_accepted, kept_text

    key = None if sign is None else signing_key(sign)  # before any work is done
    with Project.open(project, read_only=None) as opened, progress_bar("exporting") as show:
        kept = keep_accepted(opened)
        done = export_release(
            opened,
            folder,
            format_,
            images=written.images,
            metadata=written.metadata,
            pseudonyms=written.pseudonyms,
            sign=key,
            on_progress=show,
        )
    values = {
        "folder": str(done.folder),
        "format": done.format,
        "samples": done.samples,
        "images": asdict(done.images),
        "kept": [record.id for record in kept],
    }
    signed, signed_lines = signed_by(key)
    values |= signed
    if as_json:
        values["files"] = done.files
    lines = [f"exported {count(done.samples, 'sample')} to {done.folder}", *done.remarks]
    lines += signed_lines
    if kept:
        lines.append(kept_text(len(kept)))
    report(values, *lines, as_json=as_json)
