"""Writes down who worked how long on which sample, out of the way of the work itself."""

from collections.abc import Callable
from time import monotonic

from qtpy.QtCore import QEvent, QObject, Qt, QTimer
from qtpy.QtGui import QGuiApplication
from qtpy.QtWidgets import QWidget

from annotator.project import Project, ProjectError, SampleSummary, UnknownSample, VisitPurpose
from annotator.workbench.visit_clock import Seconds, Stay, VisitClock
from annotator.workbench.visit_purpose import visit_purpose
from annotator.workbench.workbench import Workbench

# Once the next sample is on screen and its neighbours are being decoded.
_WRITE_MS = 500
_SIGNS_OF_LIFE = frozenset(
    {
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.Enter,
    }
)


class VisitRecorder(QObject):
    """Follows a workbench with a `VisitClock` and stores the stays.

    A stay that the database refuses waits for the next one; the annotator is not bothered with
    it, as no work is lost.

    Parameters
    ----------
    workbench : Workbench
    canvas : QWidget
        Where the hand is at work.
    clock : callable
        Returns seconds that only ever grow.
    """

    def __init__(
        self,
        workbench: Workbench,
        canvas: QWidget,
        clock: Callable[[], Seconds] = monotonic,
    ) -> None:
        super().__init__(canvas)
        self._workbench = workbench
        self._canvas = canvas
        self._waiting: list[tuple[Stay, str, VisitPurpose]] = []
        self._found: SampleSummary | None = None  # the sample as the annotator came to it
        self._strokes = 0
        self._edited = False
        self.clock = VisitClock(clock, self._keep)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.write)
        canvas.installEventFilter(self)
        workbench.current_changed.connect(self._enter)
        workbench.sample_updated.connect(self._count)
        workbench.closing.connect(self._end)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.connect(self._on_activity)

    def close(self) -> None:
        """End the stay under way and follow the workbench no longer."""
        self._end()
        self._timer.stop()
        self._canvas.removeEventFilter(self)
        self._workbench.current_changed.disconnect(self._enter)
        self._workbench.sample_updated.disconnect(self._count)
        self._workbench.closing.disconnect(self._end)
        application = QGuiApplication.instance()
        if isinstance(application, QGuiApplication):
            application.applicationStateChanged.disconnect(self._on_activity)
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Take note of the hand on mouse and keyboard."""
        if event is not None and event.type() in _SIGNS_OF_LIFE:
            self.clock.touch()
        return False

    def write(self) -> None:
        """Store the stays that wait; those refused go on waiting."""
        project = self._workbench.project
        while project is not None and self._waiting:
            if not self._write_one(project, *self._waiting[0]):
                return
            del self._waiting[0]

    def _write_one(
        self, project: Project, stay: Stay, annotator: str, purpose: VisitPurpose
    ) -> bool:
        try:
            summary = project.visits.record(
                stay.sample_id,
                annotator=annotator,
                started_at=stay.started_at,
                seconds=stay.seconds,
                strokes=stay.strokes,
                purpose=purpose,
            )
        except UnknownSample:
            return True  # its photograph was taken out of the project: nobody asks for it
        except ProjectError:
            return False  # kept, and tried again after the next stay
        self._workbench.take_in(summary)
        return True

    def _enter(self) -> None:
        session = self._workbench.session
        if session is None:
            self.clock.close()
            return
        self.clock.enter(session.sample_id)
        self._found = self._workbench.samples.get(session.sample_id)
        self._strokes, self._edited = self._found.stroke_count, False

    def _count(self, sample_id: int) -> None:
        """Count a stroke more in effect as one made; a stroke brought back counts again."""
        session = self._workbench.session
        if session is None or session.sample_id != sample_id:
            return
        before, sample = self._strokes, self._workbench.samples.get(sample_id)
        self._strokes = sample.stroke_count
        self._edited |= self._strokes < before  # taken back, whosever they were
        if sample.annotator != self._workbench.annotator:
            return  # somebody else's, in another window
        self._edited |= self._strokes > before
        for _ in range(self._strokes - before):
            self.clock.count_stroke()

    def _keep(self, stay: Stay) -> None:
        if self._workbench.is_read_only:
            return  # nobody works there
        annotator, found = self._workbench.annotator, self._found
        purpose = VisitPurpose.ANNOTATE
        if found is not None and found.id == stay.sample_id:
            edited = self._edited or stay.strokes > 0
            purpose = visit_purpose(found, annotator, edited=edited)
        self._waiting.append((stay, annotator, purpose))
        self._timer.start(_WRITE_MS)

    def _end(self) -> None:
        self.clock.close()
        self.write()
        self._waiting.clear()  # of a project that is about to be closed

    def _on_activity(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.clock.pause()
