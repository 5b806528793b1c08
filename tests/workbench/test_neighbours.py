"""The other faces of a photograph, and whether a mesh lies over one that is there already."""

import numpy as np
import pytest

from annotator.mesh.layout import FACE_468
from annotator.project import Project, SampleState
from annotator.project.faces_of_image import FaceOfImage
from annotator.workbench.known_faces import known_face
from annotator.workbench.neighbours import Neighbours
from annotator.workbench.shown_samples import Shown
from annotator.workbench.workbench import Workbench


def face(sample_id: int, left: float, top: float, size: float) -> FaceOfImage:
    """A face whose mesh fills a square."""
    uv = FACE_468.topology.uv
    unit = (uv - uv.min(axis=0)) / np.ptp(uv, axis=0)
    landmarks = np.zeros((FACE_468.count, 3), np.float32)
    landmarks[:, :2] = unit * size + (left, top)
    return FaceOfImage(sample_id, sample_id - 1, SampleState.PREDICTED, FACE_468, landmarks)


KNOWN = (face(1, 100, 100, 100), face(2, 300, 100, 100))


@pytest.mark.parametrize(
    ("boxes", "found"),
    [
        ([(104, 104, 100, 100)], 1),  # as good as the same
        ([(290, 80, 130, 150)], 2),
        ([(140, 100, 100, 100)], 1),  # half beside it, and the same face to all appearance
        ([(110, 110, 40, 40)], 1),  # a mesh that shrank to a part of the face
        ([(0, 0, 450, 260)], 1),  # a box around both: a mesh over two faces is none of a third
        ([(190, 100, 100, 100)], None),  # a face right beside
        ([(500, 100, 100, 100)], None),
        ([(500, 100, 100, 100), (296, 96, 108, 108)], 2),  # predicted elsewhere than drawn
        ([(10, 10, 0, 0)], None),
    ],
)
def test_a_mesh_over_a_face_that_has_one_is_noticed(boxes, found) -> None:
    there = known_face(boxes, KNOWN)
    assert (None if there is None else there.sample_id) == found


def test_without_faces_there_is_none_to_lie_over() -> None:
    assert known_face([(0, 0, 10, 10)], []) is None


@pytest.fixture
def two(bench: Workbench) -> Workbench:
    """A bench at the first face of the photograph that has two."""
    (sample, _) = (s for s in bench.project.samples.summaries() if s.image_name == "olive.png")
    bench.go_to(sample.id)
    return bench


def other_of(bench: Workbench) -> int:
    ids = [sample.id for sample in bench.samples.beside(bench.current.id)]
    (other,) = set(ids) - {bench.current.id}
    return int(other)


def test_the_other_faces_of_the_photograph_are_known_with_their_outlines(two: Workbench) -> None:
    neighbours = Neighbours(two)
    two.samples_changed.emit()
    (face,) = neighbours.faces
    assert face.sample_id == other_of(two)
    ring = FACE_468.contours["face_oval"].vertices
    stored = two.project.annotations.load(face.sample_id).landmarks
    np.testing.assert_array_equal(face.outline, stored[ring, :2])
    assert neighbours.at((230.0, 120.0)) is face
    assert neighbours.at((90.0, 120.0)) is None
    assert face.text == "Face #2, predicted: click to go there"


def test_they_follow_what_becomes_of_them_here_and_elsewhere(two: Workbench) -> None:
    neighbours = Neighbours(two)
    changes: list[int] = []
    neighbours.changed.connect(lambda: changes.append(1))
    here, there = two.current.id, other_of(two)
    two.step(1)
    assert [face.sample_id for face in neighbours.faces] == [here]
    two.go_to(here)
    with Project.open(two.project.home) as other:
        two.take_in(other.reviews.accept(there, reviewer="robin"))
        assert [face.state for face in neighbours.faces] == [SampleState.ACCEPTED]
        two.take_in(other.reviews.delete(there, reviewer="robin"))
    assert not neighbours.faces
    assert len(changes) == 4
    two.step(3)
    assert len(changes) == 4, "a photograph with one face asks nobody to draw anything"


def test_a_list_arranged_anew_asks_nobody_to_draw_them_again(two: Workbench) -> None:
    neighbours = Neighbours(two)
    two.step(1)
    changes: list[int] = []
    neighbours.changed.connect(lambda: changes.append(1))
    before = neighbours.faces
    two.show_samples(Shown(text="portr"))
    two.refresh()
    assert not changes
    assert neighbours.faces is before


def test_of_several_faces_under_the_pointer_the_smallest_is_meant(two: Workbench) -> None:
    neighbours = Neighbours(two)
    mesh = two.session.landmarks
    for scale in (0.5, 0.8):
        centre = mesh.mean(axis=0)
        two.project.samples.add(
            two.image_id, (mesh - centre) * scale + centre, model_id=1, presence=1.0,
            detection_score=1.0, added_by="kim",
        )  # fmt: skip
    two.refresh()
    found = neighbours.at((90.0, 120.0))
    assert found is not None
    assert found.number == 3


def test_from_a_face_that_the_filter_hides_one_goes_on_beside_it(bench: Workbench) -> None:
    ids = [sample.id for sample in bench.project.samples.summaries()]
    bench.verdicts.goes_on = False
    bench.go_to(ids[2])
    bench.verdicts.accept()
    bench.show_samples(Shown(states=(SampleState.PREDICTED,)))
    assert bench.samples.row(ids[2]) is None
    assert bench.samples.neighbour(ids[2], 1) == ids[3]
    assert bench.samples.neighbour(ids[2], -1) == ids[1]
    assert bench.samples.next_in((SampleState.PREDICTED,), after=ids[2]) == ids[3]
    bench.show_samples(Shown(states=(SampleState.PREDICTED,), descending=True))
    assert bench.samples.neighbour(ids[2], 1) == ids[1]


def test_a_sample_that_vanishes_from_the_list_has_no_others_beside_it(two: Workbench) -> None:
    neighbours = Neighbours(two)
    two.samples_changed.emit()
    assert neighbours.faces
    image_id = two.image_id
    rest = [s for s in two.project.samples.summaries() if s.image_id != image_id]
    two.samples.replace(rest)
    two.samples_changed.emit()
    assert not neighbours.faces
