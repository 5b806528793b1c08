"""Sending back or excluding the sample on the screen: asking why, and keeping the answer."""

from collections.abc import Callable

from qtpy.QtWidgets import QWidget

from annotator.plugin.samples.send_back_dialog import SendBackDialog
from annotator.project import EditSession, Verdict
from annotator.workbench.marked_places import Place, places_of
from annotator.workbench.pins import Pins
from annotator.workbench.project_reasons import is_in_two_steps, reasons_of
from annotator.workbench.workbench import Workbench


class SendingBack:
    """Asks for reasons, and sends the sample back or excludes it.

    Parameters
    ----------
    workbench : Workbench
    pins : Pins
        What was said of places of the face: a verdict takes with it what it is about.
    region : callable
        Returns the region under the pointer, if there is one.
    over : QWidget
        What the question covers: the face under judgement stays in sight.
    give_back : callable
        Takes the keyboard when the question has gone.
    """

    def __init__(
        self,
        workbench: Workbench,
        pins: Pins,
        region: Callable[[], str | None],
        over: QWidget,
        give_back: Callable[[], None],
    ) -> None:
        self._workbench = workbench
        self._pins, self._region = pins, region
        self._over = over
        self._give_back = give_back
        # Those that were refused, by sample: nobody writes their reasons twice.
        self._unwritten: dict[tuple[Verdict, int], tuple[tuple[str, ...], str]] = {}
        workbench.project_changed.connect(self._forget)

    def ask(self) -> None:
        """Ask for the reasons and send the current sample back."""
        session = self._session()
        if session is not None:
            places = places_of(session.layout, self._pins.said_here, self._region())
            self._ask(session, Verdict.SEND_BACK, places)

    def exclude(self) -> None:
        """Exclude the current sample; where several people decide, ask for the reasons first."""
        if is_in_two_steps(self._workbench.project):
            self.exclude_for_reasons()
        else:
            self._workbench.verdicts.exclude()

    def exclude_for_reasons(self) -> None:
        """Ask for reasons and exclude the current sample; a person alone need not have any."""
        session = self._session()
        if session is not None:
            self._ask(session, Verdict.EXCLUDE)

    def _session(self) -> EditSession | None:
        """Return what is under edit, if a verdict may be given on it."""
        bench, session = self._workbench, self._workbench.session
        if session is None or session.is_dragging or not bench.in_sight(for_verdict=True):
            return None
        return session if bench.verdicts.has_seen_all() else None

    def _ask(self, session: EditSession, verdict: Verdict, places: tuple[Place, ...] = ()) -> None:
        project, excludes = self._workbench.project, verdict is Verdict.EXCLUDE
        dialog = SendBackDialog(
            self._over,
            reasons=reasons_of(project),
            does="Exclude" if excludes else "Send back",
            needs_reason=not excludes or is_in_two_steps(project),
            places=places,
        )
        if excludes:
            dialog.setWindowTitle("Exclude this sample")
        dialog.fill(*self._unwritten.pop((verdict, session.sample_id), ((), "")))
        dialog.move(self._over.mapToGlobal(self._over.rect().topLeft()))
        if dialog.exec():
            self._give(session, verdict, dialog)
        self._give_back()

    def _give(self, session: EditSession, verdict: Verdict, dialog: SendBackDialog) -> None:
        bench, said = self._workbench, (dialog.reasons, dialog.comment)
        # Meanwhile others may have taken the face away, and another one is on the screen.
        if bench.session is not session:
            bench.failed.emit("The face that you were asked about is no longer on the screen.")
            return
        if verdict is Verdict.EXCLUDE:
            is_written = bench.verdicts.exclude(*said)
        else:
            is_written = bench.verdicts.send_back(*said, dialog.place)
        if not is_written:
            self._unwritten[verdict, session.sample_id] = said

    def _forget(self) -> None:
        self._unwritten.clear()  # another project gives the same numbers to other samples
