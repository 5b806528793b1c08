"""The mouse over the canvas: hover shows the influence, a drag moves the mesh."""

from collections.abc import Generator
from typing import Any

import numpy as np

from annotator.mesh.brush import brush_radius
from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import outer_iod
from annotator.plugin.brush_gauge import BrushGauge, Gauge, Position
from annotator.plugin.convert import position_from_napari
from annotator.plugin.drawing import BrushCircle
from annotator.plugin.face_view import FaceView
from annotator.plugin.lost_release import LostRelease
from annotator.plugin.private import canvas_widget
from annotator.plugin.workbench import Workbench
from annotator.project import EditSession

_LEFT_BUTTON = 1
_MIDDLE_BUTTON = 3
# As vispy names it.
_PAN_MODIFIER = "Control"
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
        # napari zooms at a double click; two quick strokes on one spot are no such wish.
        self._double_click_callbacks = list(viewer.mouse_double_click_callbacks)
        viewer.mouse_double_click_callbacks.clear()
        viewer.events.mouse_over_canvas.connect(self._on_enter_or_leave)
        self._lost_release = LostRelease(canvas_widget(viewer))
        self._lost_release.happened.connect(self._end_lost_stroke)
        workbench.brush_changed.connect(self._show_influence)
        workbench.current_changed.connect(self._forget_pointer)

    def detach(self) -> None:
        """Let go of the viewer's mouse."""
        self._viewer.mouse_move_callbacks.remove(self._on_hover)
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        self._viewer.mouse_wheel_callbacks.remove(self._on_wheel)
        self._viewer.mouse_double_click_callbacks.extend(self._double_click_callbacks)
        self._viewer.events.mouse_over_canvas.disconnect(self._on_enter_or_leave)
        self._lost_release.stop()
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
        if event.button == _MIDDLE_BUTTON or _PAN_MODIFIER in event.modifiers:
            yield from self._pan(event)
            return
        session = self._workbench.session
        if session is None or event.button != _LEFT_BUTTON or not self._view.is_editable:
            return
        self._end_lost_stroke()
        self._pointer = position = self._image_position(event)
        if self._gauge is not None:
            self._gauge = None
            event.handled = True
            return
        pivot, distance = nearest_vertex(session.landmarks, position)
        if distance > self._reach():
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
        if event.type == "mouse_release":
            self._pointer = self._image_position(event)
        if session is self._workbench.session:
            self._workbench.release(self._pointer)
            self._show_influence()

    def _pan(self, event: Any) -> Generator[None, None, None]:
        """Move the photograph, wherever the drag began."""
        camera = self._viewer.scene.camera
        start, (*depth, row, column) = np.array(event.pos), camera.center
        event.handled = True
        yield
        while event.type == "mouse_move":
            right, down = (event.pos - start) / camera.zoom
            camera.center = (*depth, row - down, column - right)
            yield

    def _end_lost_stroke(self) -> None:
        """End a stroke whose release never came where it was last drawn."""
        session = self._workbench.session
        if session is not None and session.is_dragging and self._pointer is not None:
            self._workbench.release(self._pointer)
            self._show_influence()

    def _on_enter_or_leave(self) -> None:
        session = self._workbench.session
        if session is not None and not session.is_dragging and not self._viewer.mouse_over_canvas:
            self._view.show_brush(None)

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
            pivot, _ = nearest_vertex(session.landmarks, self._gauge.centre)
            influence = session.weights(pivot, self._workbench.brush)
            self._view.show_brush(self._gauge.circle(self._workbench.brush), influence)
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
