"""Compare FaceMesh with MediaPipe's own answers, and count the marked faces that it finds.

    python benchmarks/parity.py FOLDER [--sheet FILE.png] [--more IMAGE...]

FOLDER holds ``images/``, ``face_boxes.csv`` (image, left, top, width, height in pixels) and
``mediapipe.npz`` with MediaPipe's meshes under ``NAME/mesh`` (n, 468, 3). scikit-image's
``astronaut`` and matplotlib's ``grace_hopper`` are compared too where they are installed.
``--sheet`` draws every face found, to be looked at.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from annotator.imaging import read_image
from annotator.inference import FaceMesh, FacePrediction

RIGHT_EYE, LEFT_EYE = 33, 263
STRONG_ROLL = 10.0  # degrees; MediaPipe's z goes wrong with roll on images that are not square
TILE = 160


def classics() -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Yield the portraits that other packages ship, where they are installed."""
    try:
        import skimage.data  # noqa: PLC0415

        yield "astronaut", skimage.data.astronaut()
        from matplotlib.cbook import get_sample_data  # noqa: PLC0415

        yield "grace_hopper", read_image(get_sample_data("grace_hopper.jpg", asfileobj=False))
    except ImportError as error:
        print(f"left out: {error}")


def compare(faces: list[FacePrediction], theirs: NDArray[np.float32]) -> tuple[float, ...]:
    """Return 2-D error and z error of the nearest face in % of the outer IOD, and the roll."""
    across = theirs[LEFT_EYE, :2] - theirs[RIGHT_EYE, :2]
    iod = float(np.linalg.norm(across))
    errors = [np.linalg.norm((f.landmarks - theirs)[:, :2], axis=1).mean() for f in faces]
    nearest = faces[int(np.argmin(errors))].landmarks
    depth = float(np.abs(nearest[:, 2] - theirs[:, 2]).mean())
    roll = float(np.degrees(np.arctan2(across[1], across[0])))
    return min(errors) / iod * 100, depth / iod * 100, roll


def is_in(face: FacePrediction, box: NDArray[np.float64], grown: float = 0.2) -> bool:
    """Return whether the mesh's centre lies inside the box grown by a share of its sides."""
    points = face.landmarks[:, :2]
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    return bool((np.abs(centre - box[:2] - box[2:] / 2) <= box[2:] / 2 * (1 + grown)).all())


def marked_faces(folder: Path) -> dict[str, list[NDArray[np.float64]]]:
    marked: dict[str, list[NDArray[np.float64]]] = defaultdict(list)
    with (folder / "face_boxes.csv").open() as stream:
        for row in csv.DictReader(stream):
            sides = [float(row[key]) for key in ("left", "top", "width", "height")]
            marked[row["image"]].append(np.array(sides))
    return marked


def thumbnail(image: NDArray[np.uint8], face: FacePrediction, label: str) -> Image.Image:
    """Return the surroundings of a face with its vertices drawn."""
    points = face.landmarks[:, :2]
    centre, half = points.mean(axis=0), np.ptp(points, axis=0).max() * 0.9
    left, top = centre - half
    picture = Image.fromarray(image).transform(
        (TILE, TILE),
        Image.Transform.EXTENT,
        (left, top, left + 2 * half, top + 2 * half),
        Image.Resampling.BILINEAR,
    )
    draw = ImageDraw.Draw(picture)
    draw.point([tuple(p) for p in ((points - centre + half) / (2 * half) * TILE)], (0, 255, 0))
    draw.text((2, 2), label, (255, 255, 0))
    return picture


def save_sheet(tiles: list[Image.Image], path: Path, columns: int = 10) -> None:
    rows = -(-len(tiles) // columns)
    sheet = Image.new("RGB", (columns * TILE, rows * TILE))
    for at, tile in enumerate(tiles):
        sheet.paste(tile, (at % columns * TILE, at // columns * TILE))
    sheet.save(path)


def report(errors: NDArray[np.float64], small_faces: bool) -> None:
    """Print the parity figures, NaN where no face of ours answers MediaPipe's."""
    flat, depth, roll = errors.T
    level = depth[np.abs(roll) < STRONG_ROLL]
    print(f"small_faces={small_faces}: {len(errors)} faces that MediaPipe found")
    print(f"  2-D error, % of outer IOD: median {np.median(flat):.4f}, worst {flat.max():.4f}")
    print(f"  z error without strong roll: worst {level.max():.4f} of {len(level)} faces")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--more", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    images = {p.name: read_image(p) for p in sorted((options.folder / "images").iterdir())}
    images |= dict(classics())
    marked = marked_faces(options.folder)
    with np.load(options.folder / "mediapipe.npz") as archive:
        theirs = {name: archive[f"{name}/mesh"] for name in images}
    tiles: list[Image.Image] = []
    for small_faces in (False, True):
        face_mesh = FaceMesh.load(small_faces=small_faces)
        found = {name: face_mesh.predict(image) for name, image in images.items()}
        errors = [compare(found[n], face) for n, meshes in theirs.items() for face in meshes]
        report(np.array(errors), small_faces)
        hits = [any(is_in(f, box) for f in found[n]) for n in marked for box in marked[n]]
        print(f"  marked faces found: {sum(hits)} of {len(hits)}")
        extra = sum(len(found[n]) - len(theirs[n]) for n in images)
        print(f"  faces beyond MediaPipe's: {extra}, of {sum(map(len, found.values()))}")
    images |= {path.name: read_image(path) for path in options.more}
    found |= {path.name: face_mesh.predict(images[path.name]) for path in options.more}
    for name, faces in found.items():
        tiles += [thumbnail(images[name], f, f"{name[:14]} {f.presence:.2f}") for f in faces]
    if options.sheet:
        save_sheet(tiles, options.sheet)
        print(f"{len(tiles)} faces drawn on {options.sheet}")


if __name__ == "__main__":
    main()
