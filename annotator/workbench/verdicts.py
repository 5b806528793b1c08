"""Giving verdicts on the sample under edit. No widgets here."""

from collections.abc import Callable, Sequence
from functools import partial

from psygnal import Signal

from annotator.project import ProjectError, RejectReason, SampleSummary, StaleAnnotation
from annotator.project.reviews import Reviews
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.walk import Walk


class Verdicts:
    """The verdicts of an annotator on the current sample.

    Attributes
    ----------
    goes_on_changed
        Carries whether a verdict brings up the next sample to do.
    """

    goes_on_changed = Signal(bool)

    def __init__(self, bench: Bench, edits: Edits, walk: Walk) -> None:
        self._goes_on = True
        self._bench = bench
        self._edits = edits
        self._walk = walk

    @property
    def goes_on(self) -> bool:
        """Whether a verdict brings up the next sample to do."""
        return self._goes_on

    @goes_on.setter
    def goes_on(self, goes_on: bool) -> None:
        if goes_on != self._goes_on:
            self._goes_on = goes_on
            self.goes_on_changed.emit(goes_on)

    def accept(self) -> None:
        """Accept the current sample's mesh as it stands, also when it is as predicted."""
        bench = self._bench
        if bench.session is not None and (reason := bench.why_unacceptable()):
            bench.failed.emit(reason)
            return
        self._decide(Reviews.accept)

    def reject(self, reasons: Sequence[RejectReason], comment: str = "") -> None:
        """Reject the current sample; at least one reason."""
        self._decide(partial(Reviews.reject, reasons=reasons, comment=comment))

    def exclude(self) -> None:
        """Keep the current sample out of the data set, whatever its mesh is like."""
        self._decide(Reviews.exclude)

    def delete(self) -> bool:
        """Say that the current sample is no face; return whether that is written."""
        return self._decide(Reviews.delete)

    def reopen(self) -> None:
        """Withdraw the current sample's verdict."""
        self._decide(Reviews.reopen, goes_on=False)

    def _decide(self, verdict: Callable[..., SampleSummary], *, goes_on: bool = True) -> bool:
        bench = self._bench
        project, session = bench.project, bench.session
        if project is None or session is None or session.is_dragging:
            return False
        if not self._edits.save_pending():
            return False
        try:
            summary = verdict(
                project.reviews,
                session.sample_id,
                reviewer=bench.annotator,
                revision=session.revision,
            )
        except StaleAnnotation:
            self._edits.take_over_theirs(refused=True)
            return False
        except ProjectError as error:
            bench.failed.emit(str(error))
            return False
        bench.take_in(summary)
        if goes_on and self.goes_on:
            self._walk.go_to_next_to_do()
        return True
