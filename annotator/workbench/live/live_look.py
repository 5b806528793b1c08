"""What is drawn over live pictures, as one value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from annotator.workbench.look.view_settings import Texture, next_choice


class LiveMesh(StrEnum):
    """Which lines of the mesh are drawn."""

    EDGES = "all edges"
    CONTOURS = "contours"
    NONE = "none"


FILTER_TITLES = {"pose_shape": "pose and shape", "mediapipe": "MediaPipe's", "none": "off"}
"""What filters are called for people, in the order in which a key goes through them."""


@dataclass(frozen=True)
class LiveLook:
    """What of live pictures is shown, and how.

    Attributes
    ----------
    mesh : LiveMesh
    texture : Texture
        Laid over each face by its UV.
    filter : str
        By which meshes are filtered, of `annotator.mesh.temporal.FILTERS`.
    split : bool
        Whether pictures stand twice side by side: as predicted, and filtered.
    mirror : bool
        Whether left and right are exchanged, as in a mirror.
    strip : bool
        Whether the face warped to one place is shown, and a line of it over time.
    """

    mesh: LiveMesh = LiveMesh.EDGES
    texture: Texture = Texture.NONE
    filter: str = "pose_shape"
    split: bool = False
    mirror: bool = False
    strip: bool = False

    @property
    def filter_title(self) -> str:
        """What the filter is called for people."""
        return FILTER_TITLES.get(self.filter, self.filter)


def next_filter(name: str) -> str:
    """Return the filter after this one, and after the last the first."""
    names: Sequence[str] = list(FILTER_TITLES)
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]


def with_next_texture(look: LiveLook) -> LiveLook:
    """Return a look with the next texture; edges would hide it, so they go and come back after."""
    texture = next_choice(look.texture)
    mesh = look.mesh
    if texture is not Texture.NONE and mesh is LiveMesh.EDGES:
        mesh = LiveMesh.NONE
    elif texture is Texture.NONE and mesh is LiveMesh.NONE:
        mesh = LiveMesh.EDGES
    return replace(look, texture=texture, mesh=mesh)
