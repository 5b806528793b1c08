"""Who works here: a button that says so, and a row that asks where nobody knows."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import (
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from annotator.plugin.canvas.plain_text import explain, name_button, named_button
from annotator.plugin.preferences.annotator_name import AnnotatorName
from annotator.system.people import LONGEST_NAME
from annotator.workbench.foreign_text import one_line
from annotator.workbench.workbench import Workbench

_WIDTH = 96


class NameButton(QToolButton):
    """Shows who works here; a click changes it.

    Parameters
    ----------
    workbench : Workbench
    name : AnnotatorName
    tell : callable
        Shows a sentence to the annotator.
    """

    def __init__(
        self,
        workbench: Workbench,
        name: AnnotatorName,
        tell: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._name = name
        self._tell = tell
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAutoRaise(True)
        self.setMaximumWidth(_WIDTH)
        self.setAccessibleName("Annotator's name")
        self.clicked.connect(self.ask)
        workbench.annotator_changed.connect(self._show)
        self._show()

    def ask(self) -> None:
        """Ask for the name that goes with strokes and verdicts from now on."""
        name, given = QInputDialog.getText(
            self.window(), "Annotator", "Your name, recorded with every stroke and verdict:",
            text=self._workbench.annotator,
        )  # fmt: skip
        if given:
            use_name(self._name, name, self._tell)

    def _show(self) -> None:
        name = one_line(self._workbench.annotator, LONGEST_NAME)
        room = _WIDTH - 16
        elided = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        name_button(self, elided)
        said = f"{name} works here. It goes with every stroke and verdict."
        explain(self, said, "Click to change it.")


class NameRow(QWidget):
    """Asks once who works here, beside the work: nothing waits for the answer.

    Parameters
    ----------
    workbench : Workbench
    name : AnnotatorName
    tell : callable
        Shows a sentence to the annotator.
    done : callable
        Called when there is an answer: the keyboard can go back to the canvas.
    """

    def __init__(
        self,
        workbench: Workbench,
        name: AnnotatorName,
        tell: Callable[[str], None],
        done: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._name = name
        self._tell = tell
        self._done = done
        self.field = QLineEdit()
        self.field.setPlaceholderText("Who works here?")
        self.field.setToolTip("Your name, recorded with every stroke and verdict")
        self.field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.field.installEventFilter(self)
        self.use = _button("Use", self._use)
        self.keep = _button(f"Keep “{one_line(workbench.annotator, 12)}”", self._keep)
        self._login = workbench.annotator
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.field, self.use, self.keep):
            row.addWidget(widget)
        name.answered.connect(self.hide)
        workbench.project_changed.connect(self._show)
        self._show()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Use the name with Enter, before a shortcut of the window hears the key."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        self._use()
        return True

    def _show(self) -> None:
        """Ask where it matters: nobody's name goes with looking."""
        self.setVisible(self._name.is_unknown and not self._workbench.is_read_only)

    def _use(self) -> None:
        if use_name(self._name, self.field.text(), self._tell):
            self._done()

    def _keep(self) -> None:
        if use_name(self._name, self._login, self._tell):
            self._done()


def use_name(name: AnnotatorName, given: str, tell: Callable[[str], None]) -> bool:
    """Use a name, or tell why nobody is called so; return whether it is used."""
    try:
        name.use(given)
    except ValueError as error:
        said = str(error)
        tell(f"{said[:1].upper()}{said[1:]}.")
        return False
    return True


def _button(text: str, callback: Callable[[], None]) -> QPushButton:
    button = named_button(text)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.clicked.connect(lambda: callback())  # noqa: PLW0108 - Qt would pass whether it is checked
    return button
