"""The commands `remove`, `restore` and `relocate`: photographs that leave, come back or moved."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from annotator.cli.backups import no_missing_backup, restore_project
from annotator.cli.naming import failures_named, no_impossible_number, photographs_named
from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import (
    FailedError,
    count,
    is_yes,
    printable,
    printable_paths,
    progress_bar,
    report,
)

commands = typer.Typer()

_Photographs = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PHOTOGRAPH",
        help="File names, paths, folders, or numbers of samples.",
        callback=no_impossible_number,
    ),
]
_PhotographsOrBackup = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PHOTOGRAPH|FILE",
        help="Removed photographs: file names, paths, folders; or one backup of the project.",
        callback=no_impossible_number,
    ),
]


@commands.command()
def remove(
    project: ProjectAddress,
    photographs: _Photographs = None,
    *,
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Delete them with all that was made of them.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before deleting.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take photographs out of the project; what was made of them is kept."""
    from annotator.project import Project
    from annotator.workbench.removal import kept_words

    if not photographs:
        raise typer.BadParameter("give the photographs to remove")
    with Project.open(project) as opened:
        failures, photographs = failures_named(opened, photographs)
        removed = [each.image for each in opened.removals.all()]
        candidates = opened.images.all() + (removed if for_good else [])
        images = photographs_named(opened, photographs, candidates)
        ids = [image.id for image in images]
        kept = kept_words(opened.removals.kept(ids))
        what = f"{count(len(ids), 'photograph')} with {kept}"
        if for_good and ids:
            _confirm(f"Delete {what} for good? Their files stay where they are.", yes=yes)
        opened.removals.remove(ids)
        if for_good:
            opened.removals.delete(ids)
        opened.images.forget_failed(failures)
    said = [f"{'deleted' if for_good else 'removed'} {what}"] if ids else []
    if ids and not for_good:
        said.append(
            "all of it is kept: `restore`, or adding the files again, brings it back, and "
            "`remove --for-good` deletes it"
        )
    if failures:
        said.append(f"no longer listed as failed: {count(len(failures), 'file')}")
    values = {"removed": ids, "for_good": for_good, "paths": printable_paths(images)}
    values["forgotten"] = [printable(path) for path in failures]
    report(values, *said, as_json=as_json)


@commands.command()
def restore(
    project: ProjectAddress,
    photographs: _PhotographsOrBackup = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All that were removed.")] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before a project becomes a backup.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring removed photographs back; or, given a backup, the whole project.

    PHOTOGRAPH: those that were removed come back, with all that was made of them.

    FILE, made by `backup`: the project becomes what it was then. Nobody may
    have it open. What it is now is kept in a file beside it. It may be
    damaged, or not be there yet.
    """
    from annotator.project import Project
    from annotator.workbench.removal import kept_words

    if every == bool(photographs):
        raise typer.BadParameter("give removed photographs, --all of them, or a backup")
    backups = [name for name in photographs or () if Project.is_backup(name)]
    if backups:
        if len(photographs or ()) > 1:
            raise typer.BadParameter("give one backup and nothing else")
        restore_project(project, Path(backups[0]), yes=yes, as_json=as_json)
        return
    if len(photographs or ()) == 1:
        no_missing_backup((photographs or [""])[0])
    with Project.open(project) as opened:
        removed = [each.image for each in opened.removals.all()]
        images = removed if every else photographs_named(opened, photographs or (), removed)
        ids = [image.id for image in images]
        kept = kept_words(opened.removals.kept(ids))
        opened.removals.restore(ids)
    text = f"restored {count(len(ids), 'photograph')} with {kept}" if ids else "nothing was removed"
    values = {"restored": ids, "paths": printable_paths(images)}
    report(values, text, as_json=as_json)


@commands.command()
def relocate(
    project: ProjectAddress,
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Where they were: folder or file.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Where they are now.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is found.")] = False,
    as_json: AsJson = False,
) -> None:
    """Follow photographs that were moved or renamed; each file is read and compared."""
    from annotator.project import Project
    from annotator.workflow.import_text import few
    from annotator.workflow.relocating import look_for
    from annotator.workflow.relocating import relocate as follow

    reads = None if dry_run else False  # a dry run writes nothing
    with Project.open(project, read_only=reads) as opened, progress_bar("looking") as show:
        found = look_for(opened, old, new, on_progress=show)
        if not (found.found or found.missing or found.others):
            raise FailedError(f"no photograph of the project lies at {old} or below it")
        if not dry_run:
            follow(opened, found)
    verb = "would relocate" if dry_run else "relocated"
    lines = [f"{verb} {count(len(found.found), 'photograph')}"]
    if found.missing:
        lines.append(f"not found below {new}: {len(found.missing):,} ({few(found.missing)})")
    if found.others:
        lines.append(f"another picture is there: {len(found.others):,} ({few(found.others)})")
    values = {
        "relocated": [record.id for record, _ in found.found],
        "missing": printable_paths(found.missing),
        "others": printable_paths(found.others),
        "dry_run": dry_run,
    }
    report(values, *lines, as_json=as_json)
    if not found.found:
        raise typer.Exit(1)


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise FailedError("deleting for good has to be confirmed: give --yes")
    if not is_yes(question):
        raise FailedError("nothing was deleted")
