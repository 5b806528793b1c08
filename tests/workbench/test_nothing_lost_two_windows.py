"""Two windows on one project: neither writes over the other, and both see what the other did."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from annotator.inference import ModelInfo
from annotator.mesh.layout import FACE_468
from annotator.project import Project, Reason, SampleState
from annotator.workbench.other_windows import OtherWindows
from annotator.workbench.workbench import Workbench

CHIN, FOREHEAD = 152, 10


class Clock:
    """Stands still until it is moved on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Window:
    """All of a window but its widgets, and what it said."""

    def __init__(self, folder: Path, name: str) -> None:
        self.bench = Workbench(name)
        self.clock = Clock()
        self.others = OtherWindows(self.bench, self.clock)
        self.said: list[str] = []
        self.bench.told.connect(self.said.append)
        self.bench.failed.connect(self.said.append)
        assert self.bench.open(Project.open(folder, busy_timeout=0.1))

    @property
    def mesh(self) -> np.ndarray:
        assert self.bench.session is not None
        return np.array(self.bench.session.landmarks)

    @property
    def strokes(self) -> list[tuple[str | None, bool]]:
        """Who made each stroke of the current sample, and whether it is undone."""
        assert self.bench.project is not None
        assert self.bench.session is not None
        records = self.bench.project.annotations.strokes(self.bench.session.sample_id)
        return [(record.annotator, record.undone) for record in records]

    def begin_drag(self, vertex: int = CHIN) -> tuple[float, float]:
        session = self.bench.session
        assert session is not None
        x, y, _ = session.landmarks[vertex].tolist()
        assert session.press(self.bench.tools.tool, (x, y))
        return x, y

    def drag(self, dx: float, dy: float, vertex: int = CHIN) -> None:
        x, y = self.begin_drag(vertex)
        self.bench.edits.release((x + dx, y + dy))


@pytest.fixture
def open_window(project_folder: Path) -> Iterator[Callable[[str], Window]]:
    windows: list[Window] = []

    def open_it(name: str) -> Window:
        windows.append(Window(project_folder, name))
        return windows[-1]

    yield open_it
    for window in windows:
        window.bench.close()


@pytest.fixture
def kim(open_window: Callable[[str], Window]) -> Window:
    return open_window("kim")


@pytest.fixture
def robin(open_window: Callable[[str], Window]) -> Window:
    return open_window("robin")


def test_a_stroke_on_a_mesh_that_changed_elsewhere_is_put_on_top_and_told(
    kim: Window, robin: Window
) -> None:
    before = kim.mesh
    kim.drag(0, 6)
    robin.drag(5, 0)
    assert robin.strokes == [("kim", False), ("robin", False)]
    (said,) = robin.said
    assert said == (
        "This face was changed in another window by kim; the mesh is now theirs with your last "
        "stroke on top. Undo takes yours back."
    )
    assert_allclose((robin.mesh - before)[CHIN], [5, 6, 0], atol=1e-3)
    robin.bench.edits.undo()
    assert_allclose((robin.mesh - before)[CHIN], [0, 6, 0], atol=1e-3)


def test_strokes_on_different_places_of_one_face_are_both_kept_as_they_were(
    kim: Window, robin: Window
) -> None:
    before = kim.mesh
    kim.drag(0, 6, CHIN)
    robin.drag(0, -6, FOREHEAD)
    both = robin.mesh - before
    assert_allclose(both[CHIN], [0, 6, 0], atol=1e-3)
    assert_allclose(both[FOREHEAD], [0, -6, 0], atol=1e-3)
    stored = robin.bench.project.annotations.load(robin.bench.session.sample_id)
    assert_array_equal(stored.landmarks, robin.mesh)


def test_the_mesh_of_another_window_is_shown_before_anything_is_done_to_it(
    kim: Window, robin: Window
) -> None:
    kim.drag(0, 6)
    robin.others.look()
    assert_array_equal(robin.mesh, kim.mesh)
    assert robin.said == ["This face was changed in another window by kim; the mesh is now theirs."]
    robin.drag(5, 0)
    assert len(robin.said) == 1, "there is nothing to be told any more"


def test_a_stroke_under_way_is_not_taken_from_the_hand(kim: Window, robin: Window) -> None:
    x, y = robin.begin_drag()
    kim.drag(0, 6)
    robin.others.look()
    assert robin.bench.session.is_dragging
    robin.bench.edits.release((x + 5, y))
    assert robin.strokes == [("kim", False), ("robin", False)]


@pytest.mark.parametrize("action", ["undo", "accept"])
def test_nothing_is_undone_or_accepted_that_was_not_on_the_screen(
    kim: Window, robin: Window, action: str
) -> None:
    robin.drag(5, 0)
    kim.others.look()
    kim.drag(0, 6)
    sample_id = robin.bench.session.sample_id
    (robin.bench.edits.undo if action == "undo" else robin.bench.verdicts.accept)()
    assert robin.said[-1].endswith("the mesh is now theirs. Look at it, and try again.")
    assert_array_equal(robin.mesh, kim.mesh)
    assert robin.bench.samples.get(sample_id).state is SampleState.IN_PROGRESS
    assert kim.strokes == [("robin", False), ("kim", False)]


def test_verdicts_and_strokes_of_another_window_show_in_the_list(
    kim: Window, robin: Window
) -> None:
    updated: list[int] = []
    robin.bench.sample_updated.connect(updated.append)
    sample_id = kim.bench.session.sample_id
    kim.bench.verdicts.goes_on = False
    kim.bench.verdicts.accept()
    robin.others.look()
    assert robin.bench.samples.get(sample_id).state is SampleState.ACCEPTED
    assert robin.said == ["kim accepted this face in another window."]
    kim.bench.step(1)
    kim.drag(3, 3)
    kim.bench.verdicts.send_back([Reason.BLURRED])
    other_id = kim.bench.session.sample_id
    robin.others.look()
    assert robin.bench.samples.get(other_id).state is SampleState.SENT_BACK
    assert updated == [sample_id, other_id]
    assert len(robin.said) == 1, "faces that are not under edit are not talked about"
    robin.others.look()
    assert updated == [sample_id, other_id]


def test_a_face_that_another_window_adds_is_listed(kim: Window, robin: Window) -> None:
    project = kim.bench.project
    current = kim.bench.current
    model = project.models.register(ModelInfo("m", "9" * 64, FACE_468))
    changed: list[None] = []
    robin.bench.samples_changed.connect(lambda: changed.append(None))
    total = robin.bench.samples.total
    added = project.samples.add(
        current.image_id,
        kim.mesh + np.float32([50, 0, 0]),
        model_id=model,
        presence=1.0,
        detection_score=1.0,
        added_by="kim",
    )
    robin.others.look()
    assert robin.bench.samples.total == total + 1
    assert robin.bench.samples.get(added.id) == added
    assert len(changed) == 1


def test_many_changes_are_taken_in_at_once_and_only_now_and_then(
    kim: Window, robin: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.workbench.other_windows._MANY", 2)
    ids = robin.bench.samples.ids(0, len(robin.bench.samples) - 1)
    kim.bench.project.reviews.give("accept", ids, reviewer="kim")
    robin.others.look()
    assert robin.bench.samples.count([SampleState.ACCEPTED]) == 1, "the face on the screen"
    robin.clock.seconds = 11
    robin.others.look()
    assert robin.bench.samples.count([SampleState.ACCEPTED]) == len(ids)


def test_a_window_that_writes_alone_is_told_nothing(kim: Window) -> None:
    kim.drag(4, 0)
    kim.others.look()
    kim.bench.edits.undo()
    kim.others.look()
    kim.bench.verdicts.accept()
    kim.others.look()
    assert kim.said == []
