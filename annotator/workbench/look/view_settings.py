"""How the face is shown: one immutable value that the view follows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from annotator.workbench.look.light import Light

MAX_VERTEX_SIZE = 3.0


class MeshStyle(StrEnum):
    """Which parts of the mesh are drawn."""

    ALL_EDGES = "all edges"
    CONTOURS = "contours"
    POINTS = "points"
    UNDER_BRUSH = "brush only"


class Colours(StrEnum):
    """What the mesh is coloured by; the brush's influence shows over any of them."""

    NONE = "one colour"
    DISPLACEMENT = "displacement"
    UNCERTAINTY = "uncertainty"
    VISIBILITY = "visibility"


class Texture(StrEnum):
    """What is laid over the face by its UV, so that a mesh that slipped shows."""

    NONE = "none"
    CHECKER = "checker"
    MAKE_UP = "make-up"


class Steadied(StrEnum):
    """By which filter the mesh is steadied while a clip plays; what is stored never is."""

    POSE_SHAPE = "pose and shape"
    MEDIAPIPE = "as MediaPipe"
    NONE = "not at all"

    @property
    def filter_name(self) -> str:
        """The name in `annotator.mesh.temporal.FILTERS`."""
        return self.name.lower()


@dataclass(frozen=True)
class ViewSettings:
    """What of a sample is shown, and how.

    Attributes
    ----------
    style : MeshStyle
    opacity : float
        Of edges and vertices, in [0, 1].
    vertex_size : float
        Factor of the usual size, in (0, 3].
    ghost : bool
        Whether the prediction is drawn under the mesh.
    vectors : bool
        Whether a line leads from each predicted vertex to where it is now.
    guide : bool
        Whether the sparse landmarks that came with the face are drawn over it.
    colours : Colours
    light : Light
        Of the photograph.
    texture : Texture
    texture_opacity : float
        In [0, 1].
    turned : bool
        Whether the mesh is shown turned in space, covered with the photograph.
    depth_moves : bool
        Whether tools act in the turned view, which moves vertices in depth; a drag turns it
        otherwise.
    keeps_zoom : bool
        Whether the next sample is shown as large as this one, not framed.
    steadied : Steadied
        How the mesh is shown while a clip plays.

    Raises
    ------
    ValueError
        If a number lies outside its range.
    """

    style: MeshStyle = MeshStyle.ALL_EDGES
    opacity: float = 1.0
    vertex_size: float = 1.0
    ghost: bool = False
    vectors: bool = False
    guide: bool = True
    colours: Colours = Colours.NONE
    light: Light = field(default_factory=Light)
    texture: Texture = Texture.NONE
    texture_opacity: float = 0.6
    turned: bool = False
    depth_moves: bool = False
    keeps_zoom: bool = False
    steadied: Steadied = Steadied.POSE_SHAPE

    def __post_init__(self) -> None:
        for name in ("opacity", "texture_opacity"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"expected {name} from 0 to 1, but got {getattr(self, name)}")
        if not 0 < self.vertex_size <= MAX_VERTEX_SIZE:
            raise ValueError(f"expected a vertex size up to 3, but got {self.vertex_size}")


Choice = TypeVar("Choice", bound=StrEnum)


def next_choice(value: Choice) -> Choice:
    """Return the choice after this one, and after the last the first."""
    choices: Sequence[Choice] = list(type(value))
    return choices[(choices.index(value) + 1) % len(choices)]
