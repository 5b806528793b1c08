"""The command `report`: how a project stands, as one page."""

from pathlib import Path
from typing import Annotated

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import FailedError, progress_bar, report

commands = typer.Typer()

_ENDINGS = {".html", ".htm"}
_NO_CHARTS = "charts are drawn by matplotlib: pip install 'facemesh-annotator[report]'"


def _page(given: Path) -> Path:
    """Refuse other files than pages: what bears the name is replaced, as a database would be."""
    if given.suffix.lower() not in _ENDINGS:
        raise typer.BadParameter(f"a page's name ends with .html, not as that of {given}")
    return given


@commands.command(name="report")
def make_report(
    project: ProjectAddress,
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="The page to write, .html.", callback=_page)
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Write how the project stands as one page: progress, effort, errors, triage, worst faces."""
    from annotator.project import Project
    from annotator.quality.report import report_of
    from annotator.system.placing import placed, remove_leftovers

    remove_leftovers(out.parent)
    # The page's place is taken first: that it cannot be had is not said after minutes of counting.
    with Project.open(project, read_only=None) as opened, placed(out) as stream:
        with progress_bar("counting") as show:
            made = report_of(opened, show)
        try:
            page = made.html()
        except ImportError as error:
            if error.name is None or error.name.partition(".")[0] != "matplotlib":
                raise
            raise FailedError(_NO_CHARTS) from error
        stream.write(page.encode())
    report({"page": str(out), **made.values()}, f"see {out}", as_json=as_json, is_answer=True)
