"""What lines drawn along the contours correct: Contour on spoiled predictions.

    python benchmarks/contour_lines.py [--images DIR] [--seed N]

Faces, truths and starts are those of ``refinement_effort.py``. The annotator draws each contour
once, all round, from a random vertex on, with points every 1.5 % of the IOD along a spline
through the true vertices and a hand that trembles by Gaussian noise of 0.3 % of the IOD. In the
order below: each line begins from what the one before left. Which contour is meant is left to the
tool; a line that it takes for another contour's counts as wrong, and the next one is drawn
after it is undone.
"""

import argparse
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from spoiled_faces import SpoiledFace, spoiled_faces

from annotator.mesh.contours import contour
from annotator.mesh.geometry import newly_flipped
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme, vertex_errors
from annotator.mesh.tools.base import Edit, MeshState
from annotator.mesh.tools.contour import ContourTool
from annotator.system.assets import asset_path

Floats = NDArray[np.float32]

ORDER = (
    "face_oval", "lips_outer", "left_eye", "right_eye",
    "left_eyebrow", "right_eyebrow", "lips_inner",
)  # fmt: skip
SPACING = 0.015
TREMBLE = 0.003


def drawn_round(truth: Floats, name: str, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return where a pointer goes that draws a contour, (n, 2)."""
    shape, iod = contour(FACE_468, name), outer_iod(truth, FACE_468)
    ring = truth[shape.vertices, :2].astype(np.float64)
    turns = shape.corners.tolist() or [0]
    pieces = []
    for first, last in pairwise([*turns, turns[0] + len(ring)]):
        stretch = np.arange(first, last + 1)
        along = np.arange(first, last, 0.02)
        pieces.append(CubicSpline(stretch, ring[stretch % len(ring)])(along))
    curve = np.concatenate(pieces)
    curve = np.roll(curve, rng.integers(len(curve)), axis=0)
    curve = np.concatenate([curve, curve[:1]])
    lengths = np.append(0, np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1)))
    at = np.arange(0, lengths[-1], SPACING * iod)
    line = np.column_stack([np.interp(at, lengths, axis) for axis in curve.T])
    return line + rng.normal(0, TREMBLE * iod, line.shape)


def drawn(state: MeshState, line: NDArray[np.float64]) -> tuple[Edit | None, list[float]]:
    """Return the edit of a line, and the seconds that each move took."""
    points = [(float(x), float(y)) for x, y in line]
    gesture, seconds = ContourTool().begin(state, points[0], 1.0), []
    if gesture is None:
        return None, []
    for point in points[1:]:
        start = process_time()
        gesture = gesture.moved(point)
        _ = gesture.edit, gesture.aim
        seconds.append(process_time() - start)
    return gesture.edit, seconds


def correct(
    face: SpoiledFace, number: int, seed: int
) -> tuple[list[float], list[list[float]], list[float]]:
    """Return the mesh's error after each line, what `main` reports of each, and seconds a move."""
    state, every, moves = MeshState.of(face.start, face.start, FACE_468), [], []
    errors = [nme(face.start, face.truth, FACE_468)]
    for at, name in enumerate(ORDER):
        rng = np.random.default_rng([seed, number, at])
        edit, seconds = drawn(state, drawn_round(face.truth, name, rng))
        moves += seconds
        ring = contour(FACE_468, name).vertices
        if edit is None or not set(edit.anchors_added) <= set(ring.tolist()):
            every.append([at, np.nan, np.nan, np.nan])
        else:
            meshes = (state.landmarks, edit.landmarks)
            off = [vertex_errors(mesh, face.truth)[ring].mean() for mesh in meshes]
            off = [float(value) / outer_iod(face.truth, FACE_468) for value in off]
            flipped = newly_flipped(*meshes, FACE_468.topology.opened_triangles).sum()
            every.append([at, *off, flipped])
            anchors = (*state.anchors, *edit.anchors_added)
            state = MeshState.of(edit.landmarks, face.start, FACE_468, anchors=anchors)
        errors.append(nme(state.landmarks, face.truth, FACE_468))
    return errors, every, moves


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=Path, default=asset_path("datasets", "sample"))
    parser.add_argument("--seed", type=int, default=2026)
    arguments = parser.parse_args()
    faces = spoiled_faces([arguments.images], arguments.seed)
    results = [correct(face, number, arguments.seed) for number, face in enumerate(faces)]
    lines = np.array([line for _, every, _ in results for line in every])
    print(f"{len(faces)} faces, seed {arguments.seed}; errors in % of the outer IOD, medians")
    for at, name in enumerate(ORDER):
        before, after = 100 * np.nanmedian(lines[lines[:, 0] == at, 1:3], axis=0)
        print(f"{name:14} {before:5.2f} -> {after:5.2f}")
    before, after = 100 * np.nanmedian(lines[:, 1:3], axis=0)
    print(f"{'any contour':14} {before:5.2f} -> {after:5.2f}")
    after_each = 100 * np.median([errors for errors, _, _ in results], axis=0)
    print("all 468 vertices after each line:", " ".join(f"{error:.2f}" for error in after_each))
    print(f"taken for another contour: {np.isnan(lines[:, 1]).sum()} of {len(lines)}")
    print(f"newly flipped a line: {np.nanmean(lines[:, 3]):.3f}")
    moves = [seconds for _, _, every in results for seconds in every]
    times = ", ".join(f"{1e3 * time:.1f}" for time in np.percentile(moves, [50, 95, 99]))
    print(f"ms a move, median, p95, p99: {times}")


if __name__ == "__main__":
    main()
