"""Asks why a sample is rejected: a digit for each reason, Enter to confirm."""

from magicgui.widgets import CheckBox, Container, Label, LineEdit, Widget
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from annotator.project import RejectReason

_TEXTS: dict[RejectReason, str] = {
    RejectReason.NOT_A_FACE: "Not a face",
    RejectReason.POOR_MESH: "Mesh too poor to correct",
    RejectReason.OCCLUDED: "Face covered",
    RejectReason.BLURRED: "Photograph blurred",
    RejectReason.EXTREME_POSE: "Pose too extreme",
    RejectReason.DUPLICATE: "Same face twice",
    RejectReason.OTHER: "Other (say in the comment)",
}


class RejectDialog(QDialog):
    """Reasons and a comment. Keys 1 to 7 tick the reasons."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Reject this sample")
        self._boxes = {
            reason: CheckBox(text=f"{digit}   {_TEXTS[reason]}", name=reason.value)
            for digit, reason in enumerate(RejectReason, start=1)
        }
        self._comment = LineEdit(name="comment", label="Comment")
        self._hint = Label(value="Press the number of each reason, then Enter.")
        form: Container[Widget] = Container(
            widgets=[self._hint, *self._boxes.values()], labels=False
        )
        comment: Container[Widget] = Container(widgets=[self._comment])
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (form.native, comment.native, self._buttons):
            layout.addWidget(widget)
        form.changed.connect(self._update)
        self._update()
        self.setFocus()

    @property
    def reasons(self) -> tuple[RejectReason, ...]:
        """The reasons ticked."""
        return tuple(reason for reason, box in self._boxes.items() if box.value)

    @property
    def comment(self) -> str:
        """The comment, without surrounding blanks."""
        return str(self._comment.value).strip()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Tick a reason by its digit; Enter and Esc do what they do in every dialog."""
        boxes = list(self._boxes.values())
        text = event.text() if event is not None else ""
        if text.isdigit() and 1 <= int(text) <= len(boxes):
            box = boxes[int(text) - 1]
            box.value = not box.value
        else:
            super().keyPressEvent(event)

    def _update(self) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            ok.setText("Reject")
            ok.setEnabled(bool(self.reasons))
            ok.setDefault(True)
