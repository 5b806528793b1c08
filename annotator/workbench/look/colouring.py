"""What the mesh is coloured by, in numbers, and the legend that says what they mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.marks import Visibility
from annotator.mesh.tools.base import MeshState
from annotator.workbench.look.palette import VISIBILITY_COLOURS, Colour, scale_colours
from annotator.workbench.look.view_settings import Colours

# Corrections are a few percent of the IOD; the scale is the same for every face.
DISPLACEMENT_SCALE = 10.0
_UNCERTAINTY_SCALES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


@dataclass(frozen=True)
class Legend:
    """What the colours of the mesh mean.

    Attributes
    ----------
    title : str
    scale_ends : (str, str) or None
        What stands at the two ends of the colour scale; None without a scale.
    entries : tuple of (Colour, str)
        Single colours and what they stand for.
    """

    title: str
    scale_ends: tuple[str, str] | None = None
    entries: tuple[tuple[Colour, str], ...] = ()


def vertex_base_colours(
    state: MeshState,
    colours: Colours,
    uncertainty: NDArray[np.floating] | None,
    visibility: NDArray[np.uint8],
) -> NDArray[np.float32] | None:
    """Return RGBA of each vertex, (n, 4), or None where all are coloured alike.

    Parameters
    ----------
    state
    colours
    uncertainty : (n,), optional
        In px of the image.
    visibility : (n,)
        In the photograph.
    """
    if colours is Colours.VISIBILITY:
        table = np.array([VISIBILITY_COLOURS[kind] for kind in Visibility], np.float32)
        return np.asarray(table[visibility])
    if colours is Colours.DISPLACEMENT:
        return scale_colours(displacement_percent(state) / DISPLACEMENT_SCALE)
    if colours is Colours.UNCERTAINTY and uncertainty is not None:
        percent = _percent_of_iod(uncertainty, state)
        return scale_colours(percent / _uncertainty_scale(percent))
    return None


def displacement_percent(state: MeshState) -> NDArray[np.float64]:
    """Return how far each vertex is from its prediction, in % of the prediction's outer IOD."""
    moved = np.subtract(state.landmarks, state.prediction, dtype=np.float64)
    return _percent_of_iod(np.linalg.norm(moved, axis=1), state)


def legend_of(
    state: MeshState | None,
    colours: Colours,
    uncertainty: NDArray[np.floating] | None,
    against: str = "the prediction",
) -> Legend:
    """Return what the colours mean on this face, where distances are from ``against``."""
    if colours is Colours.DISPLACEMENT:
        ends = ("0", f"≥ {DISPLACEMENT_SCALE:.0f} % of the eye distance")
        return Legend(f"Distance from {against}", ends)
    if colours is Colours.VISIBILITY:
        names = ("visible", "occluded", "out of frame")
        entries = [(VISIBILITY_COLOURS[kind], names[kind]) for kind in Visibility]
        return Legend("Visibility in the photograph", entries=tuple(entries))
    if colours is Colours.UNCERTAINTY:
        if uncertainty is None or state is None:
            return Legend("No uncertainty is known for this face.")
        scale = _uncertainty_scale(_percent_of_iod(uncertainty, state))
        return Legend("Uncertainty of the prediction", ("0", f"≥ {scale:g} % of the eye distance"))
    return Legend("")


def _percent_of_iod(lengths: NDArray[np.floating], state: MeshState) -> NDArray[np.float64]:
    iod = max(outer_iod(state.prediction, state.layout), 1.0)
    return np.asarray(lengths, np.float64) * (100 / iod)


def _uncertainty_scale(percent: NDArray[np.float64]) -> float:
    """Return the end of a scale, a round number that nearly all vertices lie under."""
    most = float(np.percentile(percent, 98))
    return next((end for end in _UNCERTAINTY_SCALES if end >= most), _UNCERTAINTY_SCALES[-1])
