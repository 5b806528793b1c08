"""The other faces of the photograph on the canvas: outlines, and a click goes to one."""

from collections.abc import Generator
from typing import Any

from annotator.mesh.tools.base import Position
from annotator.plugin.canvas.drags import moved_or_clicked
from annotator.plugin.canvas.face_view import FaceView
from annotator.plugin.canvas.pointer_note import PointerNote
from annotator.plugin.canvas.private import canvas_widget
from annotator.workbench.look.outlines import outlines_of
from annotator.workbench.neighbours import Neighbour, Neighbours
from annotator.workbench.workbench import Workbench

_LEFT_BUTTON = 1


class OtherFaces:
    """Draws the other faces of a photograph, and goes to the one that is clicked.

    The tool in hand comes first: a press that it takes is a stroke of the current mesh, wherever
    it lies. What no tool takes is a click on the face there, if the pointer stays where it is; a
    drag moves the photograph as it does beside every face. So whoever makes one listens to the
    mouse after `annotator.plugin.canvas.tool_mouse`.

    Parameters
    ----------
    viewer : napari.Viewer
    workbench : Workbench
    view : FaceView
    note : PointerNote
        Says whose face the pointer is over.
    """

    def __init__(
        self, viewer: Any, workbench: Workbench, view: FaceView, note: PointerNote
    ) -> None:
        self._viewer = viewer
        self._workbench = workbench
        self._view = view
        self._note = note
        self._canvas = canvas_widget(viewer)
        self._marked: Neighbour | None = None
        self.neighbours = Neighbours(workbench)
        self.neighbours.changed.connect(self._show_anew)
        viewer.mouse_drag_callbacks.append(self._on_press)
        viewer.mouse_move_callbacks.append(self._on_hover)
        viewer.events.mouse_over_canvas.connect(self._on_leave)

    def detach(self) -> None:
        """Let go of the viewer's mouse."""
        self._viewer.mouse_drag_callbacks.remove(self._on_press)
        self._viewer.mouse_move_callbacks.remove(self._on_hover)
        self._viewer.events.mouse_over_canvas.disconnect(self._on_leave)
        self._note.remove()

    @property
    def marked(self) -> Neighbour | None:
        """The face that a click would go to."""
        return self._marked

    def _on_hover(self, viewer: Any, event: Any) -> None:
        position, pixel = self._view.position_of(event)
        self._mark(self._face_at(position, pixel))
        aim = self._view.aim
        text = self._marked.text if self._marked is not None else "" if aim is None else aim.name
        middle = float(self._view.seen_landmarks[:, 0].mean())
        self._note.say(text, tuple(event.pos), on_the_left=position[0] < middle)

    def _on_press(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        self._note.hide()
        if event.handled or event.button != _LEFT_BUTTON or event.modifiers:
            return
        face = self._face_at(*self._view.position_of(event))
        if face is None:
            return
        event.handled = True
        if (yield from moved_or_clicked(viewer, event)):
            self._workbench.go_to(face.sample_id)

    def _face_at(self, position: Position, pixel: float) -> Neighbour | None:
        """Return the other face that a press here means, or None: the tool comes first."""
        editor, view = self._workbench.editor, self._view
        if editor is None or editor.is_dragging or not view.is_editable or view.settings.turned:
            return None
        face = self.neighbours.at(position)
        if face is None:
            return None
        tool = self._workbench.tools.tool
        is_the_tools = (
            not self._workbench.is_reviewing
            and tool.begin(editor.state, position, pixel) is not None
        )
        return None if is_the_tools else face

    def _mark(self, face: Neighbour | None) -> None:
        if face is not self._marked:
            self._marked = face
            self._show()

    def _on_leave(self) -> None:
        if not self._viewer.mouse_over_canvas:
            self._note.hide()
            self._mark(None)

    def _show_anew(self) -> None:
        self._marked = None
        self._note.hide()
        self._show()

    def _show(self) -> None:
        self._view.show_others(outlines_of(self.neighbours.faces, self._marked))
