"""What the dock shows of rounds: which one it is, what to compare with, what the new model says."""

from qtpy.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel, explain
from annotator.plugin.panels.parts import RowLabel, row_form, without_focus
from annotator.workbench.comparing import Comparing
from annotator.workbench.foreign_text import plain
from annotator.workbench.present_round import PresentRound

_REMARK_TIP = "How far its vertices would move on average, as a share of the eye distance"
_TIP = "Which prediction the ghost, the vectors and the comparison show"


class RoundTitle(PlainLabel):
    """Tells which round is under way, and with which model.

    Parameters
    ----------
    present : PresentRound
    """

    def __init__(self, present: PresentRound, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._present = present
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("The round")
        present.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        text = self._present.text
        self.setText(text)
        explain(self, text)
        self.setVisible(bool(text))


class CompareRow(QWidget):
    """Chooses which prediction a face is compared with; not there while there is but one model.

    Parameters
    ----------
    comparing : Comparing
    """

    def __init__(self, comparing: Comparing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._comparing = comparing
        self.choice = QComboBox()
        adjust = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.choice.setSizeAdjustPolicy(adjust)
        self.choice.setMinimumContentsLength(8)
        explain(self.choice, _TIP)
        form = row_form()
        form.addRow(RowLabel("Compare"), self.choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        without_focus(self)
        self.choice.activated.connect(self._choose)
        comparing.changed.connect(self._show)
        self._show()

    def _choose(self, row: int) -> None:
        self._comparing.choice = self._comparing.choices[row]

    def _show(self) -> None:
        choices = self._comparing.choices
        titles = [plain(choice.title) for choice in choices]
        if titles != [self.choice.itemText(row) for row in range(self.choice.count())]:
            self.choice.clear()
            for title in titles:
                self.choice.addItem(plain(title))
        self.choice.setCurrentIndex(choices.index(self._comparing.choice))
        self.setVisible(len(choices) > 1)


class RoundRemark(PlainLabel):
    """Tells what the newest model would make of a face that people worked on.

    Parameters
    ----------
    comparing : Comparing
    """

    def __init__(self, comparing: Comparing, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._comparing = comparing
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        explain(self, _REMARK_TIP)
        self.setAccessibleName("What the newest model says of this face")
        comparing.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setText(self._comparing.remark)
        self.setVisible(bool(self._comparing.remark))
