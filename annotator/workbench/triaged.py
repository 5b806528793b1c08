"""What is known of the quality of the open project's samples, for the list and the face shown."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from psygnal import Signal

from annotator.project import (
    UNDECIDED,
    AssessedColumns,
    Assessment,
    ProjectError,
    SampleSummary,
)
from annotator.quality.short_words import in_short
from annotator.quality.standing import PileEnds, Triage, pile_ends, places_of, telling
from annotator.quality.triage import pile_of
from annotator.workbench.measures import Among, Ids, TriageMeasures
from annotator.workbench.opened import Opened
from annotator.workbench.shown_samples import Shown

# Reading 100,000 anew takes half a second: no oftener than so many times as long as it takes.
_PATIENCE = 20
_MOST_REASONS = 1  # of a row
_NOTHING = Triage(AssessedColumns(), PileEnds())


class Triaged:
    """Knows what was assessed of the open project's samples; reads it when it is asked first.

    Whoever has a clock lets it `look` for what other programs assess meanwhile.

    Attributes
    ----------
    changed
        Something else is known, of the face under edit or of others.
    """

    changed = Signal()

    def __init__(self, bench: Opened, clock: Callable[[], float] = monotonic) -> None:
        self._bench = bench
        self._clock = clock
        self._known: Triage | None = None
        self._version: int | None = None
        self._number = self._samples = 0
        self._ends = PileEnds()
        self._next = 0.0
        self._found: Assessment | None = None
        self._said = ""
        bench.samples.measures = self
        bench.project_changed.connect(self._begin)
        bench.current_changed.connect(self._show_current)
        bench.sample_updated.connect(self._show_state)

    @property
    def is_any(self) -> bool:
        """Whether anything was assessed in the open project."""
        return self._number > 0

    @property
    def current(self) -> str:
        """Why the face under edit stands where it does, in few words.

        Empty where nobody knows, and once it is decided: it is told of the prediction.
        """
        found, sample = self._found, self._bench.current
        if found is None or sample is None or sample.state not in UNDECIDED:
            return ""
        return why_in_short(found, self._ends)

    @property
    def details(self) -> str:
        """The same in sentences."""
        return "" if self._found is None else why_text(self._found, self._ends)

    def values(self, name: str, sample_ids: Ids) -> NDArray[np.float64]:
        """Return a measure of samples; see `Measures`."""
        return TriageMeasures(self._triage).values(name, sample_ids)

    def among(self, which: Among, sample_ids: Ids) -> NDArray[np.bool_]:
        """Return which samples pass; see `Measures`."""
        return TriageMeasures(self._triage).among(which, sample_ids)

    def row_text(self, sample: SampleSummary, shown: Shown) -> str:
        """Return why a sample is where it is in a list that is sorted or filtered by quality.

        Empty where the list is not, and where nothing is known.
        """
        measured = shown.key.measured
        if measured is None and shown.among is None:
            return ""
        (place,) = places_of(self._triage.columns, [sample.id]).tolist()
        if place < 0:
            return "not assessed"
        if measured is not None and measured.text:
            (value,) = self.values(measured.name, np.array([sample.id], np.int64)).tolist()
            return "" if np.isnan(value) else measured.text.format(value)
        return self._expected(place)

    def look(self) -> None:
        """See whether something was assessed, or piles end elsewhere; cheap while nothing was."""
        project = self._bench.project
        if project is None:
            return
        with suppress(ProjectError):  # looked for again soon
            version = project.version()
            if version != self._version and self._clock() >= self._next:
                number, ends = project.assessments.last_number(), pile_ends(project)
                # What is known of a face is known of new opinions of it, without an assessment.
                samples = project.samples.stored_count() if project.opinions.exist() else 0
                found = (number, samples, ends)
                is_new = found != (self._number, self._samples, self._ends)
                self._version, (self._number, self._samples, self._ends) = version, found
                if is_new:
                    self._take_in()

    def _take_in(self) -> None:
        self._known = None
        self._bench.samples.forget_measures()
        self._read_current()
        self.changed.emit()

    def _begin(self) -> None:
        self._forget()
        self._bench.samples.forget_measures()
        self.look()
        self.changed.emit()

    def _forget(self) -> None:
        self._known = self._version = None
        self._number, self._samples, self._ends = 0, 0, PileEnds()
        self._next, self._found, self._said = 0.0, None, ""

    @property
    def _triage(self) -> Triage:
        project = self._bench.project
        if self._known is None and project is not None:
            began = self._clock()
            with suppress(ProjectError):  # what the annotator does says what is wrong
                self._known = Triage.of(project)
            now = self._clock()
            self._next = now + _PATIENCE * (now - began)
        return self._known or _NOTHING

    def _expected(self, place: int) -> str:
        """Return the expected error of one, and what speaks against it most."""
        doubt = float(self._triage.columns.doubt[place])
        text = "error unknown" if np.isnan(doubt) else f"error {doubt:.1%}"
        against = [one for one in self._triage.reasons(place) if one.factor > 1]
        return f"{text}: {in_short(against[:_MOST_REASONS])}" if against else text

    def _show_current(self) -> None:
        before = self._found
        self._read_current()
        if self._found is not before:
            self._said = self.current
            self.changed.emit()

    def _show_state(self, _sample_id: int) -> None:
        """Say it no longer once it is decided, and again where a verdict is withdrawn."""
        if self._found is not None and self.current != self._said:
            self._said = self.current
            self.changed.emit()

    def _read_current(self) -> None:
        project, sample_id = self._bench.project, self._bench.sample_id
        self._found = None
        if project is not None and sample_id is not None and self._number:
            with suppress(ProjectError):
                self._found = project.assessments.of(sample_id)


def why_in_short(assessment: Assessment, ends: PileEnds) -> str:
    """Return on which pile a sample is, and what speaks against its mesh, in few words."""
    pile = pile_of(assessment.doubt, ends.thresholds).value.capitalize()
    error = "unknown" if np.isnan(assessment.doubt) else f"{assessment.doubt:.1%}"
    against = in_short([one for one in telling(assessment.signals) if one.factor > 1])
    return f"{pile}: error {error}, {against}" if against else f"{pile}: error {error}"


def why_text(assessment: Assessment, ends: PileEnds) -> str:
    """Return on which pile a sample is, and why, in sentences."""
    pile = pile_of(assessment.doubt, ends.thresholds)
    begin = pile.value.capitalize()
    if not np.isnan(assessment.doubt):
        begin += f": an error of {assessment.doubt:.1%} of the eye distance is expected"
    reasons = "; ".join(reason.sentence for reason in telling(assessment.signals))
    return f"{begin}. Why: {reasons}." if reasons else f"{begin}."
