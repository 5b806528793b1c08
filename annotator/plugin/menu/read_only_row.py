"""A line that says that the open project may only be looked at."""

from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.workbench import Workbench

_SHOWN = "Read-only: to look, compare and export. Open it again once its folder may be written."


class ReadOnlyRow(PlainLabel):
    """Shown as long as a project is open that may not be changed.

    Parameters
    ----------
    workbench : Workbench
    """

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(_SHOWN, parent)
        self._workbench = workbench
        self.setWordWrap(True)
        self.setAccessibleName("Read-only")
        workbench.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        project = self._workbench.project
        self.setVisible(self._workbench.is_read_only)
        explain(self, *([] if project is None else [READ_ONLY, str(project.home)]))
