"""The guide of the face under edit: sparse landmarks that are shown, and that it is fitted to."""

import numpy as np
from psygnal import Signal

from annotator.mesh.guide_fitting import GuideError, GuideFit
from annotator.mesh.tools.base import MeshState
from annotator.project import ProjectError
from annotator.project.guide_records import Guide
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.foreign_text import one_line
from annotator.workflow.fitting_guides import FIT_TO_GUIDE, fitted_edit, why_unmoved

_LONGEST_ORIGIN = 48
_GONE = "This guide is not in the project any more: nothing was moved."


class Guides:
    """Keeps the guide of the current sample; of several the newest.

    Attributes
    ----------
    changed
        There is another one, or none any more.
    """

    changed = Signal()

    def __init__(self, bench: Bench, edits: Edits) -> None:
        self._bench = bench
        self._edits = edits
        self._guide: Guide | None = None
        bench.current_changed.connect(self._read)
        bench.samples_changed.connect(self._read)
        bench.project_written.connect(self._read)

    @property
    def guide(self) -> Guide | None:
        """The guide, or None where the sample has none."""
        return self._guide

    @property
    def text(self) -> str:
        """What is said of the guide, for people; empty where there is none."""
        guide = self._guide
        if guide is None:
            return ""
        origin = one_line(guide.origin, _LONGEST_ORIGIN)
        of = f", from {origin}" if origin else ""
        return f"{guide.scheme}{of}, added by {one_line(guide.added_by, _LONGEST_ORIGIN)}"

    def fit(self) -> None:
        """Fit the mesh to the guide, as one stroke; say why not where it cannot be."""
        bench, session, seen = self._bench, self._bench.session, self._guide
        if seen is None or session is None or session.is_dragging or not bench.in_sight():
            return
        self._read()  # another program may have taken it out, or added one
        guide = self._guide
        if guide is None:
            bench.failed.emit(_GONE)
            return
        try:
            edit, fit = fitted_edit(session.state, guide, bench.tools.learned)
        except GuideError as error:
            bench.failed.emit(f"The mesh was not fitted: {error}.")
            return
        if why := why_unmoved(session.state, fit):
            bench.told.emit(f"Nothing of the mesh moves: {why}.")
            return
        before = session.state
        self._edits.apply(FIT_TO_GUIDE, edit)
        if session.state is not before:
            bench.told.emit(_fitted_text(fit, before))

    def _read(self) -> None:
        before, self._guide = self._guide, self._found()
        if _number(before) != _number(self._guide):
            self.changed.emit()

    def _found(self) -> Guide | None:
        project, session = self._bench.project, self._bench.session
        if project is None or session is None:
            return None
        try:
            guides = project.guides.of(session.sample_id)
        except ProjectError:
            return None  # what the annotator does next says what is wrong
        return guides[-1] if guides else None


def _number(guide: Guide | None) -> int | None:
    return None if guide is None else guide.id


def _fitted_text(fit: GuideFit, before: MeshState) -> str:
    moved = np.linalg.norm((fit.landmarks - before.landmarks)[:, :2], axis=1).mean()
    said = f"Fitted to {fit.used} points of the guide: moved by {moved:.2g} px on the mean."
    if fit.left_out:
        numbers = ", ".join(map(str, fit.left_out))
        said += f" Left out, as all others contradict them: {numbers}."
    return said
