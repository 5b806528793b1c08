"""What checks have against the face under edit, as it stands after each stroke. No widgets here."""

from psygnal import Signal

from annotator.project import EditSession, ProjectError, Verdict
from annotator.quality.checks import (
    MESH_CHECKS,
    Finding,
    OtherFace,
    Severity,
    Subject,
    Work,
    findings,
)
from annotator.workbench.bench import Bench

# What is not looked at anew after each stroke: it was stored when the project was assessed.
_STORED = {"blurred", "look_alikes"}


class FaceChecks:
    """Knows what checks have against the current sample's mesh, and which of it is pointed at.

    Attributes
    ----------
    changed
        There are other findings, or none.
    pointed
        Other vertices are pointed at, or none.
    looked
        Carries the vertices that the annotator wants to see.
    """

    changed = Signal()
    pointed = Signal()
    looked = Signal(object)

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._others: tuple[OtherFace, ...] = ()
        self._stored: tuple[Finding, ...] = ()
        self._size: tuple[int, int] | None = None
        self._sent_back_at: int | None = None
        self._findings: tuple[Finding, ...] = ()
        self._pointed_at: tuple[Finding, ...] = ()
        bench.current_changed.connect(self._read)
        bench.mesh_changed.connect(self._look)
        bench.sample_updated.connect(self._read_if_beside)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What checks have against it, the most severe first."""
        return self._findings

    @property
    def pointed_at(self) -> tuple[Finding, ...]:
        """The findings whose vertices are shown."""
        return self._pointed_at

    @property
    def vertices(self) -> tuple[int, ...]:
        """The vertices that are pointed at, ascending."""
        return tuple(sorted({vertex for one in self._pointed_at for vertex in one.vertices}))

    def point_at(self, *pointed_at: Finding, looks: bool = False) -> None:
        """Show the vertices of some findings, or of none; and have them looked at, if so asked."""
        if pointed_at != self._pointed_at:
            self._pointed_at = pointed_at
            self.pointed.emit()
        if looks and self.vertices:
            self.looked.emit(self.vertices)

    def to_ask_about(self) -> tuple[Finding, ...]:
        """Return what an annotator is asked about before the mesh is accepted as it stands.

        Nothing where somebody accepted the same revision before: they were asked, or knew.
        """
        session = self._bench.session
        if session is None:
            return ()
        self._look()
        serious = tuple(one for one in self._findings if one.severity is Severity.HIGH)
        return () if serious and self._was_accepted(session) else serious

    def _was_accepted(self, session: EditSession) -> bool:
        if session.unsaved_count:
            return False
        try:
            history = session.project.reviews.history(session.sample_id)
        except ProjectError:
            return False  # what is then given says what is wrong
        return any(
            review.verdict is Verdict.ACCEPT and review.revision == session.revision
            for review in history
        )

    def _read(self) -> None:
        """Read what is known of another sample, and look at it."""
        self._size, self._others, self._stored, self._sent_back_at = None, (), (), None
        bench, session = self._bench, self._bench.session
        self.point_at()
        if session is not None and bench.project is not None:
            try:
                image = bench.image()
                self._size = image.width, image.height
                self._others = self._read_others(session.sample_id)
                self._sent_back_at = _sent_back_at(session)
                known = bench.project.assessments.of(session.sample_id)
                both = (  # a prediction and its annotation may be told the same
                    Finding(one.name, Severity(one.severity), one.sentence, one.vertices)
                    for one in (() if known is None else known.findings)
                    if one.name in _STORED
                )
                self._stored = tuple(dict.fromkeys(both))
            except ProjectError:
                pass  # what the annotator does next says what is wrong
        self._look()

    def _read_others(self, sample_id: int) -> tuple[OtherFace, ...]:
        """Return the other faces of the photograph; where there is one face, nothing is read."""
        project, samples = self._bench.project, self._bench.samples
        if project is None or not samples.knows(sample_id):
            return ()
        drawn = {one.id: one.added_by is not None for one in samples.beside(sample_id)}
        if len(drawn) < 2:
            return ()
        return tuple(
            OtherFace(
                f"face #{face.face_index + 1}", face.landmarks, drawn.get(face.sample_id, False)
            )
            for face in project.samples.faces_of(samples.get(sample_id).image_id)
            if face.sample_id != sample_id
        )

    def _read_if_beside(self, sample_id: int) -> None:
        """Look again where another face of the photograph changed."""
        here, samples = self._bench.sample_id, self._bench.samples
        if here is None or sample_id == here or not samples.knows(here):
            return
        if sample_id in {one.id for one in samples.beside(here)}:
            try:
                self._others = self._read_others(here)
            except ProjectError:
                return
            self._look()

    def _look(self) -> None:
        session = self._bench.session
        found = () if session is None else findings(self._subject(session), MESH_CHECKS)
        every = tuple(sorted((*found, *self._stored), key=lambda one: -one.severity))
        if every == self._findings:
            return
        self._findings = every
        # What was mended is pointed at no more, and what is still there as it is now.
        names = {one.check for one in self._pointed_at}
        self.changed.emit()
        self.point_at(*(one for one in every if one.check in names))

    def _subject(self, session: EditSession) -> Subject:
        sample, state, sent_back_at = self._bench.current, session.state, self._sent_back_at
        is_changed = session.unsaved_count > 0 or sent_back_at != session.revision
        return Subject(
            state.landmarks,
            state.layout,
            prediction=state.prediction,
            size=self._size,
            others=self._others,
            work=Work(
                int(session.can_undo),  # the list's count comes after the stroke
                bool(state.marks.any()),
                is_changed if sent_back_at is not None else None,
            ),
            is_drawn=sample is not None and sample.added_by is not None,
        )


def _sent_back_at(session: EditSession) -> int | None:
    """Return the revision that was sent back last; None where a verdict followed or withdrew it.

    Who submits it again gives none: whoever reviews it is told that it is as it was.
    """
    found = session.found
    if found is not None and found.verdict is Verdict.SUBMIT:
        given = reversed(session.project.reviews.history(session.sample_id))
        found = next((review for review in given if review.verdict is not Verdict.SUBMIT), None)
    is_sent = found is not None and found.verdict is Verdict.SEND_BACK
    return found.revision if found is not None and is_sent else None
