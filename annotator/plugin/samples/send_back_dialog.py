"""Asks why a sample is sent back or excluded: a digit for each reason, Enter to confirm."""

from collections.abc import Sequence
from itertools import pairwise

from magicgui.widgets import CheckBox, Container, Label, LineEdit, Widget
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QVBoxLayout,
    QWidget,
)

from annotator.plugin.canvas.plain_text import name_button
from annotator.plugin.keyboard.key_reader import pressed_digit
from annotator.project import Reason
from annotator.workbench.foreign_text import plain
from annotator.workbench.marked_places import WHOLE_FACE, Place
from annotator.workbench.verdict_words import reason_text

_MOST_DIGITS = 9
_ASK = "Press the number of each reason, then Enter."
_ASK_ANY = "Press the numbers of reasons, if there are any, then Enter."
_ASK_COMMENT = "Say in the comment what it is, then Enter."


def _label(digit: int, reason: str) -> str:
    said = "Other (say in the comment)" if reason == Reason.OTHER else reason_text(reason)
    return plain(f"{digit}   {said}" if digit <= _MOST_DIGITS else f"     {said}")


class SendBackDialog(QDialog):
    """Reasons, the project's, and a comment. Keys 1 to 9 tick them; "other" needs the comment.

    Parameters
    ----------
    reasons : sequence of str
    does : str
        What is written on the button.
    needs_reason : bool
    places : sequence of Place
        What of the face it can be about; the key 0 goes from one to the next.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        reasons: Sequence[str] = tuple(Reason),
        does: str = "Send back",
        needs_reason: bool = True,
        places: Sequence[Place] = (),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Send this sample back")
        self._does, self._needs_reason = does, needs_reason
        self._places = tuple(places)
        self.place_choice = QComboBox()
        for place in self._places:
            self.place_choice.addItem(plain(place.title))
        self._boxes = {
            str(reason): CheckBox(text=_label(digit, reason), name=f"reason_{reason}")
            for digit, reason in enumerate(reasons, start=1)
        }
        self._comment = LineEdit(name="comment", label="Comment")
        self._hint = Label(value=_ASK)
        form: Container[Widget] = Container(
            widgets=[self._hint, *self._boxes.values()], labels=False
        )
        comment: Container[Widget] = Container(widgets=[self._comment])
        where = QFormLayout()
        where.addRow("0   About", self.place_choice)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(form.native)
        if self._places:
            layout.addLayout(where)
        layout.addWidget(comment.native)
        layout.addWidget(self._buttons)
        self._order_by_tab()
        if Reason.OTHER in self._boxes:
            self._boxes[Reason.OTHER].changed.connect(self._go_to_comment)
        form.changed.connect(self._update)
        self._comment.changed.connect(self._update)
        self._update()
        self.setFocus()

    def fill(self, reasons: Sequence[str], comment: str) -> None:
        """Begin with what was said before and could not be written."""
        for reason, box in self._boxes.items():
            box.value = reason in reasons
        self._comment.value = comment
        self.setFocus()

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons ticked."""
        return tuple(reason for reason, box in self._boxes.items() if box.value)

    @property
    def place(self) -> Place:
        """What of the face it is about."""
        return self._places[self.place_choice.currentIndex()] if self._places else WHOLE_FACE

    @property
    def comment(self) -> str:
        """The comment, without surrounding blanks."""
        return str(self._comment.value).strip()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Tick a reason by its digit; Enter and Esc do what they do in every dialog."""
        boxes = list(self._boxes.values())
        digit = None if event is None else pressed_digit(event)
        if digit is not None and 1 <= digit <= len(boxes):
            box = boxes[digit - 1]
            box.value = not box.value
        elif digit == 0 and self._places:
            following = (self.place_choice.currentIndex() + 1) % len(self._places)
            self.place_choice.setCurrentIndex(following)
        else:
            super().keyPressEvent(event)

    def _order_by_tab(self) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        boxes = [box.native for box in self._boxes.values()]
        where = [self.place_choice] if self._places else []
        for one, other in pairwise([*boxes, *where, self._comment.native, ok, cancel]):
            self.setTabOrder(one, other)

    def _go_to_comment(self, is_ticked: bool) -> None:
        """Have the comment written once "other" is ticked; digits are a part of it then."""
        (self._comment.native if is_ticked else self).setFocus()

    def _update(self) -> None:
        # Nobody could tell later what another reason was.
        lacks_comment = Reason.OTHER in self.reasons and not self.comment
        asks = _ASK if self._needs_reason else _ASK_ANY
        self._hint.value = _ASK_COMMENT if lacks_comment else asks
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        if ok is not None:
            name_button(ok, self._does)
            ok.setEnabled(bool(self.reasons or not self._needs_reason) and not lacks_comment)
            ok.setDefault(True)
