"""What reviewers said of a face, for as long as it is not resolved, and whether it may leave."""

from psygnal import Signal

from annotator.project import UNDECIDED, ProjectError, Review, SampleSummary, Verdict
from annotator.workbench.bench import Bench
from annotator.workbench.foreign_text import one_line
from annotator.workbench.leaving_text import leaving_text_of
from annotator.workbench.verdict_words import reasons_text, verdict_on
from annotator.workbench.when_text import when_text

# So much of a comment is shown at once; the tooltip has all of it.
_LONGEST = 400


def is_open(review: Review, sample: SampleSummary) -> bool:
    """Return whether a verdict, the newest on a sample, still has something to say.

    One that sends back has until another is given or it is withdrawn, also while somebody mends
    what it is about. Other verdicts have while they are in effect, and a withdrawal if it says
    why.
    """
    if review.verdict is Verdict.SEND_BACK:
        return True
    if review.verdict is Verdict.REOPEN:
        return bool(review.comment.strip()) and sample.state in UNDECIDED
    return sample.state == review.verdict.state


def remark_text(review: Review, sample: SampleSummary) -> str:
    """Return who said what of a face, when and why; empty where that is resolved."""
    if not is_open(review, sample):
        return ""
    state = review.verdict.state
    word = verdict_on(state).capitalize() if state else "Verdict withdrawn"
    said = f"{word} by {one_line(review.reviewer)} {when_text(review.created_at)}"
    changed = " (changed since)" if state and sample.state != state else ""
    why = reasons_text(review, longest=_LONGEST)
    return f"{said}{changed}: {why}" if why else f"{said}{changed}"


class Remarks:
    """Knows the remark on the current sample.

    Attributes
    ----------
    changed
        It is another one, or none.
    """

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._current = ""
        bench.current_changed.connect(self._show_found)
        bench.sample_updated.connect(self._read_updated)
        bench.samples_changed.connect(self._read)

    @property
    def current(self) -> str:
        """What is said of the sample on the screen; empty where nothing is."""
        return self._current

    def on(self, sample: SampleSummary) -> str:
        """Return what is said of a sample, read anew; empty where nothing is."""
        project = self._bench.project
        if project is None:
            return ""
        try:
            review = project.reviews.newest(sample.id)
        except ProjectError:
            return ""  # shown once it can be read: nothing is done with it
        return self._all_said(sample, review)

    def _show_found(self) -> None:
        """Show the verdict that was found with the sample: it was read just now."""
        session, sample = self._bench.session, self._bench.current
        found = None if session is None else session.found
        self._set("" if sample is None else self._all_said(sample, found))

    def _all_said(self, sample: SampleSummary, review: Review | None) -> str:
        """Return whether no export will hold a face, and what a verdict says of it."""
        project = self._bench.project
        leaving = "" if project is None else leaving_text_of(project, sample.image_id)
        said = "" if review is None else remark_text(review, sample)
        return " ".join(filter(None, (leaving, said)))

    def _read_updated(self, sample_id: int) -> None:
        if sample_id == self._bench.sample_id:
            self._read()

    def _read(self) -> None:
        sample = self._bench.current
        self._set("" if sample is None else self.on(sample))

    def _set(self, remark: str) -> None:
        if remark != self._current:
            self._current = remark
            self.changed.emit()
