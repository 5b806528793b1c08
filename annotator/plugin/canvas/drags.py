"""What is done with the mouse by dragging it: one small object each.

A press makes a `Drag`, every move of the mouse is handed to it, and so is the event that ends it.
`annotator.plugin.canvas.tool_mouse` decides which one a press makes.
"""

from collections.abc import Generator
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.landmarks import tool_scale
from annotator.mesh.tools.base import Aim, Position
from annotator.mesh.tools.editor import MeshEditor
from annotator.mesh.tools.reach import CLICK
from annotator.plugin.canvas.aiming import SMOOTH_MODIFIER, Aiming
from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.brush_gauge import BrushGauge, Gauge
from annotator.workbench.look.light import LightDrag
from annotator.workbench.toolbox import Toolbox
from annotator.workbench.workbench import Workbench


class Drag(Protocol):
    """Something that follows the mouse from a press to the release; events are napari's."""

    @property
    def goes_on(self) -> bool:
        """Whether it still follows the mouse."""

    def move(self, event: Any) -> None:
        """Follow the mouse there."""

    def end(self, event: Any) -> None:
        """End at the release, or at what comes in its place."""

    def cancel(self) -> bool:
        """Take back what was done so far; return False if that is not what Esc is for."""


class StrokeDrag:
    """A stroke of the tool in hand.

    Parameters
    ----------
    workbench : Workbench
    editor : MeshEditor
        What the stroke is made on.
    view : FaceView
    aiming : Aiming
        Where the pointer is.
    """

    def __init__(
        self, workbench: Workbench, editor: MeshEditor, view: FaceView, aiming: Aiming
    ) -> None:
        self._workbench = workbench
        self._editor = editor
        self._view = view
        self._aiming = aiming

    def press(self, position: Position) -> bool:
        """Begin it at (x, y); return False if nothing is in the tool's reach."""
        if not self._editor.press(self._aiming.tool, position, self._aiming.pixel):
            return False
        self._show()
        return True

    @property
    def goes_on(self) -> bool:
        """Whether the stroke is under way on what is on the screen."""
        return self._editor is self._workbench.editor and self._editor.is_dragging

    def move(self, event: Any) -> None:
        """Show the mesh as it would be if the stroke ended there."""
        self._editor.drag(self._aiming.look_at(event))
        self._show()

    def end(self, event: Any) -> None:
        """Make the stroke."""
        # The last move event is often lost to throttling: the release has the true position.
        if event.type == "mouse_release":
            self._aiming.look_at(event)
        self.end_where_last_seen()

    def end_where_last_seen(self) -> None:
        """Make the stroke as it was last drawn."""
        if self.goes_on and self._aiming.pointer is not None:
            self._workbench.edits.release(self._aiming.pointer)
            self._aiming.show()

    def cancel(self) -> bool:
        """Leave the mesh as it was at the press."""
        if not self.goes_on:
            return False
        self._editor.cancel()
        self._view.update(self._editor.state)
        return True

    def _show(self) -> None:
        gesture = self._editor.gesture
        if gesture is None:
            return
        edit = gesture.edit
        if edit is not None and edit.marks is not None:
            self._view.update(replace(self._editor.state, marks=edit.marks))
        self._view.move(self._editor.landmarks, gesture.aim)


class PanDrag:
    """Moves the photograph, wherever the drag began."""

    goes_on = True

    def __init__(self, viewer: Any, event: Any) -> None:
        self._camera = viewer.scene.camera
        self._start = np.array(event.pos)
        (*self._depth, self._row, self._column) = self._camera.center

    def move(self, event: Any) -> None:
        """Keep under the pointer what was pressed on."""
        right, down = (event.pos - self._start) / self._camera.zoom
        self._camera.center = (*self._depth, self._row - down, self._column - right)

    def end(self, event: Any) -> None:
        """Stay there."""

    def cancel(self) -> bool:
        """Return False."""
        return False


def moved_or_clicked(viewer: Any, event: Any) -> Generator[None, None, bool]:
    """Move the photograph by a drag; return whether it was a click that stayed where it was."""
    start, pan, moved = tuple(event.pos), PanDrag(viewer, event), False
    yield
    while event.type == "mouse_move":
        moved = moved or _distance(start, tuple(event.pos)) > CLICK
        if moved:
            pan.move(event)
        yield
    return not moved and event.type == "mouse_release"


def _distance(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


class TurnDrag:
    """Turns the mesh in space; points clicked on the view before are elsewhere in it now."""

    goes_on = True

    def __init__(self, view: FaceView, tools: Toolbox, event: Any) -> None:
        self._view = view
        self._last = np.array(event.pos)
        tools.drop_pending()

    def move(self, event: Any) -> None:
        """Turn by the way since the last move."""
        self._view.turn_by(*(event.pos - self._last).tolist())
        self._last = np.array(event.pos)

    def end(self, event: Any) -> None:
        """Stay so."""

    def cancel(self) -> bool:
        """Return False."""
        return False


class BrightnessDrag:
    """Changes the photograph's brightness and contrast, or with Shift its gamma."""

    def __init__(self, view: FaceView, event: Any) -> None:
        self._view = view
        self._drag = LightDrag(view.settings.light, tuple(event.pos))
        self._is_cancelled = False

    @property
    def goes_on(self) -> bool:
        """Whether it was not cancelled."""
        return not self._is_cancelled

    def move(self, event: Any) -> None:
        """Show the photograph in the light that this means."""
        with_shift = SMOOTH_MODIFIER in event.modifiers
        light = self._drag.light_at(tuple(event.pos), with_shift=with_shift)
        self._view.settings = replace(self._view.settings, light=light)

    def end(self, event: Any) -> None:
        """Leave it so."""

    def cancel(self) -> bool:
        """Show the photograph as at the press."""
        if self._is_cancelled:
            return False
        self._is_cancelled = True
        self._view.settings = replace(self._view.settings, light=self._drag.before)
        return True


class SizeDrag:
    """Changes the brush's radius or strength; no button is held, a click ends it.

    Parameters
    ----------
    tools : Toolbox
    aiming : Aiming
    kind : Gauge
    editor : MeshEditor
        The mesh under the brush.
    pointer : (x, y)
        In px.
    """

    goes_on = True

    def __init__(
        self, tools: Toolbox, aiming: Aiming, kind: Gauge, editor: MeshEditor, pointer: Position
    ) -> None:
        self._tools = tools
        self._aiming = aiming
        iod = tool_scale(editor.landmarks, editor.state.layout)
        self._gauge = BrushGauge.started_at(kind, pointer, iod, tools.brush)

    def move(self, event: Any) -> None:
        """Let the pointer pull the brush's rim there."""
        self._tools.brush = self._gauge.brush_at(self._aiming.look_at(event))

    def end(self, event: Any) -> None:
        """Leave the brush as it is."""

    def cancel(self) -> bool:
        """Take the brush of before in hand."""
        self._tools.brush = self._gauge.before
        return True

    def aim(self, editor: MeshEditor) -> Aim:
        """Return the brush's circles, and its influence about their centre."""
        vertex, _ = nearest_vertex(editor.landmarks, self._gauge.centre)
        x, y, _ = editor.landmarks[vertex].tolist()
        aim = editor.aim(self._tools.tool, (x, y), self._aiming.pixel)
        return self._gauge.aim(self._tools.brush, aim, len(editor.landmarks))
