"""What was said of places of the face, shown there until it is resolved."""

from typing import Any

from qtpy.QtCore import QEvent, QObject, QRect, Qt
from qtpy.QtWidgets import QWidget

from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.plain_text import PlainLabel
from annotator.plugin.canvas.private import canvas_widget
from annotator.workbench.bench import Bench
from annotator.workbench.look.coordinates import position_to_napari
from annotator.workbench.pins import Pin, Pins

_BUBBLE = (
    "QLabel { background: rgba(20, 24, 30, 215); color: #ffe9b0; border: 1px solid #f0a830;"
    " border-radius: 4px; padding: 2px 5px; }"
)
_DOT = "QLabel { background: #f0a830; border: 1px solid #14181e; border-radius: 5px; }"
_DOT_SIZE, _OFFSET, _GAP = 11, 16, 3


class RemarkPins(QObject):
    """A dot and a few words at each place that an open remark is about; the mouse passes through.

    Parameters
    ----------
    viewer : napari.Viewer
    bench : Bench
    view : FaceView
    pins : Pins
    """

    def __init__(self, viewer: Any, bench: Bench, view: FaceView, pins: Pins) -> None:
        canvas = canvas_widget(viewer)
        super().__init__(canvas)
        self._canvas, self._viewer = canvas, viewer
        self._bench, self._view, self._pins = bench, view, pins
        self._shown: list[tuple[Pin, PlainLabel, PlainLabel]] = []
        camera = viewer.scene.camera.events
        for event in (camera.center, camera.zoom, view.mesh_layer.events.visible):
            event.connect(self._place)
        for signal in (bench.mesh_changed, view.turned, view.settings_changed):
            signal.connect(self._place)
        pins.changed.connect(self._show)
        canvas.installEventFilter(self)

    def close(self) -> None:
        """Take all of them away, and follow nothing any more."""
        camera = self._viewer.scene.camera.events
        for event in (camera.center, camera.zoom, self._view.mesh_layer.events.visible):
            event.disconnect(self._place)
        self._pins.changed.disconnect(self._show)
        self._canvas.removeEventFilter(self)
        self._clear()
        self.deleteLater()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Follow the canvas when it is resized."""
        if event is not None and event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def texts(self) -> list[str]:
        """Return what stands on the photograph."""
        return [bubble.text() for _, _, bubble in self._shown if bubble.isVisible()]

    def _show(self) -> None:
        self._clear()
        for pin in self._pins.open:
            dot, bubble = PlainLabel("", self._canvas), PlainLabel(pin.short, self._canvas)
            for label, style in ((dot, _DOT), (bubble, _BUBBLE)):
                label.setStyleSheet(style)
                label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            dot.setFixedSize(_DOT_SIZE, _DOT_SIZE)
            bubble.adjustSize()
            self._shown.append((pin, dot, bubble))
        self._place()

    def _place(self) -> None:
        """Put them where their places are on the canvas now, none over another."""
        session, view = self._bench.session, self._view
        are_seen = session is not None and view.is_shown and bool(view.mesh_layer.visible)
        taken: list[QRect] = []
        for pin, dot, bubble in self._shown:
            place = None
            if are_seen and session is not None:
                place = pin.place(view.seen_landmarks, session.layout)
            for label in (dot, bubble):
                label.setVisible(place is not None)
            if place is None:
                continue
            x, y = self._on_canvas(place)
            dot.move(x - _DOT_SIZE // 2, y - _DOT_SIZE // 2)
            taken.append(self._free_place(x, y, bubble, taken))
            bubble.move(taken[-1].topLeft())

    def _free_place(self, x: int, y: int, bubble: QWidget, taken: list[QRect]) -> QRect:
        """Return where a bubble goes: beside its place, away from the face, below the others."""
        middle, _ = self._on_canvas(self._middle())
        left = x - _OFFSET - bubble.width() if x < middle else x + _OFFSET
        left = min(max(left, 0), max(self._canvas.width() - bubble.width(), 0))
        place = QRect(left, y - bubble.height() // 2, bubble.width(), bubble.height())
        while any(place.intersects(other) for other in taken):
            place.translate(0, bubble.height() + _GAP)
        return place

    def _middle(self) -> tuple[float, float]:
        x, y = self._view.seen_landmarks[:, :2].mean(axis=0).tolist()
        return x, y

    def _on_canvas(self, position: tuple[float, float]) -> tuple[int, int]:
        row, column = position_to_napari(position)
        camera = self._viewer.scene.camera
        centre_row, centre_column = camera.center[-2:]
        return (
            round((column - centre_column) * camera.zoom + self._canvas.width() / 2),
            round((row - centre_row) * camera.zoom + self._canvas.height() / 2),
        )

    def _clear(self) -> None:
        for _, dot, bubble in self._shown:
            for label in (dot, bubble):
                label.hide()
                label.deleteLater()
        self._shown.clear()
