"""The button that fits the mesh to its guide, there where a face has one."""

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QWidget

from annotator.plugin.canvas.plain_text import explain
from annotator.plugin.panels.view_panel import ViewPanel
from annotator.workbench.guides import Guides
from annotator.workbench.sight import READ_ONLY
from annotator.workbench.workbench import Workbench

_TIP = "Move the mesh to the sparse landmarks that came with this face; Ctrl+Z takes it back"


class GuideRow(QWidget):
    """Shown only where the face under edit has a guide.

    Parameters
    ----------
    workbench
    guides
    view_panel
        Offers to draw the guide or not, there where there is one.
    """

    def __init__(
        self,
        workbench: Workbench,
        guides: Guides,
        view_panel: ViewPanel,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._guides = guides
        self._view_panel = view_panel
        self.fit = QPushButton("Fit to guide")
        self.fit.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fit.clicked.connect(guides.fit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.fit)
        layout.addStretch(1)
        guides.changed.connect(self._show)
        workbench.project_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        there_is_one = self._guides.guide is not None
        self.setVisible(there_is_one)
        self._view_panel.offer_guide(there_is_one)
        refusal = [READ_ONLY] * self._workbench.is_read_only
        self.fit.setEnabled(not refusal)
        explain(self.fit, _TIP, self._guides.text, *refusal)
