"""The mouse over the canvas: hover shows what the tool in hand would do, a drag does it."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import numpy as np

from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import Aim, Position, Tool
from annotator.mesh.tools.editor import MeshEditor
from annotator.mesh.tools.transform import TransformTool
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.lost_release import LostRelease
from annotator.plugin.canvas.private import canvas_widget
from annotator.workbench.brush_gauge import BrushGauge, Gauge
from annotator.workbench.look.light import LightDrag
from annotator.workbench.workbench import Workbench

_LEFT_BUTTON, _RIGHT_BUTTON, _MIDDLE_BUTTON = 1, 2, 3
# As vispy names them.
_PAN_MODIFIER, _SMOOTH_MODIFIER = "Control", "Shift"


class ToolMouse:
    """Connects the mouse of a napari viewer to the workbench.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
        Shows the mesh that the tools move.
    """

    def __init__(self, viewer: Any, workbench: Workbench, view: FaceView) -> None:
        self._viewer = viewer
        self._workbench = workbench
        self._view = view
        self._gauge: BrushGauge | None = None
        self._light_drag: LightDrag | None = None
        self._pointer: Position | None = None
        self._pixel = 1.0
        self._smooths = False
        self._is_over = False
        viewer.mouse_move_callbacks.append(self._on_hover)
        viewer.mouse_drag_callbacks.append(self._on_press)
        viewer.mouse_wheel_callbacks.append(self._on_wheel)
        # napari zooms at a double click; two quick strokes on one spot are no such wish.
        self._double_click_callbacks = list(viewer.mouse_double_click_callbacks)
        viewer.mouse_double_click_callbacks.clear()
        viewer.events.mouse_over_canvas.connect(self._on_enter_or_leave)
        self._lost_release = LostRelease(canvas_widget(viewer))
        self._lost_release.happened.connect(self._end_lost_stroke)
        workbench.tools.changed.connect(self._show_aim)
        workbench.mesh_changed.connect(self._show_aim)
        workbench.current_changed.connect(self._forget_pointer)

    def detach(self) -> None:
        """Let go of the viewer's mouse."""
        self._viewer.mouse_move_callbacks.remove(self._on_hover)
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        self._viewer.mouse_wheel_callbacks.remove(self._on_wheel)
        self._viewer.mouse_double_click_callbacks.extend(self._double_click_callbacks)
        self._viewer.events.mouse_over_canvas.disconnect(self._on_enter_or_leave)
        self._lost_release.stop()
        self._workbench.tools.changed.disconnect(self._show_aim)
        self._workbench.mesh_changed.disconnect(self._show_aim)
        self._workbench.current_changed.disconnect(self._forget_pointer)

    @property
    def pointer(self) -> Position | None:
        """Where the pointer was last seen over the image, (x, y) in px."""
        return self._pointer

    def start_gauge(self, kind: Gauge) -> None:
        """Let the pointer set the radius or the strength until a click, or Esc."""
        editor = self._workbench.editor
        if editor is None or editor.is_dragging or self._pointer is None:
            return
        if self._gauge is not None:
            self._gauge = None
            return
        iod = tool_scale(editor.landmarks, editor.state.layout)
        brush = self._workbench.tools.brush
        self._gauge = BrushGauge.started_at(kind, self._pointer, iod, brush)
        self._show_aim()

    def cancel(self) -> None:
        """Drop the stroke, the change of the brush or what the tool holds."""
        editor, tools = self._workbench.editor, self._workbench.tools
        if self._light_drag is not None:
            light, self._light_drag = self._light_drag.before, None
            self._view.settings = replace(self._view.settings, light=light)
        elif self._gauge is not None:
            brush, self._gauge = self._gauge.before, None
            tools.brush = brush
        elif editor is not None and editor.is_dragging:
            editor.cancel()
            self._view.update(editor.state)
        else:
            tools.drop_pending()
        self._show_aim()

    def nudge(self, right: int, down: int) -> None:
        """Move what the tool would take hold of by so many pixels of the screen."""
        editor = self._workbench.editor
        if editor is None or editor.is_dragging or not self._view.is_editable:
            return
        tool = self._view.tool_in_view(self._workbench.tools.tool)
        way = (right * self._pixel, down * self._pixel)
        edit = tool.nudged(editor.state, self._pointer, self._pixel, way)
        if edit is None:
            self._workbench.told.emit("Nothing here is nudged: hold the pointer over the mesh.")
            return
        self._workbench.edits.apply(tool.name, edit)
        if self._pointer is not None and not isinstance(self._workbench.tools.tool, TransformTool):
            # The pointer stays over what it moved, so that the next nudge moves the same.
            self._pointer = (self._pointer[0] + way[0], self._pointer[1] + way[1])

    def finish(self) -> bool:
        """End what the tool in hand holds, a line drawn by clicks; return whether it held any."""
        tool = self._view.tool_in_view(self._workbench.tools.tool)
        return self._workbench.edits.finish_pending(tool)

    def _on_hover(self, viewer: Any, event: Any) -> None:
        self._look_at(event)
        if self._gauge is not None and self._pointer is not None:
            self._workbench.tools.brush = self._gauge.brush_at(self._pointer)
        self._show_aim()

    def _on_press(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        editor = self._workbench.editor
        if editor is not None and editor.is_dragging and event.button != _LEFT_BUTTON:
            # napari goes on with this press alone: it takes over the stroke under way.
            event.handled = True
            yield from self._follow(editor, event)
        elif event.button == _MIDDLE_BUTTON or _PAN_MODIFIER in event.modifiers:
            yield from self._pan(event)
        elif event.button == _RIGHT_BUTTON:
            yield from self._light(event)
        elif event.button == _LEFT_BUTTON and self._view.turns_on_drag:
            yield from self._turn(event)
        elif event.button == _LEFT_BUTTON:
            yield from self._stroke(event)

    def _stroke(self, event: Any) -> Generator[None, None, None]:
        editor = self._workbench.editor
        if editor is None or not self._view.is_editable:
            return
        self._end_lost_stroke()
        position = self._look_at(event)
        if self._gauge is not None:
            self._gauge = None
            event.handled = True
            return
        if not editor.press(self._tool(), position, self._pixel):
            if self._view.settings.turned:
                yield from self._turn(event)
            return
        event.handled = True
        self._show_stroke(editor)
        yield from self._follow(editor, event)

    def _follow(self, editor: MeshEditor, event: Any) -> Generator[None, None, None]:
        """Follow the pointer until a button is released, which ends the stroke."""
        yield
        while event.type == "mouse_move" and self._is_dragging(editor):
            editor.drag(self._look_at(event))
            self._show_stroke(editor)
            yield
        # The last move event is often lost to throttling: the release has the true position.
        if event.type == "mouse_release":
            self._look_at(event)
        if self._is_dragging(editor) and self._pointer is not None:
            self._workbench.edits.release(self._pointer)
            self._show_aim()

    def _show_stroke(self, editor: MeshEditor) -> None:
        gesture = editor.gesture
        if gesture is None:
            return
        edit = gesture.edit
        if edit is not None and edit.marks is not None:
            self._view.update(replace(editor.state, marks=edit.marks))
        self._view.move(editor.landmarks, gesture.aim)

    def _light(self, event: Any) -> Generator[None, None, None]:
        """Change the photograph's brightness and contrast, or with Shift its gamma."""
        drag = self._light_drag = LightDrag(self._view.settings.light, tuple(event.pos))
        event.handled = True
        yield
        while event.type == "mouse_move" and self._light_drag is drag:
            light = drag.light_at(tuple(event.pos), with_shift=_SMOOTH_MODIFIER in event.modifiers)
            self._view.settings = replace(self._view.settings, light=light)
            yield
        self._light_drag = None

    def _turn(self, event: Any) -> Generator[None, None, None]:
        """Turn the mesh in space; points clicked on the view before are elsewhere in it now."""
        self._workbench.tools.drop_pending()
        last = np.array(event.pos)
        event.handled = True
        yield
        while event.type == "mouse_move":
            self._view.turn_by(*(event.pos - last).tolist())
            last = np.array(event.pos)
            yield

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
        editor = self._workbench.editor
        if editor is not None and editor.is_dragging and self._pointer is not None:
            self._workbench.edits.release(self._pointer)
            self._show_aim()

    def _on_enter_or_leave(self) -> None:
        editor = self._workbench.editor
        self._is_over = self._viewer.mouse_over_canvas
        if editor is not None and not editor.is_dragging and not self._is_over:
            self._view.show_aim(None)

    def _is_dragging(self, editor: MeshEditor) -> bool:
        return editor is self._workbench.editor and editor.is_dragging

    def _on_wheel(self, viewer: Any, event: Any) -> None:
        if "Shift" not in event.modifiers or self._workbench.editor is None:
            return
        # Some platforms turn a wheel with Shift into a horizontal one.
        steps = event.delta[1] or event.delta[0]
        self._workbench.tools.brush = self._workbench.tools.brush.resized(steps)
        event.handled = True

    def _show_aim(self) -> None:
        editor = self._workbench.editor
        if editor is None or self._pointer is None or not self._view.is_editable:
            return
        if not self._is_over:  # the annotator looks at the result, not at the next stroke
            self._view.show_aim(None)
            return
        if self._gauge is not None:
            self._view.show_aim(self._gauge_aim(editor, self._gauge))
        else:
            self._view.show_aim(editor.aim(self._tool(), self._pointer, self._pixel))

    def _gauge_aim(self, editor: MeshEditor, gauge: BrushGauge) -> Aim:
        brush = self._workbench.tools.brush
        vertex, _ = nearest_vertex(editor.landmarks, gauge.centre)
        x, y, _ = editor.landmarks[vertex].tolist()
        aim = editor.aim(self._workbench.tools.tool, (x, y), self._pixel)
        return gauge.aim(brush, aim, len(editor.landmarks))

    def _tool(self) -> Tool:
        """Return the tool in hand as it acts in the view, or with Shift, Smooth."""
        tools = self._workbench.tools
        in_hand = tools.smoothing() if self._smooths and not tools.draws_box else tools.tool
        return self._view.tool_in_view(in_hand)

    def _look_at(self, event: Any) -> Position:
        self._is_over = True
        self._smooths = _SMOOTH_MODIFIER in event.modifiers
        self._pointer, self._pixel = self._view.position_of(event)
        return self._pointer

    def _forget_pointer(self) -> None:
        self._gauge = self._pointer = None
