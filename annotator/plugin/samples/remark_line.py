"""What is said of the face on the screen: lines in the dock, there while there is something."""

from qtpy.QtCore import Qt
from qtpy.QtGui import QResizeEvent, QShowEvent
from qtpy.QtWidgets import QSizePolicy, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain
from annotator.plugin.panels.parts import AROUND, elided_lines, text_height
from annotator.workbench.remarks import Remarks
from annotator.workbench.triaged import Triaged

_LINES = 3


class RemarkLine(PlainLabel):
    """Shows what is said of the current sample, cut after a few lines; the tooltip has all of it.

    Parameters
    ----------
    remarks : Remarks or Triaged
    name : str
        What it is called for those who hear it.
    """

    def __init__(
        self,
        remarks: Remarks | Triaged,
        name: str = "What was said of this face",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self._remarks = remarks
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(name)
        remarks.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what is to be said now, or nothing."""
        remark = self._remarks.current
        self.setVisible(bool(remark))
        self._fit()
        explain(self, self._details)

    @property
    def _details(self) -> str:
        return self._remarks.current

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Cut the text by the font that it is shown in: themes give it when it is shown first."""
        super().showEvent(event)
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Cut the text to the width that there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Take the height of the lines that there are: Qt would leave room for one more."""
        metrics, width = self.fontMetrics(), self.width() - AROUND
        text = elided_lines(self._remarks.current, metrics, width, _LINES)
        self.setText(text)
        height = text_height(text, metrics, width) + AROUND
        if height != self.height():
            self.setFixedHeight(height)


class WhyLine(RemarkLine):
    """Says why the current sample stands where it does; the tooltip says it in sentences.

    Parameters
    ----------
    triaged : Triaged
    """

    def __init__(self, triaged: Triaged, parent: QWidget | None = None) -> None:
        self._triaged = triaged
        super().__init__(triaged, "Why this face is here", parent)

    @property
    def _details(self) -> str:
        return self._triaged.details
