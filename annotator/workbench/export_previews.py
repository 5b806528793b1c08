"""Previews of exports, made on a thread: what was asked for last is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from annotator.project import ProjectError
from annotator.release import DamagedRelease, ExportError
from annotator.workbench.export_preview import ExportPreview, preview_of

if TYPE_CHECKING:
    from annotator.project import Project
    from annotator.release.choice import Choice
    from annotator.workflow.releasing import ReleaseWish

Told = ExportPreview | str
"""A preview, or in words why nothing could be written."""


class ExportPreviews:
    """Makes previews of a project's exports.

    Parameters
    ----------
    project
    tell : callable
        Called on the thread with each preview that is still asked for.
    """

    def __init__(self, project: Project, tell: Callable[[Told], None]) -> None:
        self._project = project
        self._tell = tell
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="preview")
        self._asked = 0

    def ask(self, choice: Choice, wish: ReleaseWish | None) -> None:
        """Ask for a preview, in place of the one before."""
        self._asked += 1
        self._pool.submit(self._make, self._asked, choice, wish)

    def close(self) -> None:
        """Tell nothing more, and let go of the thread once it is done."""
        self._asked = -1
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _make(self, number: int, choice: Choice, wish: ReleaseWish | None) -> None:
        if number != self._asked:
            return
        try:
            for preview in preview_of(self._project, choice, wish=wish):
                if number != self._asked:
                    return
                self._tell(preview)
        except (ExportError, ProjectError, DamagedRelease, OSError) as error:
            if number == self._asked:
                self._tell(str(error))
