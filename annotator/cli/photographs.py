"""The commands `remove`, `restore` and `relocate`: photographs that leave, come back or moved."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.backups import no_missing_backup, restore_project
from annotator.cli.naming import (
    clips_named,
    failures_named,
    no_impossible_number,
    photographs_named,
)
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

if TYPE_CHECKING:
    from annotator.project import ClipRecord, ImageRecord, Project

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

    if not photographs:
        raise typer.BadParameter("give the photographs to remove")
    with Project.open(project) as opened:
        failures, photographs = failures_named(opened, photographs)
        removed = [each.image for each in opened.removals.all()]
        candidates = opened.images.all() + (removed if for_good else [])
        all_clips = opened.clips.all() + (opened.clips.removed() if for_good else [])
        clips, photographs = clips_named(photographs, all_clips, _no_frames(candidates))
        images = photographs_named(opened, photographs, candidates)
        ids = [image.id for image in images]
        what = _counted(opened, ids, clips, candidates)
        if for_good and (ids or clips):
            _confirm(f"Delete {what} for good? Their files stay where they are.", yes=yes)
        opened.removals.remove(ids)
        for clip in clips:
            opened.clips.remove(clip.id)
        if for_good:
            opened.removals.delete(ids)
            for clip in clips:
                opened.clips.delete(clip.id)
        opened.images.forget_failed(failures)
    said = [f"{'deleted' if for_good else 'removed'} {what}"] if ids or clips else []
    if (ids or clips) and not for_good:
        said.append(
            "all of it is kept: `restore`, or adding the files again, brings it back, and "
            "`remove --for-good` deletes it"
        )
    if failures:
        said.append(f"no longer listed as failed: {count(len(failures), 'file')}")
    values = {"removed": ids, "for_good": for_good, "paths": printable_paths([*images, *clips])}
    values["clips"] = [clip.id for clip in clips]
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
        clips, named = opened.clips.removed(), list(photographs or ())
        if not every:
            clips, named = clips_named(named, clips, _no_frames(removed))
        what = _counted(opened, [], clips, removed)
        for clip in clips:
            opened.clips.restore(clip.id)
        removed = [each.image for each in opened.removals.all()]  # some came back with their clips
        images = removed if every else photographs_named(opened, named, removed)
        ids = [image.id for image in images]
        if ids:
            what = _counted(opened, ids, clips, removed)
        opened.removals.restore(ids)
    text = f"restored {what}" if ids or clips else "nothing was removed"
    paths = printable_paths([*images, *clips])
    values = {"restored": ids, "clips": [clip.id for clip in clips], "paths": paths}
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
        if not (found.found or found.clips or found.missing or found.others):
            raise FailedError(f"no photograph or clip of the project lies at {old} or below it")
        if not dry_run:
            follow(opened, found)
    verb = "would relocate" if dry_run else "relocated"
    lines = [f"{verb} {_and_clips(len(found.found), len(found.clips))}"]
    if found.missing:
        lines.append(f"not found below {new}: {len(found.missing):,} ({few(found.missing)})")
    if found.others:
        lines.append(f"another picture is there: {len(found.others):,} ({few(found.others)})")
    values = {
        "relocated": [record.id for record, _ in found.found],
        "clips": [record.id for record, _ in found.clips],
        "missing": printable_paths(found.missing),
        "others": printable_paths(found.others),
        "dry_run": dry_run,
    }
    report(values, *lines, as_json=as_json)
    if not (found.found or found.clips):
        raise typer.Exit(1)


def _no_frames(records: "Sequence[ImageRecord]") -> "list[ImageRecord]":
    return [record for record in records if record.clip_id is None]


def _counted(
    project: "Project",
    ids: Sequence[int],
    clips: "Sequence[ClipRecord]",
    images: "Sequence[ImageRecord]",
) -> str:
    """Return how many photographs and clips, and what was made of them and of clips' frames."""
    from annotator.workbench.removal import kept_words

    of_clips = {clip.id for clip in clips}
    frames = [image.id for image in images if image.clip_id in of_clips]
    kept = kept_words(project.removals.kept([*dict.fromkeys([*ids, *frames])]))
    return f"{_and_clips(len(ids), len(clips))} with {kept}"


def _and_clips(photographs: int, clips: int) -> str:
    both = [count(photographs, "photograph")] if photographs or not clips else []
    return " and ".join(both + [count(clips, "clip")] * bool(clips))


def _confirm(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise FailedError("deleting for good has to be confirmed: give --yes")
    if not is_yes(question):
        raise FailedError("nothing was deleted")
