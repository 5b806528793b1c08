"""What lies before the annotator: the project, the sample and the tool that all parts share.

It knows what is open and tells when that changes. Whatever is done to it is done by the parts
that hold it: `annotator.workbench.edits`, `walk`, `verdicts` and others.
"""

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
from annotator.workbench.actions_done import ActionsDone
from annotator.workbench.clips.clip_frame import ClipFrame
from annotator.workbench.clips.clip_text import playing_text
from annotator.workbench.opened import Opened
from annotator.workbench.sight import READ_ONLY, reviewing_text, why_unseen
from annotator.workflow.image_files import HAS_CHANGED

LINE_DROPPED = "The line was not finished with Enter: it is dropped."


class Bench(Opened):
    """What is open, how another takes its place, and whether anything may be done to it."""

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
        self._session = self._faceless = self._frame = self._blank = None
        self.current_changed.emit()
        self.project_changed.emit()
        self.samples_changed.emit()

    def take_under_edit(self, session: EditSession) -> None:
        """Take a sample under edit; what a tool holds of the one before is dropped."""
        self.note_seen()
        self.tools.prepare(session.state.layout)
        self._session = session
        self._faceless = self._frame = self._blank = None
        was_pending = self.tools.tool.is_pending
        self.tools.drop_pending()
        self.is_displayed = True
        self.current_changed.emit()
        # Afterwards: what is said of the sample before goes with it.
        if was_pending:
            self.told.emit(LINE_DROPPED)

    def leave(self) -> None:
        """Have nothing under edit any more: the photograph is no longer in the project."""
        self._session = self._faceless = self._frame = self._blank = None
        self.tools.drop_pending()
        self.current_changed.emit()

    def take_faceless(self, image: ImageRecord) -> None:
        """Take a photograph without a face in place of a sample."""
        self.note_seen()
        self._session = self._frame = None
        # Any layout does: nothing of the mesh is to be seen.
        blank = blank_state(image.width, image.height, FACE_468)
        self._faceless, self._blank = image, MeshEditor(blank)
        self.current_changed.emit()

    def take_frame(self, frame: ClipFrame) -> None:
        """Take a frame of a clip in place of a sample: what is done to it makes it one."""
        self.note_seen()
        self._session = self._faceless = None
        self.tools.prepare(frame.layout)
        was_pending = self.tools.tool.is_pending
        self.tools.drop_pending()
        self._frame, self._blank = frame, MeshEditor(frame.state())
        self.is_displayed = True
        self.current_changed.emit()
        if was_pending:
            self.told.emit(LINE_DROPPED)

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

    def why_unseen(self, *, for_verdict: bool = False) -> str:
        """Return why nothing may be done to the mesh, or nothing if something may.

        It is visible over its photograph, in a project that may be changed. A photograph that
        cannot be shown at all is no reason against a verdict: only `accept` needs it.
        """
        if self.editor is None:
            return ""
        if self.is_read_only:
            return READ_ONLY
        if self.is_playing:
            return playing_text(self.keys)
        if self.is_reviewing and not for_verdict:
            return reviewing_text(self.keys)
        if not self.is_displayed:
            return "" if for_verdict else "A mesh that cannot be seen is not changed."
        has_face = self._session is not None or (self._frame is not None and self._frame.has_face)
        return why_unseen(self.look(), has_face=has_face, for_verdict=for_verdict)

    def in_sight(self, *, for_verdict: bool = False) -> bool:
        """Return whether something may be done to the mesh; tell what to do if it may not."""
        if not self.may_change():
            return False
        reason = self.why_unseen(for_verdict=for_verdict)
        if reason:
            self.failed.emit(reason)
        return not reason

    def may_change(self) -> bool:
        """Return whether the open project may be changed; tell what to do if it may not."""
        if self.is_read_only:
            self.told.emit(READ_ONLY)  # nothing failed: whoever looks may press a key
        return not self.is_read_only

    def sees_what_changes(self) -> bool:
        """Return whether undo would be seen, and tell what to do if not.

        Where a photograph cannot be shown it may take back what led there.
        """
        if not self.may_change():
            return False
        # Whoever reviews takes verdicts back, and tools rest.
        return not self.is_displayed or self.in_sight(for_verdict=self.is_reviewing)

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
            return "A mesh that cannot be seen is not accepted. Send it back or exclude it."
        return ""
