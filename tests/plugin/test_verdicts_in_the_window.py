"""Verdicts in the real dock: others' are shown and not passed over, one's own can be undone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtCore import Qt

from annotator.plugin.canvas.pointer import Pointer, process_events
from annotator.plugin.dock import AnnotatorDock
from annotator.project import Project, Reason, SampleState, Verdict

Workplace = tuple[AnnotatorDock, Pointer]
WaitFor = Callable[..., None]
CHIN = 152
CONTROL = Qt.KeyboardModifier.ControlModifier
SEND_BACK = """
import sys
from annotator.project import Project, Reason
with Project.open(sys.argv[1]) as project:
    project.reviews.send_back(int(sys.argv[2]), reviewer="Anna",
        reasons=[Reason.OCCLUDED], comment="<b>left</b>\\nlid")
"""


def enter(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_Return, "\r")


def undo(pointer: Pointer) -> None:
    pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL)


def drag_chin(dock: AnnotatorDock, pointer: Pointer) -> None:
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.drag((x, y), (x + 6, y + 11))


def stored(dock: AnnotatorDock, sample_id: int) -> SampleState:
    return dock.workbench.project.samples.get(sample_id).state


@pytest.fixture
def sent_back_elsewhere(workplace: Workplace, project_folder: Path) -> int:
    """Another program sends the face on the screen back; nothing has looked since."""
    dock, _ = workplace
    dock._look.stop()
    sample_id = dock.workbench.sample_id
    subprocess.run([sys.executable, "-c", SEND_BACK, project_folder, str(sample_id)], check=True)
    return sample_id


def test_what_another_program_says_of_the_face_shows_with_its_reasons(
    workplace: Workplace, sent_back_elsewhere: int, wait_for: WaitFor
) -> None:
    dock, _ = workplace
    assert dock._look.interval() < 1000
    dock._look.start()
    wait_for(lambda: "Anna sent this face back" in dock._message.text())
    assert "face covered, “<b>left</b> lid”" in dock._message.text()
    assert dock._message.textFormat() == Qt.TextFormat.PlainText
    assert dock.workbench.current.state is SampleState.SENT_BACK
    assert dock.remark.isVisible()
    assert dock.remark.text().startswith("Sent back by Anna today at ")
    assert "<b>" not in dock.remark.toolTip()
    assert sent_back_elsewhere == dock.workbench.sample_id


def test_enter_over_an_unseen_verdict_is_refused_once(
    workplace: Workplace, sent_back_elsewhere: int
) -> None:
    dock, pointer = workplace
    enter(pointer)
    assert stored(dock, sent_back_elsewhere) is SampleState.SENT_BACK
    assert "Anna sent this face back today at " in dock._message.text()
    assert dock.workbench.sample_id == sent_back_elsewhere
    enter(pointer)
    assert stored(dock, sent_back_elsewhere) is SampleState.ACCEPTED


def test_a_stroke_over_an_unseen_verdict_is_refused_once(
    workplace: Workplace, sent_back_elsewhere: int
) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    assert stored(dock, sent_back_elsewhere) is SampleState.SENT_BACK
    assert not dock.workbench.session.can_undo
    drag_chin(dock, pointer)
    assert stored(dock, sent_back_elsewhere) is SampleState.IN_PROGRESS


def test_a_nudge_over_an_unseen_verdict_is_refused_once(
    workplace: Workplace, sent_back_elsewhere: int
) -> None:
    dock, pointer = workplace
    x, y, _ = map(float, dock.workbench.session.landmarks[CHIN])
    pointer.move((x, y))
    pointer.key(Qt.Key.Key_Right)
    assert stored(dock, sent_back_elsewhere) is SampleState.SENT_BACK
    assert "Anna sent this face back" in dock._message.text()
    pointer.key(Qt.Key.Key_Right)
    assert stored(dock, sent_back_elsewhere) is SampleState.IN_PROGRESS


def test_undo_after_enter_returns_and_withdraws_the_verdict(workplace: Workplace) -> None:
    dock, pointer = workplace
    first = dock.workbench.sample_id
    drag_chin(dock, pointer)
    enter(pointer)
    second = dock.workbench.sample_id
    assert second != first
    undo(pointer)
    assert dock.workbench.sample_id == first
    assert stored(dock, first) is SampleState.IN_PROGRESS
    assert dock.view.is_shown
    undo(pointer)
    assert stored(dock, first) is SampleState.PREDICTED
    pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL | Qt.KeyboardModifier.ShiftModifier)
    pointer.key(Qt.Key.Key_Z, "\x1a", CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert stored(dock, first) is SampleState.ACCEPTED


def test_an_older_stroke_of_the_next_face_is_asked_about(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    drag_chin(dock, pointer)
    dock.open_folder(project_folder)
    process_events()
    assert not dock.workbench.done.done
    undo(pointer)
    assert dock.workbench.session.can_undo
    assert "undo it too? Press Ctrl+Z again." in dock._message.text()
    assert dock.edit.buttons["undo"].isEnabled()
    undo(pointer)
    assert not dock.workbench.session.can_undo


def test_a_reviewers_enter_goes_on_under_the_filter_accepted(
    workplace: Workplace, project_folder: Path
) -> None:
    dock, pointer = workplace
    ids = [sample.id for sample in dock.workbench.project.samples.summaries()]
    with Project.open(project_folder) as theirs:
        theirs.reviews.give(Verdict.ACCEPT, ids, reviewer="Anna")
    dock.workbench.refresh()
    dock.samples.filter.setCurrentText("Accepted")
    dock.workbench.go_to(ids[1])
    dock.workbench.go_to(ids[0])
    for following in ids[1:]:
        enter(pointer)
        assert dock.workbench.sample_id == following
    enter(pointer)
    assert dock._message.text() == "This is the last sample shown."
    names = {dock.workbench.project.samples.get(i).reviewer for i in ids}
    assert names == {dock.workbench.annotator}


def test_what_was_sent_back_is_shown_until_it_is_resolved_and_in_the_list(
    open_dock: Callable[..., tuple[object, AnnotatorDock]], project_folder: Path
) -> None:
    with Project.open(project_folder) as project:
        first = project.samples.summaries()[0].id
        comment = "the left lid lies too low, " * 30
        project.reviews.send_back(
            first, reviewer="Anna & <i>Bo</i>", reasons=[Reason.OTHER], comment=comment
        )
    viewer, dock = open_dock(project_folder)
    pointer = Pointer(viewer)
    dock.samples.filter.setCurrentText("All samples")
    dock.workbench.go_to(first)
    process_events()
    assert dock.remark.text().startswith("Sent back by Anna & <i>Bo</i> today at ")
    assert dock.remark.text().endswith("…")
    line = dock.remark.fontMetrics().lineSpacing()
    assert 3 * line <= dock.remark.heightForWidth(dock.remark.width()) < 4 * line
    assert "&lt;i&gt;Bo&lt;/i&gt;" in dock.remark.toolTip()
    model = dock.samples.list.model()
    tooltip = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    assert "Sent back by Anna &amp; &lt;i&gt;Bo&lt;/i&gt;" in tooltip
    drag_chin(dock, pointer)
    assert "(changed since)" in dock.remark.text()
    enter(pointer)
    assert not dock.remark.isVisible(), "the next face has none"
    dock.workbench.go_to(first)
    assert dock.remark.text().startswith("Accepted by ")


def test_a_message_about_a_face_goes_with_the_face(workplace: Workplace) -> None:
    dock, _ = workplace
    dock.workbench.told.emit("This face is so.")
    assert dock._message.isVisible()
    dock.workbench.step(1)
    assert dock._message.text() == ""
    dock.telling.tell("5 samples exported.")
    dock.workbench.step(-1)
    assert dock._message.text() == "5 samples exported."


def test_a_message_of_several_lines_is_not_cut(workplace: Workplace) -> None:
    dock, _ = workplace
    metrics = dock._message.fontMetrics()
    assert dock._message.height() >= 2 * metrics.lineSpacing()
    dock.workbench.failed.emit("Anna sent this face back, and says at length why it is so. " * 4)
    process_events()
    needed = dock._message.heightForWidth(dock._message.width())
    assert dock._message.height() >= needed


def test_the_reasons_of_sending_back_that_was_refused_are_kept_for_the_next_try(
    workplace: Workplace, project_folder: Path, when_asked: Callable[..., Any]
) -> None:
    dock, pointer = workplace
    dock._look.stop()
    sample_id = dock.workbench.sample_id

    def answer_late(dialog: Any) -> None:
        dialog.fill([Reason.BLURRED], "foggy")
        with Project.open(project_folder) as theirs:
            theirs.reviews.accept(sample_id, reviewer="Anna")
        dialog.accept()

    when_asked(answer_late)
    pointer.key(Qt.Key.Key_X, "x")
    assert stored(dock, sample_id) is SampleState.ACCEPTED
    assert "Anna accepted this face today at " in dock._message.text()
    when_asked(lambda dialog: dialog.accept())
    pointer.key(Qt.Key.Key_X, "x")
    newest = dock.workbench.project.reviews.newest(sample_id)
    assert (newest.reasons, newest.comment) == ((Reason.BLURRED,), "foggy")


def test_reasons_given_for_a_face_that_was_taken_away_meanwhile_send_back_no_other(
    workplace: Workplace, when_asked: Callable[..., Any]
) -> None:
    dock, pointer = workplace
    asked, other = dock.workbench.sample_id, dock.workbench.samples.at(2).id

    def answer_late(dialog: Any) -> None:
        dialog.fill([Reason.BLURRED], "")
        dock.workbench.go_to(other)  # as when another window removes the photograph
        dialog.accept()

    when_asked(answer_late)
    pointer.key(Qt.Key.Key_X, "x")
    assert dock.workbench.sample_id == other
    assert {stored(dock, asked), stored(dock, other)} == {SampleState.PREDICTED}
    assert "no longer on the screen" in dock._message.text()
