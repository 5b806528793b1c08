"""What is asked before many samples have one verdict, and what must be read before that."""

from collections.abc import Callable, Sequence

from qtpy.QtWidgets import QWidget

from annotator.plugin.panels.questions import is_wanted
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import ImageRecord, ProjectError, Verdict
from annotator.system.words import count
from annotator.workbench.batch import Batch, are_listed, checked, give, to_read
from annotator.workbench.foreign_text import plain
from annotator.workbench.project_reasons import reasons_of
from annotator.workbench.steps import Work, comparing
from annotator.workbench.workbench import Workbench

# So many photographs are read while the annotator waits: it takes a moment.
_FEW = 8

RunLong = Callable[[Work, Callable[[], None]], bool]


class BatchAsking:
    """Asks whether a batch is meant, or why, and gives its verdict.

    Parameters
    ----------
    workbench : Workbench
    over : callable
        Returns the window that questions lie over.
    run_long : callable
        Runs work on a thread, then calls a function; returns False if other work is under way.
    """

    def __init__(
        self, workbench: Workbench, over: Callable[[], QWidget | None], run_long: RunLong
    ) -> None:
        self._workbench = workbench
        self._over = over
        self._run_long = run_long
        self._compared: Batch | None = None

    def run(self, batch: Batch) -> None:
        """Ask, then give the verdict.

        Where many photographs must be read first, that is done on a thread, and asked after it.
        """
        if not self._workbench.may_change() or not are_listed(self._workbench, batch):
            return
        try:
            images = to_read(self._workbench, batch)
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        if len(images) <= _FEW:
            self._ask(batch)
            return
        self._compared = None
        if not self._run_long(self._comparing(batch, images), self._ask_compared):
            self._workbench.failed.emit("Wait for the work under way, or cancel it.")

    def _comparing(self, batch: Batch, images: Sequence[ImageRecord]) -> Work:
        """Read photographs on the thread; only if all were read there is something to ask."""
        yield from comparing(self._workbench.originals, images)
        self._compared = batch

    def _ask_compared(self) -> None:
        batch, self._compared = self._compared, None
        if batch is not None and self._workbench.project is not None:
            self._ask(batch)

    def _ask(self, batch: Batch) -> None:
        if not are_listed(self._workbench, batch):
            return
        try:
            batch = checked(self._workbench, batch)
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        if not batch.sample_ids:
            self._workbench.told.emit(batch.refusal)
            return
        samples = count(len(batch.sample_ids), "sample")
        if batch.verdict is Verdict.SEND_BACK:
            dialog = SendBackDialog(self._over(), reasons=reasons_of(self._workbench.project))
            dialog.setWindowTitle(plain(f"Send back {samples}"))
            if dialog.exec():
                give(self._workbench, batch, dialog.reasons, dialog.comment)
        elif is_wanted(self._over(), samples, batch.question):
            give(self._workbench, batch)
