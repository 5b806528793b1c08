"""Takes in what other windows and programs make of the project. No widgets here."""

from collections.abc import Callable, Collection
from contextlib import suppress

from annotator.project import EditSession, Project, ProjectError, SampleSummary, UnknownSample
from annotator.workbench.verdict_words import verdict_sentence
from annotator.workbench.workbench import Workbench

# Whoever changes or adds so many samples between two looks is no annotator: then the whole list
# is read anew, which takes a second for 100,000 samples, and so only now and then.
_MANY = 50
_SECONDS_BETWEEN_REFRESHES = 10.0


class OtherWindows:
    """Keeps a workbench's list, and the mesh under edit, as the project has them.

    A verdict on the sample on the screen is told. It counts as seen from the next look on: what
    the annotator does in the very moment that it shows is still refused once.

    Parameters
    ----------
    workbench : Workbench
    clock : callable
        Returns seconds that only ever grow.
    """

    def __init__(self, workbench: Workbench, clock: Callable[[], float]) -> None:
        self._workbench = workbench
        self._clock = clock
        self._version: int | None = None  # of which all is taken in
        self._told_version: int | None = None  # of which others were told, at once
        self._counter = 0
        self._stored = 0  # samples, removed ones too: fewer than before were deleted for good
        self._refreshed_at = clock()
        # The verdict told at the last look, by its id, and to whom.
        self._told: tuple[EditSession, int] | None = None
        workbench.project_changed.connect(self._begin)

    def look(self) -> None:
        """Take in what changed since the last look; cheap while nothing did."""
        self._have_seen()
        project, editor = self._workbench.project, self._workbench.editor
        if project is None or (editor is not None and editor.is_dragging):
            return
        try:
            version = project.version()
            if version == self._version:
                return
            if self._take_in(project):
                self._version = version
            if version != self._told_version:
                self._told_version = version
                self._workbench.project_written.emit()
        except ProjectError:
            return  # looked for again soon; what the annotator does says what is wrong

    def _begin(self) -> None:
        """Note where the project stands before its list is read."""
        project = self._workbench.project
        self._version, self._counter, self._stored = None, 0, 0
        self._told_version = None
        self._refreshed_at = self._clock()
        if project is not None:
            with suppress(ProjectError):
                self._version = project.version()
                self._counter = project.samples.last_change()
                self._stored = project.samples.stored_count()

    def _take_in(self, project: Project) -> bool:
        """Take changes in; return False if some have to wait for a later look."""
        bench, shown = self._workbench, self._workbench.current
        if project.samples.last_change() < self._counter:  # an older database was put back
            bench.refresh()
            self._counter = project.samples.last_change()
            return True
        before, self._stored = self._stored, project.samples.stored_count()
        if self._stored < before:  # of what is deleted for good, no change tells
            bench.refresh()
        changed = project.samples.changed_since(self._counter)
        if len(changed) > _MANY or not bench.samples.total:
            waited = self._clock() - self._refreshed_at
            if bench.samples.total and waited < _SECONDS_BETWEEN_REFRESHES:
                self._follow_current(changed, shown)  # the face does not wait for the list
                return False
            bench.refresh()
            self._refreshed_at = self._clock()
        else:
            self._take_in_few(project, changed)
        self._follow_current(changed, shown)
        self._counter = max(changed.values(), default=self._counter)
        return True

    def _take_in_few(self, project: Project, changed: Collection[int]) -> None:
        bench = self._workbench
        total = bench.samples.total
        found = project.samples.those_shown(changed, person=bench.annotator)
        left = set(changed) - {sample.id for sample in found}
        # Its photograph was taken out of the project, or another sample takes its place.
        if any(map(bench.samples.knows, left)) or any(map(self._takes_a_place, found)):
            bench.refresh()
            return
        bench.samples.update(*(s for s in found if not bench.samples.knows(s.id)))
        for sample in found:
            self._take_in_one(sample)
        if bench.samples.total != total:
            bench.samples_changed.emit()

    def _takes_a_place(self, sample: SampleSummary) -> bool:
        """Return whether a new sample is of a face that the list has already: an opinion of it."""
        samples = self._workbench.samples
        return not samples.knows(sample.id) and samples.has_face(sample.image_id, sample.face_index)

    def _take_in_one(self, sample: SampleSummary) -> None:
        bench = self._workbench
        if not bench.samples.knows(sample.id) or sample != bench.samples.get(sample.id):
            bench.take_in(sample)

    def _follow_current(self, changed: Collection[int], shown: SampleSummary | None) -> None:
        """Follow the sample under edit, which lists had as `shown` before changes were taken in."""
        session = self._workbench.session
        if session is None or session.sample_id not in changed:
            return
        try:
            sample = session.project.samples.get(session.sample_id)
        except UnknownSample:
            return  # its photograph was taken out of the project
        if sample == shown:  # what changed is what lists do not show
            self._workbench.sample_updated.emit(sample.id)
        self._take_in_one(sample)
        self._follow(session)

    def _follow(self, session: EditSession) -> None:
        """Show the mesh that another window made of the sample under edit, and its verdict."""
        newest = session.project.reviews.newest(session.sample_id)
        stored = session.project.annotations.load(session.sample_id)
        is_changed = stored.revision != session.revision
        if is_changed:
            self._workbench.edits.take_over_theirs(refused=False)
        if newest is None or newest.id <= session.seen:
            return
        self._told = session, newest.id
        if not is_changed:
            self._workbench.told.emit(verdict_sentence(newest, where="in another window"))

    def _have_seen(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            session, review_id = told
            session.seen = max(session.seen, review_id)
