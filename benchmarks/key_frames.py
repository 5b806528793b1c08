"""How far off a track is between its key frames, by what is carried from them to the others.

    python benchmarks/key_frames.py [--images DIR ...] [--seed N] [--every N ...]

A face moves through 240 frames (``moving_faces.py``, "fast": 14 % of the frame and 9 degrees to
either side). The truth is what the model says of the clean frame; the prediction what it says of
the frame spoiled by what changes slowly, with periods of 6 to 18 seconds: something that covers a
part of the face and drifts over it, blur, and light from one side, all fast to the face, and a
sensor's noise that is another one in each frame (3 grey levels). Both look at the region around
the truth.

Every n-th frame is a key: its correction is the truth. Told is the mean error of the frames
between (2-D NME, % of the outer IOD), mean over photographs: uncorrected; with positions of the
keys interpolated; with the nearest key's correction; with corrections interpolated linearly, in the
image's axes and in the prediction's similarity frame; and as `annotator.mesh.temporal.corrected`
does it, in that frame and fading.

Beyond the ends: so many frames from the only key, its correction held, or faded out with a time
constant. Cost: CPU time of one `corrected` among 500 keys.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import process_time

import cv2
import numpy as np
from moving_faces import RATE, Floats, Image, Mesh, Portrait, drawn, grained, portraits_of
from moving_faces import similarities as paths_of

from annotator.inference import FaceMesh
from annotator.inference.regions import region_around
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.mesh.temporal import KeyCorrection, corrected
from annotator.mesh.temporal.keys import FADE
from annotator.system.assets import asset_path

FRAMES = 240
EVERY = (5, 10, 30, 60)
COVERED = (0.25, 0.45)  # of the face's box
BLUR = 0.04  # of the face's box, at the worst
PERIODS = (6.0, 18.0)  # seconds
DISTANCES = (5, 15, 30, 60, 120)
FADES = (15.0, FADE, 240.0)  # frames

Way = Callable[[int, Mesh, Sequence[KeyCorrection]], Mesh]


def spoiled_portraits(portrait: Portrait, seed: int) -> Iterator[Image]:
    """Yield the portrait as it is spoiled in each frame."""
    rng = np.random.default_rng([seed, 2])
    left, top, width, height = bounding_box(portrait.landmarks)
    middle, half = np.array([left + width / 2, top + height / 2]), np.array([width, height]) / 2
    covered, colour = rng.uniform(*COVERED, 2) * half, rng.uniform(0, 255, 3)
    times = np.arange(FRAMES)[:, None] / RATE
    waves = np.sin(2 * np.pi * times / rng.uniform(*PERIODS, 4) + rng.uniform(0, 2 * np.pi, 4))
    across = (np.arange(portrait.image.shape[1]) - left) / width - 0.5
    for x, y, blur, light in waves:
        image = portrait.image.astype(np.float32)
        start, stop = (middle + (x, y) * half * 0.6 + sign * covered for sign in (-1, 1))
        first, last = (tuple(corner.round().astype(int).tolist()) for corner in (start, stop))
        cv2.rectangle(image, first, last, colour.tolist(), cv2.FILLED)
        sigma = max(0.3, BLUR * width * (1 + blur) / 2)
        image = cv2.GaussianBlur(image, (0, 0), sigma) * (1 + 0.6 * light * across)[:, None]
        yield np.asarray(image.clip(0, 255), np.uint8)


def predictions(model: FaceMesh, portrait: Portrait, seed: int) -> tuple[Mesh, Mesh]:
    """Return truth and predictions, (FRAMES, 468, 3) each."""
    rng = np.random.default_rng([seed, 3])
    pairs = []
    paths = paths_of(portrait, "fast", FRAMES, seed)
    for path, image in zip(paths, spoiled_portraits(portrait, seed), strict=True):
        start = portrait.landmarks.astype(np.float64)
        start[:, :2] = start[:, :2] @ path[:, :2].T + path[:, 2]
        region = region_around(start, FACE_468)
        clean, bad = drawn(portrait.image, path), grained(drawn(image, path), rng)
        pairs.append([model.predict_region(each, region).landmarks for each in (clean, bad)])
    truth, predicted = np.array(pairs, np.float32).transpose(1, 0, 2, 3)
    return truth, predicted


def keys_of(truth: Mesh, predicted: Mesh, frames: Sequence[int]) -> list[KeyCorrection]:
    return [KeyCorrection(at, predicted[at], truth[at]) for at in frames]


def _around(
    frame: int, keys: Sequence[KeyCorrection]
) -> tuple[KeyCorrection, KeyCorrection, float]:
    before = max((key for key in keys if key.frame <= frame), key=lambda key: key.frame)
    after = min((key for key in keys if key.frame > frame), key=lambda key: key.frame)
    return before, after, (frame - before.frame) / (after.frame - before.frame)


def positions(frame: int, mesh: Mesh, keys: Sequence[KeyCorrection]) -> Mesh:
    before, after, share = _around(frame, keys)
    return (1 - share) * before.corrected + share * after.corrected


def nearest(frame: int, mesh: Mesh, keys: Sequence[KeyCorrection]) -> Mesh:
    key = min(keys, key=lambda key: abs(key.frame - frame))
    return corrected(frame, mesh, [key], FACE_468)


def unturned(frame: int, mesh: Mesh, keys: Sequence[KeyCorrection]) -> Mesh:
    before, after, share = _around(frame, keys)
    first, second = (key.corrected - key.prediction for key in (before, after))
    return mesh + (1 - share) * first + share * second


WAYS: dict[str, Way] = {
    "uncorrected": lambda frame, mesh, keys: mesh,
    "positions": positions,
    "nearest correction": nearest,
    "interpolated, image's axes": unturned,
    "interpolated, never fading": lambda frame, mesh, keys: corrected(
        frame, mesh, keys, FACE_468, fade=1e9
    ),
    "corrected": lambda frame, mesh, keys: corrected(frame, mesh, keys, FACE_468),
}


def between(truth: Mesh, predicted: Mesh, every: int, way: Way) -> float:
    """Return the mean error of the frames between keys, in % of the outer IOD."""
    marked = range(0, FRAMES, every)
    keys = keys_of(truth, predicted, marked)
    inner = [at for at in range(marked[-1]) if at % every]
    return float(np.mean([_off(way(at, predicted[at], keys), truth[at]) for at in inner]))


def beyond(truth: Mesh, predicted: Mesh, distance: int, fade: float) -> float:
    """Return the mean error so many frames from the only key, with such a time constant."""
    errors = []
    for at in range(0, FRAMES - distance, 7):
        for key, frame in ((at, at + distance), (at + distance, at)):
            only = keys_of(truth, predicted, [key])
            mesh = corrected(frame, predicted[frame], only, FACE_468, fade=fade)
            errors.append(_off(mesh, truth[frame]))
    return float(np.mean(errors))


def _off(mesh: Mesh, truth: Mesh) -> float:
    return 100 * nme(mesh, truth, FACE_468)


def cost(truth: Mesh, predicted: Mesh) -> float:
    """Return the milliseconds that `corrected` takes among 500 keys."""
    keys = [KeyCorrection(7 * at, predicted[at % 200], truth[at % 200]) for at in range(500)]
    begin = process_time()
    for at in range(100):
        corrected(7 * at + 3, predicted[at], keys, FACE_468)
    return 10 * (process_time() - begin)


def main(paths: Sequence[Path], seed: int, every: Sequence[int]) -> None:
    model = FaceMesh.load(threads=1)
    clips: list[tuple[Mesh, Mesh]] = []
    for number, portrait in enumerate(portraits_of(model, paths)):
        clips.append(predictions(model, portrait, seed + number))
    print(f"{len(clips)} photographs; mean error between keys, % of the outer IOD")
    print(f"{'':28}", *(f"every {n:4}" for n in every))
    table: dict[str, Floats] = {}
    for name, way in WAYS.items():
        table[name] = np.array([np.mean([between(*clip, n, way) for clip in clips]) for n in every])
        print(f"{name:28}", *(f"{value:10.3f}" for value in table[name]))
    for name in ("uncorrected", "positions"):
        shares = table["corrected"] / table[name]
        print(f"{'corrected, of ' + name:28}", *(f"{share:10.3f}" for share in shares))
    print(f"{'frames beyond the last key':28}", *(f"{n:10}" for n in DISTANCES))
    for name, fade in (
        ("uncorrected", 1e-9),
        *((f"faded, {f:.0f}", f) for f in FADES),
        ("held", 1e9),
    ):
        row = [np.mean([beyond(*clip, n, fade) for clip in clips]) for n in DISTANCES]
        print(f"{name:28}", *(f"{value:10.3f}" for value in row))
    print(f"corrected, among 500 keys: {cost(*clips[0]):.3f} ms of CPU time")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    samples = [asset_path("datasets", "sample", name) for name in ("collins.jpg", "hopper.jpg")]
    parser.add_argument("--images", type=Path, nargs="+", default=samples)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, nargs="+", default=EVERY)
    given = parser.parse_args()
    main(given.images, given.seed, given.every)
