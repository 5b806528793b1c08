"""How the mesh looks and what covers it, without any window."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.mesh.layout import FACE_468
from annotator.mesh.marks import Visibility, no_marks, with_pins, with_visibility
from annotator.mesh.tools.base import MeshState
from annotator.mesh.turning import Turn
from annotator.workbench.look.colouring import displacement_percent, legend_of
from annotator.workbench.look.covering import cut_out, faces_away, far_to_near, texture_pixels
from annotator.workbench.look.drawing import comparison_of
from annotator.workbench.look.frames import face_frame, kept_frame, region_frame
from annotator.workbench.look.look import Look, influenced, look_of
from annotator.workbench.look.palette import VISIBILITY_COLOURS, scale_colours
from annotator.workbench.look.view_settings import (
    Colours,
    MeshStyle,
    Texture,
    ViewSettings,
    next_choice,
)

CHIN, NOSE_TIP, FOREHEAD = 152, 1, 10
EDGES = len(FACE_468.topology.opened_edges)
CONTOURS = len(FACE_468.topology.contour_edges)


@pytest.fixture
def face() -> np.ndarray:
    vertices = FACE_468.topology.vertices * np.float32([10, -10, -10])
    return (vertices + np.float32([200, 150, 0])).astype(np.float32)


@pytest.fixture
def state(face: np.ndarray) -> MeshState:
    return MeshState.of(face, face, FACE_468)


def shown(look: Look) -> np.ndarray:
    return look.vertex_colours[:, 3] > 0


@pytest.mark.parametrize(
    ("style", "edges", "contours"),
    [
        (MeshStyle.ALL_EDGES, EDGES, CONTOURS),
        (MeshStyle.CONTOURS, 0, CONTOURS),
        (MeshStyle.POINTS, 0, 0),
        (MeshStyle.UNDER_BRUSH, EDGES, CONTOURS),
    ],
)
def test_each_style_draws_its_parts(state: MeshState, style, edges, contours) -> None:
    look = look_of(state, ViewSettings(style=style))
    assert (len(look.edges), len(look.contours)) == (edges, contours)
    assert shown(look).all() == (style is not MeshStyle.UNDER_BRUSH)


def test_under_the_brush_only_what_would_move_is_drawn(state: MeshState) -> None:
    look = look_of(state, ViewSettings(style=MeshStyle.UNDER_BRUSH))
    assert not shown(look).any()
    weights = np.zeros(468)
    weights[[CHIN, NOSE_TIP]] = 1, 0.5
    assert_array_equal(np.flatnonzero(shown(influenced(look, weights, state.hidden))), [1, 152])


def test_hidden_vertices_and_their_edges_are_not_drawn_even_under_the_brush(state) -> None:
    hidden = np.zeros(468, bool)
    hidden[FACE_468.topology.regions["nose"]] = True
    part = replace(state, hidden=hidden, anchors=(NOSE_TIP, CHIN))
    look = influenced(look_of(part, ViewSettings()), np.ones(468), hidden)
    assert_array_equal(shown(look), ~hidden)
    assert not hidden[look.edges].any()
    assert_array_equal(look.anchors, [CHIN])


def test_pinned_vertices_are_squares_of_another_colour(state: MeshState) -> None:
    look = look_of(
        replace(state, marks=with_pins(no_marks(FACE_468.count), [CHIN], pinned=True)),
        ViewSettings(),
    )
    assert look.symbols[CHIN] == "square"
    assert (look.symbols == "square").sum() == 1
    assert look.vertex_colours[CHIN, 2] > look.vertex_colours[CHIN, 0] + 0.5
    assert look.vertex_sizes[CHIN] > look.vertex_sizes[NOSE_TIP]


def test_what_is_occluded_is_fainter_and_has_its_colour_when_asked(state: MeshState) -> None:
    marks = with_visibility(no_marks(FACE_468.count), [CHIN], Visibility.OCCLUDED)
    marks = with_visibility(marks, [FOREHEAD], Visibility.OUT_OF_FRAME)
    marked = replace(state, marks=marks)
    plain = look_of(marked, ViewSettings()).vertex_colours
    assert plain[CHIN, 3] == plain[FOREHEAD, 3] < plain[NOSE_TIP, 3] / 2
    coloured = look_of(marked, ViewSettings(colours=Colours.VISIBILITY)).vertex_colours
    for vertex, kind in ((CHIN, 1), (FOREHEAD, 2), (NOSE_TIP, 0)):
        assert_allclose(coloured[vertex], VISIBILITY_COLOURS[Visibility(kind)])


def test_what_lies_outside_the_photograph_looks_as_if_it_were_marked_so(state: MeshState) -> None:
    size = (int(state.landmarks[NOSE_TIP, 0]), 400)
    outside = state.landmarks[:, 0] > size[0]
    assert 0 < outside.sum() < 468
    coloured = look_of(state, ViewSettings(colours=Colours.VISIBILITY), size=size).vertex_colours
    assert_allclose(
        coloured[outside], [VISIBILITY_COLOURS[Visibility.OUT_OF_FRAME]] * outside.sum()
    )
    plain = look_of(state, ViewSettings(), size=size).vertex_colours[:, 3]
    assert plain[outside].max() < plain[~outside].min() / 2


def test_opacity_fades_the_mesh_and_not_the_influence(state: MeshState) -> None:
    look = look_of(state, ViewSettings(opacity=0.25))
    assert_allclose(look.vertex_colours[:, 3], 0.25)
    weights = np.zeros(468)
    weights[CHIN] = 1
    assert influenced(look, weights, state.hidden).vertex_colours[CHIN, 3] == 1


def test_without_influence_a_look_stays_the_same_one(state: MeshState) -> None:
    look = look_of(state, ViewSettings())
    assert influenced(look, np.zeros(468), state.hidden) is look


def test_displacement_counts_in_percent_of_the_iod_and_in_depth_too(face: np.ndarray) -> None:
    moved = face.copy()
    iod = np.linalg.norm(face[33, :2] - face[263, :2])
    moved[CHIN, 0] += 0.05 * iod
    moved[FOREHEAD, 2] -= 0.1 * iod
    state = MeshState.of(moved, face, FACE_468)
    percent = displacement_percent(state)
    assert percent[CHIN] == pytest.approx(5, rel=1e-3)
    assert percent[FOREHEAD] == pytest.approx(10, rel=1e-3)
    colours = look_of(state, ViewSettings(colours=Colours.DISPLACEMENT)).vertex_colours
    assert_allclose(colours[[NOSE_TIP, CHIN, FOREHEAD]], scale_colours(np.array([0, 0.5, 1])), 1e-3)


def test_more_is_lighter_on_the_scale() -> None:
    lightness = scale_colours(np.linspace(0, 1, 50))[:, :3] @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(lightness) > 0).all()


def test_uncertainty_is_told_with_its_scale_and_its_absence_too(state: MeshState) -> None:
    settings = ViewSettings(colours=Colours.UNCERTAINTY)
    iod = np.linalg.norm(state.prediction[33, :2] - state.prediction[263, :2])
    uncertainty = np.linspace(0, 0.04, 468) * iod
    look = look_of(state, settings, uncertainty=uncertainty)
    assert len(np.unique(look.vertex_colours, axis=0)) > 100
    legend = legend_of(state, Colours.UNCERTAINTY, uncertainty)
    assert legend.scale_ends == ("0", "≥ 5 % of the eye distance")
    assert "No uncertainty" in legend_of(state, Colours.UNCERTAINTY, None).title
    plain = look_of(state, settings).vertex_colours
    assert len(np.unique(plain, axis=0)) == 1


def test_each_way_to_colour_has_a_legend_but_one_colour(state: MeshState) -> None:
    assert not legend_of(state, Colours.NONE, None).title
    assert legend_of(state, Colours.DISPLACEMENT, None).scale_ends is not None
    assert len(legend_of(state, Colours.VISIBILITY, None).entries) == 3


def test_the_comparison_holds_what_was_asked_for(face: np.ndarray) -> None:
    moved = face + np.float32([4, 0, 0])
    state = MeshState.of(moved, face, FACE_468)
    assert comparison_of(state, ViewSettings(), moved, face) is None
    ghost = comparison_of(state, ViewSettings(ghost=True), moved, face)
    assert ghost is not None
    assert (len(ghost.edges), len(ghost.contours), len(ghost.vectors)) == (EDGES, CONTOURS, 0)
    vectors = comparison_of(state, ViewSettings(vectors=True), moved, face)
    assert vectors is not None
    assert not len(vectors.contours)
    assert_allclose(
        vectors.vectors[1::2] - vectors.vectors[::2], np.tile([4, 0], (468, 1)), atol=1e-3
    )


def test_triangles_are_painted_from_far_to_near(face: np.ndarray) -> None:
    order = far_to_near(face, FACE_468.topology.triangles)
    depths = face[order, 2].mean(axis=1)
    assert (np.diff(depths) <= 1e-4).all()
    assert_array_equal(np.unique(order, axis=0), np.unique(FACE_468.topology.triangles, axis=0))


def test_in_profile_the_far_side_faces_away(face: np.ndarray) -> None:
    assert faces_away(face, FACE_468).sum() < 10
    centre = tuple(face.mean(axis=0).tolist())
    away = faces_away(Turn(yaw=80, centre=centre).seen(face), FACE_468)
    # Turned to the right, the subject's left half (right in the photograph) is behind.
    assert away[face[:, 0] > 260].mean() > 0.9
    assert not away[face[:, 0] < 140].any()


def test_the_cutout_shows_the_face_and_its_texture_coordinates_are_its_pixels(face) -> None:
    photograph = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    cutout = cut_out(photograph, face)
    assert cutout.reaches(face)
    assert not cutout.reaches(face + np.float32([90, 0, 0]))
    u, v = cutout.texcoords(face)[NOSE_TIP]
    height, width = cutout.pixels.shape[:2]
    x, y = face[NOSE_TIP, :2].astype(int)
    assert_array_equal(cutout.pixels[int(v * height), int(u * width)], photograph[y, x])


def test_a_face_outside_the_photograph_still_has_a_cutout(face: np.ndarray) -> None:
    photograph = np.zeros((100, 80, 3), np.uint8)
    for shift in (-1000, 1000):
        cutout = cut_out(photograph, face + np.float32([shift, shift, 0]))
        assert cutout.pixels.size


def test_a_large_face_is_cut_out_no_finer_than_the_screen(face: np.ndarray) -> None:
    cutout = cut_out(np.zeros((3000, 4000, 3), np.uint8), face * np.float32(10))
    assert max(cutout.pixels.shape) == 1024


def test_only_textures_have_pixels() -> None:
    assert texture_pixels(Texture.NONE, FACE_468) is None
    assert texture_pixels(Texture.MAKE_UP, FACE_468) is not None


def test_a_framed_face_fills_most_of_the_canvas_and_a_region_is_larger(face: np.ndarray) -> None:
    whole = face_frame(face, (600, 900))
    assert whole.centre == pytest.approx((200, 150), abs=25)
    assert 0.5 * 600 < np.ptp(face[:, 1]) * whole.zoom < 600
    eye = FACE_468.topology.regions["left_eye"]
    part = region_frame(face, eye, (600, 900))
    assert part.zoom > 2 * whole.zoom
    assert part.centre == pytest.approx(tuple(face[eye, :2].mean(axis=0)), abs=4)


def test_a_kept_zoom_shows_the_next_face_as_large_and_in_the_middle(face: np.ndarray) -> None:
    other = face * np.float32(3) + np.float32([500, 40, 0])
    frame = kept_frame(other, face, 2.4)
    assert frame.zoom == pytest.approx(0.8)
    assert frame.centre == pytest.approx(kept_frame(other, other, 1.0).centre)


def test_choices_come_around_again() -> None:
    choice, seen = MeshStyle.ALL_EDGES, []
    for _ in MeshStyle:
        choice = next_choice(choice)
        seen.append(choice)
    assert set(seen) == set(MeshStyle)
    assert choice is MeshStyle.ALL_EDGES


@pytest.mark.parametrize(
    "settings", [{"opacity": 1.1}, {"texture_opacity": -0.1}, {"vertex_size": 0}]
)
def test_settings_out_of_range_are_refused(settings) -> None:
    with pytest.raises(ValueError, match="but got"):
        ViewSettings(**settings)
