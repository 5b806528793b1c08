"""What `--decode fast` gains on 12-megapixel JPEG files, and how far its meshes are off.

    python benchmarks/decoding.py [--photographs FOLDER] [--grain 1.0] [--runs 5]

The files are photographs (by default those of the sample data set) enlarged to 12 megapixels,
grained as a phone's sensor grains them (its deviation grows with the root of the light) and
written at quality 90 into a temporary folder. Meshes are compared vertex by vertex in the image
plane, in % of the outer inter-ocular distance. How far exact meshes move when the same scene is
grained anew, and how far both lie from the mesh on the photograph before it was enlarged, say how
much of that difference is grain. Times are of predicting all files; the two ways alternate.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh, FacePrediction, FileResult
from annotator.mesh.layout import FACE_468
from annotator.mesh.metrics import nme
from annotator.system.assets import asset_path

_PIXELS = 12e6
_QUALITY = 90
_SAME_FACE = 0.3  # of the outer IOD: two faces' meshes lie much further apart

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Enlarged:
    """A photograph, and two files of it that differ in their grain."""

    photograph: Pixels
    file: Path
    grained_anew: Path


def enlarged(photograph: Pixels, folder: Path, name: str, grain: float, seed: int) -> Enlarged:
    height, width = photograph.shape[:2]
    scale = (_PIXELS / (height * width)) ** 0.5
    size = round(width * scale / 2) * 2, round(height * scale / 2) * 2
    large = np.asarray(Image.fromarray(photograph).resize(size, Image.Resampling.LANCZOS))
    chance, files = np.random.default_rng(seed), []
    for number in range(2):
        light = large.astype(np.float32)
        deviation = grain * (1 + 0.28 * np.sqrt(light))
        light += chance.standard_normal(light.shape, np.float32) * deviation
        files.append(folder / f"{name}_{number}.jpg")
        image = Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))
        image.save(files[-1], quality=_QUALITY)
    return Enlarged(photograph, *files)


def differences(faces: list[FacePrediction], others: list[FacePrediction]) -> list[float]:
    """Return how far each face's mesh lies from its like, in % of the outer IOD."""
    found = []
    for face in faces:
        errors = [nme(other.landmarks, face.landmarks, FACE_468) for other in others]
        if errors and min(errors) < _SAME_FACE:
            found.append(100 * min(errors))
    return found


def placed(faces: list[FacePrediction], scale: float) -> list[FacePrediction]:
    """Return the faces of a photograph in pixels of one so much larger."""
    shift = np.float32([(scale - 1) / 2, (scale - 1) / 2, 0])
    return [
        FacePrediction(face.landmarks * np.float32(scale) + shift, face.presence, 1.0)
        for face in faces
    ]


def described(values: list[float]) -> str:
    if not values:
        return "none"
    spread = np.percentile(values, [50, 90, 100])
    return "median {:.2f}, 90 % {:.2f}, worst {:.2f}".format(*spread) + f" of {len(values)} faces"


def timed(ways: dict[str, Callable[[], object]], runs: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds by the clock and of the processor for each way, in turn."""
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            clock, used = time.perf_counter(), sum(os.times()[:2])
            way()
            took[name].append((time.perf_counter() - clock, sum(os.times()[:2]) - used))
    return {
        name: (statistics.median(t[0] for t in some), statistics.median(t[1] for t in some))
        for name, some in took.items()
    }


def compared(large: list[Enlarged], exact: FaceMesh, fast: FaceMesh) -> None:
    def all_of(face_mesh: FaceMesh, files: list[Path]) -> list[FileResult]:
        return list(face_mesh.predict_files(files))

    first = [one.file for one in large]
    by_exact, by_fast = all_of(exact, first), all_of(fast, first)
    anew = all_of(exact, [one.grained_anew for one in large])
    before = [
        placed(exact.predict(one.photograph), result.width / one.photograph.shape[1])
        for one, result in zip(large, by_exact, strict=True)
    ]
    faces = [sum(len(result.faces) for result in some) for some in (by_exact, by_fast)]
    print(f"faces found: exact {faces[0]}, fast {faces[1]}")
    pairs = {
        "fast from exact": [(e.faces, f.faces) for e, f in zip(by_exact, by_fast, strict=True)],
        "exact, grained anew": [(e.faces, a.faces) for e, a in zip(by_exact, anew, strict=True)],
        "exact from before": [(b, e.faces) for b, e in zip(before, by_exact, strict=True)],
        "fast from before": [(b, f.faces) for b, f in zip(before, by_fast, strict=True)],
    }
    for name, some in pairs.items():
        values = [value for one, other in some for value in differences(list(one), list(other))]
        print(f"{name:22} {described(values)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, default=asset_path("datasets", "sample"))
    parser.add_argument("--grain", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="decoding-") as folder:
        large = [
            enlarged(read_image(path), Path(folder), f"{number:03}", options.grain, number)
            for number, path in enumerate(find_images([options.photographs]))
        ]
        sizes = [one.file.stat().st_size / 1e6 for one in large]
        print(f"{len(large)} files of 12 megapixels, {statistics.mean(sizes):.1f} MB in the mean")
        compared(large, FaceMesh.load(decode="exact"), FaceMesh.load(decode="fast"))
        files = [one.file for one in large]
        for search in (True, False):
            exact, fast = (FaceMesh.load(decode=d, small_faces=search) for d in ("exact", "fast"))
            ways: dict[str, Callable[[], object]] = {
                "exact": lambda model=exact: list(model.predict_files(files)),
                "fast": lambda model=fast: list(model.predict_files(files)),
            }
            took = timed(ways, options.runs)
            print("small faces searched" if search else "small faces not searched")
            for name, (clock, used) in took.items():
                each = 1000 * used / len(files)
                print(f"  {name:6} {clock:.2f} s, {each:.0f} ms of the processor a file")
            gain = [a / b for a, b in zip(took["exact"], took["fast"], strict=True)]
            print(f"  gain   {gain[0]:.2f} by the clock, {gain[1]:.2f} of the processor")


if __name__ == "__main__":
    main()
