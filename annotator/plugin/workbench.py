"""What the annotator is doing: which project, which sample, which brush. No widgets here.

Widgets call its verbs and follow its signals; tests and scripts do the same.
"""

from collections.abc import Callable, Collection, Sequence
from functools import partial

from psygnal import Signal

from annotator.image_files import photograph_has_changed
from annotator.mesh.brush import Brush
from annotator.plugin.shown_samples import TO_DO, ShownSamples
from annotator.plugin.stroke_saver import StrokeSaver
from annotator.project import (
    EditSession,
    Project,
    ProjectError,
    RejectReason,
    SampleState,
    SampleSummary,
    StaleAnnotation,
)
from annotator.project.reviews import Reviews


class Workbench:
    """One annotator at work on one project.

    Parameters
    ----------
    annotator : str
        Recorded with every stroke and verdict.

    Attributes
    ----------
    goes_on_after_verdict : bool
        Whether a verdict brings up the next sample to do.
    is_displayed : bool
        Whether the annotator can see the current sample; a view that cannot show it says so
        here. A mesh that nobody saw is not accepted.
    project_changed
        Another project is open, or none.
    samples_changed
        The list of samples shown is another one.
    sample_updated
        Carries the id of a sample whose state or strokes changed.
    current_changed
        Another sample is under edit, or none.
    mesh_changed
        The mesh of the current sample moved.
    brush_changed
        The brush has other settings.
    told
        Carries a sentence that helps the annotator on.
    failed
        Carries a sentence about something that could not be done.
    """

    project_changed = Signal()
    samples_changed = Signal()
    sample_updated = Signal(int)
    current_changed = Signal()
    mesh_changed = Signal()
    brush_changed = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, annotator: str) -> None:
        self.annotator = annotator
        self.samples = ShownSamples()
        self.goes_on_after_verdict = True
        self.is_displayed = True
        self._project: Project | None = None
        self._session: EditSession | None = None
        self._brush = Brush()
        self._saver = StrokeSaver()
        self._saver.edited.connect(self._on_edited)
        self._saver.told.connect(self.told.emit)
        self._saver.failed.connect(self.failed.emit)

    @property
    def project(self) -> Project | None:
        """The open project."""
        return self._project

    @property
    def session(self) -> EditSession | None:
        """The sample under edit."""
        return self._session

    @property
    def current(self) -> SampleSummary | None:
        """The sample under edit, as the list shows it."""
        return None if self._session is None else self.samples.get(self._session.sample_id)

    @property
    def brush(self) -> Brush:
        """The brush's settings."""
        return self._brush

    @brush.setter
    def brush(self, brush: Brush) -> None:
        if brush != self._brush:
            self._brush = brush
            self.brush_changed.emit()

    def open(self, project: Project) -> bool:
        """Work on this project, starting at the first sample to do.

        Returns False, and changes nothing, if strokes of the project before cannot be saved.
        """
        if not self.close():
            return False
        self._project = project
        self.project_changed.emit()
        self.refresh()
        return True

    def close(self) -> bool:
        """Leave the project, saving what waits; returns False if that cannot be saved."""
        if self._project is None:
            return True
        if not self.save_pending():
            return False
        self._project.close()
        self._project = None
        self.samples.replace([])
        self._leave()
        self.project_changed.emit()
        self.samples_changed.emit()
        return True

    def refresh(self) -> None:
        """Read the list of samples anew, as after a prediction run."""
        if self._project is None:
            return
        try:
            self.samples.replace(self._project.samples.summaries())
        except ProjectError as error:
            self.failed.emit(str(error))
            return
        self.samples_changed.emit()
        first = self.samples.first_to_open()
        if self._session is None and first is not None:
            self.go_to(first)

    def rename_annotator(self, name: str) -> None:
        """Record what follows under another name."""
        self.annotator = name
        if self._session is not None:
            self._session.annotator = name

    def show_only(self, states: Collection[SampleState]) -> None:
        """Show samples in these states only; none means all."""
        self.samples.show_only(states)
        self.samples_changed.emit()

    def go_to(self, sample_id: int) -> None:
        """Take a sample under edit."""
        if self._project is None or sample_id == self._current_id():
            return
        # A stroke under way belongs to the mesh under the mouse: it is ended or cancelled first.
        if (self._session is not None and self._session.is_dragging) or not self.save_pending():
            return
        try:
            session = EditSession(self._project, sample_id, annotator=self.annotator)
        except ProjectError as error:
            self.failed.emit(str(error))
            return
        self._session = session
        self.is_displayed = True
        self.current_changed.emit()

    def step(self, offset: int) -> None:
        """Go so many samples on in the list shown, or back if negative; ends at its ends."""
        self._go_to_or_tell(
            self.samples.neighbour(self._current_id(), offset),
            "This is the last sample shown." if offset > 0 else "This is the first sample shown.",
        )

    def go_to_next_to_do(self) -> None:
        """Go to the next sample without a verdict, starting over at the end of the list."""
        if self.samples.total:
            current = self._current_id()
            target = self.samples.next_in(TO_DO, after=current)
            self._go_to_or_tell(target, self.samples.why_nothing_to_do(current))

    def photograph_has_changed(self) -> bool:
        """Return whether the current sample's file no longer holds what was predicted."""
        project, sample = self._project, self.current
        if project is None or sample is None:
            return False
        try:
            return photograph_has_changed(project.images.get(sample.image_id))
        except ProjectError as error:
            self.failed.emit(str(error))
            return True

    def accept(self) -> None:
        """Accept the current sample's mesh as it stands, also when it is as predicted."""
        if self._session is not None and not self.is_displayed:
            self.failed.emit("A mesh that cannot be seen is not accepted. Reject or exclude it.")
            return
        self._decide(Reviews.accept)

    def reject(self, reasons: Sequence[RejectReason], comment: str = "") -> None:
        """Reject the current sample; at least one reason."""
        self._decide(partial(Reviews.reject, reasons=reasons, comment=comment))

    def exclude(self) -> None:
        """Keep the current sample out of the data set, whatever its mesh is like."""
        self._decide(Reviews.exclude)

    def reopen(self) -> None:
        """Withdraw the current sample's verdict."""
        self._decide(Reviews.reopen, goes_on=False)

    def undo(self) -> None:
        """Take the current sample's last stroke back."""
        session = self._session
        if session is not None and (session.can_undo or session.is_dragging):
            self._saver.run(session, session.undo)

    def redo(self) -> None:
        """Bring the current sample's last undone stroke back."""
        session = self._session
        if session is not None and session.can_redo:
            self._saver.run(session, session.redo)

    def release(self, position: tuple[float, float]) -> None:
        """End the stroke under way at (x, y) and save it."""
        session = self._session
        if session is not None and session.is_dragging:
            self._saver.run(session, lambda: session.release(position))

    def save_pending(self) -> bool:
        """Write strokes that the database refused before; return whether none is left."""
        return self._saver.save_pending(self._session)

    def retry_pending(self) -> None:
        """Try `save_pending` again without telling of another failure."""
        self._saver.retry_pending(self._session)

    def _decide(self, verdict: Callable[..., SampleSummary], *, goes_on: bool = True) -> None:
        project, session = self._project, self._session
        if project is None or session is None:
            return
        if session.is_dragging or not self.save_pending():
            return
        try:
            summary = verdict(
                project.reviews,
                session.sample_id,
                reviewer=self.annotator,
                revision=session.revision,
            )
        except StaleAnnotation as error:
            self._saver.take_over_theirs(session, error)
            return
        except ProjectError as error:
            self.failed.emit(str(error))
            return
        self.samples.update(summary)
        self.sample_updated.emit(summary.id)
        if goes_on and self.goes_on_after_verdict:
            self.go_to_next_to_do()

    def _on_edited(self, sample_id: int) -> None:
        self.mesh_changed.emit()
        self._update(sample_id)

    def _update(self, sample_id: int) -> None:
        if self._project is None:
            return
        try:
            self.samples.update(self._project.samples.get(sample_id))
        except ProjectError as error:
            self.failed.emit(str(error))
            return
        self.sample_updated.emit(sample_id)

    def _go_to_or_tell(self, sample_id: int | None, otherwise: str) -> None:
        if sample_id is not None:
            self.go_to(sample_id)
        elif self._project is not None:
            self.told.emit(otherwise)

    def _leave(self) -> None:
        self._session = None
        self.current_changed.emit()

    def _current_id(self) -> int | None:
        return None if self._session is None else self._session.sample_id
