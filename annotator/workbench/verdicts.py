"""Giving verdicts on the sample under edit. No widgets here."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from psygnal import Signal

from annotator.project import ProjectError, RejectReason, SampleSummary, StaleAnnotation
from annotator.project.reviews import Reviews

if TYPE_CHECKING:
    from annotator.workbench.workbench import Workbench


class Verdicts:
    """The verdicts of a workbench on its current sample.

    Attributes
    ----------
    goes_on_changed
        Carries whether a verdict brings up the next sample to do.
    """

    goes_on_changed = Signal(bool)

    def __init__(self, workbench: "Workbench") -> None:
        self._goes_on = True
        self._workbench = workbench

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
        bench = self._workbench
        if bench.session is not None and not bench.is_displayed:
            bench.failed.emit("A mesh that cannot be seen is not accepted. Reject or exclude it.")
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
        bench = self._workbench
        project, session = bench.project, bench.session
        if project is None or session is None or session.is_dragging or not bench.save_pending():
            return False
        try:
            summary = verdict(
                project.reviews,
                session.sample_id,
                reviewer=bench.annotator,
                revision=session.revision,
            )
        except StaleAnnotation:
            bench.take_over_theirs(refused=True)
            return False
        except ProjectError as error:
            bench.failed.emit(str(error))
            return False
        bench.take_in(summary)
        if goes_on and self.goes_on:
            bench.go_to_next_to_do()
        return True
