"""Going from sample to sample. No widgets here."""

from contextlib import suppress

from annotator.project import DamagedProject, EditSession, ImageRecord, Project, ProjectError
from annotator.workbench.bench import Bench
from annotator.workbench.edits import Edits

# So many samples are asked about together, whose work they are.
_AT_ONCE = 200


class Walk:
    """Takes one sample after the other under edit, once the strokes on the one before are saved.

    A sample whose mesh is damaged is told of and not opened; the next step goes on from there.
    """

    def __init__(self, bench: Bench, edits: Edits) -> None:
        self._bench = bench
        self._edits = edits
        self._damaged: int | None = None  # that was to be opened last, and was not

    def refresh(self) -> None:
        """Read the list of samples anew, as after a prediction run; begin if nothing is open."""
        bench = self._bench
        if bench.project is None:
            return
        try:
            samples = bench.project.samples.summaries(person=bench.annotator)
        except ProjectError as error:
            bench.failed.emit(str(error))
            return
        is_gone = bench.session is not None and bench.sample_id not in {s.id for s in samples}
        left = bench.sample_id
        if is_gone:
            if not self._edits.save_pending() and self._can_wait():
                return  # once it is saved, that is a change to be taken in: this is done again
            bench.leave()
        bench.samples.replace(samples)
        bench.samples_changed.emit()
        if is_gone:
            bench.told.emit(self._why_gone(bench.project, left))
        first = bench.samples.first_to_open(bench.sought)
        if bench.editor is None and first is not None:
            self.go_to(first)

    def _why_gone(self, project: Project, sample_id: int | None) -> str:
        """Return why a sample is not in the list any more: its photograph is out, or it is given.

        Of the latter nothing more is said: opinions are blind.
        """
        with suppress(ProjectError):
            if sample_id is not None and project.samples.get(sample_id):
                return "This face is not among those that you are shown."
        return "The photograph of this face was removed from the project."

    def _can_wait(self) -> bool:
        """Return whether the current sample is kept with its photograph, and may come back.

        Its strokes can then be saved later; what is deleted for good has none.
        """
        session = self._bench.session
        if session is None:
            return False
        with suppress(ProjectError):
            return session.sample_id in session.project.annotations.revisions([session.sample_id])
        return True

    def go_to(self, sample_id: int) -> None:
        """Take a sample under edit."""
        bench = self._bench
        self._damaged = None
        if bench.project is None or sample_id == bench.sample_id or not self.may_leave():
            return
        try:
            session = EditSession(bench.project, sample_id, annotator=bench.annotator)
            # As it is by now: what was read with the list may be another window's past.
            sample = bench.project.samples.get_shown(sample_id, person=bench.annotator)
            if not bench.samples.knows(sample_id) or sample != bench.samples.get(sample_id):
                bench.take_in(sample)
        except ProjectError as error:
            if isinstance(error, DamagedProject):
                self._damaged = sample_id
            bench.failed.emit(str(error))
            return
        bench.take_under_edit(session)

    def look_at_photograph(self, image: ImageRecord) -> None:
        """Show a photograph that has no face, and let the annotator draw a box around one.

        Where nothing may be changed there is only the photograph.
        """
        if self.may_leave():
            self._bench.take_faceless(image)
            if not self._bench.is_read_only:
                self._bench.tools.draw_box(adds_face=True)

    def step(self, offset: int) -> None:
        """Go so many samples on in the list shown, or back if negative; ends at its ends."""
        self._go_to_or_tell(
            self._bench.samples.neighbour(self._place, offset),
            "This is the last sample shown." if offset > 0 else "This is the first sample shown.",
        )

    def go_to_next_to_do(self) -> None:
        """Go to the next sample without a verdict, starting over at the end of the list."""
        samples, current = self._bench.samples, self._place
        if samples.total:
            target = self._next_sought(current)
            self._go_to_or_tell(target, self._why_nothing_to_do(current))

    def go_on(self, *, was_decided: bool) -> None:
        """Go on after a verdict: to the next sample to do, or to the next one shown.

        To the next shown where the list holds none to do: where the filter keeps them out, or to
        whoever goes over samples that had their verdicts already.
        """
        bench = self._bench
        is_left = self._next_sought(bench.sample_id) is not None
        has_to_do = any(state in bench.sought for state in bench.samples.shown.states)
        if has_to_do and (is_left or not was_decided):
            self.go_to_next_to_do()
        else:
            self.step(1)

    def _next_sought(self, after: int | None) -> int | None:
        """Return the next shown sample that is to do for who works here, wrapping round.

        To a reviewer that is none that they made themselves, if the project does not want that.
        """
        bench = self._bench
        if not bench.is_reviewing or bench.project is None:
            return bench.samples.next_in(bench.sought, after=after)
        ids = bench.samples.ids_in(bench.sought, after=after)
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            try:
                own = bench.project.reviews.own_work(some, bench.annotator)
            except ProjectError:
                own = set()  # the verdict itself says what is wrong
            found = next((i for i in some if i not in own), None)
            if found is not None:
                return found
        return None

    def _why_nothing_to_do(self, current: int | None) -> str:
        samples, sought = self._bench.samples, self._bench.sought
        if not self._bench.is_reviewing:
            return samples.why_nothing_to_do(current, sought)
        if samples.count(sought):
            return "No sample shown is left for you to review: others are hidden, or your own work."
        return "Every sample that was submitted has been reviewed."

    @property
    def _place(self) -> int | None:
        """Where in the list the annotator is: past a sample that could not be opened."""
        return self._bench.sample_id if self._damaged is None else self._damaged

    def may_leave(self) -> bool:
        """Return whether something else may be shown: what was done to this is saved."""
        # A stroke under way belongs to the mesh under the mouse: it is ended or cancelled first.
        editor = self._bench.editor
        is_dragging = editor is not None and editor.is_dragging
        return not is_dragging and self._edits.save_pending()

    def _go_to_or_tell(self, sample_id: int | None, otherwise: str) -> None:
        if sample_id is not None:
            self.go_to(sample_id)
        elif self._bench.project is not None:
            self._bench.told.emit(otherwise)
