"""An annotator by rule, to count the strokes that a tool takes for a face.

The rule: drag the vertex that is farthest off to where it belongs, and where a tool has sizes,
take the one after which the mean error is lowest. A hand may miss, by Gaussian noise.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.covariance import Covariance
from annotator.mesh.folding import guard_drag
from annotator.mesh.guided import guided_drag
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import MeshLayout
from annotator.mesh.metrics import nme, vertex_errors

Floats = NDArray[np.float32]
Position = tuple[float, float]
Tool = Callable[[Floats, int, Position, Sequence[int]], Iterable[Floats]]
"""From the mesh, the vertex, where it goes in px and the vertices dragged before: what may be."""


def simulated_strokes(
    start: Floats,
    truth: Floats,
    tool: Tool,
    layout: MeshLayout,
    *,
    miss: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Iterator[Floats]:
    """Yield the mesh as it is at first, and then after stroke upon stroke, without an end.

    Parameters
    ----------
    start, truth : (n, 3) float32
        The mesh to begin with and the one to reach.
    tool
    layout
    miss
        Standard deviation, in x and in y, of where the hand lets go (truth's outer IOD).
    rng
        Draws the misses; needed where the hand misses.

    Raises
    ------
    ValueError
        If the hand misses and nothing draws by how much.
    """
    if miss and rng is None:
        raise ValueError("expected a random generator for a hand that misses")
    iod, mesh, placed = outer_iod(truth, layout), start, dict[int, None]()
    while True:
        yield mesh
        errors = vertex_errors(mesh, truth)
        worst = int(errors.argmax())
        x, y = truth[worst, :2].astype(np.float64)
        if miss and rng is not None:
            x, y = np.add((x, y), rng.normal(0, miss * iod, 2))
        choices = tool(mesh, worst, (float(x), float(y)), tuple(placed))
        mesh = min(choices, key=lambda choice: nme(choice, truth, layout))
        placed[worst] = None


def strokes_needed(
    start: Floats,
    truth: Floats,
    tool: Tool,
    layout: MeshLayout,
    goals: Sequence[float],
    *,
    most: int,
) -> tuple[int, ...]:
    """Return after how many strokes the mean error is at most each goal, or ``most``.

    The error is 2-D, in the truth's outer IOD, and the hand does not miss.
    """
    errors: list[float] = []
    for mesh in islice(simulated_strokes(start, truth, tool, layout), most + 1):
        errors.append(nme(mesh, truth, layout))
        if errors[-1] <= min(goals):
            break
    return strokes_to(errors, goals, most=most)


def strokes_to(errors: Sequence[float], goals: Sequence[float], *, most: int) -> tuple[int, ...]:
    """Return the first index at which the errors are at most each goal, or ``most``."""
    reached = (
        next((stroke for stroke, error in enumerate(errors) if error <= goal), most)
        for goal in goals
    )
    return tuple(reached)


def guided_tool(covariance: Covariance) -> Tool:
    """Return Guided drag, which has no sizes to choose from, without the fold guard."""

    def drag(
        mesh: Floats, vertex: int, position: Position, anchors: Sequence[int]
    ) -> Iterable[Floats]:
        yield guided_drag(mesh, vertex, covariance, anchors).at(position)

    return drag


def guarded(tool: Tool, layout: MeshLayout) -> Tool:
    """Return a tool with the fold guard on, as annotators have it by default."""
    triangles = layout.topology.opened_triangles

    def drag(
        mesh: Floats, vertex: int, position: Position, anchors: Sequence[int]
    ) -> Iterable[Floats]:
        for after in tool(mesh, vertex, position, anchors):
            yield guard_drag(mesh, after, vertex, triangles, placed=anchors)

    return drag
