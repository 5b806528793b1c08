"""Edit one sample's mesh stroke by stroke, each saved as it ends, without any window.

The napari plugin and scripts drive the same session.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.brush import Brush, brush_weights, displaced
from annotator.mesh.topology import load_topology
from annotator.project.project import Project
from annotator.project.strokes import Annotation, Stroke

Position = tuple[float, float]


@dataclass(frozen=True)
class _Drag:
    """A stroke under way: everything is fixed at the press but the pointer's position."""

    start: Position
    weights: NDArray[np.float64]
    before: NDArray[np.float32]

    def at(self, position: Position) -> NDArray[np.float32]:
        displacement = (position[0] - self.start[0], position[1] - self.start[1])
        return displaced(self.before, self.weights, displacement)


class EditSession:
    """The mesh of one sample while somebody edits it.

    Parameters
    ----------
    project : Project
        Open for writing.
    sample_id : int
    annotator : str
        Whose strokes these are; may be changed between strokes.

    Raises
    ------
    UnknownSample
        If the project has no such sample.
    """

    def __init__(self, project: Project, sample_id: int, *, annotator: str) -> None:
        self._project = project
        self.annotator = annotator
        self._annotation = project.annotations.load(sample_id)
        self._landmarks = self._annotation.landmarks
        self._unsaved: list[Stroke] = []
        self._drag: _Drag | None = None
        self._weights_cache: tuple[int, Brush, NDArray[np.float64]] | None = None

    @property
    def sample_id(self) -> int:
        """The sample under edit."""
        return self._annotation.sample_id

    @property
    def landmarks(self) -> NDArray[np.float32]:
        """The mesh as it stands, strokes under way included; (468, 3), not to be written to."""
        return self._landmarks

    @property
    def prediction(self) -> NDArray[np.float32]:
        """The mesh as the model predicted it; (468, 3), read-only."""
        return self._annotation.prediction

    @property
    def revision(self) -> int:
        """Which state of the stored annotation this session builds on."""
        return self._annotation.revision

    @property
    def is_dragging(self) -> bool:
        """Whether a stroke is under way."""
        return self._drag is not None

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._unsaved) or self._annotation.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to bring back."""
        return not self._unsaved and self._annotation.can_redo

    @property
    def unsaved_count(self) -> int:
        """How many finished strokes wait in memory because the database refused them."""
        return len(self._unsaved)

    def weights(self, pivot: int, brush: Brush) -> NDArray[np.float64]:
        """Return the share of a drag that each vertex would take, (468,)."""
        if self._drag is not None:
            return self._drag.weights
        cached = self._weights_cache
        if cached is None or cached[:2] != (pivot, brush):
            weights = brush_weights(self._landmarks, pivot, brush, load_topology())
            cached = self._weights_cache = (pivot, brush, weights)
        return cached[2]

    def press(self, pivot: int, brush: Brush, position: Position) -> None:
        """Grab a vertex; the pointer is at ``position`` (x, y)."""
        self._drag = _Drag(position, self.weights(pivot, brush), self._landmarks)

    def drag(self, position: Position) -> NDArray[np.float32]:
        """Return the mesh with the pointer at ``position``; without a press nothing moves."""
        if self._drag is not None:
            self._landmarks = self._drag.at(position)
        return self._landmarks

    def release(self, position: Position) -> Stroke | None:
        """End the stroke at ``position`` and save it.

        Returns
        -------
        Stroke or None
            None if nothing was grabbed or nothing moved.

        Raises
        ------
        ProjectError
            If the database refused it. The stroke is kept in memory: `save_pending` writes it
            as soon as that is possible. `StaleAnnotation`: another window edited this sample.
        """
        if self._drag is None:
            return None
        before, after = self._drag.before, self._drag.at(position)
        self._drag = None
        moved = np.flatnonzero((before != after).any(axis=1))
        if not moved.size:
            self._show(before)
            return None
        stroke = Stroke("grab", moved, before[moved], after[moved])
        self._show(after)
        self._unsaved.append(stroke)
        self.save_pending()
        return stroke

    def cancel(self) -> None:
        """Drop the stroke under way; the mesh returns to where it was at the press."""
        if self._drag is not None:
            self._show(self._drag.before)
            self._drag = None

    def save_pending(self) -> None:
        """Write the strokes that wait in memory, oldest first.

        Raises
        ------
        ProjectError
            If the database refuses one; it and the later ones go on waiting.
        """
        while self._unsaved:
            self._annotation = self._project.annotations.record_stroke(
                self.sample_id,
                self._unsaved[0],
                revision=self._annotation.revision,
                annotator=self.annotator,
            )
            del self._unsaved[0]

    def undo(self) -> None:
        """Take the last stroke back; one under way is cancelled instead.

        Raises
        ------
        ProjectError
            If the database refused it; the mesh then stays as it is.
        """
        if self.is_dragging:
            self.cancel()
            return
        self.save_pending()
        self._follow(
            self._project.annotations.undo(self.sample_id, revision=self._annotation.revision)
        )

    def redo(self) -> None:
        """Bring the last undone stroke back.

        Raises
        ------
        ProjectError
            If the database refused it; the mesh then stays as it is.
        """
        self.cancel()
        self.save_pending()
        self._follow(
            self._project.annotations.redo(self.sample_id, revision=self._annotation.revision)
        )

    def reload(self) -> None:
        """Take over what the database holds, dropping strokes that could not be saved."""
        self._drag = None
        self._unsaved.clear()
        self._follow(self._project.annotations.load(self.sample_id))

    def _follow(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._show(annotation.landmarks)

    def _show(self, landmarks: NDArray[np.float32]) -> None:
        self._landmarks = landmarks
        self._weights_cache = None
