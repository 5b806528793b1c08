"""What the model is unsure of in the face under edit reaches the tools, and nobody waits for it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from threading import Event

import numpy as np
import pytest

from annotator.imaging import read_image
from annotator.inference import FaceMesh, ModelError
from annotator.mesh.covariance import Covariance, canonical_covariance
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.guided import GuidedTool
from annotator.workbench.face_spread import FaceSpread
from annotator.workbench.faces import Faces
from annotator.workbench.model_thread import ModelThread
from annotator.workbench.tools.kinds import ToolKind
from annotator.workbench.workbench import Workbench

CHIN, NOSE = 152, 4
WAIT_S = 60


class Desk:
    """A portrait under edit, and the window's thread played by the test."""

    def __init__(self, bench: Workbench, load: Callable[[], FaceMesh] = FaceMesh.load) -> None:
        self.bench = bench
        self.photograph: np.ndarray | None = read_image(bench.current.image_path)
        self.model = ModelThread(load)
        self.posted: Queue[Callable[[], None]] = Queue()
        self.spread = FaceSpread(bench, lambda: self.photograph, self.model, self.posted.put)
        bench.tools.choose(ToolKind.GUIDED)

    @property
    def expected(self) -> object:
        """What Guided drag, in hand, was told to expect."""
        assert isinstance(self.bench.tools.tool, GuidedTool)
        return self.bench.tools.tool.covariance

    def find_out(self) -> None:
        self.spread.begin()
        self.posted.get(timeout=WAIT_S)()

    def settle(self) -> None:
        """Wait until the thread has nothing to do."""
        self.spread._pool.submit(lambda: None).result(timeout=WAIT_S)

    def close(self) -> None:
        self.spread.close()
        self.model.close()


@pytest.fixture
def desk(work_on: Callable[[Path], Workbench], portraits: Path) -> Iterator[Desk]:
    opened = Desk(work_on(portraits))
    yield opened
    opened.close()


def press(bench: Workbench, vertex: int) -> tuple[float, float]:
    x, y = map(float, bench.session.landmarks[vertex, :2])
    assert bench.session.press(bench.tools.tool, (x, y))
    return x, y


def drag(bench: Workbench, vertex: int, way: float) -> None:
    x, y = press(bench, vertex)
    bench.edits.release((x + way, y))


def test_guided_begins_with_the_prior_and_takes_the_spread_when_it_is_there(desk: Desk) -> None:
    desk.spread.begin()
    assert desk.expected is None
    desk.posted.get(timeout=WAIT_S)()
    assert desk.expected is not None
    assert np.abs(desk.expected.matrix - canonical_covariance(FACE_468).matrix).max() > 1e-4


def test_it_is_the_same_every_time(desk: Desk) -> None:
    desk.find_out()
    first = desk.expected
    desk.find_out()
    np.testing.assert_array_equal(desk.expected.matrix, first.matrix)


def test_contour_takes_it_too(desk: Desk) -> None:
    desk.find_out()
    found = desk.expected
    desk.bench.tools.choose(ToolKind.CONTOUR)
    assert desk.bench.tools.tool.covariance is found


def test_a_stroke_under_way_ends_as_it_began(desk: Desk) -> None:
    bench, way = desk.bench, 0.1 * outer_iod(desk.bench.session.landmarks, FACE_468)
    desk.spread.begin()
    found = desk.posted.get(timeout=WAIT_S)
    x, y = press(bench, NOSE)
    found()
    assert desk.expected is None
    bench.edits.release((x + way, y))
    assert desk.expected is not None
    bench.edits.undo()
    drag_with_prior = GuidedTool()
    state = bench.session.state
    gesture = drag_with_prior.begin(state, (x, y), 1.0).moved((x + way, y))
    bench.edits.redo()
    np.testing.assert_allclose(bench.session.landmarks, gesture.edit.landmarks, atol=1e-3)


def test_nothing_that_a_tool_holds_is_lost_when_it_comes(desk: Desk) -> None:
    bench = desk.bench
    bench.tools.choose(ToolKind.CONTOUR)
    x, y = map(float, bench.session.landmarks[61, :2])
    assert bench.session.press(bench.tools.tool, (x, y))
    bench.edits.release((x, y))
    assert bench.tools.tool.is_pending
    desk.find_out()
    assert bench.tools.tool.is_pending
    assert bench.tools.tool.covariance is not None


def test_another_sample_forgets_it_and_what_comes_late_is_dropped(desk: Desk) -> None:
    desk.spread.begin()
    late = desk.posted.get(timeout=WAIT_S)
    here, other = desk.bench.sample_id, desk.bench.samples.neighbour(desk.bench.sample_id, 1)
    desk.bench.go_to(other)
    late()
    assert desk.expected is None
    desk.photograph = read_image(desk.bench.current.image_path)
    desk.find_out()
    assert desk.expected is not None
    desk.bench.go_to(here)
    assert desk.expected is None


def test_leaving_stops_it_between_two_crops(
    work_on: Callable[[Path], Workbench], portraits: Path
) -> None:
    asked, go_on, looks = Event(), Event(), []

    def load() -> FaceMesh:
        model = FaceMesh.load()

        class Slow:
            info = model.info

            def predict_region(self, *arguments: object, **options: object) -> object:
                looks.append(1)
                asked.set()
                assert go_on.wait(WAIT_S)
                return model.predict_region(*arguments, **options)

        return Slow()

    desk = Desk(work_on(portraits), load)
    desk.spread.begin()
    assert asked.wait(WAIT_S)
    desk.spread.forget()
    go_on.set()
    desk.settle()
    assert len(looks) == 1
    assert desk.posted.empty()
    desk.close()


def test_a_photograph_that_cannot_be_read_has_none(desk: Desk) -> None:
    desk.photograph = None
    desk.spread.begin()
    desk.settle()
    assert desk.posted.empty()
    assert desk.expected is None


def test_without_a_model_the_tools_work_as_ever(
    work_on: Callable[[Path], Workbench], portraits: Path
) -> None:
    def load() -> FaceMesh:
        raise ModelError("gone")

    desk = Desk(work_on(portraits), load)
    said: list[str] = []
    desk.bench.failed.connect(said.append)
    desk.spread.begin()
    desk.settle()
    assert desk.posted.empty()
    drag(desk.bench, CHIN, 5)
    assert desk.bench.session.can_undo
    assert not said
    desk.close()


def test_a_face_predicted_again_has_the_spread_of_that_mesh_until_it_is_undone(desk: Desk) -> None:
    bench = desk.bench
    faces = Faces(bench, lambda: desk.photograph)
    faces.predicted_again.connect(desk.spread.predicted_again)
    desk.find_out()
    first = desk.expected
    faces.repredict()
    desk.posted.get(timeout=WAIT_S)()
    again = desk.expected
    assert np.abs(again.matrix - first.matrix).max() > 1e-5
    bench.edits.undo()
    desk.posted.get(timeout=WAIT_S)()
    np.testing.assert_array_equal(desk.expected.matrix, first.matrix)
    faces.close()


def test_what_was_learned_is_what_it_is_blended_into(desk: Desk) -> None:
    desk.find_out()
    plain, prior = desk.expected, canonical_covariance(FACE_468)
    desk.bench.tools.learn(Covariance(prior.matrix, prior.noise))
    assert desk.expected is desk.bench.tools.learned
    desk.find_out()
    np.testing.assert_allclose(desk.expected.matrix, plain.matrix, atol=1e-12)
    half = Covariance(prior.matrix / 2, prior.noise)
    desk.bench.tools.learn(half)
    desk.find_out()
    np.testing.assert_allclose(desk.expected.matrix, plain.matrix / 2, atol=1e-12)
