"""The stabilised strip: the face of some frames warped to one place; true skin stands still.

Computed on a thread of its own with a decoder of its own; the newest asked for wins.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips import Clip, open_clip
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import stabilised

Landmarks = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class StripCell:
    """A frame's face, held still.

    Attributes
    ----------
    frame : int
    pixels : (size, size, 3) uint8 or None
        None where the frame cannot be read, or the face has no mesh.
    """

    frame: int
    pixels: NDArray[np.uint8] | None


@dataclass(frozen=True, eq=False)
class StripOrder:
    """What a strip is made of.

    Attributes
    ----------
    path : Path
        Of the clip.
    meshes : sequence of (frame, mesh or None)
        In their order.
    layout : MeshLayout
    size : int
        Of a cell, in pixels.
    """

    path: Path
    meshes: Sequence[tuple[int, Landmarks | None]]
    layout: MeshLayout
    size: int


def frames_around(frame: int, count: int, cells: int) -> range:
    """Return so many frames about one, fewer where the clip is shorter."""
    first = min(max(frame - cells // 2, 0), max(count - cells, 0))
    return range(first, min(first + cells, count))


class StripMaker:
    """Makes strips on a thread.

    Parameters
    ----------
    deliver : callable
        Is handed each strip that is made, on that thread; none of one that another was asked for
        meanwhile.
    """

    def __init__(self, deliver: Callable[[tuple[StripCell, ...]], None]) -> None:
        self._deliver = deliver
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="strip")
        self._lock = Lock()
        self._asked = 0
        self._clip: Clip | None = None

    def ask(self, order: StripOrder) -> None:
        """Make a strip; what was asked for before is dropped."""
        with self._lock:
            self._asked += 1
            asked = self._asked
        self._thread.submit(self._make, order, asked)

    def drop(self) -> None:
        """Make nothing any more of what was asked for, and let go of the clip."""
        with self._lock:
            self._asked += 1
        self._thread.submit(self._close)

    def close(self) -> None:
        """Stop the thread."""
        self.drop()
        self._thread.shutdown(wait=True)

    def _make(self, order: StripOrder, asked: int) -> None:
        cells: dict[int, NDArray[np.uint8]] = {}
        meshes = dict(order.meshes)
        if not meshes or not self._is_wanted(asked):
            return
        with suppress(OSError, ValueError, ImportError):  # the bar tells what is wrong with a clip
            clip = self._opened(order.path)
            for frame, image in clip.frames(min(meshes), max(meshes) + 1):
                if not self._is_wanted(asked):
                    return
                mesh = meshes.get(frame)
                if mesh is not None:
                    cells[frame] = stabilised(image, mesh, order.layout, order.size)
        if self._is_wanted(asked):
            self._deliver(tuple(StripCell(frame, cells.get(frame)) for frame, _ in order.meshes))

    def _opened(self, path: Path) -> Clip:
        if self._clip is None or self._clip.path != path:
            self._close()
            self._clip = open_clip(path)
        return self._clip

    def _close(self) -> None:
        clip, self._clip = self._clip, None
        if clip is not None:
            clip.close()

    def _is_wanted(self, asked: int) -> bool:
        with self._lock:
            return asked == self._asked
