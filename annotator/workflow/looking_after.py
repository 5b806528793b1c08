"""A project's files looked after: which are gone, and which failures mean nothing any more."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from annotator.project import ClipRecord, ImageRecord, Project, ProjectUnavailable

_Record = TypeVar("_Record", ImageRecord, ClipRecord)


def forget_gone(project: Project) -> None:
    """Forget the failures of files that are not there any more: nobody can mend them."""
    gone = [failed.path for failed in project.images.failed_files() if not is_there(failed.path)]
    if gone:
        project.images.forget_failed(gone)


def clear_gone(project: Project) -> None:
    """Do the same where the project can be written just now; it is no matter if it cannot."""
    with suppress(ProjectUnavailable), project.waiting_at_most(0):
        forget_gone(project)


def without_file(records: Iterable[_Record]) -> list[_Record]:
    """Return the images, or clips, of which the file is gone; no file is read."""
    return [record for record in records if not is_there(record.path, followed=True)]


def is_there(path: Path, *, followed: bool = False) -> bool:
    """Return whether something bears a name, also if it cannot be looked at.

    Parameters
    ----------
    path
    followed
        Whether a link that leads nowhere counts as nothing.
    """
    try:
        path.stat(follow_symlinks=followed)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True
