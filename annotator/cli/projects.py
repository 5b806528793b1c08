"""The commands `new`, `add` and `status`: a project, what is in it, how far it is."""

from pathlib import Path
from typing import Annotated

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import progress_bar, report, say

commands = typer.Typer()


@commands.command()
def new(project: ProjectAddress) -> None:
    """Make an empty project."""
    from annotator.project import Project

    with Project.create(project) as opened:
        say(f"new project: {opened.address}")


@commands.command()
def add(
    project: ProjectAddress,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", exists=True, help="Images and folders.")
    ],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files into the project.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add images; files that cannot be used are recorded with a reason."""
    from annotator.project import Project
    from annotator.workflow import import_images

    with Project.open(project) as opened, progress_bar("adding") as show:
        done = import_images(opened, paths, copy=copy, on_progress=show)
    text = f"added {done.added}, already there {done.already_there}, failed {len(done.failed)}"
    values = {"added": done.added, "already_there": done.already_there}
    report(values, text, done.failed, as_json=as_json)
    if done.failed and not done.added + done.already_there:
        raise typer.Exit(1)


@commands.command()
def status(project: ProjectAddress, as_json: AsJson = False) -> None:
    """Say how many images and samples there are, and which files failed and why."""
    from annotator.project import Project
    from annotator.workbench.states import state_text

    with Project.open(project) as opened:
        images, failed = opened.images.count(), opened.images.failed()
        counts = opened.samples.counts()
    rows = {"images": images, "samples": sum(counts.values())}
    rows |= {f"  {state_text(state)}": n for state, n in counts.items()}
    lines = [f"{name:<14}{n:>8}" for name, n in rows.items()]
    samples = {state.value: n for state, n in counts.items()}
    values = {"images": images, "samples": samples}
    report(values, "\n".join(lines), failed, as_json=as_json, is_answer=True)
