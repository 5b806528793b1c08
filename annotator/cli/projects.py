"""The commands `new`, `add` and `status`: a project, what is in it, how far it is."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from annotator.cli.given_paths import some_there
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import count, printable, progress_bar, report, say

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
        list[Path],
        typer.Argument(metavar="PATH", callback=some_there, help="Images and folders."),
    ],
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files into the project.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add images; files that cannot be used are recorded with a reason."""
    from annotator.project import Project
    from annotator.workflow import import_images

    with Project.open(project) as opened, progress_bar("adding") as show:
        done = import_images(opened, paths, copy=copy, on_progress=show)
    usable = done.added + done.already_there
    text = f"added {done.added}, already there {done.already_there}, failed {len(done.failed)}"
    if not usable and not done.failed:
        text += "\nno image was found there"
    kinds = Counter(note for _, note in done.notes)
    text += "".join(f"\nnote: {count(n, 'image')}: {note}" for note, n in kinds.items())
    notes = [{"path": printable(path), "note": note} for path, note in done.notes]
    values = {"added": done.added, "already_there": done.already_there, "notes": notes}
    nothing = not (usable or done.failed)
    report(values, text, done.failed, as_json=as_json, is_answer=nothing)
    if not usable:
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
