"""The live window: what is seen, what can be done, and how fast it goes."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

from qtpy.QtCore import QTimer, Signal
from qtpy.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from qtpy.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.plugin.live.live_bar import LiveBar
from annotator.plugin.live.live_view import LiveView
from annotator.workbench.foreign_text import one_line
from annotator.workbench.live.capture_thread import Ending
from annotator.workbench.live.live_actions import ACTIONS
from annotator.workbench.live.live_frame import Seen
from annotator.workbench.live.live_look import LiveLook, next_filter, with_next_texture
from annotator.workbench.live.live_session import AS_IT_IS, LiveParts, LiveSession, LiveWishes
from annotator.workbench.live.live_words import faces_text, pace_text
from annotator.workbench.look.view_settings import next_choice

_TELL_EVERY_MS = 500
_KEYS = {int(QKeySequence(action.key)[0].key()): action.name for action in ACTIONS}


class LiveWindow(QWidget):
    """Shows live pictures until it is closed, which ends all of its threads.

    Parameters
    ----------
    parts : LiveParts
    look : LiveLook
    wishes : LiveWishes

    Attributes
    ----------
    session : LiveSession
    closed
        The window is closed, and all has ended.
    """

    closed = Signal()
    _something_new = Signal()

    def __init__(self, parts: LiveParts, look: LiveLook, wishes: LiveWishes = AS_IT_IS) -> None:
        super().__init__()
        self.session = LiveSession(parts, look, self._something_new.emit)
        self._wishes = wishes
        self.view, self.bar = LiveView(), LiveBar()
        self.figures, self.message = PlainLabel(), PlainLabel()
        self._clock = QTimer(self)
        self._lay_out()
        self._actions: dict[str, Callable[[], object]] = {
            "grab": self.keep_frame,
            "auto": self._switch_auto,
            "record": self._switch_recording,
            "split": lambda: self._change(split=not self.session.look.split),
            "filter": lambda: self._change(filter=next_filter(self.session.look.filter)),
            "mesh": lambda: self._change(mesh=next_choice(self.session.look.mesh)),
            "texture": self._next_texture,
            "strip": lambda: self._change(strip=not self.session.look.strip),
            "mirror": lambda: self._change(mirror=not self.session.look.mirror),
            "project": self._choose_project,
        }
        self._something_new.connect(self._take_in)
        self.view.resized.connect(lambda width, height: self.session.resize((width, height)))
        self.view.painted.connect(self.session.painted)
        self.bar.asked.connect(self.do)
        self._clock.timeout.connect(self._tell_figures)

    def start(self) -> None:
        """Show the window and begin."""
        self.show()
        self.session.resize(self.view.screen_size())
        self.session.start(self._wishes)
        self._clock.start(_TELL_EVERY_MS)
        self._show_state()

    def do(self, name: str) -> None:
        """Do what a key or a button is for."""
        self._actions[name]()
        self._show_state()

    def keep_frame(self) -> None:
        """Keep what is on the screen."""
        if self.view.seen is None:
            self._tell("there is no frame yet")
        else:
            self.session.grab(self.view.seen)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:  # noqa: N802
        """Do what the key is for; one that is held does it once."""
        name = None if event is None else _KEYS.get(int(event.key()))
        if event is None or name is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            self.do(name)

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """End all threads; what was recorded and grabbed is complete then."""
        self._clock.stop()
        self.session.stop()
        super().closeEvent(event)
        self.closed.emit()

    def _lay_out(self) -> None:
        self.setWindowTitle(f"FaceMesh live: {one_line(self.session.source.name, 60)}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self.view, 1)
        for part in (self.figures, self.message, self.bar):
            layout.addWidget(part)
        for label in (self.figures, self.message):
            label.setWordWrap(True)  # or long names would widen the window

    def _change(self, **changes: object) -> None:
        self.session.change_look(**changes)

    def _next_texture(self) -> None:
        look = with_next_texture(self.session.look)
        self._change(texture=look.texture, mesh=look.mesh)

    def _switch_auto(self) -> None:
        self.session.grab_by_itself(not self.session.grabs_by_itself)

    def _switch_recording(self) -> None:
        if self.session.is_recording:
            self.session.end_recording()
        else:
            self.session.record()

    def _choose_project(self) -> None:
        """Ask for a folder; one that holds no project yet becomes one with the first frame."""
        at = str(self.session.project.absolute())
        chosen = QFileDialog.getExistingDirectory(self, "Where grabbed frames are kept", at)
        if chosen:
            self.session.move_to_project(Path(chosen))
            self._tell(f"grabbed frames are kept in {one_line(chosen, 80)}")

    def _take_in(self) -> None:
        """Take what the threads have, the newest of it."""
        seen = self.session.seen()
        if seen is not None:
            self.view.show_seen(seen)
        for sentence in self.session.told():
            self._tell(sentence)
        if self.session.ending is not None:
            self._end(self.session.ending)

    def _end(self, ending: Ending) -> None:
        """Close after as much as was asked for; else stay with the last frame and say why."""
        if ending is Ending.LIMIT:
            QTimer.singleShot(0, self.close)
        elif ending in (Ending.END, Ending.LOST):
            self._tell(f"{ending.value}: this is its last frame")

    def _tell(self, sentence: str) -> None:
        self.message.setText(sentence)

    def _tell_figures(self) -> None:
        now, seen = monotonic(), self.view.seen
        faces = faces_text(()) if seen is None else faces_text(seen.faces)
        pace = pace_text(self.session.shown, now, captured=self.session.captured)
        self.figures.setText(f"{pace} · {faces}{_size_text(seen)}")

    def _show_state(self) -> None:
        self.bar.show_state(
            self.session.look,
            is_recording=self.session.is_recording,
            grabs=self.session.grabs_by_itself,
        )
        self._tell_figures()


def _size_text(seen: Seen | None) -> str:
    if seen is None:
        return ""
    height, width = seen.frame.pixels.shape[:2]
    return f" · {width} x {height}"
