"""What every tool of the annotator is: an aim before the press, a gesture until the release.

Nothing here is mutated. A move of the pointer makes a new gesture out of the one before, and a
tool that remembers something from stroke to stroke (a selection, clicks not yet joined to a
line) hands a new tool on. So a session, a window and a script drive all tools alike.

All positions are (x, y) in pixels of the upright image.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.marks import Marks, is_pinned, no_marks

Position = tuple[float, float]
Floats = NDArray[np.float32]
Influence = NDArray[np.float64]
Polyline = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class MeshState:
    """What a stroke starts from.

    Attributes
    ----------
    landmarks, prediction : (n, 3) float32
        The mesh as it stands and as the model predicted it; not to be written to.
    layout : MeshLayout
        Of both.
    marks : (n,) uint8
        Visibility and pins, see `annotator.mesh.marks`.
    anchors : tuple of int
        Vertices that somebody placed and that Guided drag holds on to, in the order of placing.
    hidden : (n,) bool
        Vertices that the view does not show: no tool moves or marks them.
    """

    landmarks: Floats
    prediction: Floats
    layout: MeshLayout
    marks: Marks
    anchors: tuple[int, ...]
    hidden: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        landmarks: Floats,
        prediction: Floats,
        layout: MeshLayout,
        *,
        marks: Marks | None = None,
        anchors: tuple[int, ...] = (),
        hidden: NDArray[np.bool_] | None = None,
    ) -> "MeshState":
        """Return a mesh of which nobody marked, placed or hid a vertex, but where told."""
        marks = no_marks(layout.count) if marks is None else marks
        hidden = np.zeros(layout.count, np.bool_) if hidden is None else hidden
        return cls(landmarks, prediction, layout, marks, anchors, hidden)

    @property
    def still(self) -> NDArray[np.bool_]:
        """Which vertices no tool may move, (n,): the pinned and the hidden ones."""
        return np.asarray(is_pinned(self.marks) | self.hidden)


Guard = Callable[[MeshState, Floats], Floats]
"""From the mesh before an edit and the landmarks after it: those without folds in the plane."""


@dataclass(frozen=True, eq=False)
class Edit:
    """What a stroke makes of a mesh.

    Attributes
    ----------
    landmarks : (n, 3) float32
    marks : (n,) uint8, optional
        None where they stay as they were.
    anchors_added, anchors_removed : tuple of int
        Vertices that are anchors from now on, and that are none any more.
    guard : Guard, optional
        What kept the edit from folding the mesh in the plane that it was made in, if anything
        did: whoever takes the edit over to another plane can guard it there.
    """

    landmarks: Floats
    marks: Marks | None = None
    anchors_added: tuple[int, ...] = ()
    anchors_removed: tuple[int, ...] = ()
    guard: Guard | None = None

    def guarded(self, state: MeshState) -> "Edit":
        """Return the edit of that mesh without the folds that its guard finds, if it has one."""
        if self.guard is None:
            return self
        return replace(self, landmarks=self.guard(state, self.landmarks))


@dataclass(frozen=True, eq=False)
class Aim:
    """What a tool shows at the pointer, before and during a stroke.

    Attributes
    ----------
    influence : (n,)
        The share of the movement that each vertex takes or would take, in [0, 1].
    centre, radius
        Of the brush's circle, in px of the image; no radius, no circle.
    inner_radius
        Of a second circle inside it.
    lines : tuple of (k, 2)
        Polylines: a drawn contour, a lasso, a frame.
    handles : (k, 2) or None
        Where the annotator can take hold of something.
    focus : (n,) or None
        How much each vertex is what the tool is about, in [0, 1]; the others only follow. None
        where all that moves is.
    name : str
        What the tool is about for people, as a contour is called; empty where that shows anyway.
    """

    influence: Influence
    centre: Position = (0.0, 0.0)
    radius: float | None = None
    inner_radius: float | None = None
    lines: tuple[Polyline, ...] = ()
    handles: Polyline | None = None
    focus: Influence | None = None
    name: str = ""


class Gesture(ABC):
    """A stroke under way."""

    @property
    @abstractmethod
    def aim(self) -> Aim:
        """What to draw while the button is down."""

    @property
    @abstractmethod
    def edit(self) -> Edit | None:
        """What the stroke makes of the mesh if it ends here; None if it is none."""

    @property
    @abstractmethod
    def tool(self) -> "Tool":
        """The tool to go on with after the stroke, as a rule the one that began it."""

    @abstractmethod
    def moved(self, position: Position) -> "Gesture":
        """Return the gesture with the pointer there."""


class Tool(ABC):
    """One of the annotator's tools, with its settings; compares equal to its like."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Goes with every stroke into the project."""

    @abstractmethod
    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim | None:
        """Return what a press here would do, or None if nothing is in reach.

        Parameters
        ----------
        state
        position
            Of the pointer.
        pixel
            How many px of the image one pixel of the screen covers.
        """

    @abstractmethod
    def begin(self, state: MeshState, position: Position, pixel: float) -> Gesture | None:
        """Press the button here; None if nothing is in reach: the photograph is moved then."""

    def nudged(
        self, state: MeshState, position: Position | None, pixel: float, way: Position
    ) -> Edit | None:
        """Return the edit of moving what the tool would take hold of by exactly a way, if any.

        Parameters
        ----------
        state
        position
            Of the pointer; None if it is not over the image.
        pixel
            How many px of the image one pixel of the screen covers.
        way
            (dx, dy) in px.
        """
        return None

    @property
    def nudges_selection(self) -> bool:
        """Whether `nudged` moves what is selected, wherever the pointer is."""
        return False

    @property
    def region(self) -> str | None:
        """The name of the region that is selected; None without any."""
        return None

    def with_region(self, name: str | None) -> "Tool":
        """Return the tool with a region selected, or nothing; most tools select none."""
        return self

    def with_settings(self, like: "Tool") -> "Tool":
        """Return a tool that is set like another one and goes on with what this one holds.

        What a tool holds between strokes (clicked points, a selection) must not be lost when its
        settings change. By default nothing is held, and the other tool is what is returned.
        """
        return like

    @property
    def is_pending(self) -> bool:
        """Whether the tool holds something between strokes that `finished` makes an edit of."""
        return False

    def finished(self, state: MeshState) -> "tuple[Edit | None, Tool]":
        """Return the edit of what is pending, and the tool to go on with."""
        return None, self

    def cancelled(self) -> "Tool":
        """Return the tool without what is pending."""
        return self

    def without_last_click(self) -> "Tool":
        """Return the tool without the newest part of what is pending, if that has parts."""
        return self
