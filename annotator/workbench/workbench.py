"""What the annotator is doing: which project, which sample, which tool. No widgets here.

Widgets call its verbs and follow its signals; tests and scripts do the same.
"""

from collections.abc import Callable

from psygnal import Signal

from annotator.mesh.layout import FACE_468
from annotator.mesh.tools.editor import MeshEditor, blank_state
from annotator.project import (
    EditSession,
    ImageRecord,
    Project,
    ProjectError,
    SampleState,
    SampleSummary,
)
from annotator.project.covariance_file import CovarianceFileError, load_guided_covariance
from annotator.workbench.edits import Edits
from annotator.workbench.shown_samples import TO_DO, Shown, ShownSamples
from annotator.workbench.stroke_saver import StrokeSaver
from annotator.workbench.toolbox import Toolbox
from annotator.workbench.verdicts import Verdicts
from annotator.workflow.image_files import photograph_has_changed


class Workbench:
    """One annotator at work on one project.

    Parameters
    ----------
    annotator : str
        Recorded with every stroke and verdict.

    Attributes
    ----------
    tools : Toolbox
        The tool in hand.
    edits : Edits
        Makes strokes on it and takes them back.
    verdicts : Verdicts
        Gives them on the current sample.
    is_displayed : bool
        Whether the annotator can see the current sample; a view that cannot show it says so
        here. A mesh that nobody saw is not accepted.
    project_changed
        Another project is open, or none.
    closing
        The project is about to be closed: what is still to be stored is stored now.
    samples_changed
        The list of samples shown is another one.
    sample_updated
        Carries the id of a sample whose state or strokes changed.
    current_changed
        Another sample is under edit, or none.
    mesh_changed
        The mesh of the current sample is another.
    stroke_made
        A stroke of the current sample was made, undone or redone.
    told
        Carries a sentence that helps the annotator on.
    failed
        Carries a sentence about something that could not be done.
    """

    project_changed = Signal()
    closing = Signal()
    samples_changed = Signal()
    sample_updated = Signal(int)
    current_changed = Signal()
    mesh_changed = Signal()
    stroke_made = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, annotator: str) -> None:
        self.annotator = annotator
        self.samples = ShownSamples()
        self.tools = Toolbox()
        self.verdicts = Verdicts(self)
        self.edits = Edits(self)
        self.is_displayed = True
        self._project: Project | None = None
        self._session: EditSession | None = None
        self._faceless: ImageRecord | None = None
        self._blank: MeshEditor | None = None
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
    def faceless(self) -> ImageRecord | None:
        """The photograph without a face that is looked at in place of a sample."""
        return self._faceless

    @property
    def image_id(self) -> int | None:
        """Which image is on screen, with or without a face."""
        if self._session is not None:
            return self.samples.get(self._session.sample_id).image_id
        return None if self._faceless is None else self._faceless.id

    @property
    def editor(self) -> MeshEditor | None:
        """What the mouse acts on: the sample under edit, or a photograph without a face."""
        return self._blank if self._session is None else self._session

    @property
    def current(self) -> SampleSummary | None:
        """The sample under edit, as the list shows it."""
        return None if self._session is None else self.samples.get(self._session.sample_id)

    def open(self, project: Project) -> bool:
        """Work on this project, starting at the first sample to do.

        Returns False, and changes nothing, if strokes of the project before cannot be saved.
        """
        if not self.close():
            return False
        self._project = project
        self.learn_anew()
        self.project_changed.emit()
        self.refresh()
        return True

    def learn_anew(self) -> None:
        """Let the tools expect the errors that this project's corrections showed."""
        if self._project is None:
            return
        try:
            self.tools.learn(load_guided_covariance(self._project.home))
        except CovarianceFileError as error:
            self.tools.learn(None)
            self.failed.emit(str(error))

    def close(self) -> bool:
        """Leave the project, saving what waits; returns False if that cannot be saved."""
        if self._project is None:
            return True
        if not self.save_pending():
            return False
        self.closing.emit()
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
        if self.editor is None and first is not None:
            self.go_to(first)

    def rename_annotator(self, name: str) -> None:
        """Record what follows under another name."""
        self.annotator = name
        if self._session is not None:
            self._session.annotator = name

    def show_samples(self, shown: Shown) -> None:
        """Show these samples, in this order."""
        self.samples.arrange(shown)
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
        self._faceless = self._blank = None
        if self.tools.tool.is_pending:
            self.told.emit("The line was not finished with Enter: it is dropped.")
        self.tools.drop_pending()
        self.is_displayed = True
        self.current_changed.emit()

    def look_at_photograph(self, image: ImageRecord) -> None:
        """Show a photograph that has no face, and let the annotator draw a box around one."""
        if (self._session is not None and self._session.is_dragging) or not self.save_pending():
            return
        self._session = None
        # Any layout does: nothing of the mesh is to be seen.
        blank = blank_state(image.width, image.height, FACE_468)
        self._faceless, self._blank = image, MeshEditor(blank)
        self.current_changed.emit()
        self.tools.draw_box(adds_face=True)

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
        """Return whether the photograph's file no longer holds what was predicted."""
        project, image_id = self._project, self.image_id
        if project is None or image_id is None:
            return False
        try:
            return photograph_has_changed(project.images.get(image_id))
        except ProjectError as error:
            self.failed.emit(str(error))
            return True

    def run_edit(self, action: Callable[[], object], refused: str = "") -> None:
        """Let something store strokes of the current sample or take them back."""
        if self._session is not None:
            self._saver.run(self._session, action, refused)

    def save_pending(self) -> bool:
        """Write strokes that the database refused before; return whether none is left."""
        return self._saver.save_pending(self._session)

    def retry_pending(self) -> None:
        """Try `save_pending` again without telling of another failure."""
        self._saver.retry_pending(self._session)

    def take_in(self, sample: SampleSummary) -> None:
        """Show what changed about a sample."""
        self.samples.update(sample)
        self.sample_updated.emit(sample.id)

    def take_over_theirs(self, *, refused: bool) -> None:
        """Show what somebody else made of the current sample; say so if an action was refused."""
        if self._session is not None:
            self._saver.take_over_theirs(self._session, refused=refused)

    def _on_edited(self, sample_id: int) -> None:
        self.mesh_changed.emit()
        self.stroke_made.emit()
        if self._project is None:
            return
        was_deleted = self.samples.get(sample_id).state is SampleState.DELETED
        try:
            self.take_in(self._project.samples.get(sample_id))
        except ProjectError as error:
            self.failed.emit(str(error))
            return
        if was_deleted and self.samples.get(sample_id).state is not SampleState.DELETED:
            self.told.emit("This face was deleted. It is back, since you worked on it.")

    def _go_to_or_tell(self, sample_id: int | None, otherwise: str) -> None:
        if sample_id is not None:
            self.go_to(sample_id)
        elif self._project is not None:
            self.told.emit(otherwise)

    def _leave(self) -> None:
        self._session = self._faceless = self._blank = None
        self.current_changed.emit()

    def _current_id(self) -> int | None:
        return None if self._session is None else self._session.sample_id
