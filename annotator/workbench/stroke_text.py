"""What the annotator is told about strokes: those that wait, were redone, or turned over."""

from annotator.mesh.folds import folded
from annotator.mesh.tools.base import MeshState
from annotator.project import ProjectError, Review, SampleSummary
from annotator.workbench.foreign_text import one_line
from annotator.workbench.verdict_words import reasons_text, verdict_on, verdict_sentence

NOTHING_UNSAVED = "Everything is saved: each stroke is, as the mouse is released."
NOTHING_TO_EVEN = "Nothing changed: the mesh is as predicted here, or pinned or hidden."
SAVED = "The strokes that waited are saved."


def refusal_text(error: ProjectError, waiting: int, *others: str) -> str:
    """Return why something could not be stored, how many strokes wait, and what else is said."""
    return " ".join(filter(None, (f"{error}.", waiting_text(waiting), *others)))


def waiting_text(count: int) -> str:
    """Return that so many strokes wait, or an empty text for none."""
    if not count:
        return ""
    strokes = "1 stroke waits" if count == 1 else f"{count} strokes wait"
    return f"{strokes} in memory and will be saved as soon as that is possible."


def held_text(count: int) -> str:
    """Return that so many strokes wait for the annotator, who may not want them any more."""
    strokes = "Your stroke waits" if count == 1 else f"Your {count} strokes wait"
    return f"{strokes} in memory: what you do next here saves it all on top."


def unseen_text(review: Review, refused: str, waiting: int = 0) -> str:
    """Return which verdict somebody gave that was not seen, and what was not done because of it.

    Parameters
    ----------
    review : Review
    refused : str
        As "Your stroke was not made."; empty where only strokes wait.
    waiting : int
        Strokes that go on waiting to be stored.
    """
    said = verdict_sentence(review, when=True)
    if waiting:
        return f"{said} {held_text(waiting)}"
    return f"{said} {refused} Do it again to go on all the same."


def taken_over_text(
    theirs: SampleSummary,
    offered: int,
    kept: int,
    *,
    refused: bool,
    review: Review | None = None,
) -> str:
    """Return what happened to a face that another window changed, and to one's own strokes.

    Parameters
    ----------
    theirs : SampleSummary
        As the other window left it.
    offered, kept : int
        Strokes that waited to be stored, and those of them that still change something.
    refused : bool
        Whether something that the annotator did was refused.
    review : Review, optional
        The newest verdict: its reasons are said where it is in effect.
    """
    who = theirs.reviewer or theirs.annotator
    by = f" by {one_line(who)}" if who else ""
    word = verdict_on(theirs.state)
    verdict = f" and {word}" if word else ""
    reasons = reasons_text(review) if verdict and review is not None else ""
    why = f" ({reasons})" if reasons else ""
    said = f"This face was changed{verdict} in another window{by}{why}; the mesh is now theirs"
    if not offered:
        return f"{said}. Look at it, and try again." if refused else f"{said}."
    if not kept:
        return f"{said}. Your stroke would change nothing in it any more and was left out."
    strokes = "your last stroke" if kept == 1 else f"your last {kept} strokes"
    again = ", and in progress again" if verdict else ""
    return f"{said} with {strokes} on top{again}. Undo takes yours back."


def folds_text(before: MeshState, after: MeshState) -> str:
    """Return how many triangles a stroke turned over, or an empty text for none."""
    if before.layout is not after.layout:
        return ""  # theirs in its place, of which no stroke of one's own is left
    # Triangles that close mouth and eyes do not count: lips and lids may touch.
    triangles = after.layout.topology.opened_triangles
    count = folded(before.landmarks, after.landmarks, after.prediction, triangles).sum()
    if not count:
        return ""
    triangles_are = "1 triangle is" if count == 1 else f"{count} triangles are"
    return f"{triangles_are} turned over by this; Undo takes it back."
