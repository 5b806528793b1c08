"""Meshes that move, by formulas alone: what MediaPipe was shown can be made again anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468

FRAMES = 48
IOD = 100.0


@dataclass(frozen=True)
class Motion:
    """How a face moves: its speed, its growth from first to last, its mouth, and in which steps."""

    speed: float
    growth: float
    steps: tuple[int, ...]  # in microseconds, in turn
    mouth: float = 0.0  # px

    @property
    def microseconds(self) -> np.ndarray:
        """When the frames are, (FRAMES,) int64."""
        steps = np.resize(np.array(self.steps, np.int64), FRAMES - 1)
        return np.concatenate([[1_000], 1_000 + np.cumsum(steps)])

    @property
    def path(self) -> np.ndarray:
        """The meshes as they truly move, (FRAMES, 468, 3)."""
        vertices = FACE_468.topology.vertices * np.float32([1, -1, -1])
        face = vertices.astype(np.float64) * (IOD / outer_iod(vertices, FACE_468))
        at = ((self.microseconds - 1_000) * 1e-6 * self.speed)[:, None, None]
        size = self.growth ** np.linspace(0, 1, FRAMES)[:, None, None]
        middle = np.concatenate(
            [400 + 150 * np.sin(5 * at), 300 + 80 * np.sin(4 * at), 0 * at], axis=2
        )
        mouth = self.mouth * np.sin(9 * at) * (face[:, 1:2] > 20) * [0, 1, 0]
        return np.asarray(size * (face + mouth) + middle)

    @property
    def meshes(self) -> np.ndarray:
        """The same with something like noise on them, (FRAMES, 468, 3) float32."""
        path = self.path
        frame, vertex, axis = np.ogrid[: path.shape[0], : path.shape[1], :3]
        tremble = np.sin(12.9898 * vertex + 37.719 * axis + 78.233 * frame)
        return np.asarray(path + 0.3 * tremble, np.float32)


MOTIONS: Mapping[str, Motion] = MappingProxyType(
    {
        "still": Motion(0, 1, (33_333,)),
        "slow": Motion(0.2, 1, (33_333,)),
        "fast": Motion(1, 1, (33_333,)),
        "talking": Motion(0.5, 1, (33_333,), mouth=4),
        "at a variable rate": Motion(1, 1, (33_333, 16_667, 100_000, 41_000, 8_000)),
        "towards the camera": Motion(0.5, 4, (40_000,)),
    }
)
