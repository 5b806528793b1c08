"""What is drawn of the mesh from afar, how influence is coloured, and what the pointer is over."""

from dataclasses import replace

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.base import MeshState
from annotator.mesh.tools.contour import ContourTool
from annotator.mesh.tools.guided import GuidedTool
from annotator.workbench.look import palette
from annotator.workbench.look.drawing import aimed_look
from annotator.workbench.look.frames import followed_centre
from annotator.workbench.look.look import look_of
from annotator.workbench.look.pointing import pointed_text
from annotator.workbench.look.thinning import FULL, middle_edge, thinning_at
from annotator.workbench.look.view_settings import ViewSettings

NOSE_TIP, MOUTH_CORNER, EYE_CORNER, BROW = 4, 61, 263, 70
# From the lightest to the darkest, in light and in shade; lips from pale to dark, and painted.
SKIN_AND_LIPS = np.array(
    [
        [255, 224, 196], [240, 184, 160], [198, 134, 96], [141, 85, 54], [92, 56, 38],
        [60, 36, 26], [30, 18, 14], [230, 140, 150], [190, 80, 90], [200, 30, 40],
        [150, 40, 50], [120, 30, 45], [90, 30, 35],
    ]
) / 255  # fmt: skip


@pytest.fixture
def state() -> MeshState:
    face = FACE_468.topology.vertices * np.float32([10, -10, -10]) + np.float32([200, 150, 0])
    return MeshState.of(face, face, FACE_468)


def test_the_camera_follows_a_face_no_further_than_it_must() -> None:
    box = np.array([[100.0, 40.0, 0.0], [140.0, 80.0, 0.0]])
    canvas = (100, 200)  # high, wide
    assert followed_centre(box, (110.0, 55.0), 1.0, canvas) == (110.0, 55.0)
    assert followed_centre(box, (20.0, 55.0), 1.0, canvas) == (40.0, 55.0)
    assert followed_centre(box, (300.0, 0.0), 1.0, canvas) == (200.0, 30.0)
    # Close up on a part of it nothing moves; along the other side it may.
    assert followed_centre(box, (20.0, 0.0), 4.0, canvas) == (115.0, 0.0)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of sRGB colours in [0, 1], (..., 3)."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array(
        [[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]]
    ) / np.array([0.9505, 1.0, 1.089])  # fmt: skip
    root = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def differences(colour: palette.Colour, others: np.ndarray) -> np.ndarray:
    return np.linalg.norm(lab(np.array(colour[:3])) - lab(others), axis=-1)


def test_the_colour_of_influence_is_none_of_skin_lips_or_the_mesh() -> None:
    # The red that it replaces is 28 from lips; 10 is told apart at a glance.
    assert differences(palette.INFLUENCE_COLOUR, SKIN_AND_LIPS).min() > 80
    own = np.array([palette.CONTOUR_COLOUR, palette.VERTEX_COLOUR, palette.ANCHOR_COLOUR])[:, :3]
    assert differences(palette.INFLUENCE_COLOUR, own).min() > 80


def tints(state: MeshState, aim, *, is_stroke: bool = False) -> np.ndarray:
    """How far each vertex goes from its own colour to that of influence, (n,)."""
    look = look_of(state, ViewSettings())
    tinted = aimed_look(look, aim, state.hidden, is_stroke=is_stroke)
    way = np.array(palette.INFLUENCE_COLOUR[:3]) - look.vertex_colours[:, :3]
    gone = tinted.vertex_colours[:, :3] - look.vertex_colours[:, :3]
    return (gone * way).sum(axis=1) / (way**2).sum(axis=1)


def position(state: MeshState, vertex: int) -> tuple[float, float]:
    x, y, _ = state.landmarks[vertex].tolist()
    return x, y


def test_contour_tints_the_contour_that_would_move_and_names_it(state: MeshState) -> None:
    aim = ContourTool().aim(state, position(state, MOUTH_CORNER), 1.0)
    assert aim.name == "Lips, outer"
    tinted = tints(state, aim)
    ring = FACE_468.contours["lips_outer"].vertices
    rest = np.setdiff1d(np.arange(468), ring)
    assert tinted[ring].min() > 0.95
    assert tinted[rest].max() < 0.2


def test_a_line_names_the_contour_that_it_means(state: MeshState) -> None:
    ring = FACE_468.contours["lips_outer"].vertices[:8]
    points = state.landmarks[ring, :2] + np.float32([0, 2])
    tool = ContourTool()
    gesture = tool.begin(state, tuple(points[0].tolist()), 0.1)
    for point in points[1:].tolist():
        gesture = gesture.moved(tuple(point))
    assert gesture.aim.name == "Lips, outer"
    assert set(np.flatnonzero(gesture.aim.focus)) <= set(
        FACE_468.contours["lips_outer"].vertices.tolist()
    )


def test_guided_tints_the_surroundings_of_the_hand_and_the_rest_faintly(state: MeshState) -> None:
    aim = GuidedTool().aim(state, position(state, MOUTH_CORNER), 1.0)
    assert np.median(aim.influence) > 0.5, "the whole face follows"
    tinted = tints(state, aim)
    assert tinted[MOUTH_CORNER] > 0.95
    assert (tinted > 0.3).mean() < 0.2
    away = np.linalg.norm(state.landmarks[:, :2] - position(state, MOUTH_CORNER), axis=1)
    assert tinted[away > 60].max() < 0.2
    assert (tinted >= 0).all()


def test_during_a_stroke_the_tint_fades_and_no_vertex_is_larger(state: MeshState) -> None:
    aim = GuidedTool().aim(state, position(state, MOUTH_CORNER), 1.0)
    before, during = tints(state, aim), tints(state, aim, is_stroke=True)
    np.testing.assert_allclose(during, 0.4 * before, atol=1e-4)
    look = look_of(state, ViewSettings())
    stroke = aimed_look(look, aim, state.hidden, is_stroke=True)
    np.testing.assert_array_equal(stroke.vertex_sizes, look.vertex_sizes)
    hover = aimed_look(look, aim, state.hidden)
    assert hover.vertex_sizes[MOUTH_CORNER] > look.vertex_sizes[MOUTH_CORNER]


def test_a_drag_of_guided_has_the_same_arrays_at_every_move(state: MeshState) -> None:
    x, y = position(state, MOUTH_CORNER)
    gesture = GuidedTool().begin(state, (x, y), 1.0)
    later = gesture.moved((x + 5, y)).moved((x + 9, y))
    assert gesture.aim.influence is later.aim.influence
    assert gesture.aim.focus is later.aim.focus


def test_close_up_all_of_the_mesh_is_drawn_and_from_afar_the_contours(state: MeshState) -> None:
    assert thinning_at(10) is FULL
    assert thinning_at(200) is FULL
    far = thinning_at(2)
    assert (far.edges, far.vertices) == (0, 0)
    assert far.contour_width >= 1
    shares = [thinning_at(pixels).edges for pixels in (4, 5, 6, 7, 8, 9, 10)]
    assert shares == sorted(shares)
    assert all(thinning_at(p).smallest_vertex <= 0.5 * p for p in (3, 4, 5, 6, 7))


def test_the_middle_edge_grows_with_the_face(state: MeshState) -> None:
    edge = middle_edge(state.landmarks, FACE_468)
    assert middle_edge(2 * state.landmarks, FACE_468) == pytest.approx(2 * edge)
    # A face is about 27 of them high: framed in a small canvas all of it is drawn.
    assert np.ptp(state.landmarks[:, 1]) / edge == pytest.approx(27, abs=1)


@pytest.mark.parametrize(
    ("vertex", "text"),
    [
        (NOSE_TIP, "Nose tip, vertex 4"),
        (EYE_CORNER, "Left eye, outer corner, vertex 263"),
        (40, "Lips, vertex 40"),
        (151, "Vertex 151"),
    ],
)
def test_the_pointer_is_over_a_vertex_with_its_name(state: MeshState, vertex, text) -> None:
    assert pointed_text(state.landmarks, FACE_468, position(state, vertex), 0.1, state.hidden) == (
        text
    )


def test_beside_the_mesh_the_place_on_the_photograph_is_told(state: MeshState) -> None:
    assert pointed_text(state.landmarks, FACE_468, (12.4, 300.6), 1.0, state.hidden) == (
        "x 12, y 301"
    )
    hidden = replace(state, hidden=np.ones(468, bool)).hidden
    assert pointed_text(state.landmarks, FACE_468, (200.0, 155.0), 1.0, hidden) == "x 200, y 155"


def test_names_of_vertices_are_mirrored_as_the_face_is() -> None:
    sides = {"Left": "Right", "left": "right"}
    for vertex, name in FACE_468.vertex_names.items():
        mirrored = FACE_468.vertex_names[int(FACE_468.mirror[vertex])]
        swapped = {**sides, **{b: a for a, b in sides.items()}}
        assert mirrored == " ".join(swapped.get(word, word) for word in name.split(" "))
    corners = FACE_468.eye_corners
    assert FACE_468.vertex_names[corners.left_outer] == "Left eye, outer corner"
    assert FACE_468.vertex_names[corners.right_inner] == "Right eye, inner corner"
