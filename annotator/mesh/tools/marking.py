"""The marking brushes: they pin vertices, and say how they show, and move nothing.

Their edge is hard: the brush's strength and falloff do not matter.
"""

from abc import abstractmethod
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Marks, Vertices, Visibility, with_pins, with_visibility
from annotator.mesh.tools.base import Influence, MeshState
from annotator.mesh.tools.paint import PaintTool


@dataclass(frozen=True)
class MarkingTool(PaintTool):
    """A brush that marks the vertices it touches, pinned ones too, hidden ones not."""

    @abstractmethod
    def marked(self, marks: Marks, vertices: Vertices) -> Marks:
        """Return the marks with these vertices marked."""

    def influence(self, state: MeshState, weights: NDArray[np.float64]) -> Influence:
        """Return 1 for vertices that would be marked, and 0."""
        return np.asarray((weights > 0) & ~state.hidden, np.float64)

    def dab(self, start: MeshState, now: MeshState, influence: Influence) -> MeshState:
        """Return the mesh with the vertices under the brush marked."""
        return replace(now, marks=self.marked(now.marks, np.flatnonzero(influence)))


@dataclass(frozen=True)
class PinTool(MarkingTool):
    """Pins vertices, which keeps all tools from moving them, or sets them free."""

    pinned: bool = True

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "pin" if self.pinned else "unpin"

    def marked(self, marks: Marks, vertices: Vertices) -> Marks:
        """Return the marks with these vertices pinned, or free."""
        return with_pins(marks, vertices, pinned=self.pinned)


@dataclass(frozen=True)
class VisibilityTool(MarkingTool):
    """Says how vertices show in the photograph."""

    visibility: Visibility = Visibility.OCCLUDED

    @property
    def name(self) -> str:
        """Goes with every stroke into the project."""
        return "visibility"

    def marked(self, marks: Marks, vertices: Vertices) -> Marks:
        """Return the marks with this visibility of these vertices."""
        return with_visibility(marks, vertices, self.visibility)
