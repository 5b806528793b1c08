"""The contact sheet: a window of faces with their meshes, and one verdict on many of them."""

from collections.abc import Callable

from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QCloseEvent, QHideEvent, QKeyEvent, QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import MarkupLabel, PlainLabel
from annotator.plugin.keyboard.key_reader import KeyReader
from annotator.plugin.panels.parts import KeyButton, PassingMessage, key_button
from annotator.plugin.panels.quiet_wheel import QuietWheel
from annotator.plugin.samples.batch_asking import BatchAsking, RunLong
from annotator.plugin.samples.seen_at_rest import SeenAtRest
from annotator.plugin.samples.sheet_bar import SheetBar
from annotator.plugin.samples.sheet_pictures import SheetPictures
from annotator.plugin.samples.sheet_view import SheetView
from annotator.project import Verdict
from annotator.workbench.batch import planned
from annotator.workbench.foreign_text import plain
from annotator.workbench.keys import KeyBindings
from annotator.workbench.remarks import Remarks
from annotator.workbench.sheet_text import HOW_TO, NONE_SELECTED, legend_html, tally_text
from annotator.workbench.workbench import Workbench

_SIZE = QSize(1240, 780)
_ACCEPT = "Accept", "These meshes become ground truth as they stand"
_SUBMIT = "Submit", "These meshes are done: they wait for somebody else to accept them"
_LEAVING_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ContactSheet(QWidget):
    """Shows the samples of the list as faces, and gives those selected a verdict.

    Parameters
    ----------
    workbench : Workbench
    remarks : Remarks
    run_long : callable
        See `BatchAsking`.
    dock : QWidget
        The sheet looks like the window that it is in.
    go_back : callable
        Brings that window to the front.
    """

    def __init__(
        self,
        workbench: Workbench,
        remarks: Remarks,
        run_long: RunLong,
        dock: QWidget,
        go_back: Callable[[], None],
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_QuitOnClose, False)
        self._workbench = workbench
        self._dock = dock
        self._go_back = go_back
        self.pictures = SheetPictures(workbench, self)
        self.view = SheetView(workbench, self.pictures, remarks)
        self.seen = SeenAtRest(workbench, self.view, self.pictures)
        self.bar = SheetBar(workbench, self.pictures.size, self.toggle_mesh)
        self.choices = self.bar.choices
        self._asking = BatchAsking(workbench, lambda: self, run_long)
        self._reader = KeyReader()
        self._tally, self._legend = PlainLabel(), MarkupLabel()
        self._message = PassingMessage(otherwise=HOW_TO)
        self.actions_by_key: dict[str, Callable[[], object]] = {
            "accept": self.accept,
            "send_back": lambda: self.give(Verdict.SEND_BACK),
            "exclude": lambda: self.give(Verdict.EXCLUDE),
            "reopen": lambda: self.give(Verdict.REOPEN),
            "undo": workbench.undoing.undo,
            "redo": workbench.undoing.redo,
            "toggle_mesh": self.toggle_mesh,
            "smaller": lambda: self.view.resize_by(-1),
            "larger": lambda: self.view.resize_by(1),
            "cancel": self.view.clearSelection,
            "contact_sheet": self.close,
        }
        self._selected = 0
        self._arrange()
        self._connect()
        self.resize(_SIZE)

    def open(self) -> None:
        """Show the sheet in front of all windows, where the sample under edit is."""
        project, current = self._workbench.project, self._workbench.sample_id
        if project is None:
            self._workbench.told.emit("Open a project first.")
            return
        self.setWindowTitle(plain(f"Contact sheet of {project.home.name}"))
        if not self.isVisible():
            screen = self.screen()
            if screen is not None:
                self.resize(self.size().boundedTo(screen.availableGeometry().size()))
            window = self._dock.window()
            self.setStyleSheet("" if window is None else window.styleSheet())
            self.show_keys(self._workbench.keys)
            self.show()
            row = None if current is None else self._workbench.samples.row(current)
            self.view.go_to_cell(row or 0)
        self.raise_()
        self.activateWindow()
        self.view.setFocus()

    def shut_down(self) -> None:
        """Close the window for good, and stop its threads."""
        self.pictures.clear()
        self.close()
        self.deleteLater()

    def show_keys(self, keys: KeyBindings) -> None:
        """Name the keys in effect."""
        for button in self.findChildren(KeyButton):
            button.show_key(keys)

    def accept(self) -> None:
        """Accept the selected samples, or submit them where somebody else accepts."""
        self.give(Verdict.SUBMIT if self._workbench.reviewing.submits else Verdict.ACCEPT)

    def give(self, verdict: Verdict) -> None:
        """Give the selected samples a verdict, after asking."""
        bench = self._workbench
        self.seen.note()
        bench.note_seen()
        selected = self.view.selected_ids
        if not selected:
            bench.told.emit(NONE_SELECTED)
            return
        batch = planned(bench.samples, verdict, selected)
        if batch.sample_ids:
            self._asking.run(batch)
        else:
            bench.told.emit(batch.refusal)
        self.view.setFocus()

    def toggle_mesh(self) -> None:
        """Show the faces without their meshes, or with them."""
        self.pictures.shows_mesh = not self.pictures.shows_mesh
        self.view.repaint_all()
        self.seen.wait()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Do what a key says before the sheet takes it; leave the field for names by Esc."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if watched is self.choices.text:
            return self._leave_field(event)
        bound = self._workbench.keys.all_keys()
        found = (bound.get(key) for key in self._reader.read(event))
        action = next((self.actions_by_key[a] for a in found if a in self.actions_by_key), None)
        if action is None:
            return False
        action()
        return True

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Have pictures made again."""
        super().showEvent(event)
        self._reset()

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Have none made that nobody sees."""
        self.pictures.stop()
        super().hideEvent(event)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Give the keyboard back to the canvas, unless napari closes all of its windows."""
        was_shown = self.isVisible()
        super().closeEvent(event)
        if was_shown and self._dock.isVisible():
            self._go_back()

    def _arrange(self) -> None:
        act, bottom, said = self.actions_by_key, QHBoxLayout(), QHBoxLayout()
        said.addWidget(self._tally)
        said.addWidget(self._legend, 1)
        self._accept = key_button(_ACCEPT[0], "accept", self.accept, _ACCEPT[1])
        bottom.addWidget(self._accept)
        for text, action, tooltip in (
            ("Send back…", "send_back", "Send them back to their annotators, with reasons"),
            ("Exclude", "exclude", "Keep these faces out of the data set"),
            ("Withdraw", "reopen", "Withdraw their verdicts"),
            ("Undo", "undo", "Take back what you did last"),
        ):
            bottom.addWidget(key_button(text, action, act[action], tooltip))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self.bar)
        layout.addWidget(self.view, 1)
        layout.addLayout(said)
        layout.addLayout(bottom)
        layout.addWidget(self._message)
        QuietWheel(self)

    def _connect(self) -> None:
        bench, view = self._workbench, self.view
        view.installEventFilter(self)
        self.choices.text.installEventFilter(self)
        view.opened.connect(self._open_sample)
        view.selected.connect(self._count_selected)
        view.size_asked.connect(self.bar.larger.setValue)
        self.bar.size_chosen.connect(self._take_size)
        bench.reviewing.changed.connect(self._name_accepting)
        bench.samples_changed.connect(self._reset)
        bench.sample_updated.connect(self._refresh)
        bench.current_changed.connect(view.repaint_all)
        bench.told.connect(self._tell)
        bench.failed.connect(self._tell)

    def _name_accepting(self) -> None:
        self._accept.rename(*_SUBMIT if self._workbench.reviewing.submits else _ACCEPT)

    def _leave_field(self, event: QKeyEvent) -> bool:
        if event.key() not in _LEAVING_KEYS:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.choices.text.clear()
        self.view.setFocus()
        return True

    def _open_sample(self, sample_id: int) -> None:
        self._workbench.go_to(sample_id)
        self._go_back()

    def _take_size(self, size: int) -> None:
        top = self.view.wholly_in_sight().start
        self.pictures.size = size
        self.view.lay_out()
        self.view.put_on_top(top)

    def _reset(self) -> None:
        if self.isVisible():
            self.view.reset_samples()
            self._count()

    def _refresh(self, sample_id: int) -> None:
        if self.isVisible():
            self.view.refresh_sample(sample_id)
            self._count()

    def _count_selected(self, selected: int) -> None:
        self._selected = selected
        self._count()

    def _count(self) -> None:
        samples = self._workbench.samples
        self._tally.setText(tally_text(len(samples), self._selected))
        self._legend.show_html(legend_html(samples))

    def _tell(self, sentence: str) -> None:
        if self.isVisible():
            self._message.show_for_a_while(sentence)
