"""How each vertex and edge looks between strokes, computed without any window.

A `Look` changes with a stroke, a setting or the vertices under the brush, not with every move
of the mouse. Its arrays are never written to, so that whoever draws knows by their identity
what has to be sent to the graphics card again.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.marks import Visibility, is_pinned, visibility_in_frame, visibility_of
from annotator.mesh.tools.base import MeshState
from annotator.workbench.look import palette
from annotator.workbench.look.colouring import vertex_base_colours
from annotator.workbench.look.view_settings import Colours, MeshStyle, ViewSettings

Rgba = NDArray[np.float32]
Edges = NDArray[np.uint32]

# Diameter of a vertex in outer inter-ocular distances; one that would move is larger.
_VERTEX_SIZE_IOD = 0.022
_INFLUENCED_SIZE = 1.5
# Below 1, so that what takes a tenth of the drag can be told from what stays.
_TINT_POWER = 0.6
# What only follows has so much of the tint of what the tool is about, and during a stroke all of
# it has so much: the lip under the mesh is what one looks at then.
_FOLLOWING_TINT = 0.15
_STROKE_TINT = 0.4
_PINNED_SIZE = 1.35
_POINTED_SIZE = 1.7
# Below this share of the drag a vertex is drawn as one that stays.
_VISIBLE_INFLUENCE = 0.02
# What cannot be seen in the photograph, and what faces away in a turned view.
_UNSEEN_ALPHA = 0.45
_AWAY_ALPHA = 0.12


@dataclass(frozen=True, eq=False)
class Look:
    """The appearance of the mesh wherever its vertices are.

    Attributes
    ----------
    edges, contours : (e, 2) uint32
        Which vertices are joined by thin and by strong lines.
    edge_colours, contour_colours, rim_colours : (n, 4) float32
        RGBA at each vertex; lines blend between their ends. The rim lies under both kinds.
    vertex_colours, vertex_rims : (n, 4) float32
    vertex_sizes : (n,) float32
        Diameters in px of the image.
    symbols : (n,) str
        Shapes by vispy's names.
    anchors : (k,) intp
        Vertices under a large diamond.
    """

    edges: Edges
    contours: Edges
    edge_colours: Rgba
    contour_colours: Rgba
    rim_colours: Rgba
    vertex_colours: Rgba
    vertex_rims: Rgba
    vertex_sizes: NDArray[np.float32]
    symbols: NDArray[np.str_]
    anchors: NDArray[np.intp]


def look_of(
    state: MeshState,
    settings: ViewSettings,
    *,
    size: tuple[int, int] | None = None,
    uncertainty: NDArray[np.floating] | None = None,
    faces_away: NDArray[np.bool_] | None = None,
) -> Look:
    """Return how the mesh looks while no brush is near.

    Parameters
    ----------
    state
        Decides by its marks, anchors and hidden vertices, and by how far it has moved.
    settings
    size
        Width and height of the photograph in px: vertices outside are out of frame. None for a
        mesh without one.
    uncertainty : (n,), optional
        In px of the image.
    faces_away : (n,) bool, optional
        In a turned view, the vertices of the far side.
    """
    visibility = _visibility(state, size)
    base = vertex_base_colours(state, settings.colours, uncertainty, visibility)
    alpha = _alpha(state, settings, visibility, faces_away)
    edges, contours = _shown_edges(state, settings)
    count = len(alpha)
    edge_colours = _every(palette.EDGE_COLOUR, count) if base is None else base * (1, 1, 1, 0.65)
    contour_colours = _every(palette.CONTOUR_COLOUR, count) if base is None else base
    vertex_colours = _every(palette.VERTEX_COLOUR, count) if base is None else base
    look = Look(
        edges=edges,
        contours=contours,
        edge_colours=_faded(edge_colours, alpha),
        contour_colours=_faded(contour_colours, alpha),
        rim_colours=_faded(_every(palette.LINE_RIM_COLOUR, count), alpha),
        vertex_colours=_faded(vertex_colours, alpha),
        vertex_rims=_faded(_every(palette.VERTEX_RIM_COLOUR, count), alpha),
        vertex_sizes=_sizes(state, settings),
        symbols=np.full(count, "disc", dtype="<U8"),
        anchors=np.array([v for v in state.anchors if alpha[v] > 0], np.intp),
    )
    return _with_pins(look, state, settings)


def influenced(
    look: Look,
    influence: NDArray[np.floating],
    hidden: NDArray[np.bool_],
    focus: NDArray[np.floating] | None = None,
    *,
    is_stroke: bool = False,
) -> Look:
    """Return the look with the vertices that a stroke moves tinted by their share.

    The tint is the stronger the larger the share, and faint where something only follows what
    the tool is about: a tool that moves the whole face would hide it otherwise. During the stroke
    it fades, since what counts then is what lies under the mesh.

    Parameters
    ----------
    look
    influence : (n,)
        The share of the drag that each vertex takes.
    hidden : (n,) bool
    focus : (n,), optional
        How much each vertex is what the tool is about, see `annotator.mesh.tools.base.Aim`.
    is_stroke
        Whether the button is down.
    """
    weights = np.clip(influence, 0, 1)
    moves = np.flatnonzero((weights > _VISIBLE_INFLUENCE) & ~hidden)
    if not moves.size:
        return look
    tint = np.asarray(weights[moves] ** _TINT_POWER, np.float32)
    if focus is not None:
        tint *= _FOLLOWING_TINT + (1 - _FOLLOWING_TINT) * np.asarray(focus[moves], np.float32)
    sizes = look.vertex_sizes
    if is_stroke:
        tint *= _STROKE_TINT
    else:
        sizes = sizes.copy()
        sizes[moves] *= 1 + (_INFLUENCED_SIZE - 1) * np.clip(2 * tint - 1, 0, 1)
    colour, rim = palette.INFLUENCE_COLOUR, palette.INFLUENCE_RIM_COLOUR
    return replace(
        look,
        edge_colours=_tinted(look.edge_colours, moves, tint, colour),
        contour_colours=_tinted(look.contour_colours, moves, tint, colour),
        rim_colours=_tinted(look.rim_colours, moves, tint, palette.INFLUENCE_LINE_RIM_COLOUR),
        vertex_colours=_tinted(look.vertex_colours, moves, tint, colour),
        vertex_rims=_tinted(look.vertex_rims, moves, tint, rim),
        vertex_sizes=sizes,
    )


def pointed_at(look: Look, vertices: NDArray[np.integer], hidden: NDArray[np.bool_]) -> Look:
    """Return the look with some vertices to be seen at once, however the mesh is drawn.

    Parameters
    ----------
    look
    vertices : (k,)
    hidden : (n,) bool
        Those of them that are hidden stay so.
    """
    shown = np.asarray(vertices[~hidden[vertices]], np.intp)
    if not shown.size:
        return look
    sizes = look.vertex_sizes.copy()
    sizes[shown] *= _POINTED_SIZE
    return replace(
        look,
        vertex_colours=_with_rows(look.vertex_colours, shown, palette.POINTED_COLOUR),
        vertex_rims=_with_rows(look.vertex_rims, shown, palette.POINTED_RIM_COLOUR),
        vertex_sizes=sizes,
    )


def _shown_edges(state: MeshState, settings: ViewSettings) -> tuple[Edges, Edges]:
    topology = state.layout.topology
    none = np.empty((0, 2), np.uint32)
    if settings.style is MeshStyle.POINTS:
        return none, none
    contours = _without(topology.contour_edges, state.hidden)
    if settings.style is MeshStyle.CONTOURS:
        return none, contours
    return _without(topology.opened_edges, state.hidden), contours


def _without(edges: NDArray[np.integer], hidden: NDArray[np.bool_]) -> Edges:
    return np.asarray(edges[~hidden[edges].any(axis=1)], np.uint32)


def _visibility(state: MeshState, size: tuple[int, int] | None) -> NDArray[np.uint8]:
    if size is None:
        return visibility_of(state.marks)
    return visibility_in_frame(state.marks, state.landmarks, size)


def _alpha(
    state: MeshState,
    settings: ViewSettings,
    visibility: NDArray[np.uint8],
    faces_away: NDArray[np.bool_] | None,
) -> NDArray[np.float32]:
    """Return how opaque each vertex and the edges at it are, (n,)."""
    alpha = np.full(len(state.landmarks), settings.opacity, np.float32)
    if settings.style is MeshStyle.UNDER_BRUSH:
        alpha[:] = 0
    if settings.colours is not Colours.VISIBILITY:
        alpha[visibility != Visibility.VISIBLE] *= _UNSEEN_ALPHA
    if faces_away is not None:
        alpha[faces_away] *= _AWAY_ALPHA
    alpha[state.hidden] = 0
    return alpha


def _sizes(state: MeshState, settings: ViewSettings) -> NDArray[np.float32]:
    size = (
        max(outer_iod(state.landmarks, state.layout) * _VERTEX_SIZE_IOD, 0.5) * settings.vertex_size
    )
    return np.full(len(state.landmarks), size, np.float32)


def _with_pins(look: Look, state: MeshState, settings: ViewSettings) -> Look:
    """Return the look with pinned vertices as squares."""
    pinned = np.flatnonzero(is_pinned(state.marks) & (look.vertex_colours[:, 3] > 0))
    if not pinned.size:
        return look
    symbols, sizes = look.symbols.copy(), look.vertex_sizes.copy()
    symbols[pinned] = "square"
    sizes[pinned] *= _PINNED_SIZE
    colours = look.vertex_colours
    if settings.colours is Colours.NONE:
        colours = _with_rows(colours, pinned, palette.PINNED_COLOUR)
    rims = _with_rows(look.vertex_rims, pinned, palette.PINNED_RIM_COLOUR)
    return replace(
        look, symbols=symbols, vertex_sizes=sizes, vertex_colours=colours, vertex_rims=rims
    )


def _every(colour: palette.Colour, count: int) -> Rgba:
    return np.tile(np.array(colour, np.float32), (count, 1))


def _faded(colours: Rgba, alpha: NDArray[np.float32]) -> Rgba:
    faded = np.array(colours, np.float32)
    faded[:, 3] *= alpha
    return faded


def _tinted(
    colours: Rgba, rows: NDArray[np.intp], tint: NDArray[np.float32], colour: palette.Colour
) -> Rgba:
    """Return colours of which some rows are mixed with another one, by shares (k,)."""
    mixed, share = colours.copy(), tint[:, None]
    before = colours[rows]
    mixed[rows] = before + (np.array(colour, np.float32) - before) * share
    # What was not drawn has no colour to mix with.
    undrawn = before[:, 3] == 0
    mixed[rows[undrawn], :3] = colour[:3]
    return mixed


def _with_rows(colours: Rgba, rows: NDArray[np.intp], values: Rgba | palette.Colour) -> Rgba:
    result = colours.copy()
    result[rows] = values
    return result
