"""What all that undoes has in common: the bench, the question asked last, and what is said."""

from enum import Enum, auto

from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.verdicts import Verdicts
from annotator.workbench.walk import Walk


class Outcome(Enum):
    """What came of trying to undo something, or to do it again."""

    # Done, or it waits for the annotator: either way nothing more is tried now.
    ENDS = auto()
    # It cannot be any more: what comes after it is tried.
    GONE = auto()


class UndoDesk:
    """Asks the annotator, tells them, and brings them to the sample that something was done to.

    Attributes
    ----------
    notes : list of str
        What is said in front of the next sentence.
    """

    def __init__(self, bench: Bench, edits: Edits, walk: Walk, verdicts: Verdicts) -> None:
        self.bench = bench
        self.edits = edits
        self.walk = walk
        self.verdicts = verdicts
        self.notes: list[str] = []
        # What was asked about last; the same thing once more is the answer.
        self._asked: object = None
        bench.current_changed.connect(self._forget)
        bench.stroke_made.connect(self._forget)

    def key(self, action: str) -> str:
        """Return an action's key as people read it, or its name if it has none."""
        return self.bench.keys.text(action) or action.capitalize()

    def confirmed(self, what: object, question: str) -> bool:
        """Ask, and return False; return True if this is what was asked about last."""
        if self._asked is not None and self._asked == what:
            self._asked = None
            return True
        self.say(question)
        self._asked = what
        return False

    def say(self, sentence: str = "") -> None:
        """Tell the annotator this, after what was noted."""
        said = [*dict.fromkeys(self.notes), *filter(None, [sentence])]
        self.notes.clear()
        self._asked = None
        if said:
            self.bench.told.emit(" ".join(said))

    def go_to(self, sample_id: int) -> bool:
        """Take a sample under edit; return whether it is, after telling why if it is not.

        Raises
        ------
        UnknownSample
            If it is gone.
        """
        if self.bench.project is not None and sample_id != self.bench.sample_id:
            self.bench.project.samples.get(sample_id)
            self.walk.go_to(sample_id)
        return self.bench.sample_id == sample_id

    def _forget(self) -> None:
        self._asked = None
