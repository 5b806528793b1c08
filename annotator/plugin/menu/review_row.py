"""A line that says that somebody reviews here, and which keys are for that."""

from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.workbench.bench import Bench
from annotator.workbench.reviewing import Reviewing
from annotator.workbench.reviewing_text import how_to_review

_STYLE = "QLabel { background: #2b4a6b; color: #f2f5f7; border-radius: 4px; padding: 3px 6px; }"


class ReviewRow(PlainLabel):
    """Shown as long as somebody reviews.

    Parameters
    ----------
    bench : Bench
    reviewing : Reviewing
    """

    def __init__(self, bench: Bench, reviewing: Reviewing, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._bench, self._reviewing = bench, reviewing
        self.setWordWrap(True)
        self.setStyleSheet(_STYLE)
        self.setAccessibleName("Reviewing")
        reviewing.changed.connect(self._show)
        bench.samples_changed.connect(self._show)
        bench.sample_updated.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setVisible(self._reviewing.is_on)
        if self._reviewing.is_on:
            self.setText(f"{self._reviewing.text} {how_to_review(self._bench.keys)}")
