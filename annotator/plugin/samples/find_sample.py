"""Jumping to a sample: type part of its file's name or its number, Enter goes there."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtGui import QKeyEvent
from qtpy.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import list_item
from annotator.workbench.sample_text import sample_text
from annotator.workbench.workbench import Workbench

_WIDTH, _HEIGHT = 420, 300
_FROM_TOP = 60
_MATCHES = 50
_MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class SampleFinder(QFrame):
    """A field over the window with the matches under it; hidden until asked for.

    Parameters
    ----------
    workbench : Workbench
    over : QWidget
        A widget of the window to lie over.
    show_all : callable
        Lets the list show every sample, where it hides the one gone to.
    give_back : callable
        Takes the keyboard when the field has gone.
    """

    def __init__(
        self,
        workbench: Workbench,
        over: QWidget,
        show_all: Callable[[], None],
        give_back: Callable[[], None],
    ) -> None:
        super().__init__(over.window() or over)
        self._workbench = workbench
        self._show_all = show_all
        self._give_back = give_back
        self.field = QLineEdit()
        self.field.setPlaceholderText("Part of a file name, or a sample's number")
        self.matches = QListWidget()
        self.matches.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(self.matches)
        self.setAutoFillBackground(True)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.resize(_WIDTH, _HEIGHT)
        self.hide()
        self.field.textChanged.connect(self._look_up)
        self.field.installEventFilter(self)
        self.matches.itemClicked.connect(self._go_to)

    def open(self) -> None:
        """Show the field, or hide it if it is shown."""
        window = self.parentWidget()
        if self.isVisible() or window is None or not self._workbench.samples.total:
            self.close_field()
            return
        self.move((window.width() - self.width()) // 2, _FROM_TOP)
        self.field.clear()
        self._look_up("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def remove(self) -> None:
        """Leave the window."""
        self.hide()
        self.deleteLater()

    def close_field(self) -> None:
        """Hide the field and hand the keyboard back."""
        self.hide()
        self._give_back()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Go to a match with Enter, leave with Esc, walk through the matches with the arrows."""
        if event is not None and event.type() == QEvent.Type.FocusOut:
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() in _MOVES:
            self.matches.keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.close_field()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._go_to(self.matches.currentItem())
        else:
            return False
        return True

    def _look_up(self, text: str) -> None:
        self.matches.clear()
        for sample in self._workbench.samples.find(text, _MATCHES):
            name = f"{sample.image_name}  #{sample.face_index + 1}"
            item = list_item(f"{name}   {sample_text(sample)}   (sample {sample.id})")
            item.setData(Qt.ItemDataRole.UserRole, sample.id)
            self.matches.addItem(item)
        self.matches.setCurrentRow(0)

    def _go_to(self, item: QListWidgetItem | None) -> None:
        if item is None:
            return  # nothing matches: the annotator goes on typing
        sample_id = item.data(Qt.ItemDataRole.UserRole)
        self.close_field()
        if self._workbench.samples.row(sample_id) is None:
            self._show_all()
        self._workbench.go_to(sample_id)
