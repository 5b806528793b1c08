"""What lies before the annotator: the project, the sample and the tool that all parts share.

It knows what is open and tells when that changes. Whatever is done to it is done by the parts
that hold it: `annotator.workbench.edits`, `walk`, `verdicts` and others.
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
from annotator.system.people import usable_name
from annotator.workbench.actions_done import Action, ActionsDone
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.sight import Sight, why_unseen
from annotator.workbench.toolbox import Toolbox
from annotator.workflow.image_files import HAS_CHANGED, Originals


class Bench:
    """What is open, and who works on it.

    Parameters
    ----------
    annotator : str
        Recorded with every stroke and verdict.

    Attributes
    ----------
    samples : ShownSamples
        The project's samples, as the list shows them.
    tools : Toolbox
        The tool in hand.
    is_displayed : bool
        Whether the annotator can see the current sample; a view that cannot show it says so
        here. A mesh that nobody saw is not accepted.
    look : callable
        Returns what can be seen of the current sample now; whoever shows it says how.
    originals : Originals
        Tells whether photographs are still those that were added.
    keys : KeyBindings
        Those in effect: sentences name them.
    annotator_changed
        Somebody else works here.
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
    acting
        Something is about to be done to the sample under edit, or its photograph is back: what was
        said of it before is old.
    mesh_changed
        The mesh of the current sample is another.
    stroke_made
        A stroke of the current sample was made, undone or redone.
    done_changed
        There is something else to undo or redo.
    told
        Carries a sentence that helps the annotator on.
    failed
        Carries a sentence about something that could not be done.
    """

    annotator_changed = Signal()
    project_changed = Signal()
    closing = Signal()
    samples_changed = Signal()
    sample_updated = Signal(int)
    current_changed = Signal()
    acting = Signal()
    mesh_changed = Signal()
    stroke_made = Signal()
    done_changed = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, annotator: str) -> None:
        self._annotator = usable_name(annotator)
        self.samples = ShownSamples()
        self.tools = Toolbox()
        self.is_displayed = True
        self.look: Callable[[], Sight] = Sight
        self.originals = Originals()
        self.keys: KeyBindings = DEFAULT_BINDINGS
        self._done = ActionsDone()
        self._project: Project | None = None
        self._session: EditSession | None = None
        self._faceless: ImageRecord | None = None
        self._blank: MeshEditor | None = None

    @property
    def annotator(self) -> str:
        """Who works here."""
        return self._annotator

    @property
    def done(self) -> ActionsDone:
        """What was done in this window since the project was opened, in order."""
        return self._done

    @done.setter
    def done(self, done: ActionsDone) -> None:
        if done != self._done:
            self._done = done
            self.done_changed.emit()

    def did(self, action: Action) -> None:
        """Take note of what was done here: it is undone next."""
        self.done = self._done.did(action)

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
    def editor(self) -> MeshEditor | None:
        """What the mouse acts on: the sample under edit, or a photograph without a face."""
        return self._blank if self._session is None else self._session

    @property
    def sample_id(self) -> int | None:
        """Which sample is under edit."""
        return None if self._session is None else self._session.sample_id

    @property
    def current(self) -> SampleSummary | None:
        """The sample under edit, as the list shows it."""
        return None if self._session is None else self.samples.get(self._session.sample_id)

    @property
    def image_id(self) -> int | None:
        """Which image is on screen, with or without a face."""
        if self._session is not None:
            return self.samples.get(self._session.sample_id).image_id
        return None if self._faceless is None else self._faceless.id

    def rename_annotator(self, name: str) -> None:
        """Record what follows under another name."""
        name = usable_name(name)
        if name == self._annotator:
            return
        self._annotator = name
        if self._session is not None:
            self._session.annotator = name
        self.annotator_changed.emit()

    def lay_out(self, project: Project) -> None:
        """Take a project as the open one; its samples are yet to be read."""
        self._project = project
        self.done = ActionsDone()
        self.project_changed.emit()

    def clear(self) -> None:
        """Close the project, with nothing under edit any more."""
        if self._project is None:
            return
        self.closing.emit()
        self._project.close()
        self._project = None
        self.done = ActionsDone()
        self.samples.replace([])
        self._session = self._faceless = self._blank = None
        self.current_changed.emit()
        self.project_changed.emit()
        self.samples_changed.emit()

    def take_under_edit(self, session: EditSession) -> None:
        """Take a sample under edit; what a tool holds of the one before is dropped."""
        self.note_seen()
        self.tools.prepare(session.state.layout)
        self._session = session
        self._faceless = self._blank = None
        was_pending = self.tools.tool.is_pending
        self.tools.drop_pending()
        self.is_displayed = True
        self.current_changed.emit()
        # Afterwards: what is said of the sample before goes with it.
        if was_pending:
            self.told.emit("The line was not finished with Enter: it is dropped.")

    def leave(self) -> None:
        """Have nothing under edit any more: the photograph is no longer in the project."""
        self._session = self._faceless = self._blank = None
        self.tools.drop_pending()
        self.current_changed.emit()

    def take_faceless(self, image: ImageRecord) -> None:
        """Take a photograph without a face in place of a sample."""
        self.note_seen()
        self._session = None
        # Any layout does: nothing of the mesh is to be seen.
        blank = blank_state(image.width, image.height, FACE_468)
        self._faceless, self._blank = image, MeshEditor(blank)
        self.current_changed.emit()

    def take_in(self, sample: SampleSummary) -> None:
        """Show what changed about a sample, or one that is new."""
        is_new = not self.samples.knows(sample.id)
        self.samples.update(sample)
        if is_new:
            self.samples_changed.emit()
        self.sample_updated.emit(sample.id)

    def take_in_anew(self, sample_id: int) -> bool:
        """Read a sample anew and show it; return whether it could be read."""
        if self._project is None:
            return False
        try:
            self.take_in(self._project.samples.get(sample_id))
        except ProjectError as error:
            self.failed.emit(str(error))
            return False
        return True

    def note_seen(self) -> None:
        """Note that the annotator sees the current sample's mesh as it is now, unless it is hidden.

        It may be shown, or come into the view, at any time: so this is asked again before another
        takes its place, and before many are judged.
        """
        if self._session is None or not self.is_displayed:
            return
        if not self.why_unseen(for_verdict=True):
            self.samples.mark_seen(self._session.sample_id, self._session.revision)

    def take_in_strokes(self, sample_id: int) -> None:
        """Show what strokes made of the current sample, which is not deleted any more."""
        self.mesh_changed.emit()
        self.stroke_made.emit()
        if self._project is None:
            return
        was_deleted = self.samples.get(sample_id).state is SampleState.DELETED
        if not self.take_in_anew(sample_id):
            return
        if was_deleted and self.samples.get(sample_id).state is not SampleState.DELETED:
            self.told.emit("This face was deleted. It is back, since you worked on it.")

    def image(self) -> ImageRecord:
        """Return the image on screen as the project has it now: its file may have moved.

        Raises
        ------
        ProjectError
            If there is none, or it cannot be read.
        """
        if self._project is None or self.image_id is None:
            raise ProjectError("no photograph is open")
        return self._project.images.get(self.image_id)

    def why_unseen(self, *, for_verdict: bool = False) -> str:
        """Return why the mesh is not visible over its photograph, or nothing if it is.

        A photograph that cannot be shown at all is no reason against a verdict: only `accept`
        needs it.
        """
        if self.editor is None:
            return ""
        if not self.is_displayed:
            return "" if for_verdict else "A mesh that cannot be seen is not changed."
        has_face = self._session is not None
        return why_unseen(self.look(), has_face=has_face, for_verdict=for_verdict)

    def in_sight(self, *, for_verdict: bool = False) -> bool:
        """Return whether the mesh is visible over its photograph; tell what to do if it is not."""
        reason = self.why_unseen(for_verdict=for_verdict)
        if reason:
            self.failed.emit(reason)
        return not reason

    def sees_what_changes(self) -> bool:
        """Return whether undo would be seen, and tell what to do if not.

        Where a photograph cannot be shown it may take back what led there.
        """
        return not self.is_displayed or self.in_sight()

    def why_unacceptable(self) -> str:
        """Return why the mesh under edit cannot be judged by what is on the screen, or nothing."""
        try:
            image = self.image()
        except ProjectError as error:
            return f"{error}."
        if self.originals.has_changed(image):
            return (
                f"{image.path} {HAS_CHANGED}, and its mesh is not accepted. "
                "Put the original back, or exclude this face."
            )
        if not self.is_displayed:
            return "A mesh that cannot be seen is not accepted. Reject or exclude it."
        return ""
