"""Previews of exports, made on a thread: what was asked for last is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotator.project import ProjectError
from annotator.release import DamagedRelease, ExportError, KeyFileError
from annotator.workbench.export_preview import ExportPreview, preview_of

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.workbench.export_choices import ExportWish

_REFUSALS = (ExportError, KeyFileError, ProjectError, DamagedRelease, OSError)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no preview.

    Attributes
    ----------
    reason
        In words.
    forbids
        Whether nothing can be written as it was chosen. Otherwise the trial alone failed: it is
        written elsewhere, where there may be less room.
    """

    reason: str
    forbids: bool = True


Told = ExportPreview | Trouble
"""What is told of an export that is not made yet: what it would be, or what is in its way."""


class ExportPreviews:
    """Makes previews of a project's exports.

    Parameters
    ----------
    project
    tell : callable of (number, told)
        Called on the thread with each preview that is still asked for, and its number.
    """

    def __init__(self, project: Project, tell: Callable[[int, Told], None]) -> None:
        self._project = project
        self._tell = tell
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")
        self._asked = 0
        self._last: Future[None] | None = None

    @property
    def is_idle(self) -> bool:
        """Whether none is being made."""
        return self._last is None or self._last.done()

    def ask(self, wish: ExportWish) -> None:
        """Ask for a preview, in place of the one before."""
        self._asked += 1
        self._last = self._pool.submit(self._make, self._asked, wish)

    def is_asked_for(self, number: int) -> bool:
        """Return whether a preview is the one that was asked for last."""
        return number == self._asked

    def forget(self) -> None:
        """Tell nothing of what was asked for so far."""
        self._asked += 1

    def close(self) -> None:
        """Tell nothing more, and let go of the thread once it is done."""
        self._asked = -1
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make(self, number: int, wish: ExportWish) -> None:
        if number != self._asked:
            return
        try:
            for preview in preview_of(self._project, wish):
                if number != self._asked:
                    return
                self._tell(number, preview)
        except _REFUSALS as error:
            if number == self._asked:
                self._tell(number, Trouble(str(error), forbids=not _is_of_the_disk(error)))


def _is_of_the_disk(error: BaseException) -> bool:
    """Return whether the trial may have failed for where it was written."""
    cause = error.__cause__ if isinstance(error, ExportError) else error
    return isinstance(cause, OSError)
