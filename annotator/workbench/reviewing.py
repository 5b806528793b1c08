"""Reviewing what others submitted: what is sought then, and what accepting means. No widgets here.

Two things are the reviewer's, and each of them is a value of the bench: which samples the walk
seeks (`Bench.sought`), and that tools rest (`Bench.is_reviewing`), so that a click can mean a
vertex that something is said of.
"""

from psygnal import Signal

from annotator.project import UNDECIDED, SampleState
from annotator.system.words import count
from annotator.workbench.bench import Bench
from annotator.workbench.project_reasons import is_in_two_steps
from annotator.workbench.states import TO_DO_IN_TWO_STEPS
from annotator.workbench.verdicts import Verdicts

TO_REVIEW = (SampleState.SUBMITTED,)


class Reviewing:
    """Switches between annotating and reviewing.

    Parameters
    ----------
    bench : Bench
    verdicts : Verdicts

    Attributes
    ----------
    changed
        Reviewing began or ended, or another project is open.
    """

    changed = Signal()

    def __init__(self, bench: Bench, verdicts: Verdicts) -> None:
        self._bench = bench
        self._verdicts = verdicts
        bench.project_changed.connect(self._begin_anew)
        self._begin_anew()

    @property
    def is_on(self) -> bool:
        """Whether somebody reviews here."""
        return self._bench.is_reviewing

    @property
    def submits(self) -> bool:
        """Whether who annotates here submits, and somebody else accepts."""
        return not self.is_on and is_in_two_steps(self._bench.project)

    @property
    def to_do(self) -> tuple[SampleState, ...]:
        """The states of samples that annotators have to do."""
        return TO_DO_IN_TWO_STEPS if is_in_two_steps(self._bench.project) else UNDECIDED

    @property
    def text(self) -> str:
        """How many samples wait for a review, as a sentence."""
        waiting = self._bench.samples.count(TO_REVIEW)
        if not waiting:
            return "No sample waits for a review."
        return f"{count(waiting, 'sample')} {'waits' if waiting == 1 else 'wait'} for a review."

    def toggle(self) -> None:
        """Begin to review, at the first sample that waits for it, or go back to annotating."""
        bench = self._bench
        if bench.project is None or not bench.may_change():
            return
        if bench.session is not None and bench.session.is_dragging:
            return
        bench.tools.drop_pending()
        self._set(is_on=not self.is_on)
        if self.is_on and (bench.current is None or bench.current.state not in TO_REVIEW):
            self._verdicts.walk.go_to_next_to_do()

    def accept(self) -> None:
        """Accept the current sample, or submit it where somebody else accepts.

        Who reviews in two steps accepts what was submitted: once all of it is decided, a key that
        is pressed once more does nothing to faces that nobody submitted.
        """
        if self.submits:
            self._verdicts.submit()
        elif reason := self._not_waiting():
            self._bench.told.emit(reason)
        else:
            self._verdicts.accept()

    def _not_waiting(self) -> str:
        """Return why the current sample is not to be accepted by a reviewer; empty if it is."""
        current = self._bench.current
        if (
            current is None
            or current.state in TO_REVIEW
            or not is_in_two_steps(self._bench.project)
        ):
            return ""
        state = (
            "is accepted already" if current.state is SampleState.ACCEPTED else "was not submitted"
        )
        return f"Nothing was decided: this face {state}. {self.text}"

    def _begin_anew(self) -> None:
        self._set(is_on=False)

    def _set(self, *, is_on: bool) -> None:
        bench = self._bench
        bench.is_reviewing = is_on
        bench.sought = TO_REVIEW if is_on else self.to_do
        self.changed.emit()
