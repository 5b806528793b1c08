"""A line that says that the open project may only be looked at."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QLabel, QWidget

from annotator.workbench.foreign_text import rich
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.workbench import Workbench

_SHOWN = "Read-only: to look, compare and export. Open it again once its folder may be written."


class ReadOnlyRow(QLabel):
    """Shown as long as a project is open that may not be changed.

    Parameters
    ----------
    workbench : Workbench
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(_SHOWN, parent)
        self._workbench = workbench
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAccessibleName("Read-only")
        workbench.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        project = self._workbench.project
        self.setVisible(self._workbench.is_read_only)
        self.setToolTip("" if project is None else rich(f"{READ_ONLY}\n{project.home}"))
