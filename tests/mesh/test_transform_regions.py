"""The parts of a face by name."""

from itertools import combinations

import numpy as np
import pytest

from annotator.mesh.frame import face_axis
from annotator.mesh.geometry import distances_from_any, edge_distances, edge_graph
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468, REGION_TITLES
from annotator.mesh.polyline import is_inside
from annotator.mesh.regions import region_at, region_vertices


@pytest.fixture
def face() -> np.ndarray:
    """The canonical face as a camera sees it, 100 px between the outer eye corners."""
    vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
    scaled = vertices * (100 / outer_iod(vertices, FACE_468)) + np.float32([300, 250, 0])
    return scaled.astype(np.float32)


def test_every_region_has_a_title_and_vertices_of_its_own() -> None:
    titles = {name: region.title for name, region in FACE_468.regions.items()}
    assert all(titles.values())
    assert titles.items() <= REGION_TITLES.items()
    parts = {name: set(region_vertices(FACE_468, name).tolist()) for name in FACE_468.regions}
    assert {name: len(part) for name, part in parts.items()} == {
        "face_oval": 36, "lips": 80, "left_eye": 32, "right_eye": 32,
        "left_eyebrow": 10, "right_eyebrow": 10, "nose": 74, "face": 468,
    }  # fmt: skip
    for one, other in combinations([name for name in FACE_468.regions if name != "face"], 2):
        assert not parts[one] & parts[other], (one, other)


def test_left_and_right_mirror_each_other() -> None:
    mirror = FACE_468.topology.mirror
    for part in ("eye", "eyebrow"):
        mirrored = np.sort(mirror[region_vertices(FACE_468, f"left_{part}")])
        assert mirrored.tolist() == region_vertices(FACE_468, f"right_{part}").tolist()
    # Left is the subject's: to the right in the picture.
    assert 263 in region_vertices(FACE_468, "left_eye")


def test_regions_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        region_vertices(FACE_468, "lips")[0] = 5


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of face_oval"):
        region_vertices(FACE_468, "left_iris")


@pytest.mark.parametrize(
    ("vertex", "region"),
    [(0, "lips"), (159, "right_eye"), (386, "left_eye"), (105, "right_eyebrow"),
     (334, "left_eyebrow"), (1, "nose"), (152, "face_oval"), (50, "face")],
)  # fmt: skip
def test_the_pointer_on_a_vertex_means_its_region(vertex, region, face) -> None:
    assert region_at(face, FACE_468, tuple(face[vertex, :2].tolist())) == region


def test_inside_an_open_mouth_or_eye_the_pointer_means_it_too(face) -> None:
    face[region_vertices(FACE_468, "lips"), 1] += np.where(
        face[region_vertices(FACE_468, "lips"), 1] > face[13, 1], 60, 0
    )
    middle = (face[13, :2] + face[14, :2]) / 2
    assert region_at(face, FACE_468, tuple(middle.tolist())) == "lips"
    eye = (face[159, :2] + face[145, :2]) / 2
    assert region_at(face, FACE_468, tuple(eye.tolist())) == "right_eye"


def test_beside_the_face_the_pointer_means_the_oval_and_farther_nothing(face) -> None:
    x, y = face[454, :2].tolist()
    assert region_at(face, FACE_468, (x + 15, y)) == "face_oval"
    assert region_at(face, FACE_468, (x + 60, y)) is None


def test_distances_from_several_vertices_are_the_least_of_each(face) -> None:
    graph = edge_graph(face, FACE_468.topology.opened_edges)
    sources = np.array([1, 33, 263])
    expected = np.min([edge_distances(graph, source) for source in sources.tolist()], axis=0)
    np.testing.assert_allclose(distances_from_any(graph, sources), expected)
    with pytest.raises(ValueError, match="at least one vertex"):
        distances_from_any(graph, np.array([], np.intp))


def test_inside_is_what_a_line_goes_round_however_often() -> None:
    ring = np.array([0, 4, 4 + 4j, 4j])
    twice = np.concatenate([ring, ring])
    points = np.array([2 + 2j, 5 + 2j, -1 + 2j, 2 - 1j])
    for line in (ring, ring[::-1], twice):
        assert is_inside(points, line).tolist() == [True, False, False, False]


def test_a_face_whose_eyes_lie_on_one_spot_has_an_axis_all_the_same(face) -> None:
    assert face_axis(face, FACE_468) == pytest.approx(1, abs=1e-6)
    face[33] = face[263]
    assert face_axis(face, FACE_468) == 1
