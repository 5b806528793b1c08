"""The parts about opinions that differ: one of them with its button, and the line in the dock."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain, name_button, named_button
from annotator.plugin.panels.parts import without_focus
from annotator.plugin.samples.mesh_pane import MeshPane, SharedView
from annotator.workbench.adjudicating import Adjudicating, Candidate, Dispute


class CandidatePane(QWidget):
    """A mesh that can be decided for: what it is, how it looks, and a button to take it.

    Parameters
    ----------
    view : SharedView
        Of all of them.
    take : callable
        Called with the candidate whose button is pressed.
    """

    def __init__(self, view: SharedView, take: Callable[[Candidate], object]) -> None:
        super().__init__()
        self._take = take
        self._candidate: Candidate | None = None
        self.title, self.mesh = PlainLabel(), MeshPane(view)
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = named_button("Take")
        self.button.clicked.connect(self._pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.title)
        layout.addWidget(self.mesh, stretch=1)
        layout.addWidget(self.button)

    def show_candidate(
        self, dispute: Dispute, candidate: Candidate, pixels: NDArray[np.uint8] | None
    ) -> None:
        """Show a candidate over its photograph, (H, W, 3), if that can be shown."""
        self._candidate = candidate
        self.title.setText(f"{candidate.title}: {candidate.place}")
        name_button(self.button, f"Take {candidate.called}")
        self.mesh.setAccessibleName(candidate.title)
        self.mesh.show_photograph(pixels)
        points = candidate.landmarks[:, :2].astype(np.float64)
        edges = dispute.layout.topology.opened_edges
        self.mesh.show_mesh(points, edges, dispute.colours(candidate))

    def _pressed(self) -> None:
        if self._candidate is not None:
            self._take(self._candidate)


class DisputeRow(QWidget):
    """A line in the dock where the opinions of the face under edit differ, and a button.

    Parameters
    ----------
    adjudicating : Adjudicating
    compare : callable
        Shows the opinions side by side.
    """

    def __init__(
        self,
        adjudicating: Adjudicating,
        compare: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._adjudicating = adjudicating
        self.text = PlainLabel()
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = named_button("Compare…")
        explain(self.button, "See the opinions side by side, and decide.")
        self.button.clicked.connect(compare)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.text, stretch=1)
        layout.addWidget(self.button)
        without_focus(self)
        adjudicating.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.text.setText(self._adjudicating.text)
        explain(self.text, self._adjudicating.text)
        self.setVisible(bool(self._adjudicating.text))
