"""Draws what plays, as fast as it can be drawn, and hands decoded frames to the workbench."""

from qtpy.QtCore import QObject, Qt, QTimer, Signal

from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.clips.frame_source import FrameRead
from annotator.workbench.clips.open_clip import OpenClip
from annotator.workbench.look.view_settings import ViewSettings
from annotator.workbench.workbench import Workbench

# Between two looks whether a frame is due: what is drawn takes longer.
_LOOK_MS = 4


class Player(QObject):
    """Shows the frames of a playing clip in a view.

    Parameters
    ----------
    workbench : Workbench
    view : FaceView
    """

    _arrived = Signal(object, object)

    def __init__(self, workbench: Workbench, view: FaceView, parent: QObject) -> None:
        super().__init__(parent)
        self._workbench, self._view = workbench, view
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        # From the decoder's thread to this one.
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)
        workbench.clips.hand_over = self._hand_over
        workbench.playing.changed.connect(self._follow)
        view.settings_changed.connect(self._use_filter)
        self._use_filter(view.settings)

    def close(self) -> None:
        """Draw nothing more."""
        self._timer.stop()
        self._workbench.playing.changed.disconnect(self._follow)
        self._view.settings_changed.disconnect(self._use_filter)
        self._workbench.clips.hand_over = self._workbench.clips.arrived

    def tick(self) -> None:
        """Show the frame that is due, if another one is."""
        played = self._workbench.playing.tick()
        if played is not None:
            self._view.play(played.pixels, played.landmarks)

    def _hand_over(self, clip: OpenClip, read: FrameRead) -> None:
        self._arrived.emit(clip, read)

    def _take(self, clip: OpenClip, read: FrameRead) -> None:
        self._workbench.clips.arrived(clip, read)

    def _follow(self) -> None:
        if self._workbench.playing.is_on:
            self._view.show_aim(None)
            self._timer.start(_LOOK_MS)
        else:
            self._timer.stop()

    def _use_filter(self, settings: ViewSettings) -> None:
        self._workbench.playing.filter_name = settings.steadied.filter_name
