"""What filters in time make of a tracked face: how calm it is, and how far it stays behind.

    python benchmarks/temporal_filters.py [--images DIR ...] [--seed N]

Truth: the canonical face on a rigid path (place, size, yaw, pitch, roll; sums of sines), still,
slow and fast, with a blink of 0.2 s every 2.5 s, 30 frames a second, 250 frames. Noise: what the
tracker really does on a clip that stands still but for its sensor (sigma 3 grey levels), every
frame less the mean mesh, in shares of the outer IOD; of each photograph by itself. The truth with
that noise is what filters are shown.

Still jitter: the second difference from frame to frame (`annotator.mesh.temporal.jitter`), mean
over the frames without a blink. Errors: root mean square of all vertices in the image plane, in %
of the outer IOD. Blink depth lost: how much less the lids (159, 145) close than they do in truth,
at the best within 3 frames. Frames of the first second are left out. Figures are means over
photographs. Cost: CPU time a frame on one thread.

``smoothed`` was set on collins.jpg with ``--seed 0``; the figures in docs/temporal.md are of other
photographs and another seed. Without ``--images`` hopper.jpg serves. Also: how many bytes a frame
`pack_meshes` takes, and how long.
"""

import argparse
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

import numpy as np
from moving_faces import RATE, Floats, Mesh, portraits_of, tracked
from scipy.spatial.transform import Rotation

from annotator.inference import FaceMesh
from annotator.mesh.landmarks import outer_iod
from annotator.mesh.layout import FACE_468
from annotator.mesh.temporal import (
    FILTERS,
    MeshFilter,
    PoseShapeFilter,
    jitter,
    pack_meshes,
    smoothed,
    unpack_meshes,
)
from annotator.system.assets import asset_path

FRAMES = 250
WARM = 30  # frames that are left out
IOD = 100.0  # px
BLINK, EVERY = 0.2, 2.5  # seconds
SWING = {"still": 0.0, "slow": 0.25, "fast": 1.0}  # of reach and pace
LIDS = (159, 145)
# Vertices of the upper lids, and those of the lower ones that they meet.
UPPER = (246, 161, 160, 159, 158, 157, 173, 466, 388, 387, 386, 385, 384, 398)
LOWER = (7, 163, 144, 145, 153, 154, 155, 249, 390, 373, 374, 380, 381, 382)

Smooth = Callable[[Floats, Mesh], Mesh]


def live(make: Callable[[], MeshFilter]) -> Smooth:
    """Return a filter as a function of whole tracks."""

    def smooth(times: Floats, meshes: Mesh) -> Mesh:
        mesh_filter = make()
        pairs = zip(times.tolist(), meshes, strict=True)
        return np.array([mesh_filter.step(time, mesh) for time, mesh in pairs])

    return smooth


OURS = "pose .05/300, shape .05/150"
WAYS: dict[str, Smooth] = {
    "none": live(lambda: FILTERS["none"](FACE_468)),
    "MediaPipe's": live(lambda: FILTERS["mediapipe"](FACE_468)),
    "pose .05/80, shape .05/80": live(
        lambda: PoseShapeFilter(FACE_468, pose=(0.05, 80.0), shape=(0.05, 80.0))
    ),
    OURS: live(lambda: FILTERS["pose_shape"](FACE_468)),
    "smoothed (both directions)": lambda times, meshes: smoothed(times, meshes, FACE_468),
}
COLUMNS = ("still jitter", "still", "slow", "fast", "blink lost %", "ms")


def truth(motion: str, seed: int) -> tuple[Floats, Floats]:
    """Return meshes in px, (FRAMES, 468, 3), and how far the lids are closed, (FRAMES,)."""
    rng, swing = np.random.default_rng(seed), SWING[motion]
    times = np.arange(FRAMES) / RATE
    pace = swing * np.array([6, 5, 4, 5, 4.3, 3]) * rng.uniform(0.9, 1.1, 6)
    reach = swing * np.array([0.5, 0.25, 0.3, 1.5, 0.8, 0.15])
    waves = reach * np.sin(times[:, None] * pace + rng.uniform(0, 2 * np.pi, 6))
    turns = Rotation.from_euler("yxz", waves[:, :3]).as_matrix()
    since = (times + EVERY / 2) % EVERY - EVERY / 2
    closed = np.where(np.abs(since) < BLINK / 2, np.cos(np.pi * since / BLINK) ** 2, 0)
    vertices = FACE_468.topology.vertices * [1.0, -1.0, -1.0]
    face = (vertices - vertices.mean(axis=0)) / outer_iod(vertices, FACE_468)
    faces = np.repeat(face[None], FRAMES, axis=0)
    faces[:, UPPER] += closed[:, None, None] * (face[list(LOWER)] - face[list(UPPER)])
    moved = np.exp(waves[:, 5, None, None]) * (faces @ turns.transpose(0, 2, 1))
    moved[..., :2] += waves[:, None, 3:5]
    return IOD * moved, closed


def noise_of(track: Mesh) -> Floats:
    """Return what trembles in a track that stands still, in shares of the outer IOD."""
    size = np.mean([outer_iod(mesh, FACE_468) for mesh in track])
    return np.asarray((track - track.mean(axis=0, dtype=np.float64)) / size)


def figures(smooth: Smooth, noise: Floats, seed: int) -> Floats:
    """Return the columns of the table."""
    times, after = np.arange(FRAMES) / RATE, slice(WARM, None)
    errors = []
    calm = lost = spent = 0.0
    for motion in SWING:
        path, closed = truth(motion, seed)
        shown = (path + IOD * noise).astype(np.float32)
        begin = process_time()
        result = smooth(times, shown)
        spent += process_time() - begin
        off = (result - path)[after, :, :2]
        errors.append(100 / IOD * math.sqrt((off**2).sum(axis=-1).mean()))
        if motion == "still":
            trembling = jitter(times, result, FACE_468)[after]
            calm = 100 * float(trembling[_open(closed)[after]].mean())
            lost = blink_lost(path, result, closed)
    return np.array([calm, *errors, lost, 1000 * spent / (len(SWING) * FRAMES)])


def _open(closed: Floats) -> np.ndarray:
    """Return the frames that lie, with both neighbours, outside of blinks."""
    return np.convolve(closed > 0, np.ones(3), "same") == 0


def blink_lost(path: Floats, result: Mesh, closed: Floats) -> float:
    """Return how much of a blink's depth is lost, in percent."""
    apart = [
        np.linalg.norm(meshes[:, LIDS[0], :2] - meshes[:, LIDS[1], :2], axis=1)
        for meshes in (path, result)
    ]
    shares = []
    for frame in np.flatnonzero(closed > 0.98):
        if WARM <= frame < FRAMES - WARM:
            near = slice(frame - 3, frame + 4)
            rest = float(np.median(apart[0]))
            shares.append((rest - apart[1][near].min()) / (rest - apart[0][near].min()))
    return 100 * (1 - float(np.mean(shares)))


def packing(track: Mesh) -> str:
    """Return what packing a track comes to."""
    packed, piece = pack_meshes(track), pack_meshes(track[:150])
    begin = process_time()
    for _ in range(10):
        unpack_meshes(piece, FACE_468.count)
    spent = (process_time() - begin) / 10
    size = len(packed) / len(track)
    return (
        f"{size:.0f} bytes a frame ({18_000 * size / 1e6:.1f} MB in ten minutes), "
        f"150 frames unpacked in {1000 * spent:.1f} ms"
    )


def main(paths: Sequence[Path], seed: int) -> None:
    model = FaceMesh.load(threads=1)
    portraits = portraits_of(model, paths)
    rows: dict[str, list[Floats]] = {name: [] for name in WAYS}
    for portrait in portraits:
        still = tracked(model, portrait, "still", FRAMES + WARM, seed)
        if len(still) < FRAMES + WARM:
            print(f"{portrait.name}: lost by the tracker, left out")
            continue
        noise = noise_of(still[WARM:])
        for name, smooth in WAYS.items():
            rows[name].append(figures(smooth, noise, seed))
    means = {name: np.mean(each, axis=0) for name, each in rows.items()}
    print(f"{len(rows['none'])} photographs; % of the outer IOD")
    print(f"{'':28}", *(f"{name:>13}" for name in COLUMNS))
    for name, row in means.items():
        print(f"{name:28}", *(f"{value:13.3f}" for value in row))
    ours, raw, peer = (means[name] for name in (OURS, "none", "MediaPipe's"))
    print(f"still jitter {ours[0] / raw[0]:.3f} of raw")
    print(f"fast error {ours[3] / peer[3]:.3f} of MediaPipe's")
    for motion in ("still", "slow", "fast"):
        print(f"packed, {motion}:", packing(tracked(model, portraits[0], motion, 300, seed)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sample = asset_path("datasets", "sample", "hopper.jpg")
    parser.add_argument("--images", type=Path, nargs="+", default=[sample])
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    main(given.images, given.seed)
