"""The history of the sample on the screen: its revisions and verdicts, and one brought back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotator.mesh.tools.base import Edit
from annotator.project import EditSession, ProjectError, Review
from annotator.project.past import RESTORING, PastMesh, RevisionMade
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.foreign_text import one_line
from annotator.workbench.verdict_words import verdict_sentence
from annotator.workbench.when_text import when_text

_CHANGES = {"undo": "undone", "redo": "redone"}
UNKNOWN = "Nobody knows any more how this revision was."
OTHER_LAYOUT = "That revision is a mesh of another kind: it can only be looked at."


@dataclass(frozen=True)
class HistoryLine:
    """A revision, or a verdict on one.

    Attributes
    ----------
    revision : int
    text : str
    is_verdict : bool
    """

    revision: int
    text: str
    is_verdict: bool = False


def history_lines(made: Sequence[RevisionMade], reviews: Sequence[Review]) -> list[HistoryLine]:
    """Return what happened to a sample, the newest first.

    Verdicts stand above the revision that they were given on. That is told by numbers, as clocks
    of several machines may differ.

    Parameters
    ----------
    made : sequence of RevisionMade
        What made its revisions, the first one first.
    reviews : sequence of Review
        Its verdicts, likewise.
    """
    lines = [HistoryLine(0, "0: as predicted")]
    lines += [HistoryLine(one.revision, _made_text(one)) for one in made]
    lines += [HistoryLine(r.revision, verdict_sentence(r, when=True), True) for r in reviews]
    # Sorting is stable: verdicts on one revision stay in their order.
    return sorted(lines, key=lambda line: (line.revision, line.is_verdict))[::-1]


def _made_text(made: RevisionMade) -> str:
    if made.tool is None:
        what = "follows a newer prediction"
    else:
        undone = _CHANGES.get(made.change.value)
        what = made.tool.replace("_", " ").capitalize() + (f" {undone}" if undone else "")
    who = f" by {one_line(made.made_by)}" if made.made_by else ""
    return f"{made.revision}: {what}{who}, {when_text(made.made_at)}"


def edit_back(session: EditSession, past: PastMesh) -> Edit:
    """Return the edit that makes a mesh what it was."""
    anchors, before = set(session.state.anchors), set(past.anchors)
    return Edit(
        np.array(past.landmarks, np.float32),
        np.array(past.marks),
        anchors_added=tuple(sorted(before - anchors)),
        anchors_removed=tuple(sorted(anchors - before)),
    )


class History:
    """Tells the history of the current sample, and brings revisions back.

    Parameters
    ----------
    bench : Bench
    edits : Edits
    """

    def __init__(self, bench: Bench, edits: Edits) -> None:
        self._bench = bench
        self._edits = edits

    def lines(self) -> list[HistoryLine]:
        """Return what happened to the current sample, the newest first."""
        project, sample_id = self._bench.project, self._bench.sample_id
        if project is None or sample_id is None:
            return []
        try:
            made = project.annotations.made(sample_id)
            return history_lines(made, project.reviews.history(sample_id))
        except ProjectError:
            return []  # what is done next says what is wrong

    def restore(self, revision: int) -> None:
        """Make the mesh what it was at a revision: a stroke like any other, to be undone."""
        bench = self._bench
        project, session = bench.project, bench.session
        if project is None or session is None or session.is_dragging or not bench.in_sight():
            return
        try:
            past = project.annotations.at_revision(session.sample_id, revision)
        except ProjectError as error:
            bench.failed.emit(f"{error}.")
            return
        if past.layout is not session.layout:
            bench.failed.emit(OTHER_LAYOUT)
            return
        before = session.revision
        self._edits.apply(RESTORING, edit_back(session, past), brought_back=revision)
        if session.revision != before:
            bench.told.emit(f"The mesh is as it was at revision {revision}.")
