"""Checks in the real dock: rows that follow each stroke, and a question before accepting."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QAbstractButton, QMessageBox

from annotator.mesh.tools.base import Edit
from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import SampleState, Verdict
from annotator.workbench.batch import planned
from annotator.workbench.look import palette

Workplace = tuple[AnnotatorDock, Pointer]
WaitFor = Callable[..., None]
NOSE_TIP = 4
CONTROL = Qt.KeyboardModifier.ControlModifier


def enter(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_Return, "\r")


def fold(dock: AnnotatorDock, pointer: Pointer) -> None:
    """Drag the tip of the nose over the cheek, with the mouse and without the guard."""
    dock.workbench.tools.set(guards=False)
    x, y, _ = map(float, dock.workbench.session.landmarks[NOSE_TIP])
    width = float(np.ptp(dock.workbench.session.landmarks[:, 0]))
    pointer.drag((x, y), (x + 0.3 * width, y))
    process_events()


def stored(dock: AnnotatorDock, sample_id: int) -> SampleState:
    return dock.workbench.project.samples.get(sample_id).state


def shown_rows(dock: AnnotatorDock) -> list[str]:
    return [row.sentence for row in dock.finding_rows.rows if row.isVisible()]


def red_vertices(dock: AnnotatorDock) -> set[int]:
    """The vertices that are drawn as pointed at."""
    colours = dock.view.drawing.look.vertex_colours
    is_red = (colours == np.array(palette.POINTED_COLOUR, np.float32)).all(axis=1)
    return set(np.flatnonzero(is_red).tolist())


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    process_events()


def test_rows_say_what_a_stroke_turned_over_and_go_with_undo(workplace: Workplace) -> None:
    dock, pointer = workplace
    assert not dock.finding_rows.isVisible()
    fold(dock, pointer)
    assert dock.finding_rows.isVisible()
    assert any("turned over" in sentence for sentence in shown_rows(dock))
    row = dock.finding_rows.rows[0]
    assert "Triangles turned over (high)" in row.toolTip()
    pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL)
    assert not dock.finding_rows.isVisible()
    assert dock.workbench.checks.findings == ()


def test_a_click_on_a_row_shows_its_vertices_and_another_one_no_more(workplace: Workplace) -> None:
    dock, pointer = workplace
    fold(dock, pointer)
    zoom = dock.view._framing.zoom
    (row, *_), (finding, *_) = dock.finding_rows.rows, dock.workbench.checks.findings
    click(row)
    assert row.isChecked()
    assert red_vertices(dock) == set(finding.vertices)
    assert dock.view._framing.zoom > zoom
    click(row)
    assert not row.isChecked()
    assert not red_vertices(dock)


def test_the_next_face_is_pointed_at_nowhere(workplace: Workplace) -> None:
    dock, pointer = workplace
    fold(dock, pointer)
    click(dock.finding_rows.rows[0])
    dock.workbench.step(1)
    process_events()
    assert not dock.finding_rows.isVisible()
    assert not red_vertices(dock)


def test_enter_on_a_folded_mesh_asks_once_and_shows_where(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.sample_id
    fold(dock, pointer)
    enter(pointer)
    assert dock.question.isVisible()
    assert "turned over" in dock.question.text.text()
    assert red_vertices(dock)
    assert stored(dock, sample_id) is SampleState.IN_PROGRESS
    click(dock.question.make)
    assert not dock.question.isVisible()
    assert stored(dock, sample_id) is SampleState.ACCEPTED
    # Withdrawn and accepted again as it is: that was answered.
    dock.workbench.go_to(sample_id)
    dock.workbench.verdicts.reopen()
    process_events()
    enter(pointer)
    assert not dock.question.isVisible()
    assert stored(dock, sample_id) is SampleState.ACCEPTED


def test_enter_in_the_question_looks_and_accepts_nothing(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.sample_id
    fold(dock, pointer)
    zoom = dock.view._framing.zoom
    enter(pointer)
    QTest.keyClick(dock.question, Qt.Key.Key_Return)
    process_events()
    assert not dock.question.isVisible()
    assert dock.workbench.sample_id == sample_id
    assert stored(dock, sample_id) is SampleState.IN_PROGRESS
    assert dock.view._framing.zoom > zoom
    assert red_vertices(dock)


def test_another_stroke_is_asked_about_anew(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.sample_id
    fold(dock, pointer)
    enter(pointer)
    click(dock.question.make)
    dock.workbench.go_to(sample_id)
    process_events()
    fold(dock, pointer)
    enter(pointer)
    assert dock.question.isVisible()


def test_a_good_mesh_is_accepted_without_a_question(workplace: Workplace) -> None:
    dock, pointer = workplace
    sample_id = dock.workbench.sample_id
    enter(pointer)
    assert not dock.question.isVisible()
    assert stored(dock, sample_id) is SampleState.ACCEPTED


@pytest.fixture
def with_a_fold(workplace: Workplace) -> tuple[AnnotatorDock, list[int], int]:
    """Three faces that were seen, one of which is folded."""
    dock, pointer = workplace
    bench = dock.workbench
    folded = bench.sample_id
    fold(dock, pointer)
    seen = [folded]
    for _ in range(2):
        bench.step(1)
        process_events()
        seen.append(bench.sample_id)
    bench.note_seen()
    return dock, seen, folded


@pytest.mark.parametrize(
    ("answer", "accepted"),
    [("Accept the others (2)", 2), ("Accept all the same", 3), ("Cancel", 0)],
)
def test_a_batch_is_asked_about_once_with_counts(
    with_a_fold: tuple[AnnotatorDock, list[int], int],
    when_asked: Callable[[Callable[[Any], object]], Any],
    answer: str,
    accepted: int,
) -> None:
    dock, seen, folded = with_a_fold
    said: list[str] = []

    def give(box: QMessageBox) -> None:
        said.append(box.text())
        (button,) = [one for one in box.buttons() if one.text().replace("&", "") == answer]
        button.click()

    when_asked(give)
    bench = dock.workbench
    dock.samples.batch.run(planned(bench.samples, Verdict.ACCEPT, seen))
    assert "In 1 sample checks found something serious: triangles turned over (1)" in said[0]
    states = [stored(dock, sample_id) for sample_id in seen]
    assert states.count(SampleState.ACCEPTED) == accepted
    assert (stored(dock, folded) is SampleState.ACCEPTED) == (accepted == 3)


def test_a_batch_of_good_meshes_is_asked_as_ever(
    workplace: Workplace, when_asked: Callable[[Callable[[Any], object]], Any]
) -> None:
    dock, _ = workplace
    bench = dock.workbench
    bench.note_seen()
    when_asked(lambda box: box.button(QMessageBox.StandardButton.Yes).click())
    dock.samples.batch.run(planned(bench.samples, Verdict.ACCEPT, [bench.sample_id]))
    assert bench.current.state is SampleState.ACCEPTED


def test_many_meshes_are_checked_on_a_thread_and_asked_about_after_it(
    with_a_fold: tuple[AnnotatorDock, list[int], int],
    when_asked: Callable[[Callable[[Any], object]], Any],
    monkeypatch: pytest.MonkeyPatch,
    wait_for: WaitFor,
) -> None:
    dock, seen, _ = with_a_fold
    monkeypatch.setattr("annotator.plugin.samples.batch_asking._FEW_MESHES", 1)

    def give(box: QMessageBox) -> None:
        (button,) = [one for one in box.buttons() if "others" in one.text()]
        button.click()

    when_asked(give)
    dock.samples.batch.run(planned(dock.workbench.samples, Verdict.ACCEPT, seen))
    wait_for(lambda: [stored(dock, one) for one in seen].count(SampleState.ACCEPTED) == 2)


def test_the_less_serious_findings_are_in_a_menu(workplace: Workplace) -> None:
    dock, _ = workplace
    landmarks = dock.workbench.session.state.landmarks.copy()
    landmarks[:, :2] *= np.float32(0.1)  # small and far from where it was, and folded besides
    landmarks[NOSE_TIP, 0] += 5
    landmarks[152, 1] += 4
    dock.workbench.edits.apply("grab", Edit(landmarks))
    process_events()
    found = dock.workbench.checks.findings
    assert len(found) > 2
    assert dock.finding_rows.more.isVisible()
    assert dock.finding_rows.more.text() == f"{len(found) - 2} more"
    entries = dock.finding_rows.more.menu().actions()
    assert [entry.text() for entry in entries] == [one.sentence for one in found[2:]]
    entries[0].trigger()
    assert dock.workbench.checks.pointed_at == (found[2],)
