"""The mouse over the canvas: hover shows what the tool in hand would do, a drag does it."""

from collections.abc import Generator
from typing import Any

from annotator.mesh.tools.base import Position
from annotator.plugin.canvas.aiming import Aiming
from annotator.plugin.canvas.drags import (
    BrightnessDrag,
    Drag,
    PanDrag,
    SizeDrag,
    StrokeDrag,
    TurnDrag,
)
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.lost_release import LostRelease
from annotator.plugin.canvas.private import canvas_widget
from annotator.workbench.brush_gauge import Gauge
from annotator.workbench.workbench import Workbench

_LEFT_BUTTON, _RIGHT_BUTTON, _MIDDLE_BUTTON = 1, 2, 3
# As vispy names them. With the second napari zooms into a box.
_PAN_MODIFIER, _ZOOM_MODIFIER = "Control", "Alt"


class ToolMouse:
    """Connects the mouse of a napari viewer to the workbench.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
        Shows the mesh that the tools move.

    Attributes
    ----------
    has_panned : bool
        Whether a button was pressed since `pans` was set.
    """

    def __init__(self, viewer: Any, workbench: Workbench, view: FaceView) -> None:
        self._viewer = viewer
        self._workbench = workbench
        self._view = view
        self._aiming = Aiming(workbench, view)
        self._drag: Drag | None = None
        self._size: SizeDrag | None = None
        self._pans = self.has_panned = False
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
        return self._aiming.pointer

    @property
    def is_dragging(self) -> bool:
        """Whether a button is held."""
        return self._drag is not None or self._stroke_under_way() is not None

    @property
    def pans(self) -> bool:
        """Whether every drag moves the photograph, as with the space bar held."""
        return self._pans

    @pans.setter
    def pans(self, pans: bool) -> None:
        if pans == self._pans:
            return
        self._pans, self.has_panned = pans, False
        if pans and not self.is_dragging:
            self._view.show_aim(None)
        elif not pans:
            self._show_aim()

    def start_gauge(self, kind: Gauge) -> None:
        """Let the pointer set the radius or the strength until a click, or Esc."""
        editor, pointer = self._workbench.editor, self.pointer
        if editor is None or editor.is_dragging or pointer is None:
            return
        if not self._workbench.may_change():
            return
        if self._size is not None:
            self._size = None
            return
        self._size = SizeDrag(self._workbench.tools, self._aiming, kind, editor, pointer)
        self._show_aim()

    def cancel(self) -> None:
        """Drop the stroke, the change of the brush or what the tool holds."""
        size, stroke = self._size, self._stroke_under_way()
        if self._drag is None or not self._drag.cancel():
            self._size = None
            if size is not None:
                size.cancel()
            elif stroke is not None:
                stroke.cancel()
            else:
                self._workbench.tools.drop_pending()
        self._show_aim()

    def nudge(self, right: int, down: int) -> None:
        """Move what the tool would take hold of by so many pixels of the screen."""
        editor, aiming = self._workbench.editor, self._aiming
        if editor is None or editor.is_dragging or not self._workbench.in_sight():
            return
        if self._view.turns_on_drag:
            return
        tool = self._view.tool_in_view(self._workbench.tools.tool)
        way = (right * aiming.pixel, down * aiming.pixel)
        edit = tool.nudged(editor.state, aiming.pointer, aiming.pixel, way)
        if edit is None:
            self._workbench.told.emit("Nothing here is nudged: hold the pointer over the mesh.")
            return
        self._workbench.edits.apply(tool.name, edit)
        if aiming.pointer is not None and not self._workbench.tools.tool.nudges_selection:
            # The pointer stays over what it moved, so that the next nudge moves the same.
            aiming.pointer = (aiming.pointer[0] + way[0], aiming.pointer[1] + way[1])

    def finish(self) -> bool:
        """End what the tool in hand holds, a line drawn by clicks; return whether it held any."""
        tool = self._view.tool_in_view(self._workbench.tools.tool)
        return self._workbench.edits.finish_pending(tool)

    def _on_hover(self, viewer: Any, event: Any) -> None:
        if self._size is None:
            self._aiming.look_at(event)
        else:
            self._size.move(event)
        if not self._pans:
            self._show_aim()

    def _on_press(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        drag = self._drag = self._begun(event)
        if drag is None:
            return
        event.handled = True
        yield
        while event.type == "mouse_move" and drag.goes_on:
            drag.move(event)
            yield
        drag.end(event)
        self._drag = None

    def _begun(self, event: Any) -> Drag | None:
        """Return what a press begins; None leaves it to napari, which moves the photograph."""
        tools, button = self._workbench.tools, event.button
        self.has_panned = self._pans
        under_way = self._stroke_under_way()
        if under_way is not None and button != _LEFT_BUTTON:
            return under_way  # napari goes on with this press alone
        if button == _MIDDLE_BUTTON or self._pans or _PAN_MODIFIER in event.modifiers:
            return PanDrag(self._viewer, event)
        if _ZOOM_MODIFIER in event.modifiers or self._is_left_to_another_layer():
            return None
        if button == _RIGHT_BUTTON:
            return BrightnessDrag(self._view, event)
        turns = self._view.turns_on_drag
        if self._workbench.is_read_only:
            turns = self._view.settings.turned
        if button == _LEFT_BUTTON and turns:
            return TurnDrag(self._view, tools, event)
        return self._stroke(event) if button == _LEFT_BUTTON else None

    def _stroke(self, event: Any) -> Drag | None:
        """Return a stroke, or a turn where a turned view is pressed beside the mesh."""
        editor = self._workbench.editor
        if editor is None or self._workbench.is_reviewing:
            return None
        self._end_lost_stroke()
        position = self._aiming.look_at(event)
        if self._size is not None:
            self._size = None
            event.handled = True
            return None
        if self._workbench.why_unseen():
            # Beside the mesh the photograph is moved, whatever can be seen.
            if self._aiming.tool.begin(editor.state, position, self._aiming.pixel) is not None:
                self._workbench.in_sight()
            return None
        stroke = StrokeDrag(self._workbench, editor, self._view, self._aiming)
        if stroke.press(position):
            return stroke
        if self._view.settings.turned:
            return TurnDrag(self._view, self._workbench.tools, event)
        return None

    def _is_left_to_another_layer(self) -> bool:
        """Return whether the annotator draws in a layer of somebody else's."""
        active = self._viewer.layers.selection.active
        return active is not None and active.mode != "pan_zoom"

    def _stroke_under_way(self) -> StrokeDrag | None:
        """Return the stroke on what is on the screen, also one whose release never came."""
        editor = self._workbench.editor
        if editor is None or not editor.is_dragging:
            return None
        return StrokeDrag(self._workbench, editor, self._view, self._aiming)

    def _end_lost_stroke(self) -> None:
        """End a stroke whose release never came where it was last drawn."""
        stroke = self._stroke_under_way()
        if stroke is not None:
            stroke.end_where_last_seen()

    def _on_enter_or_leave(self) -> None:
        editor = self._workbench.editor
        self._aiming.is_over = self._viewer.mouse_over_canvas
        if editor is not None and not editor.is_dragging and not self._aiming.is_over:
            self._view.show_aim(None)

    def _on_wheel(self, viewer: Any, event: Any) -> None:
        if self._pans:
            self.has_panned = True  # whoever zooms means no tap
        if "Shift" not in event.modifiers or self._workbench.editor is None:
            return
        # Some platforms turn a wheel with Shift into a horizontal one.
        steps = event.delta[1] or event.delta[0]
        self._workbench.tools.brush = self._workbench.tools.brush.resized(steps)
        event.handled = True

    def _show_aim(self) -> None:
        self._aiming.show(None if self._size is None else self._size.aim)

    def _forget_pointer(self) -> None:
        self._size = None
        self._aiming.pointer = None
