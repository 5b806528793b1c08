"""A click on a vertex, while somebody reviews, asks what is to be said of it."""

from collections.abc import Callable, Generator
from typing import Any

from annotator.mesh.geometry import nearest_vertex
from annotator.mesh.tools.base import Position
from annotator.plugin.canvas.drags import moved_or_clicked
from annotator.plugin.canvas.face_view import FaceView
from annotator.workbench.bench import Bench

_LEFT_BUTTON = 1
# As far from a vertex as a click may be, in pixels of the screen.
_REACH = 14.0


class RemarkMouse:
    """Hears clicks on vertices; a drag moves the photograph as it does everywhere then.

    Make one before whoever takes clicks on other faces: the face under review comes first.

    Parameters
    ----------
    viewer : napari.Viewer
    bench : Bench
    view : FaceView
    ask : callable
        Takes a vertex, and where on the canvas it was clicked, in its pixels.
    """

    def __init__(
        self,
        viewer: Any,
        bench: Bench,
        view: FaceView,
        ask: Callable[[int, tuple[float, float]], None],
    ) -> None:
        self._viewer = viewer
        self._bench = bench
        self._view = view
        self._ask = ask
        viewer.mouse_drag_callbacks.append(self._on_press)

    def detach(self) -> None:
        """Let go of the viewer's mouse."""
        self._viewer.mouse_drag_callbacks.remove(self._on_press)

    def _on_press(self, viewer: Any, event: Any) -> Generator[None, None, None]:
        if event.handled or event.button != _LEFT_BUTTON or event.modifiers:
            return
        vertex = self._vertex_at(*self._view.position_of(event))
        if vertex is None:
            return
        event.handled = True
        place = (float(event.pos[0]), float(event.pos[1]))
        if (yield from moved_or_clicked(viewer, event)):
            self._ask(vertex, place)

    def _vertex_at(self, position: Position, pixel: float) -> int | None:
        session = self._bench.session
        if session is None or not self._bench.is_reviewing or not self._view.is_shown:
            return None
        if not self._view.mesh_layer.visible:
            return None
        vertex, distance = nearest_vertex(self._view.seen_landmarks, position)
        return vertex if distance <= _REACH * pixel else None
