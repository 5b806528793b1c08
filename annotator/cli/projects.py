"""The commands `new` and `add`: a project, and photographs and clips for it."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from annotator.cli.given_paths import some_there
from annotator.cli.options import AsJson, AsSequence, FrameRate, ProjectAddress
from annotator.cli.terminal import count, printable, progress_bar, report, say

if TYPE_CHECKING:
    from annotator.workflow import ImportReport
    from annotator.workflow.importing_clips import ClipImportReport

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
        typer.Argument(metavar="PATH", callback=some_there, help="Images, videos and folders."),
    ],
    *,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the files into the project.")] = False,
    sequence: AsSequence = False,
    fps: FrameRate = 30.0,
    as_json: AsJson = False,
) -> None:
    """Add images and clips; files that cannot be used are recorded with a reason."""
    from annotator.project import Project
    from annotator.system.names import paths_in_natural_order
    from annotator.workflow import import_images
    from annotator.workflow.importing_clips import import_clips, split_given
    from annotator.workflow.numbered_frames import sequence_hints

    with Project.open(project) as opened:
        opened.check_writable()
        given = split_given(paths_in_natural_order(paths), sequence=sequence)
        with progress_bar("adding") as show:
            done = import_images(opened, given.photographs, copy=copy, on_progress=show)
        with progress_bar("adding clips") as show:
            clips = import_clips(
                opened, given.videos, given.sequences, fps=fps, copy=copy, on_progress=show
            )
    failed = (*done.failed, *clips.failed)
    usable = done.added + done.already_there + len(clips.added) + clips.already_there
    values = {**_values(done), **_clip_values(clips)}
    lines = _lines(done, clips, is_nothing=not (usable or failed))
    lines += sequence_hints(given.photographs) if done.added else []
    report(values, *lines, failed=failed, as_json=as_json, is_answer=not (usable or failed))
    if not usable:
        raise typer.Exit(1)


def _lines(done: "ImportReport", clips: "ClipImportReport", *, is_nothing: bool) -> list[str]:
    from annotator.workflow.import_text import import_sentences

    has_clips = bool(clips.added or clips.already_there or clips.failed)
    has_photographs = bool(done.added or done.already_there or done.failed)
    lines = []
    if has_photographs or not has_clips:
        lines.append(_counted(done.added, done.already_there, len(done.failed)))
    if has_clips:
        lines.append("clips: " + _counted(len(clips.added), clips.already_there, len(clips.failed)))
    if is_nothing:
        lines.append("no image was found there")
    kinds = Counter(note for _, note in done.notes)
    lines += [f"note: {count(n, 'image')}: {note}" for note, n in kinds.items()]
    lines += [f"note: {path}: {note}" for path, note in clips.notes]
    return lines + import_sentences(done)


def _counted(added: int, already_there: int, failed: int) -> str:
    return f"added {added}, already there {already_there}, failed {failed}"


def _values(done: "ImportReport") -> dict[str, Any]:
    notes = [{"path": printable(path), "note": note} for path, note in done.notes]
    values = {"added": done.added, "already_there": done.already_there, "notes": notes}
    return values | {
        name: [record.id for record in getattr(done, name)]
        for name in ("kept", "restored", "replaced")
    }


def _clip_values(clips: "ClipImportReport") -> dict[str, Any]:
    return {
        "clips": [record.id for record in clips.added],
        "clips_already_there": clips.already_there,
        "clip_notes": [{"path": printable(path), "note": note} for path, note in clips.notes],
    }
