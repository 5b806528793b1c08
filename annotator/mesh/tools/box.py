"""Drawing a box: where a face is that shall be predicted. It edits nothing itself."""

from dataclasses import dataclass, replace

import numpy as np

from annotator.mesh.tools.base import Aim, Edit, Gesture, MeshState, Polyline, Position, Tool

# Shorter boxes are slips of the hand, in pixels of the screen.
_LEAST_SIDE = 8
# Of the cross at the pointer: across any screen, so that the box lines up with the face.
_ARM = 4000


@dataclass(frozen=True)
class Box:
    """A rectangle of the image, in px."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class BoxTool(Tool):
    """Lets the annotator draw a box around a face, which the next tool then carries.

    Attributes
    ----------
    adds_face : bool
        Whether the box is for a face that has no mesh yet, or for that of the sample.
    box : Box or None
        What was drawn.
    """

    adds_face: bool = False
    box: Box | None = None

    @property
    def name(self) -> str:
        """Of the tool; it makes no strokes."""
        return "box"

    def aim(self, state: MeshState, position: Position, pixel: float) -> Aim:
        """Return a cross at the pointer, where a corner would be."""
        nothing = np.zeros(len(state.landmarks))
        return Aim(nothing, position, lines=_cross(position, _ARM * pixel))

    def begin(self, state: MeshState, position: Position, pixel: float) -> "BoxGesture":
        """Put the first corner here."""
        count = len(state.landmarks)
        return BoxGesture(self, count, _LEAST_SIDE * pixel, position, position)


@dataclass(frozen=True, eq=False)
class BoxGesture(Gesture):
    """A box between the press and the pointer."""

    drawing: BoxTool
    count: int  # of vertices, none of which moves
    least_side: float
    start: Position
    end: Position

    @property
    def aim(self) -> Aim:
        """The box as it is."""
        (x0, y0), (x1, y1) = self.start, self.end
        outline = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
        return Aim(np.zeros(self.count), self.end, lines=(outline,))

    @property
    def edit(self) -> Edit | None:
        """Always None: a box moves nothing."""
        return None

    @property
    def tool(self) -> Tool:
        """The tool with the box drawn, or without one if it is too small to be meant."""
        (x0, y0), (x1, y1) = self.start, self.end
        if min(abs(x1 - x0), abs(y1 - y0)) < self.least_side:
            return replace(self.drawing, box=None)
        box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        return replace(self.drawing, box=box)

    def moved(self, position: Position) -> "BoxGesture":
        """Return the box with the pointer there."""
        return replace(self, end=position)


def _cross(centre: Position, arm: float) -> tuple[Polyline, ...]:
    x, y = centre
    return (np.array([(x - arm, y), (x + arm, y)]), np.array([(x, y - arm), (x, y + arm)]))
