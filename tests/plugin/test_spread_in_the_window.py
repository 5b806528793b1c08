"""Guided drag takes what the model is unsure of in the real dock, while the face is shown."""

from collections.abc import Callable

from qtpy.QtCore import Qt

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.plugin.canvas.pointer import Pointer
from annotator.plugin.dock import AnnotatorDock
from annotator.workbench.toolbox import ToolKind

Workplace = tuple[AnnotatorDock, Pointer]
NOSE = 4


def expected(dock: AnnotatorDock) -> object:
    return dock.workbench.tools.tool.covariance


def test_each_face_that_is_shown_gets_its_own(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, _ = workplace
    dock.workbench.tools.choose(ToolKind.GUIDED)
    wait_for(lambda: expected(dock) is not None, "the spread of the first face")
    first = expected(dock)
    dock.workbench.step(1)
    assert expected(dock) is None
    wait_for(lambda: expected(dock) is not None, "the spread of the next face")
    assert expected(dock) is not first


def test_it_may_come_at_any_moment_of_a_drag_and_the_stroke_is_made(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    pointer.key(Qt.Key.Key_Q, "q")
    session = dock.workbench.session
    x, y, _ = map(float, session.landmarks[NOSE])
    far = 0.1 * outer_iod(session.landmarks, FACE_468)
    pointer.drag((x, y), (x + far, y))
    assert session.can_undo
    wait_for(lambda: expected(dock) is not None, "the spread")
    pointer.drag((x + far, y), (x + 2 * far, y))
    assert abs(float(session.landmarks[NOSE, 0]) - x - 2 * far) < 0.5 * far


def test_predicting_again_finds_it_out_anew(
    workplace: Workplace, wait_for: Callable[..., None]
) -> None:
    dock, pointer = workplace
    dock.workbench.tools.choose(ToolKind.GUIDED)
    wait_for(lambda: expected(dock) is not None, "the spread")
    first = expected(dock)
    pointer.key(Qt.Key.Key_N, "n")
    assert expected(dock) is not first
    wait_for(lambda: expected(dock) is not None, "the spread of the mesh predicted again")
