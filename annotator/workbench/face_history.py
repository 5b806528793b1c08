"""Undoing that a face was added or deleted. No widgets here."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from psygnal import Signal

from annotator.project import ProjectError
from annotator.workbench.workbench import Workbench


class Change(Enum):
    """What was done to a face."""

    ADDED = auto()
    DELETED = auto()


@dataclass(frozen=True)
class FaceChange:
    """What was done to a face, and at which sample the annotator was before."""

    kind: Change
    sample_id: int
    came_from: int | None


class FaceHistory:
    """The faces added and deleted since the last stroke, to be taken back in turn.

    Once a stroke is made or the annotator goes to another sample, undo is about strokes there.

    Attributes
    ----------
    changed
        There is something else to undo or redo.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._moves = False
        self._done: list[FaceChange] = []
        self._undone: list[FaceChange] = []
        workbench.project_changed.connect(self._forget)
        workbench.stroke_made.connect(self._forget)
        workbench.current_changed.connect(self._forget_elsewhere)

    @property
    def can_undo(self) -> bool:
        """Whether a face was added or deleted last."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether that was undone last."""
        return bool(self._undone)

    def remember(self, change: FaceChange) -> None:
        """Take note of what was done, to be undone next."""
        self._done.append(change)
        self._undone.clear()
        self.changed.emit()

    @contextmanager
    def moving(self) -> Iterator[None]:
        """Go to another sample for the face's sake: its undo is still what comes next."""
        self._moves = True
        try:
            yield
        finally:
            self._moves = False

    def undo(self) -> bool:
        """Take back the last face added or deleted; return whether there is one."""
        if not self._done or self._is_dragging():
            return False
        change = self._done[-1]
        if self._set_present(change, present=change.kind is Change.DELETED):
            self._undone.append(self._done.pop())
            self.changed.emit()
        return True

    def redo(self) -> bool:
        """Do it again, if it was the last thing undone; return whether there is any."""
        if not self._undone or self._is_dragging():
            return False
        change = self._undone[-1]
        if self._set_present(change, present=change.kind is Change.ADDED):
            self._done.append(self._undone.pop())
            self.changed.emit()
        return True

    def _set_present(self, change: FaceChange, *, present: bool) -> bool:
        """Bring a deleted face back and show it; or delete it and show what was before it."""
        project, bench = self._workbench.project, self._workbench
        if project is None or not bench.edits.save_pending():
            return False
        give = project.reviews.reopen if present else project.reviews.delete
        try:
            summary = give(change.sample_id, reviewer=bench.annotator)
        except ProjectError as error:
            bench.failed.emit(str(error))
            return False
        bench.take_in(summary)
        with self.moving():
            if present:
                bench.go_to(change.sample_id)
            elif change.came_from not in (None, change.sample_id):
                bench.go_to(change.came_from)
            else:
                bench.go_to_next_to_do()
        bench.told.emit("The face is back." if present else "The face is taken out again.")
        return True

    def _is_dragging(self) -> bool:
        editor = self._workbench.editor
        return editor is not None and editor.is_dragging

    def _forget_elsewhere(self) -> None:
        """Let undo and redo act on the face that the annotator went to."""
        if not self._moves:
            self._forget()

    def _forget(self) -> None:
        self._done.clear()
        self._undone.clear()
        self.changed.emit()
