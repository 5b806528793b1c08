"""What is asked before many samples have one verdict, and what must be read before that."""

from collections.abc import Callable, Sequence

from qtpy.QtWidgets import QWidget

from annotator.plugin.panels.questions import chosen, is_wanted
from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import ImageRecord, ProjectError, Verdict
from annotator.system.words import count
from annotator.workbench.batch import Batch, are_listed, checked, give, to_read
from annotator.workbench.batch_checks import Doubts, checking, doubts_about, is_checked
from annotator.workbench.foreign_text import plain
from annotator.workbench.project_reasons import is_in_two_steps, reasons_of
from annotator.workbench.steps import Work, comparing
from annotator.workbench.workbench import Workbench

# So many photographs are read while the annotator waits: it takes a moment.
_FEW = 8
_FEW_MESHES = 100

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
        self._compared: tuple[Batch, Doubts] | None = None

    def run(self, batch: Batch) -> None:
        """Ask, then give the verdict.

        Where many photographs or meshes must be looked at first, that is done on a thread, and
        asked after it.
        """
        if not self._workbench.may_change() or not are_listed(self._workbench, batch):
            return
        try:
            images = to_read(self._workbench, batch)
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        many = is_checked(batch) and len(batch.sample_ids) > _FEW_MESHES
        if len(images) <= _FEW and not many:
            self._ask(batch, None)
            return
        self._compared = None
        if not self._run_long(self._comparing(batch, images), self._ask_compared):
            self._workbench.failed.emit("Wait for the work under way, or cancel it.")

    def _comparing(self, batch: Batch, images: Sequence[ImageRecord]) -> Work:
        """Look at photographs and meshes; only if all were there is something to ask."""
        yield from comparing(self._workbench.originals, images)
        doubts: list[Doubts] = []
        yield from checking(self._workbench, batch, doubts)
        self._compared = batch, doubts[-1] if doubts else Doubts()

    def _ask_compared(self) -> None:
        compared, self._compared = self._compared, None
        if compared is not None and self._workbench.project is not None:
            self._ask(*compared)

    def _ask(self, batch: Batch, doubts: Doubts | None) -> None:
        if not are_listed(self._workbench, batch):
            return
        try:
            batch = checked(self._workbench, batch)
            found = doubts_about(self._workbench, batch) if doubts is None else doubts
        except ProjectError as error:
            self._workbench.failed.emit(str(error))
            return
        if not batch.sample_ids:
            self._workbench.told.emit(batch.refusal)
            return
        samples = count(len(batch.sample_ids), "sample")
        project, is_sent = self._workbench.project, batch.verdict is Verdict.SEND_BACK
        if is_sent or (batch.verdict is Verdict.EXCLUDE and is_in_two_steps(project)):
            does = "Send back" if is_sent else "Exclude"
            dialog = SendBackDialog(self._over(), reasons=reasons_of(project), does=does)
            dialog.setWindowTitle(plain(f"{does} {samples}"))
            if dialog.exec():
                give(self._workbench, batch, dialog.reasons, dialog.comment)
            return
        wanted = self._wanted(batch, found.within(batch), samples)
        if wanted is not None:
            give(self._workbench, wanted)

    def _wanted(self, batch: Batch, doubts: Doubts, samples: str) -> Batch | None:
        """Ask whether a batch is meant, and what of it where checks found something."""
        if not doubts.serious:
            return batch if is_wanted(self._over(), samples, batch.question) else None
        others = doubts.without(batch)
        answers = ["Accept all the same"]
        if others.sample_ids:
            answers.insert(0, f"Accept the others ({len(others.sample_ids):,})")
        question = f"{batch.question} {doubts.sentence}"
        answer = chosen(self._over(), samples, question, answers)
        if answer is None:
            return None
        return batch if answer == len(answers) - 1 else others
