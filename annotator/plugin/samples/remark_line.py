"""What was said of the face on the screen, and not resolved yet: a line in the dock."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent, QShowEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain
from annotator.plugin.panels.parts import AROUND, elided_lines
from annotator.workbench.remarks import Remarks

_LINES = 3


class RemarkLine(PlainLabel):
    """Shows the remark on the current sample, cut after a few lines; the tooltip has all of it.

    Parameters
    ----------
    remarks : Remarks
    """

    def __init__(self, remarks: Remarks, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._remarks = remarks
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("What was said of this face")
        remarks.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is to be said now, or nothing."""
        remark = self._remarks.current
        self.setVisible(bool(remark))
        self.setText(self._cut(remark))
        explain(self, remark)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Cut the text by the font that it is shown in: themes give it when it is shown first."""
        super().showEvent(event)
        self.setText(self._cut(self._remarks.current))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Cut the text to the width that there is."""
        super().resizeEvent(event)
        self.setText(self._cut(self._remarks.current))

    def _cut(self, text: str) -> str:
        return elided_lines(text, self.fontMetrics(), self.width() - AROUND, _LINES)
