"""Giving verdicts on the sample under edit. No widgets here."""

from collections.abc import Sequence

from psygnal import Signal

from annotator.project import (
    UNDECIDED,
    EditSession,
    Judgement,
    ProjectError,
    Review,
    StaleAnnotation,
    UnseenVerdict,
    Verdict,
)
from annotator.project.judgements import Given
from annotator.quality.checks import Finding
from annotator.workbench.actions_done import Decided
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits
from annotator.workbench.face_checks import FaceChecks
from annotator.workbench.marked_places import WHOLE_FACE, Place
from annotator.workbench.question import Question
from annotator.workbench.stroke_text import unseen_text
from annotator.workbench.walk import Walk


class Verdicts:
    """The verdicts of an annotator on the current sample.

    Attributes
    ----------
    walk : Walk
        Where a verdict leads.
    goes_on_changed
        Carries whether a verdict brings up the next sample to do.
    asked
        Carries a `Question`: checks found something serious in the mesh that is to be accepted.
    """

    goes_on_changed = Signal(bool)
    asked = Signal(object)

    def __init__(self, bench: Bench, edits: Edits, walk: Walk, checks: FaceChecks) -> None:
        self._checks = checks
        self._goes_on = True
        self._bench = bench
        self._edits = edits
        self.walk = walk

    @property
    def goes_on(self) -> bool:
        """Whether a verdict brings up the next sample to do."""
        return self._goes_on

    @goes_on.setter
    def goes_on(self, goes_on: bool) -> None:
        if goes_on != self._goes_on:
            self._goes_on = goes_on
            self.goes_on_changed.emit(goes_on)

    def submit(self) -> bool:
        """Say that the current sample is done and waits for a review; return whether written."""
        return self._decide(Verdict.SUBMIT)

    def accept(self, *, despite_checks: bool = False) -> None:
        """Accept the current sample's mesh as it stands, also when it is as predicted.

        Where checks found something serious in it, that is asked about first, unless this says
        that it is accepted all the same.
        """
        bench = self._bench
        if not bench.may_change() or not self._has_sample():
            return
        if bench.session is not None and (reason := bench.why_unacceptable()):
            bench.failed.emit(reason)
            return
        if not despite_checks and bench.session is not None and not bench.session.is_dragging:
            serious = self._checks.to_ask_about()
            if serious and not bench.in_sight(for_verdict=True):
                return
            if serious:
                self._checks.point_at(*serious)
                self.asked.emit(self._question(serious))
                return
        self._decide(Verdict.ACCEPT)

    def _has_sample(self) -> bool:
        """Make a sample of a frame that a verdict is given on; return False if that fails."""
        bench = self._bench
        if bench.frame is None:
            return True
        return bench.in_sight(for_verdict=True) and bench.becomes_sample()

    def _question(self, serious: tuple[Finding, ...]) -> Question:
        """Return what is asked before a mesh is accepted with such findings."""
        said = " ".join(one.sentence for one in serious)
        return Question(
            f"{said} Is this mesh right all the same?",
            "Look at it",
            "Accept all the same",
            lambda: self._checks.point_at(*serious, looks=True),
            lambda: self._accept_despite(serious),
        )

    def _accept_despite(self, serious: tuple[Finding, ...]) -> None:
        """Accept a mesh with the findings that were asked about; with others, ask again."""
        self.accept(despite_checks=self._checks.to_ask_about() == serious)

    def send_back(
        self, reasons: Sequence[str], comment: str = "", place: Place = WHOLE_FACE
    ) -> bool:
        """Send the current sample back, for at least one reason; return whether that is written.

        What the place marks of its mesh is shown to its annotator.
        """
        return self._decide(Verdict.SEND_BACK, reasons, comment, place=place)

    def exclude(self, reasons: Sequence[str] = (), comment: str = "") -> bool:
        """Keep the current sample out of the data set, whatever its mesh is like.

        Returns whether that is written: where several people decide, it needs a reason.
        """
        return self._decide(Verdict.EXCLUDE, reasons, comment)

    def delete(self) -> bool:
        """Say that the current sample is no face; return whether that is written."""
        return self._decide(Verdict.DELETE)

    def reopen(self) -> None:
        """Withdraw the current sample's verdict."""
        self._decide(Verdict.REOPEN, goes_on=False)

    def has_seen_all(self) -> bool:
        """Return whether the annotator has seen the newest verdict on the current sample.

        If not, it is told, and counts as seen from now on: of use before reasons are asked for.
        """
        bench, session = self._bench, self._bench.session
        if bench.project is None or session is None:
            return True
        try:
            newest = bench.project.reviews.newest(session.sample_id)
        except ProjectError:
            return True  # what is then given says what is wrong
        if newest is None or newest.id <= session.seen:
            return True
        self._show_unseen(session, newest)
        return False

    def give(self, judgement: Judgement) -> Given | None:
        """Give the current sample a verdict, as it is on the screen, and stay.

        Returns
        -------
        Given or None
            What to take it back by; None, after telling why, if it was not given. A verdict of
            somebody else that the annotator has not seen is shown first: the next time this one is
            given.
        """
        bench = self._bench
        project, session = bench.project, bench.session
        if project is None or session is None or session.is_dragging:
            return None
        bench.acting.emit()
        if not self._edits.save_pending():
            return None
        try:
            judged = project.reviews.judge(
                session.sample_id, judgement, revision=session.revision, seen=session.seen
            )
        except UnseenVerdict as unseen:
            self._show_unseen(session, unseen.review)
            return None
        except StaleAnnotation:
            self._edits.take_over_theirs(refused=True)
            return None
        except ProjectError as error:
            bench.failed.emit(str(error))
            return None
        session.seen = judged.given.review_id
        bench.take_in(judged.sample)
        return judged.given

    def _show_unseen(self, session: EditSession, review: Review) -> None:
        session.seen = review.id
        self._bench.take_in_anew(session.sample_id)
        self._bench.failed.emit(unseen_text(review, "Your verdict was not given."))

    def _decide(
        self,
        verdict: Verdict,
        reasons: Sequence[str] = (),
        comment: str = "",
        *,
        place: Place = WHOLE_FACE,
        goes_on: bool = True,
    ) -> bool:
        bench = self._bench
        if not self._has_sample():
            return False
        if bench.session is not None and not bench.in_sight(for_verdict=True):
            return False
        to_do = (*UNDECIDED, *bench.sought)
        was_decided = bench.current is not None and bench.current.state not in to_do
        judgement = Judgement(
            verdict, bench.annotator, comment, tuple(reasons), place.vertices, place.region
        )
        given = self.give(judgement)
        if given is None:
            return False
        if was_decided or verdict is not Verdict.REOPEN:
            bench.did(Decided(judgement, (given,)))
        if goes_on and self.goes_on and not bench.steps_on():
            self.walk.go_on(was_decided=was_decided)
        return True
