"""What the annotator sets about all tools, as one value."""

from dataclasses import dataclass, field

from annotator.mesh.brush import Brush
from annotator.mesh.marks import Visibility


@dataclass(frozen=True)
class ToolSettings:
    """What the annotator set; every tool takes what concerns it.

    Attributes
    ----------
    brush : Brush
    mirrors
        Whether Grab moves both halves of the face.
    guards
        Whether the tools keep the mesh from folding.
    pins
        Whether the Pin brush pins, or frees.
    visibility
        What the Visibility brush marks.
    contour
        Which contour is drawn; None leaves it to the line.
    soft_edge_iod
        How far around a selection the mesh follows a transformation, in outer IOD.
    """

    brush: Brush = field(default_factory=Brush)
    mirrors: bool = False
    guards: bool = True
    pins: bool = True
    visibility: Visibility = Visibility.OCCLUDED
    contour: str | None = None
    soft_edge_iod: float = 0.15
