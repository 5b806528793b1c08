"""Where the camera looks, and that it goes on framing the face when the window is resized."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.workbench.look.coordinates import position_to_napari
from annotator.workbench.look.frames import Frame, followed_centre

FrameFor = Callable[[tuple[int, int]], Frame]


class Framing:
    """The camera of a viewer, put where it is wanted.

    What was framed stays framed when the canvas gets another size, until somebody moves the
    camera: what the annotator zoomed and panned to is not taken away.

    Parameters
    ----------
    viewer : napari.Viewer
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._frame_for: FrameFor | None = None
        self._put: tuple[Any, float] | None = None
        viewer.canvas.events.size.connect(self._frame_again)

    @property
    def zoom(self) -> float:
        """Pixels of the canvas for one of the image."""
        return float(self._viewer.scene.camera.zoom)

    def sees(self, position: tuple[float, float]) -> bool:
        """Return whether (x, y) of the image lies on the canvas."""
        camera, size = self._viewer.scene.camera, self._viewer.canvas.size
        away = np.abs(np.array(position_to_napari(position)) - camera.center[-2:])
        return bool((away <= np.array(size) / 2 / camera.zoom).all())

    def follow(self, points: NDArray[np.floating]) -> None:
        """Move, no more than it takes, so that a face (n, 2 or 3) that moves is seen whole."""
        camera = self._viewer.scene.camera
        y, x = camera.center[-2:]
        centre = followed_centre(points, (x, y), float(camera.zoom), self._viewer.canvas.size)
        if centre != (x, y):
            camera.center = position_to_napari(centre)

    def frame(self, frame_for: FrameFor) -> None:
        """Show what a function says for the canvas's size, (height, width), now and later."""
        self._frame_for = frame_for
        self._look_at(frame_for(self._viewer.canvas.size))

    def look_at(self, frame: Frame) -> None:
        """Show this, whatever size the canvas has later."""
        self.forget()
        self._look_at(frame)

    def close(self) -> None:
        """Follow the canvas no longer."""
        self._viewer.canvas.events.size.disconnect(self._frame_again)

    def forget(self) -> None:
        """Leave the camera alone from now on."""
        self._frame_for = None

    def _look_at(self, frame: Frame) -> None:
        camera = self._viewer.scene.camera
        camera.center = position_to_napari(frame.centre)
        camera.zoom = frame.zoom
        self._put = camera.center, camera.zoom

    def _frame_again(self) -> None:
        camera = self._viewer.scene.camera
        if self._frame_for is not None and self._put == (camera.center, camera.zoom):
            self._look_at(self._frame_for(self._viewer.canvas.size))
