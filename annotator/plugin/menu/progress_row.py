"""Runs long work on a thread and shows how far it is, with a button that cancels it."""

from collections.abc import Callable
from threading import Event

from napari.qt.threading import GeneratorWorker, create_worker
from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.workbench.steps import Step, Work

# A step is a batch of photographs at most; this is long enough for a slow disk.
_PATIENCE_S = 10.0


def until_cancelled(work: Work, cancelled: Event, ended: Event) -> Work:
    """Pass the steps on until told to stop, then close the work on the thread it runs on."""
    try:
        for step in work:
            yield step
            if cancelled.is_set():
                return
    finally:
        work.close()
        ended.set()


class ProgressRow(QWidget):
    """A progress bar, a sentence and a cancel button; hidden while nothing runs.

    `finished` carries the last sentence of the work, `failed` a sentence about its error;
    `stepped` comes with every step.
    """

    finished = Signal(str)
    failed = Signal(str)
    stepped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._worker: GeneratorWorker[Step, None, None] | None = None
        self._after: Callable[[], None] | None = None
        self._on_cancel: Callable[[], None] | None = None
        self._cancelled = Event()
        self._ended = Event()
        self._step = Step(0, 0, "")
        self._text = PlainLabel()  # files are named in it
        self._text.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._cancel.clicked.connect(self.cancel)
        row = QHBoxLayout()
        row.addWidget(self._bar, stretch=1)
        row.addWidget(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._text)
        layout.addLayout(row)
        self.hide()

    @property
    def is_running(self) -> bool:
        """Whether work is under way."""
        return self._worker is not None

    def run(
        self,
        work: Work,
        after: Callable[[], None] | None = None,
        on_cancel: Callable[[], None] | None = None,
    ) -> bool:
        """Start work on a thread; returns False if other work is under way.

        Parameters
        ----------
        work : generator of Step
        after : callable, optional
            Called here, on the window's thread, once the work has ended in whatever way.
        on_cancel : callable, optional
            Called here when the work is to end, for work that can within a step.
        """
        if self._worker is not None:
            return False
        self._after, self._on_cancel = after, on_cancel
        self._show(Step(0, 0, "Starting"))
        self._cancel.setEnabled(True)
        self.show()
        self._cancelled, self._ended = Event(), Event()
        self._worker = create_worker(
            until_cancelled,
            work,
            self._cancelled,
            self._ended,
            _connect={
                "yielded": self._show,
                "errored": self._fail,
                "finished": self._finish,
            },
        )
        return True

    def cancel(self) -> None:
        """Ask the work to stop after the step it is at; what was done stays done."""
        if self._worker is not None:
            self._cancel.setEnabled(False)
            self._text.setText("Stopping…")
            self._tell_to_stop()

    def wait(self) -> None:
        """Cancel and wait a while, as when the window closes.

        Work that takes longer ends by itself: the project that it writes to is closed.
        """
        if self._worker is not None:
            self._tell_to_stop()
            self._ended.wait(_PATIENCE_S)

    def _tell_to_stop(self) -> None:
        self._cancelled.set()
        if self._on_cancel is not None:
            self._on_cancel()

    def _show(self, step: Step) -> None:
        self._step = step
        self._text.setText(step.text)
        self._bar.setRange(0, step.total)
        self._bar.setValue(step.done)
        self.stepped.emit()

    def _fail(self, error: Exception) -> None:
        self._step = Step(0, 0, "")
        self.failed.emit(str(error) or type(error).__name__)

    def _finish(self) -> None:
        self._worker = None
        self.hide()
        cancelled = "Cancelled. " if self._cancelled.is_set() and self._step.text else ""
        self.finished.emit(cancelled + self._step.text)
        after, self._after = self._after, None
        if after is not None:
            after()
