"""What is open before the annotator, and the signals by which it tells."""

from collections.abc import Callable

from psygnal import Signal

from annotator.mesh.tools.editor import MeshEditor
from annotator.project import (
    UNDECIDED,
    EditSession,
    ImageRecord,
    Project,
    ProjectError,
    SampleState,
    SampleSummary,
)
from annotator.system.people import usable_name
from annotator.workbench.actions_done import Action, ActionsDone
from annotator.workbench.clips.clip_frame import ClipFrame
from annotator.workbench.keys import DEFAULT_BINDINGS, KeyBindings
from annotator.workbench.shown_samples import ShownSamples
from annotator.workbench.sight import Sight
from annotator.workbench.toolbox import Toolbox
from annotator.workflow.image_files import Originals


class Opened:
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
    sought : tuple of SampleState
        Samples in these states are to do for who works here: the walk seeks them.
    is_reviewing : bool
        Whether what others submitted is reviewed here: tools rest then.
    is_playing : bool
        Whether a clip is playing: nothing is done to what passes by.
    becomes_sample : callable
        Makes a sample of the frame of a clip on the screen, unless there is one under edit; returns
        whether there is. Whoever knows clips says how.
    steps_on : callable
        After a verdict on what was a mere frame of a clip, shows the next frame; returns whether it
        did.
    annotator_changed
        Somebody else works here.
    project_changed
        Another project is open, or none.
    project_written
        Somebody wrote to the project, here or elsewhere: what no list shows may be another, too.
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
    tracks_changed
        A face's track through a clip was cut here, or joined to another.
    told
        Carries a sentence that helps the annotator on.
    failed
        Carries a sentence about something that could not be done.
    """

    annotator_changed = Signal()
    project_changed = Signal()
    project_written = Signal()
    closing = Signal()
    samples_changed = Signal()
    sample_updated = Signal(int)
    current_changed = Signal()
    acting = Signal()
    mesh_changed = Signal()
    stroke_made = Signal()
    done_changed = Signal()
    tracks_changed = Signal()
    told = Signal(str)
    failed = Signal(str)

    def __init__(self, annotator: str) -> None:
        self._annotator = usable_name(annotator)
        self.samples = ShownSamples()
        self.samples.person = annotator
        self.tools = Toolbox()
        self.is_displayed = True
        self.look: Callable[[], Sight] = Sight
        self.originals = Originals()
        self.keys: KeyBindings = DEFAULT_BINDINGS
        self.sought: tuple[SampleState, ...] = UNDECIDED
        self.is_reviewing = False
        self.is_playing = False
        self.becomes_sample: Callable[[], bool] = self._has_sample
        self.steps_on: Callable[[], bool] = lambda: False
        self._done = ActionsDone()
        self._project: Project | None = None
        self._session: EditSession | None = None
        self._faceless: ImageRecord | None = None
        self._frame: ClipFrame | None = None
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
    def is_read_only(self) -> bool:
        """Whether the open project may only be looked at."""
        return self._project is not None and self._project.is_read_only

    @property
    def session(self) -> EditSession | None:
        """The sample under edit."""
        return self._session

    @property
    def faceless(self) -> ImageRecord | None:
        """The photograph without a face that is looked at in place of a sample."""
        return self._faceless

    @property
    def frame(self) -> ClipFrame | None:
        """The frame of a clip that is looked at and is no sample."""
        return self._frame

    @property
    def editor(self) -> MeshEditor | None:
        """What the mouse acts on: the sample under edit, a frame, a photograph without a face."""
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
        self._annotator = self.samples.person = name
        if self._session is not None:
            self._session.annotator = name
        self.annotator_changed.emit()

    def _has_sample(self) -> bool:
        return self._session is not None

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
