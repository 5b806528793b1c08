"""The question why a sample is sent back, under real keys."""

import pytest
from qtpy.QtCore import Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QDialog

from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import Reason


@pytest.fixture
def dialog(qtbot) -> SendBackDialog:
    dialog = SendBackDialog()
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_digit_of_other_leads_into_the_comment_where_digits_are_text(
    dialog: SendBackDialog,
) -> None:
    QTest.keyClicks(dialog, "7")
    assert dialog.reasons == (Reason.OTHER,)
    field = dialog.focusWidget()
    assert field is dialog._comment.native
    QTest.keyClicks(field, "2 of 17")
    assert dialog.comment == "2 of 17"
    assert dialog.reasons == (Reason.OTHER,)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted


@pytest.mark.parametrize("reasons", ["7", "47"])
def test_other_is_refused_without_a_comment_and_says_so(dialog: SendBackDialog, reasons) -> None:
    QTest.keyClicks(dialog, reasons)
    assert "comment" in dialog._hint.value
    field = dialog.focusWidget()
    for text in ("", "  "):
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert dialog.isVisible()


def test_without_other_no_comment_is_needed(dialog: SendBackDialog) -> None:
    QTest.keyClicks(dialog, "7")
    dialog._boxes[Reason.OTHER].value = False
    assert dialog.focusWidget() is not dialog._comment.native
    QTest.keyClicks(dialog, "2")
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.reasons == (Reason.POOR_MESH,)


def test_tab_walks_over_the_reasons_to_the_comment(dialog: SendBackDialog) -> None:
    walked = []
    for _ in range(len(Reason) + 1):
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
        walked.append(dialog.focusWidget())
    boxes = [box.native for box in dialog._boxes.values()]
    assert walked == [*boxes, dialog._comment.native]
