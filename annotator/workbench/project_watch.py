"""Noticing that a project was changed, by whichever program; no widgets here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.project import ProjectError

if TYPE_CHECKING:
    from annotator.project import Project


class ProjectWatch:
    """Tells whether anything was written to a project since it was last asked.

    Parameters
    ----------
    project
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._version = self._now()

    def has_changed(self) -> bool:
        """Return whether something was; cheap while nothing is."""
        before, self._version = self._version, self._now()
        return self._version != before

    def _now(self) -> int | None:
        try:
            return self._project.version()
        except ProjectError:
            return None  # what is done next says what is wrong
