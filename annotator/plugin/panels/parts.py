"""The dock's forms and rows of buttons."""

from collections.abc import Callable

from qtpy.QtCore import QSize, Qt, QTimer
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings

_MESSAGE_MS = 12_000
_LINES = 2
# napari's themes put the arrow of a button's menu onto the end of its text.
MENU_BUTTON_STYLE = "QPushButton { padding-right: 18px; }"
_WIDEST_LABEL, _LABEL_MARGIN = "Measured in", 10


def without_focus(widget: QWidget) -> None:
    """Keep the keyboard with the canvas when this widget or a part of it is clicked."""
    for part in (widget, *widget.findChildren(QWidget)):
        part.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class KeyButton(QPushButton):
    """A button that names its key and leaves the keyboard with the canvas.

    Parameters
    ----------
    text : str
    action : str
        Whose key it names, in `annotator.workbench.keys.SHORTCUTS`.
    tooltip : str
    with_key : bool
        Whether the key stands on the button; it is in the tooltip anyway.
    """

    def __init__(self, text: str, action: str, tooltip: str, *, with_key: bool = True) -> None:
        super().__init__()
        self._text, self._action, self._tooltip, self._with_key = text, action, tooltip, with_key
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)
        self.show_key(DEFAULT_BINDINGS)

    def show_key(self, bindings: KeyBindings) -> None:
        """Name the key that is in effect now."""
        key = bindings.text(self._action)
        self.setText(f"{self._text}  ({key})" if key and self._with_key else self._text)
        self.setToolTip(f"{self._tooltip}\nKey: {key}" if key else self._tooltip)


def key_button(
    text: str, action: str, callback: Callable[[], object], tooltip: str, *, with_key: bool = True
) -> KeyButton:
    """Return a `KeyButton` that calls back; the dock shows it the keys in effect."""
    button = KeyButton(text, action, tooltip, with_key=with_key)
    # Through a lambda because Qt would pass whether the button is checked.
    button.clicked.connect(lambda: callback())  # noqa: PLW0108
    return button


def button_row(*buttons: QPushButton) -> QWidget:
    """Return buttons side by side."""
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(4)
    for button in buttons:
        layout.addWidget(button)
    return row


def row_form() -> QFormLayout:
    """Return a layout for rows with a label each; see `RowLabel`."""
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 2)
    form.setHorizontalSpacing(8)
    form.setVerticalSpacing(3)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


class RowLabel(QLabel):
    """A label as wide as all others, on whichever page: what stands beside it lines up."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the widest label there is, in the letters of the theme."""
        widest = max(_WIDEST_LABEL, self.text(), key=len)
        width = self.fontMetrics().horizontalAdvance(widest) + _LABEL_MARGIN
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the same."""
        return self.sizeHint()


class PassingMessage(QLabel):
    """A sentence that goes away by itself after a while.

    Its room stays, so that nothing moves under the annotator's hand when it comes and goes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 2)
        room = self.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.setSizePolicy(room)
        self.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)

    def show_for_a_while(self, text: str) -> None:
        """Show a sentence in place of the one before."""
        self.setText(text)
        self.setToolTip(text)
        self.show()
        self._timer.start(_MESSAGE_MS)
