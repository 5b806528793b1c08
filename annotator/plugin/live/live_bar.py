"""The bar of the live window: a button for all that can be done, with its words and its key."""

from functools import partial

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QGridLayout, QPushButton, QWidget

from annotator.plugin.canvas.plain_text import explain, name_button, named_button
from annotator.workbench.live.live_actions import ACTIONS, button_text
from annotator.workbench.live.live_look import LiveLook

_IN_A_ROW = 5


class LiveBar(QWidget):
    """Buttons, in two rows.

    Attributes
    ----------
    asked
        Carries the name of what somebody wants.
    """

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for number, action in enumerate(ACTIONS):
            button = named_button(action.title, self)
            explain(button, action.hint)
            # The space bar grabs: it must not press what was clicked last.
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._ask, action.name))
            layout.addWidget(button, *divmod(number, _IN_A_ROW))
            self.buttons[action.name] = button

    def show_state(self, look: LiveLook, *, is_recording: bool, grabs: bool) -> None:
        """Say on the buttons how all is set."""
        for action in ACTIONS:
            text = button_text(action, look, is_recording=is_recording, grabs=grabs)
            name_button(self.buttons[action.name], text)

    def _ask(self, name: str, _checked: bool = False) -> None:
        self.asked.emit(name)
