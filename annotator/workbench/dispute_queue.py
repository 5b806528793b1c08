"""Going through the faces whose opinions differ, one decision after the other. No widgets here."""

from psygnal import Signal

from annotator.project import SampleState
from annotator.workbench.adjudicating import Adjudicating, Candidate
from annotator.workbench.undo_text import name_of
from annotator.workbench.workbench import Workbench

NONE_LEFT = "No face is left whose opinions differ by more than the project allows."
ELSEWHERE = "Nobody has to decide about the face that is under edit now."


class DisputeQueue:
    """What is still to be decided by whoever goes through it.

    Attributes
    ----------
    changed
        There is something else to show.
    ended
        All that was asked for is decided.
    """

    changed = Signal()
    ended = Signal()

    def __init__(self, bench: Workbench, adjudicating: Adjudicating) -> None:
        self._bench, self._adjudicating = bench, adjudicating
        self._left: list[int] = []
        self._is_all = False
        adjudicating.changed.connect(self.changed)

    @property
    def others(self) -> int:
        """How many more than the face under edit are to be decided."""
        return sum(one != self._bench.sample_id for one in self._left)

    @property
    def title(self) -> str:
        """What is said above the opinions."""
        sample, dispute = self._bench.current, self._adjudicating.dispute
        left = f" {self.others} more to decide." if self.others else ""
        if sample is None or dispute is None:
            return f"{ELSEWHERE}{left}"
        return f"{name_of(sample)}: {dispute.standing.reason}.{left}"

    def begin(self) -> bool:
        """Begin with all faces that somebody has to decide; return whether there is one."""
        self._left, self._is_all = self._adjudicating.disputed(), True
        if not self._left:
            self._bench.told.emit(NONE_LEFT)
        elif self._bench.sample_id not in self._left:
            self._bench.go_to(self._left[0])
        return bool(self._left)

    def begin_here(self) -> bool:
        """Take the face under edit alone; return whether its opinions differ."""
        here = self._bench.sample_id
        self._left, self._is_all = [] if here is None else [here], False
        return self._adjudicating.dispute is not None

    def choose(self, candidate: Candidate, *, accepts: bool) -> None:
        """Decide for a candidate of the face under edit, accept it if wished, and go on.

        Where the verdict is not given, as something is asked before it, the face stays.
        """
        bench, decided = self._bench, self._bench.sample_id
        if decided is None or not self._adjudicating.choose(candidate):
            return
        self._left = [one for one in self._left if one != decided]
        if accepts and bench.sample_id == decided:
            bench.verdicts.accept()
            if not self._is_accepted(decided):
                self.changed.emit()
                return
        self._go_on()

    def _is_accepted(self, sample_id: int) -> bool:
        samples = self._bench.samples
        return samples.knows(sample_id) and samples.get(sample_id).state is SampleState.ACCEPTED

    def put_off(self) -> None:
        """Leave the face under edit for later, and go to the next one."""
        here = self._bench.sample_id
        self._left.sort(key=lambda one: one == here)  # the others stay in their order
        self._go_on()

    def _go_on(self) -> None:
        if self._left:
            self._bench.go_to(self._left[0])
            self.changed.emit()
            return
        self.ended.emit()
        if self._is_all:
            self._bench.told.emit(NONE_LEFT)
