"""Opinions of one face side by side, one of which is chosen: the window."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from qtpy.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, explain, named_button
from annotator.plugin.panels.legend_view import LegendView
from annotator.plugin.samples.dispute_parts import CandidatePane
from annotator.plugin.samples.mesh_pane import SharedView
from annotator.workbench.adjudicating import Adjudicating, Candidate, Dispute, frame_of
from annotator.workbench.dispute_queue import DisputeQueue
from annotator.workbench.look.colouring import Legend
from annotator.workbench.workbench import Workbench

_SIZE = (1060, 560)
_HINT = "The wheel zooms all of them, dragging moves them. Whose opinion is which is not shown."

Photograph = Callable[[], NDArray[np.uint8] | None]


class AdjudicationWindow(QDialog):
    """Shows a dispute: a pane for each opinion and for their consensus, and a button to take it.

    Parameters
    ----------
    bench : Workbench
    adjudicating : Adjudicating
    photograph : callable
        Returns the photograph under edit, or None.
    """

    def __init__(
        self,
        bench: Workbench,
        adjudicating: Adjudicating,
        photograph: Photograph,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Opinions that differ")
        self.resize(*_SIZE)
        self._adjudicating, self._photograph = adjudicating, photograph
        self._queue = DisputeQueue(bench, adjudicating)
        self._view = SharedView(self)
        self.panes: list[CandidatePane] = []
        self._row = QHBoxLayout()
        self._title, self._legend = PlainLabel(), LegendView()
        self._title.setWordWrap(True)
        self.accepts = QCheckBox("Accept what is taken")
        self.accepts.setChecked(True)
        explain(self.accepts, "Else it stays to be reviewed, or edited on.")
        self.skip = named_button("Leave for later")
        self.edit_on = named_button("Edit by hand")
        explain(self.edit_on, "Close this window; the face is under edit.")
        self._arrange()
        self.skip.clicked.connect(self._queue.put_off)
        self.edit_on.clicked.connect(self.close)
        self._queue.changed.connect(self._show)
        self._queue.ended.connect(self._end)

    def _arrange(self) -> None:
        hint = PlainLabel(_HINT)
        hint.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.accepts)
        row.addStretch(1)
        row.addWidget(self.skip)
        row.addWidget(self.edit_on)
        layout = QVBoxLayout(self)
        layout.addWidget(self._title)
        layout.addLayout(self._row, stretch=1)
        layout.addWidget(self._legend)
        layout.addWidget(hint)
        layout.addLayout(row)

    def open_all(self) -> None:
        """Begin with the first face that somebody has to decide, or say that there is none."""
        if self._queue.begin():
            self._open()

    def open_current(self) -> None:
        """Show the dispute about the face under edit."""
        if self._queue.begin_here():
            self._open()

    def _open(self) -> None:
        self.show()
        self.raise_()
        self._show()

    def choose(self, candidate: Candidate) -> None:
        """Take a candidate, and go on to the next dispute."""
        self._queue.choose(candidate, accepts=self.accepts.isChecked())

    def _end(self) -> None:
        self.close()

    def _show(self) -> None:
        """Show what is under edit; where nobody has to decide about it, say so."""
        if not self.isVisible():
            return
        dispute = self._adjudicating.dispute
        self._title.setText(self._queue.title)
        self.skip.setEnabled(self._queue.others > 0)
        self._make_panes(0 if dispute is None else len(dispute.candidates))
        if dispute is not None:
            away = f"{dispute.scale:.1%} of the eye distance away or more"
            ends = "as the consensus", away
            self._legend.show_legend(Legend("How far vertices lie from the consensus", ends))
            self._fill(dispute)

    def _make_panes(self, count: int) -> None:
        """Have as many panes as there are candidates."""
        if len(self.panes) == count:
            return
        for pane in self.panes:
            self._row.removeWidget(pane)
            pane.hide()
            pane.deleteLater()
        self.panes = [CandidatePane(self._view, self.choose) for _ in range(count)]
        for pane in self.panes:
            self._row.addWidget(pane, stretch=1)
        if self.panes:
            self.panes[0].mesh.resized.connect(self._frame)

    def _fill(self, dispute: Dispute) -> None:
        pixels = self._photograph()
        for pane, candidate in zip(self.panes, dispute.candidates, strict=True):
            pane.show_candidate(dispute, candidate, pixels)
        self._frame()

    def _frame(self) -> None:
        dispute = self._adjudicating.dispute
        if dispute is not None and self.panes:
            self._view.show_box(frame_of(dispute.candidates), self.panes[0].mesh.size())
