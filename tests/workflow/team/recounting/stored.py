"""What lies in a project's database, read without the package."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

RIGHT_OUTER, RIGHT_INNER, LEFT_INNER, LEFT_OUTER = 33, 133, 362, 263

Rows = list[dict[str, Any]]
Mesh = NDArray[np.float64]


class Stored:
    """What lies in a project's database."""

    def __init__(self, home: Path) -> None:
        self._path = home / "project.sqlite"
        names = "id, state, annotator, copy_of, assigned_to, image_id, face_index, updated_at"
        self.samples = {row[0]: row for row in self.rows(f"SELECT {names} FROM samples")}
        self.originals = [key for key, row in self.samples.items() if row[3] is None]
        self.state = {key: row[1] for key, row in self.samples.items()}
        meshes = self.rows(
            "SELECT a.sample_id, coalesce(a.landmarks, p.landmarks), p.landmarks, p.model_id "
            "FROM annotations a JOIN predictions p ON p.id = a.prediction_id"
        )
        self.mesh = {row[0]: mesh_of(row[1]) for row in meshes}
        self.predicted = {row[0]: mesh_of(row[2]) for row in meshes}
        self.model = {row[0]: row[3] for row in meshes}
        self.strokes: dict[int, list[str | None]] = defaultdict(list)  # who made each, in order
        for sample_id, who in self.rows(
            "SELECT sample_id, annotator FROM strokes WHERE undone = 0 ORDER BY sample_id, sequence"
        ):
            self.strokes[sample_id].append(who)

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(self._path)) as connection:
            return connection.execute(query).fetchall()

    def accepted(self, *, corrected: bool = False) -> list[int]:
        return [
            key
            for key in self.originals
            if self.state[key] == "accepted" and (self.strokes[key] or not corrected)
        ]

    def displacement(self, key: int) -> float:
        return float(apart(self.mesh[key], self.predicted[key]).mean() / outer(self.mesh[key]))


def mesh_of(blob: bytes) -> Mesh:
    return np.frombuffer(blob, "<f4").reshape(-1, 3).astype(np.float64)


def apart(first: Mesh, second: Mesh) -> Mesh:
    """Return the 2-D distance of each vertex, (n,)."""
    return np.hypot(*(first - second)[:, :2].T)


def outer(mesh: Mesh) -> float:
    return float(np.hypot(*(mesh[RIGHT_OUTER] - mesh[LEFT_OUTER])[:2]))


def eye_centre(mesh: Mesh) -> float:
    right, left = mesh[[RIGHT_OUTER, RIGHT_INNER]], mesh[[LEFT_INNER, LEFT_OUTER]]
    return float(np.hypot(*(right.mean(axis=0) - left.mean(axis=0))[:2]))


def moment(stored: str) -> str:
    """Return a stored time as JSON has it."""
    return f"{stored[:10]}T{stored[11:19]}+00:00"
