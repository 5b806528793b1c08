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
from annotator.workbench.look.colouring import Legend
from annotator.workbench.undo_text import name_of
from annotator.workbench.workbench import Workbench

_SIZE = (1060, 560)
_NONE_LEFT = "No face is left whose opinions differ by more than the project allows."
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
        self._bench, self._adjudicating, self._photograph = bench, adjudicating, photograph
        self._left: list[int] = []
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
        self.skip.clicked.connect(self._put_off)
        self.edit_on.clicked.connect(self.close)
        adjudicating.changed.connect(self._show)

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
        self._left = self._adjudicating.disputed()
        if not self._left:
            self._bench.told.emit(_NONE_LEFT)
            return
        if self._adjudicating.dispute is None:
            self._bench.go_to(self._left[0])
        self.open_current()

    def open_current(self) -> None:
        """Show the dispute about the face under edit."""
        if self._adjudicating.dispute is None:
            return
        self.show()
        self.raise_()
        self._show()

    def choose(self, candidate: Candidate) -> None:
        """Take a candidate, and go on to the next dispute."""
        decided = self._bench.sample_id
        if not self._adjudicating.choose(candidate):
            return
        if self.accepts.isChecked() and self._bench.sample_id == decided:
            self._bench.verdicts.accept()
        self._left = [one for one in self._left if one != decided]
        if self._left:
            self._go_to_first()
        else:
            self.close()
            self._bench.told.emit(_NONE_LEFT)

    def _put_off(self) -> None:
        """Leave the face for later, and show the next one."""
        current = self._bench.sample_id
        self._left.sort(key=lambda one: one == current)  # the others stay in their order
        self._go_to_first()

    def _go_to_first(self) -> None:
        self._bench.go_to(self._left[0])
        self._show()

    def _show(self) -> None:
        dispute = self._adjudicating.dispute
        if not self.isVisible() or dispute is None:
            return
        sample = self._bench.current
        name = "" if sample is None else name_of(sample)
        more = len(self._left) - 1
        left = f" {more} more to decide." if more > 0 else ""
        self._title.setText(f"{name}: {dispute.standing.reason}.{left}")
        self.skip.setEnabled(more > 0)
        ends = "as the consensus", f"{dispute.scale:.1%} of the eye-centre IOD away or more"
        self._legend.show_legend(Legend("How far vertices lie from the consensus", ends))
        self._make_panes(len(dispute.candidates))
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
