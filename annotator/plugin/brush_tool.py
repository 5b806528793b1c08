"""The mouse over the canvas: hover shows the influence, a drag moves the mesh."""

from collections.abc import Generator
from typing import Any

from annotator.mesh.brush import brush_radius
from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import outer_iod
from annotator.plugin.brush_gauge import BrushGauge, Gauge, Position
from annotator.plugin.convert import position_from_napari
from annotator.plugin.drawing import BrushCircle
from annotator.plugin.face_view import FaceView
from annotator.plugin.workbench import Workbench
from annotator.project import EditSession

_LEFT_BUTTON = 1
# A press farther than this from the nearest vertex pans the photograph, whatever the radius:
# nobody means to grab the chin from the other side of the room.
_REACH_IOD = 0.25
# Small faces need a reach that a hand can hit, in pixels of the screen.
_REACH_ON_SCREEN = 10


class BrushTool:
    """Connects the mouse of a napari viewer to the workbench.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
        Shows the mesh that the tool moves.
    """

    def __init__(self, viewer: Any, workbench: Workbench, view: FaceView) -> None:
        self._viewer = viewer
        self._workbench = workbench
        self._view = view
        self._gauge: BrushGauge | None = None
        self._pointer: Position | None = None
        self._zoom = 1.0
        viewer.mouse_move_callbacks.append(self._on_hover)
        viewer.mouse_drag_callbacks.append(self._on_press)
        viewer.mouse_wheel_callbacks.append(self._on_wheel)
        workbench.brush_changed.connect(self._show_influence)
        workbench.current_changed.connect(self._forget_pointer)

    def detach(self) -> None:
        """Let go of the viewer's mouse."""
        self._viewer.mouse_move_callbacks.remove(self._on_hover)
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        self._viewer.mouse_wheel_callbacks.remove(self._on_wheel)
        self._workbench.brush_changed.disconnect(self._show_influence)
        self._workbench.current_changed.disconnect(self._forget_pointer)

    def start_gauge(self, kind: Gauge) -> None:
        """Let the pointer set the radius or the strength until a click, or Esc."""
        session = self._workbench.session
        if session is None or session.is_dragging or self._pointer is None:
            return
        if self._gauge is not None:
            self._gauge = None
            return
        self._gauge = BrushGauge.started_at(
            kind, self._pointer, max(outer_iod(session.landmarks), 1.0), self._workbench.brush
        )
        self._show_influence()

    def cancel(self) -> None:
        """Drop the stroke or the change of the brush under way."""
        session = self._workbench.session
        if self._gauge is not None:
            brush, self._gauge = self._gauge.before, None
            self._workbench.brush = brush
        elif session is not None and session.is_dragging:
            session.cancel()
            self._view.update(session.landmarks)
        self._show_influence()

    def _on_hover(self, viewer: Any, event: Any) -> None:
        self._pointer = self._image_position(event)
        if self._gauge is not None:
            self._workbench.brush = self._gauge.brush_at(self._pointer)
        self._show_influence()

    def _on_press(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        session = self._workbench.session
        if session is None or event.button != _LEFT_BUTTON or not self._view.is_editable:
            return
        self._pointer = position = self._image_position(event)
        if self._gauge is not None:
            self._gauge = None
            event.handled = True
            return
        pivot, distance = nearest_vertex(session.landmarks, position)
        if "Alt" in event.modifiers or distance > self._reach():
            return
        event.handled = True
        # Fixed for the stroke, as the weights are, even when an eye corner is what moves.
        radius = brush_radius(session.landmarks, self._workbench.brush)
        session.press(pivot, self._workbench.brush, position)
        yield
        while event.type == "mouse_move" and self._is_dragging(session):
            self._pointer = self._image_position(event)
            self._view.move(session.drag(self._pointer), BrushCircle(self._pointer, radius))
            yield
        # The last move event is often lost to throttling: the release has the true position.
        self._pointer = self._image_position(event)
        if session is self._workbench.session:
            self._workbench.release(self._pointer)
            self._show_influence()

    def _is_dragging(self, session: EditSession) -> bool:
        return session is self._workbench.session and session.is_dragging

    def _on_wheel(self, viewer: Any, event: Any) -> None:
        if "Shift" not in event.modifiers or self._workbench.session is None:
            return
        # Some platforms turn a wheel with Shift into a horizontal one.
        steps = event.delta[1] or event.delta[0]
        self._workbench.brush = self._workbench.brush.resized(steps)
        event.handled = True

    def _show_influence(self) -> None:
        session = self._workbench.session
        if session is None or self._pointer is None or not self._view.is_editable:
            return
        if self._gauge is not None:
            self._view.show_brush(self._gauge.circle(self._workbench.brush))
            return
        pivot, distance = nearest_vertex(session.landmarks, self._pointer)
        near = session.is_dragging or distance <= self._reach()
        if not near:
            self._view.show_brush(None)
            return
        brush = self._workbench.brush
        circle = BrushCircle(self._pointer, brush_radius(session.landmarks, brush))
        self._view.show_brush(circle, session.weights(pivot, brush))

    def _reach(self) -> float:
        session = self._workbench.session
        assert session is not None
        return max(_REACH_IOD * outer_iod(session.landmarks), _REACH_ON_SCREEN / self._zoom)

    def _image_position(self, event: Any) -> Position:
        self._zoom = event.camera_zoom
        return position_from_napari(self._view.mesh_layer.world_to_data(event.position))

    def _forget_pointer(self) -> None:
        self._gauge = self._pointer = None
