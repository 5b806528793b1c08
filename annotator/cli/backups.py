"""The command `backup`, and the half of `restore` that is about whole projects."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotator.cli.options import AsJson, ProjectAddress
from annotator.cli.terminal import FailedError, count, is_yes, printable, progress_bar, report

if TYPE_CHECKING:
    from annotator.project import Restored

commands = typer.Typer()

_SUFFIX = ".sqlite"

_Show = Callable[[int, int], None]


@commands.command()
def backup(
    project: ProjectAddress,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A new file, or a folder to make it in.")
    ],
    *,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a backup of that name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Back the project up into one file, also while people work on it.

    It holds what was made of the photographs and where they lie, not the
    photographs: their files need a backup of their own, also those that
    were copied into the project's folder.

    `restore PROJECT FILE` brings the project back.
    """
    from annotator.project import BackupExists, Project
    from annotator.workbench.backing_up import backup_name, backup_text

    with Project.open(project, read_only=None) as opened, progress_bar("backing up (kB)") as show:
        target = file / backup_name(opened.home, datetime.now()) if file.is_dir() else file
        try:
            made = opened.back_up(target, replaces=overwrite, on_progress=_in_kilobytes(show))
        except BackupExists as error:
            hint = "" if overwrite else ", or give --overwrite"
            raise FailedError(f"{error}{hint}") from error
    values = {
        "file": printable(made.path),
        "bytes": made.size,
        "schema": made.revision,
        "rows": made.rows,
        "damaged": list(made.damaged),
        "photographs": False,
    }
    report(values, *backup_text(made).split("; "), as_json=as_json)


def no_missing_backup(name: str) -> None:
    """Refuse what is called like a backup, but is no file."""
    if name.endswith(_SUFFIX) and not Path(name).exists():
        raise FailedError(f"there is no backup {name}: give the path of one that `backup` made")


def restore_project(project: str, file: Path, *, yes: bool, as_json: bool) -> None:
    """Make a project what a backup holds, after asking if there is one already."""
    from annotator.project import Project, ProjectExists

    with _restoring() as show:
        try:
            done = Project.restore(project, file, replaces=yes, on_progress=show)
        except ProjectExists:
            done = None
    if done is None:
        _confirm(f"Make {project} what {file} holds? What it is now is kept in a file beside it.")
        with _restoring() as show:
            done = Project.restore(project, file, replaces=True, on_progress=show)
    with Project.open(project) as opened:  # which brings an older one up to date
        missing = sum(not image.path.exists() for image in opened.images.all())
    values = {
        "project": done.address,
        "file": printable(file),
        "schema": done.revision,
        "rows": done.rows,
        "damaged": list(done.damaged),
        "kept": done.kept and printable(done.kept),
        "photographs_missing": missing,
    }
    report(values, *_restored_lines(done, file, missing), as_json=as_json)


def _restored_lines(done: "Restored", file: Path, missing: int) -> list[str]:
    from annotator.workbench.backing_up import contents_text

    lines = [f"restored {done.address} from {file}: {contents_text(done.rows)}"]
    if done.kept:
        lines.append(f"what it was before is kept in {done.kept}")
    if done.damaged:
        found = count(len(done.damaged), "place")
        lines.append(f"the backup is damaged in {found}: `check` names what, use an older one")
    if missing:
        lines.append(
            f"{count(missing, 'photograph')} not found: a backup does not hold them; put their "
            "files back, or tell with `relocate` where they are now"
        )
    return lines


@contextmanager
def _restoring() -> Iterator[_Show]:
    """Show a bar, but only once something is done: there may be a question before."""
    with ExitStack() as shown:
        bar: _Show | None = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            if bar is None:
                bar = _in_kilobytes(shown.enter_context(progress_bar("restoring (kB)")))
            bar(done, total)

        yield show


def _in_kilobytes(show: _Show) -> _Show:
    return lambda done, total: show(done // 1024, total // 1024)


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise FailedError("there is a project already, and replacing it has to be confirmed: --yes")
    if not is_yes(question):
        raise FailedError("nothing was restored")
