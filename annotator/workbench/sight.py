"""Whether an annotator can see what tools act on and verdicts are about. No widgets here.

And what is said where that is no question, as nothing may be changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings

READ_ONLY = "The project is read-only. Once its folder may be written, open it again to change it."

# Fainter than this nobody sees it.
_LEAST_OPACITY = 0.1


@dataclass(frozen=True)
class Sight:
    """What is visible of the sample under edit; by default all of it.

    Attributes
    ----------
    has_layers : bool
        Whether photograph and mesh are in the viewer, with the pixels that were shown.
    lies_flat : bool
        Whether both are shown in two dimensions, upright and one on the other.
    mesh_is_shown, photograph_is_shown : bool
        Whether their layers are switched on.
    mesh_opacity, photograph_opacity : float
        In [0, 1].
    covered_by : str
        What a layer over them is called; nothing where there is none.
    shows_prediction : bool
        Whether the prediction is drawn in the mesh's place.
    has_vertices : bool
        Whether a part of the face is not hidden.
    is_in_frame : bool
        Whether a part of the mesh lies on the screen.
    is_drawn : bool
        Whether the mesh is drawn also where no tool points.
    keys : KeyBindings
        Those in effect, to be named.
    """

    has_layers: bool = True
    lies_flat: bool = True
    mesh_is_shown: bool = True
    photograph_is_shown: bool = True
    mesh_opacity: float = 1.0
    photograph_opacity: float = 1.0
    covered_by: str = ""
    shows_prediction: bool = False
    has_vertices: bool = True
    is_in_frame: bool = True
    is_drawn: bool = True
    keys: KeyBindings = DEFAULT_BINDINGS


def why_unseen(sight: Sight, *, has_face: bool = True, for_verdict: bool = False) -> str:
    """Return why the mesh is not visible over its photograph and what to do; nothing if it is.

    Parameters
    ----------
    sight
    has_face
        Whether there is a mesh; in a photograph without a face only a box is drawn.
    for_verdict
        Whether all of it is to be judged. Tools show by themselves what they would move.
    """
    obstacles = [*_before_the_photograph(sight)]
    if has_face:
        obstacles += _before_the_mesh(sight)
    if has_face and for_verdict:
        what = "The mesh is drawn under the brush only"
        obstacles.append((not sight.is_drawn, _hint(what, sight, "mesh_style", "see all of it")))
    return next((reason for is_there, reason in obstacles if is_there), "")


def reviewing_text(keys: KeyBindings) -> str:
    """Return why tools rest while somebody reviews, and how they act again."""
    key = keys.text("review")
    way = f"press {key}" if key else "end that on the Review page"
    return f"You are reviewing, so the mesh stays as it is: {way} to edit it."


def _before_the_photograph(sight: Sight) -> Iterator[tuple[bool, str]]:
    """Yield what may be in the way: whether it is, and what is said then."""
    yield not sight.has_layers, "The photograph is not in the view. Go to the sample again."
    yield (
        not sight.lies_flat,
        "Mesh and photograph do not lie on each other. Go to the sample again.",
    )
    yield (
        not sight.photograph_is_shown,
        _hint("The photograph is hidden", sight, "toggle_mesh", "show it"),
    )
    yield (
        sight.photograph_opacity < _LEAST_OPACITY,
        _hint("The photograph is transparent", sight, "toggle_mesh", "see it"),
    )
    yield (
        bool(sight.covered_by),
        f'The layer "{sight.covered_by}" covers the face. Hide or remove it first.',
    )


def _before_the_mesh(sight: Sight) -> Iterator[tuple[bool, str]]:
    yield (
        not sight.mesh_is_shown,
        _hint("The mesh is hidden", sight, "toggle_mesh", "show it"),
    )
    yield (
        sight.shows_prediction,
        "The prediction is shown in the mesh's place. Let go of its key first.",
    )
    yield (
        not sight.has_vertices,
        "Every part of the face is hidden. Show some on the Regions page first.",
    )
    yield (
        sight.mesh_opacity < _LEAST_OPACITY,
        "The mesh is transparent. Raise its opacity on the View page first.",
    )
    yield (
        not sight.is_in_frame,
        _hint("The face is outside the view", sight, "frame", "see it"),
    )


def _hint(what: str, sight: Sight, action: str, to_what: str) -> str:
    key = sight.keys.text(action)
    return f"{what}: press {key} to {to_what}." if key else f"{what}. {to_what.capitalize()} first."
