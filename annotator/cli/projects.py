"""The commands `new` and `add`: a project, and photographs for it."""

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
    from annotator.system.names import paths_in_natural_order
    from annotator.workflow import import_images
    from annotator.workflow.import_text import import_sentences

    with Project.open(project) as opened, progress_bar("adding") as show:
        done = import_images(opened, paths_in_natural_order(paths), copy=copy, on_progress=show)
    usable = done.added + done.already_there
    lines = [f"added {done.added}, already there {done.already_there}, failed {len(done.failed)}"]
    if not usable and not done.failed:
        lines.append("no image was found there")
    kinds = Counter(note for _, note in done.notes)
    lines += [f"note: {count(n, 'image')}: {note}" for note, n in kinds.items()]
    lines += import_sentences(done)
    notes = [{"path": printable(path), "note": note} for path, note in done.notes]
    values = {"added": done.added, "already_there": done.already_there, "notes": notes}
    values |= {
        name: [record.id for record in getattr(done, name)]
        for name in ("kept", "restored", "replaced")
    }
    nothing = not (usable or done.failed)
    report(values, *lines, failed=done.failed, as_json=as_json, is_answer=nothing)
    if not usable:
        raise typer.Exit(1)
