"""A mesh in somebody's hands: tools are pressed, dragged and released on it, nothing is stored."""

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.tools.base import Aim, Gesture, MeshState, Position, Tool


class MeshEditor:
    """A mesh and the stroke under way on it.

    Parameters
    ----------
    state : MeshState
    """

    def __init__(self, state: MeshState) -> None:
        self._state = state
        self._gesture: Gesture | None = None

    @property
    def state(self) -> MeshState:
        """The mesh as it stands without the stroke under way."""
        return self._state

    @property
    def landmarks(self) -> NDArray[np.float32]:
        """The mesh as it stands, a stroke under way included; (n, 3), not to be written to."""
        edit = None if self._gesture is None else self._gesture.edit
        return self._state.landmarks if edit is None else edit.landmarks

    @property
    def gesture(self) -> Gesture | None:
        """The stroke under way."""
        return self._gesture

    @property
    def is_dragging(self) -> bool:
        """Whether a stroke is under way."""
        return self._gesture is not None

    def aim(self, tool: Tool, position: Position, pixel: float = 1.0) -> Aim | None:
        """Return what the tool would do here, or does; see `Tool.aim`."""
        if self._gesture is not None:
            return self._gesture.aim
        return tool.aim(self._state, position, pixel)

    def press(self, tool: Tool, position: Position, pixel: float = 1.0) -> bool:
        """Begin a stroke at (x, y); return False if nothing is in the tool's reach."""
        self._gesture = tool.begin(self._state, position, pixel)
        return self._gesture is not None

    def drag(self, position: Position) -> NDArray[np.float32]:
        """Return the mesh with the pointer at ``position``; without a press nothing moves."""
        if self._gesture is not None:
            self._gesture = self._gesture.moved(position)
        return self.landmarks

    def ended(self, position: Position) -> Gesture | None:
        """End the stroke at ``position`` and return it as it was then; None without a press."""
        gesture, self._gesture = self._gesture, None
        return None if gesture is None else gesture.moved(position)

    def cancel(self) -> None:
        """Drop the stroke under way; the mesh is where it was at the press."""
        self._gesture = None


def blank_state(width: int, height: int, layout: MeshLayout) -> MeshState:
    """Return the state of a photograph without a face: a mesh as large as it, all hidden."""
    uv = layout.topology.uv
    landmarks = np.zeros((layout.count, 3), np.float32)
    landmarks[:, :2] = (uv - uv.min(axis=0)) / np.ptp(uv, axis=0) * np.array((width, height))
    return MeshState.of(landmarks, landmarks, layout, hidden=np.ones(layout.count, np.bool_))
