"""The meshes of a clip, a row a face and frame: kept on the disk, as a clip may be long."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from numpy.typing import NDArray

from annotator.inference.tracking import TrackedFace
from annotator.mesh.layout import MeshLayout
from annotator.mesh.temporal import FILTERS, MeshFilter, smoothed
from annotator.system.closing import Closing
from annotator.workflow.clip_tracking import TrackedFrame


class ClipRows(Closing):
    """What was found in a clip, as columns; the meshes lie in a file that nobody else sees.

    Parameters
    ----------
    folder
        Where there is room for the meshes: as much as for what is written of them.
    layout
        Of the meshes, n vertices each.
    filter_name
        Of `FILTERS`: what each face's meshes go through as they come.
    """

    def __init__(self, folder: Path, layout: MeshLayout, filter_name: str = "none") -> None:
        self.layout = layout
        self._filter_name = filter_name
        self._filters: dict[int, MeshFilter] = {}
        self._spool = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with all of this
        self._frames, self._identities = array("q"), array("q")
        self._times, self._presences, self._doubts = array("d"), array("d"), array("d")

    def close(self) -> None:
        """Let go of the meshes."""
        self._spool.close()

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, found: TrackedFrame) -> None:
        """Take the faces of one frame; frames come in order."""
        for face in found.faces:
            mesh = self._filtered(found.time, face)
            self._spool.write(np.ascontiguousarray(mesh, np.float32).tobytes())
            self._frames.append(found.frame)
            self._times.append(found.time)
            self._identities.append(face.identity)
            self._presences.append(face.presence)
            self._doubts.append(np.nan if face.doubt is None else face.doubt)

    def smooth(self) -> None:
        """Smooth each face's meshes, seen from both ends: (k, n, 3) of one face at a time."""
        if not len(self):
            return
        meshes, identities = self.meshes("r+"), np.array(self._identities)
        for identity in np.unique(identities):
            rows = np.flatnonzero(identities == identity)
            times = np.array(self._times)[rows]
            meshes[rows] = smoothed(times, np.asarray(meshes[rows]), self.layout)

    def meshes(self, mode: str = "r") -> NDArray[np.float32]:
        """Return all meshes, (k, n, 3) float32 in px of the upright frame, read as needed."""
        shape = (len(self), self.layout.count, 3)
        if not len(self):
            return np.zeros(shape, np.float32)
        self._spool.flush()
        return np.memmap(self._spool, np.float32, mode=mode, shape=shape)  # type: ignore[call-overload, no-any-return]

    def columns(self) -> Mapping[str, NDArray[np.generic]]:
        """Return what is known of each row besides its mesh, (k,) each, by name."""
        found: dict[str, NDArray[np.generic]] = {
            "frame": np.array(self._frames, np.int64),
            "time": np.array(self._times, np.float64),
            "track": np.array(self._identities, np.int64),
            "presence": np.array(self._presences, np.float32),
        }
        doubts = np.array(self._doubts, np.float32)
        if np.isfinite(doubts).any():
            found["doubt"] = doubts
        return found

    def rows(self) -> Iterator[tuple[dict[str, float], NDArray[np.float32]]]:
        """Yield each row: what is known of it, by name, and its mesh (n, 3)."""
        columns, meshes = self.columns(), self.meshes()
        names, values = list(columns), [column.tolist() for column in columns.values()]
        for cells, mesh in zip(zip(*values, strict=True), meshes, strict=True):
            yield dict(zip(names, cells, strict=True)), mesh

    def _filtered(self, time: float, face: TrackedFace) -> NDArray[np.floating]:
        if face.identity not in self._filters:
            self._filters[face.identity] = FILTERS[self._filter_name](self.layout)
        filtered: NDArray[np.floating] = self._filters[face.identity].step(time, face.landmarks)
        return filtered
