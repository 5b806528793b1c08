"""What tests of live pictures share: cameras that are none, trackers that are told what to see."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, sleep

import numpy as np
from numpy.typing import NDArray

from annotator.imaging.clips.errors import CameraError
from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import FACE_468
from annotator.workbench.live.source import Source

Frame = NDArray[np.uint8]
PATIENCE_S = 60
RATE = 30.0


class FakeCamera:
    """Delivers frames with times at 30 a second, as fast as they are read; then none, or trouble.

    With `waits` each frame is held back until `release` was called for it.
    """

    def __init__(
        self, frames: Iterable[Frame], *, trouble: str = "", waits: bool = False, rate: float = RATE
    ) -> None:
        self._frames = enumerate(frames)
        self._trouble = trouble
        self._rate = rate
        self._turns = threading.Semaphore(0) if waits else None
        self.is_closed = False

    def release(self, frames: int = 1) -> None:
        assert self._turns is not None
        self._turns.release(frames)

    def read(self) -> tuple[Frame, float] | None:
        while self._turns is not None and not self._turns.acquire(timeout=0.01):
            if self.is_closed:
                return None
        number, frame = next(self._frames, (0, None))
        if frame is not None:
            return frame, number / self._rate
        if self._trouble:
            raise CameraError(self._trouble)
        return None

    def close(self) -> None:
        self.is_closed = True


class FakeTracker:
    """Sees one face in every frame: the canonical one, or what it is told."""

    def __init__(self, meshes: Callable[[int], NDArray[np.float32]] | None = None) -> None:
        self._meshes = meshes or (lambda _: front_face())
        self.steps = 0

    def step(self, image: Frame) -> Sequence[TrackedFace]:
        mesh = self._meshes(self.steps)
        self.steps += 1
        return [TrackedFace(0, mesh, 0.99, None)]


def front_face(left: float = 60.0, top: float = 40.0, size: float = 120.0) -> NDArray[np.float32]:
    """Return the canonical face as seen from the front, so high, in px."""
    vertices = FACE_468.topology.vertices * (1, -1, -1)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    scale = size / (high[1] - low[1])
    return np.asarray((vertices - low) * scale + (left, top, 0), np.float32)


def plain_frames(count: int, width: int = 240, height: int = 200) -> list[Frame]:
    """Return frames of one colour each, which a number tells."""
    return [np.full((height, width, 3), 40 + 3 * number, np.uint8) for number in range(count)]


def source_of(*cameras: FakeCamera, **facts: bool) -> Source:
    """Return a source that opens one camera after the other, and is paced by itself."""
    waiting = list(cameras)

    def open_next() -> FakeCamera:
        if not waiting:
            raise CameraError("no camera is left")
        return waiting.pop(0)

    return Source("fake", open_next, **{"is_camera": True, **facts})


def wait_until(holds: Callable[[], object]) -> None:
    """Return when something holds; fail if it never does."""
    until = monotonic() + PATIENCE_S
    while not holds():
        assert monotonic() < until, "waited in vain"
        sleep(0.005)


@contextmanager
def no_thread_left() -> Iterator[None]:
    """Fail if a thread that began in the block outlives it."""
    before = set(threading.enumerate())
    yield
    left = [t.name for t in threading.enumerate() if t not in before]
    assert [name for name in left if name.startswith("live")] == []
