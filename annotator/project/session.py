"""Edit one sample's mesh stroke by stroke, each saved as it ends, without any window.

The napari plugin and scripts drive the same session.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.layout import MeshLayout
from annotator.mesh.tools.base import Edit, MeshState, Position
from annotator.mesh.tools.editor import MeshEditor
from annotator.project.people import recorded_name
from annotator.project.project import Project
from annotator.project.rebase import put_on_top
from annotator.project.strokes import Annotation, Stroke, StrokeMade


class EditSession(MeshEditor):
    """The mesh of one sample while somebody edits it.

    Parameters
    ----------
    project : Project
        Open for writing.
    sample_id : int
    annotator : str
        Whose strokes these are; may be changed between strokes, also to None: nobody's.

    Attributes
    ----------
    found : Review or None
        The newest verdict on the sample when it was taken under edit.
    seen : int
        The id of the newest review of the sample that the annotator knows of, 0 for none. What
        would withdraw a newer verdict is refused with `UnseenVerdict`.

    Raises
    ------
    UnknownSample
        If the project has no such sample, or it is somebody else's opinion.
    UnusableName
        If nobody could be called as the annotator is.
    """

    def __init__(self, project: Project, sample_id: int, *, annotator: str) -> None:
        self._project = project
        self.annotator: str | None = recorded_name(annotator)
        project.opinions.refuse_foreign(sample_id, self.annotator)
        # Before the mesh: a verdict that comes in between is one that nobody has seen.
        self.found = project.reviews.newest(sample_id)
        self.seen = 0 if self.found is None else self.found.id
        self._stored: list[int] = []
        self._annotation = project.annotations.load(sample_id)
        self._hidden = np.zeros(self._annotation.layout.count, np.bool_)
        self._unsaved: list[Stroke] = []
        super().__init__(self._state_of(self._annotation))

    @property
    def project(self) -> Project:
        """Where the sample is stored."""
        return self._project

    @property
    def sample_id(self) -> int:
        """The sample under edit."""
        return self._annotation.sample_id

    @property
    def layout(self) -> MeshLayout:
        """Of the mesh: that of the model which predicted it."""
        return self._annotation.layout

    @property
    def prediction(self) -> NDArray[np.float32]:
        """The mesh as the model predicted it; (n, 3), read-only."""
        return self._annotation.prediction

    @property
    def revision(self) -> int:
        """Which state of the stored annotation this session builds on."""
        return self._annotation.revision

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take back."""
        return bool(self._unsaved) or self._annotation.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a stroke to bring back."""
        return not self._unsaved and self._annotation.can_redo

    @property
    def unsaved_count(self) -> int:
        """How many finished strokes wait in memory because the database refused them."""
        return len(self._unsaved)

    @property
    def last_stroke(self) -> StrokeMade | None:
        """The stored stroke that an undo would take back."""
        return self._annotation.last_stroke

    @property
    def next_redo(self) -> StrokeMade | None:
        """The stored stroke that a redo would bring back."""
        return self._annotation.next_redo

    def take_stored(self) -> list[int]:
        """Return the ids of the strokes that were stored since this was asked last."""
        stored, self._stored = self._stored, []
        return stored

    def hide(self, hidden: NDArray[np.bool_]) -> None:
        """Keep the tools from these vertices, (n,), until they are others; not recorded."""
        self._hidden = hidden
        self._state = replace(self._state, hidden=hidden)

    def release(self, position: Position) -> Stroke | None:
        """End the stroke at ``position`` and save it.

        Returns
        -------
        Stroke or None
            None if nothing was begun or nothing changed.

        Raises
        ------
        ProjectError
            If the database refused it. The stroke is kept in memory: `save_pending` writes it
            as soon as that is possible. `StaleAnnotation`: another window edited this sample.
            `UnseenVerdict`: somebody gave a verdict on it.
        """
        ended = self.ended(position)
        return None if ended is None else self.apply(ended.tool.name, ended.edit)

    def apply(
        self, tool_name: str, edit: Edit | None, *, brought_back: int | None = None
    ) -> Stroke | None:
        """Make an edit as one stroke and save it; as `release`.

        One that makes the mesh what it was says at which revision (`brought_back`).
        """
        stroke = None if edit is None else stroke_of(tool_name, self._state, edit)
        if edit is None or stroke is None:
            return None
        stroke = replace(stroke, brought_back=brought_back)
        self._state = edited(self._state, edit)
        self._unsaved.append(stroke)
        self.save_pending()
        return stroke

    def save_pending(self) -> None:
        """Write the strokes that wait in memory, oldest first.

        Raises
        ------
        ProjectError
            If the database refuses one; it and the later ones go on waiting.
        """
        while self._unsaved:
            self._annotation = self._project.annotations.record_stroke(
                self.sample_id,
                self._unsaved[0],
                revision=self._annotation.revision,
                annotator=self.annotator,
                seen=self.seen,
            )
            del self._unsaved[0]
            if self._annotation.last_stroke is not None:
                self._stored.append(self._annotation.last_stroke.id)

    def undo(self) -> None:
        """Take the last stroke back; one under way is cancelled instead.

        Raises
        ------
        ProjectError
            If the database refused it; the mesh then stays as it is.
        """
        if self.is_dragging:
            self.cancel()
            return
        self.save_pending()
        self._follow(
            self._project.annotations.undo(
                self.sample_id,
                revision=self._annotation.revision,
                seen=self.seen,
                by=self.annotator,
            )
        )

    def redo(self) -> None:
        """Bring the last undone stroke back.

        Raises
        ------
        ProjectError
            If the database refused it; the mesh then stays as it is.
        """
        self.cancel()
        self.save_pending()
        self._follow(
            self._project.annotations.redo(
                self.sample_id,
                revision=self._annotation.revision,
                seen=self.seen,
                by=self.annotator,
            )
        )

    def reload(self) -> None:
        """Take over what the database holds, with the strokes that wait put on top of it.

        Those are made again from where their vertices are now, see `put_on_top`, and go on
        waiting: `save_pending` writes them. A stroke under way is cancelled. Where the mesh is of
        another layout now, strokes on the one before mean nothing and are left out.
        """
        stored = self._project.annotations.load(self.sample_id)
        if stored.layout is not self._annotation.layout:
            # The sample follows a prediction of another layout: vertices have other meanings there.
            self._hidden = np.zeros(stored.layout.count, np.bool_)
            self._unsaved.clear()
        rebased = put_on_top(self._unsaved, stored)
        self._unsaved[:] = rebased.strokes
        self._gesture = None
        self._annotation = stored
        self._state = self._state_of(rebased.annotation)

    def forget_unsaved(self, *, but: int = 0) -> None:
        """Give up the strokes that wait, but for the oldest so many; the mesh is then without."""
        self._gesture = None
        rebased = put_on_top(self._unsaved[:but], self._annotation)
        self._unsaved[:] = rebased.strokes
        self._state = self._state_of(rebased.annotation)

    def _follow(self, annotation: Annotation) -> None:
        self._annotation = annotation
        self._state = self._state_of(annotation)

    def _state_of(self, annotation: Annotation) -> MeshState:
        return MeshState(
            annotation.landmarks,
            annotation.prediction,
            annotation.layout,
            annotation.marks,
            annotation.anchors,
            self._hidden,
        )


def stroke_of(tool_name: str, state: MeshState, edit: Edit) -> Stroke | None:
    """Return an edit as the stroke that is recorded, or None if it changes nothing."""
    before = state.landmarks
    marks = state.marks if edit.marks is None else edit.marks
    changed = (before != edit.landmarks).any(axis=1) | (marks != state.marks)
    # A stroke names the vertices it is about: also those that only became anchors.
    changed[[*edit.anchors_added, *edit.anchors_removed]] = True
    vertices = np.flatnonzero(changed)
    if not vertices.size:
        return None
    marked = (marks != state.marks).any()
    return Stroke(
        tool_name,
        vertices,
        before[vertices],
        edit.landmarks[vertices],
        marks_before=state.marks[vertices] if marked else None,
        marks_after=marks[vertices] if marked else None,
        anchors_added=edit.anchors_added,
        anchors_removed=edit.anchors_removed,
    )


def edited(state: MeshState, edit: Edit) -> MeshState:
    """Return the mesh after an edit."""
    gone = {*edit.anchors_removed, *edit.anchors_added}
    kept = [anchor for anchor in state.anchors if anchor not in gone]
    marks = state.marks if edit.marks is None else edit.marks
    return replace(
        state, landmarks=edit.landmarks, marks=marks, anchors=(*kept, *edit.anchors_added)
    )
