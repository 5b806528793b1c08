"""Build face_468_points_68.v1.npz: where the 68 points of iBUG's scheme lie on a mesh.

    python models/build_points_68.py POINTS.csv [OTHERS.csv ...]

POINTS.csv is a table of labelled faces as `facemesh-annotator train --sparse` reads it (image,
face, point, x, y; the photographs beside it, or in a folder ``images``). Of it the table is fitted,
and judged with each photograph left out; of others it is judged as it is. See the card,
face_468_points_68.v1.md.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.inference.reprediction import predict_in_box
from annotator.mesh.frame import face_axis
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468 as LAYOUT
from annotator.mesh.plane import pairs, plane
from annotator.mesh.pose import head_pose
from annotator.mesh.sparse.combinations import SURE_YAW, Combinations, points_68
from annotator.mesh.sparse.points_68 import COUNT, JAW, LEFT_EYE, RIGHT_EYE, mirrored_order
from annotator.mesh.sparse.silhouette import jaw_along_silhouette
from annotator.training.sparse import SparseFace, read_sparse

Floats = NDArray[np.float64]

# About where each point of the subject's right half and of the midline lies: the fit looks at all
# vertices that are two edges away at most.
INITIAL = {
    0: 127, 1: 234, 2: 93, 3: 132, 4: 58, 5: 136, 6: 150, 7: 176, 8: 152,
    17: 70, 18: 63, 19: 105, 20: 66, 21: 107, 27: 168, 28: 197, 29: 5, 30: 4, 31: 75, 32: 97, 33: 2,
    36: 33, 37: 160, 38: 158, 39: 133, 40: 153, 41: 144, 48: 61, 49: 39, 50: 37, 51: 0,
    57: 17, 58: 84, 59: 91, 60: 78, 61: 81, 62: 13, 66: 14, 67: 178,
}  # fmt: skip
VERTICES = 4  # of a point at most
NEAR = 0.15  # outer IOD: how far the eyes of a predicted face may be from labelled ones
PARTS = 1000  # weights are whole parts of one
SMALLEST = 0.01  # outer IOD: errors below it count alike


@dataclass(frozen=True, eq=False)
class Labelled:
    """A face with its labels and its mesh, (68, 2) and (n, 3), in outer IOD, eyes level."""

    image: str
    points: Floats
    mesh: Floats

    @property
    def mirrored(self) -> "Labelled":
        """Its mirror image."""
        points, mesh = self.points[mirrored_order()], self.mesh[LAYOUT.mirror]
        return Labelled(self.image, points * (-1, 1), mesh * (-1, 1, 1))


def predicted(model: FaceMesh, face: SparseFace) -> Labelled:
    """Return a face with its mesh: that of all found in the photograph, or of its own box."""
    photograph, points = read_image(face.photograph), face.points.astype(np.float64)
    eyes = (points[RIGHT_EYE].mean(axis=0) + points[LEFT_EYE].mean(axis=0)) / 2
    meshes = [found.landmarks for found in model.predict(photograph)]
    near = [mesh for mesh in meshes if away(mesh, eyes) < NEAR]
    if near:
        mesh = min(near, key=lambda each: away(each, eyes))
    else:
        left, top, right, bottom = *points.min(axis=0), *points.max(axis=0)
        mesh = predict_in_box(model, photograph, (left, top, right, bottom)).landmarks
    iod, axis, middle = outer_iod(mesh, LAYOUT), face_axis(mesh, LAYOUT), plane(mesh).mean()
    level = [pairs((plane(each) - middle) * axis.conjugate() / iod) for each in (points, mesh)]
    return Labelled(face.photograph.name, level[0], np.column_stack([level[1], mesh[:, 2] / iod]))


def away(mesh: NDArray[np.floating], eyes: Floats) -> float:
    """Return how far a mesh's eyes are from a place, in outer IOD."""
    corners = LAYOUT.eye_corners
    among = [corners.right_outer, corners.right_inner, corners.left_inner, corners.left_outer]
    return float(np.linalg.norm(mesh[among, :2].mean(axis=0) - eyes) / outer_iod(mesh, LAYOUT))


def around(vertex: int) -> list[int]:
    """Return the vertices that are two edges from one at most."""
    near = {vertex}
    for _ in range(2):
        edges = LAYOUT.topology.edges
        near |= {int(v) for edge in edges[np.isin(edges, list(near)).any(axis=1)] for v in edge}
    return sorted(near)


def fitted(faces: Sequence[Labelled]) -> Combinations:
    """Return the table of labelled faces, each of which counts with its mirror image."""
    every = [*faces, *(face.mirrored for face in faces)]
    matrix, order = np.zeros((COUNT, LAYOUT.count)), mirrored_order()
    for point, vertex in INITIAL.items():
        on_midline = int(order[point]) == point
        groups = [(v,) for v in around(vertex)]
        if on_midline:  # a vertex only with its counterpart
            groups = sorted({tuple(sorted({v, int(LAYOUT.mirror[v])})) for (v,) in groups})
        matrix[point] = row_of(every, point, groups)
        matrix[order[point]] = matrix[point][LAYOUT.mirror]
    vertices = np.argsort(-matrix, axis=1, kind="stable")[:, :VERTICES]
    weights = np.take_along_axis(matrix, vertices, axis=1)
    table = Combinations(vertices, weights, np.linspace(0, 1, 9))
    return Combinations(vertices, weights, shares_of(every, table))


def row_of(faces: Sequence[Labelled], point: int, groups: list[tuple[int, ...]]) -> Floats:
    """Return the weights of all vertices for a point, (n,)."""
    choices = np.array([[face.mesh[list(g), :2].mean(axis=0) for g in groups] for face in faces])
    labels = np.array([face.points[point] for face in faces])
    kept, trust = np.arange(len(groups)), np.ones(len(faces))
    for _ in range(8):
        trust = 1 / np.sqrt(errors_of(choices, labels, solved(choices, labels, trust)))
    while True:
        weights = solved(choices[:, kept], labels, trust)
        kept = kept[weights > 1e-3]
        weights = solved(choices[:, kept], labels, trust)
        if sum(len(groups[at]) for at in kept) <= VERTICES:
            break
        harm = [harm_without(choices[:, kept], labels, trust, at) for at in range(len(kept))]
        kept = np.delete(kept, int(np.argmin(harm)))
    row = np.zeros(LAYOUT.count)
    for at, weight in zip(kept.tolist(), whole_parts(weights, groups, kept), strict=True):
        row[list(groups[at])] = weight
    return row


def solved(choices: Floats, labels: Floats, trust: Floats) -> Floats:
    """Return the weights of choices (f, c, 2) nearest to labels (f, 2): none negative, sum 1."""
    rows = (choices * trust[:, None, None]).transpose(0, 2, 1).reshape(-1, choices.shape[1])
    sum_to_one = np.full((1, choices.shape[1]), 100.0)
    wanted = np.append((labels * trust[:, None]).ravel(), 100.0)
    weights, _ = nnls(np.concatenate([rows, sum_to_one]), wanted)
    return np.asarray(weights / weights.sum())


def errors_of(choices: Floats, labels: Floats, weights: Floats) -> Floats:
    """Return how far each face's point is off, (f,)."""
    off = np.einsum("fcd,c->fd", choices, weights) - labels
    return np.maximum(np.linalg.norm(off, axis=1), SMALLEST)


def harm_without(choices: Floats, labels: Floats, trust: Floats, at: int) -> float:
    """Return the weighted squared error if one choice is left out."""
    fewer = np.delete(choices, at, axis=1)
    errors = errors_of(fewer, labels, solved(fewer, labels, trust))
    return float(((errors * trust) ** 2).sum())


def whole_parts(weights: Floats, groups: list[tuple[int, ...]], kept: NDArray[np.intp]) -> Floats:
    """Return the weight of each vertex of the groups, in whole parts of one that sum to one."""
    sizes = np.array([len(groups[at]) for at in kept])
    parts = np.round(weights * PARTS / sizes).astype(int)
    odd = PARTS - int((parts * sizes).sum())
    for at in np.argsort(-weights, kind="stable"):  # the largest group takes what is missing
        if odd % sizes[at] == 0:
            parts[at] += odd // sizes[at]
            return np.asarray(parts / PARTS)
    raise ValueError("weights that come in pairs alone cannot sum to one in these parts")


def shares_of(faces: Sequence[Labelled], table: Combinations) -> Floats:
    """Return how far along its half of the outline each point of a jaw lies, (9,)."""
    fine = np.linspace(-0.25, 1.0, 501)
    found = []
    for face in faces:
        chin = complex(plane(table.of(face.mesh))[8])
        line = jaw_along_silhouette(face.mesh, LAYOUT, chin, fine)
        if line is not None:
            labels = plane(face.points)[:9]
            found.append(fine[np.abs(line[: len(fine)] - labels[:, None]).argmin(axis=1)])
    shares = np.round(np.median(found, axis=0) * PARTS) / PARTS
    shares[8] = 1.0
    return np.asarray(shares)


def judged(faces: Sequence[Labelled], table: Combinations) -> Floats:
    """Return how far each point of each face is off, (f, 68), in % of the outer IOD."""
    guessed = [points_68(table, face.mesh, LAYOUT)[:, :2] for face in faces]
    off = np.array(guessed) - [face.points for face in faces]
    return 100 * np.linalg.norm(off, axis=2)


def told(name: str, errors: Floats, faces: Sequence[Labelled]) -> None:
    """Print the mean errors."""
    sure = np.array([abs(head_pose(face.mesh, LAYOUT).yaw) <= SURE_YAW for face in faces])
    rest = np.delete(errors, np.arange(COUNT)[JAW], axis=1)
    jaw = [f"{errors[which, JAW].mean():.2f}" for which in (sure, ~sure) if which.any()]
    print(
        f"{name}: {len(errors)} faces, {errors.mean():.2f} % of the outer IOD in all, "
        f"{rest.mean():.2f} without the jaw; jaw, turned by up to {SURE_YAW:g} degrees and more: "
        + ", ".join(jaw)
    )


def main(own: Path, others: Sequence[Path]) -> None:
    """Fit, judge and write the file beside this script."""
    model = FaceMesh.load()
    faces = [predicted(model, face) for face in read_sparse(own)]
    left_out = np.zeros((len(faces), COUNT))
    for image in sorted({face.image for face in faces}):
        is_of = np.array([face.image == image for face in faces])
        table = fitted([face for face in faces if face.image != image])
        left_out[is_of] = judged([face for face in faces if face.image == image], table)
    told("each photograph left out", left_out, faces)
    table = fitted(faces)
    for path in others:
        more = [predicted(model, face) for face in read_sparse(path)]
        told(path.name, judged(more, table), more)
    arrays = {
        "vertices": table.vertices.astype(np.int32),
        "weights": table.weights,
        "jaw_shares": table.jaw_shares,
    }
    # Uncompressed: the bytes then do not depend on the zlib that happens to be installed.
    np.savez(Path(__file__).with_name("face_468_points_68.v1.npz"), **arrays)


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
