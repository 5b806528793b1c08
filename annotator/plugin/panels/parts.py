"""The dock's forms and rows of buttons."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QRect, QSize, Qt, QTimer
from qtpy.QtGui import QAction, QFontMetrics, QResizeEvent
from qtpy.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from annotator.plugin.canvas.plain_text import PlainLabel, explain, name_button
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings

_MESSAGE_MS = 12_000
_LINES = 2
# napari's themes put the arrow of a button's menu onto the end of its text.
MENU_BUTTON_STYLE = "QPushButton { padding-right: 18px; }"
_WIDEST_LABEL, _LABEL_MARGIN = "Measured in", 10
# What napari's themes put around a label's text, on two sides together.
AROUND = 10
_OTHER_FONT = (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.Polish)


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
        self._key, self._refusal = "", ""
        self.show_key(DEFAULT_BINDINGS)

    def show_key(self, bindings: KeyBindings) -> None:
        """Name the key that is in effect now."""
        self._bindings = bindings
        key = bindings.text(self._action)
        name_button(self, f"{self._text}  ({key})" if key and self._with_key else self._text)
        self._key = key
        self._explain()

    def rename(self, text: str, tooltip: str) -> None:
        """Do something else from now on, by the same key."""
        self._text, self._tooltip = text, tooltip
        self.show_key(self._bindings)

    def refuse(self, reason: str) -> None:
        """Be of no use for a reason, which the tooltip says; without one, be of use again."""
        self.setEnabled(not reason)
        self._refusal = reason
        self._explain()

    def _explain(self) -> None:
        key = f"Key: {self._key}" if self._key else ""
        explain(self, *filter(None, [self._tooltip, key, self._refusal]))


def key_button(
    text: str, action: str, callback: Callable[[], object], tooltip: str, *, with_key: bool = True
) -> KeyButton:
    """Return a `KeyButton` that calls back; the dock shows it the keys in effect."""
    button = KeyButton(text, action, tooltip, with_key=with_key)
    # Through a lambda because Qt would pass whether the button is checked.
    button.clicked.connect(lambda: callback())  # noqa: PLW0108
    return button


def refuse_entry(entry: QAction | None, reason: str) -> None:
    """Let an entry of a menu be of no use for a reason, which its tooltip says."""
    if entry is not None:
        entry.setEnabled(False)
        explain(entry, reason)


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


class RowLabel(PlainLabel):
    """A label as wide as all others, on whichever page: what stands beside it lines up."""

    def sizeHint(self) -> QSize:  # noqa: N802
        """Return the size of the widest label there is, in the letters of the theme."""
        widest = max(_WIDEST_LABEL, self.text(), key=len)
        width = self.fontMetrics().horizontalAdvance(widest) + _LABEL_MARGIN
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Return the same."""
        return self.sizeHint()


def text_height(text: str, metrics: QFontMetrics, width: int) -> int:
    """Return how high a text is in this width, in pixels, broken into lines between words."""
    room = QRect(0, 0, max(width, 1), 100_000)
    return int(metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), text).height())


def elided_lines(text: str, metrics: QFontMetrics, width: int, lines: int) -> str:
    """Return a text, cut with an ellipsis where it would take more lines in this width."""
    # Lines are a little higher than said where a letter is.
    most = (lines + 0.5) * metrics.lineSpacing()
    if text_height(text, metrics, width) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if text_height(f"{text[:middle].rstrip()}…", metrics, width) > most:
            high = middle - 1
        else:
            low = middle
    return f"{text[:low].rstrip()}…"


class PassingMessage(PlainLabel):
    """A sentence that goes away by itself after a while, or with the sample that it is about.

    The room of two lines stays, so that nothing moves under the annotator's hand when it comes
    and goes; a longer sentence takes what it needs.

    Parameters
    ----------
    parent : QWidget, optional
    otherwise : str
        What is said while there is nothing else to say.
    """

    def __init__(self, parent: QWidget | None = None, *, otherwise: str = "") -> None:
        super().__init__(parent=parent)
        self._otherwise = otherwise
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        room = self.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.setSizePolicy(room)
        self._is_of_sample = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._pass)
        self._pass()

    def show_for_a_while(self, text: str, *, of_sample: bool = False) -> None:
        """Show a sentence in place of the one before.

        Parameters
        ----------
        text : str
        of_sample : bool
            Whether it is about the sample on the screen, and goes with it.
        """
        self._is_of_sample = of_sample
        self.setText(text)
        explain(self, text)
        self._fit()
        self.show()
        self._timer.start(_MESSAGE_MS)

    def leave_sample(self) -> None:
        """Take away what is said about a sample that is not on the screen any more."""
        if self._is_of_sample:
            self._timer.stop()
            self._pass()

    def changeEvent(self, event: QEvent | None) -> None:  # noqa: N802
        """Take the room that another font needs: the theme comes after the label is made."""
        super().changeEvent(event)
        if event is not None and event.type() in _OTHER_FONT:
            self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Take the room that another width needs."""
        super().resizeEvent(event)
        self._fit()

    def _pass(self) -> None:
        self._is_of_sample = False
        self.setText(self._otherwise)
        self.setVisible(bool(self._otherwise))
        explain(self, self._otherwise)
        self._fit()

    def _fit(self) -> None:
        needed = self.heightForWidth(self.width()) if self.text() else 0
        height = max(needed, _LINES * self.fontMetrics().lineSpacing() + AROUND)
        if height != self.height():
            self.setFixedHeight(height)
