"""Build face_468_error_modes.npz: along what the shipped model's answers vary.

    python models/build_error_modes.py

Needs only the project itself: the shipped model and the shipped sample photographs. See the card,
face_468_error_modes.md.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import find_images, read_image
from annotator.inference import FaceMesh
from annotator.inference.spread import answers_around
from annotator.mesh.landmarks import bounding_box
from annotator.mesh.layout import FACE_468
from annotator.mesh.spread import deviations
from annotator.system.assets import asset_path

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Complex = NDArray[np.complex128]

MODES = 40
SEED = 468
COVERS = 6  # times that each face is looked at with something before it, and once without
COVERED = (0.25, 0.5)  # sides of what covers it, in sides of its box


def covered(image: Image, landmarks: Floats, rng: np.random.Generator) -> Image:
    """Return the photograph with a rectangle of one colour over part of a face."""
    left, top, width, height = bounding_box(landmarks)
    w, h = (rng.uniform(*COVERED, 2) * (width, height)).astype(int).tolist()
    x = int(left + rng.uniform(0, width - w))
    y = int(top + rng.uniform(0, height - h))
    result = image.copy()
    result[max(y, 0) : max(y + h, 0), max(x, 0) : max(x + w, 0)] = rng.integers(0, 256, 3)
    return result


def moments_of_faces(face_mesh: FaceMesh, paths: list[Path]) -> Iterator[Complex]:
    """Yield the second moment of each look at each face, and of its mirror image; trace 1."""
    mirror = FACE_468.mirror
    for number, path in enumerate(paths):
        image = read_image(path)
        for at, face in enumerate(face_mesh.predict(image)):
            rng = np.random.default_rng([SEED, number, at])
            mesh = face.landmarks
            looks = [image, *(covered(image, mesh, rng) for _ in range(COVERS))]
            for look in looks:
                answers = list(answers_around(face_mesh, look, mesh))
                differences = deviations(answers, mesh, FACE_468)
                if not len(differences):
                    continue
                moments = differences.T @ differences.conj()
                both = moments + moments[np.ix_(mirror, mirror)].conj()
                yield both / np.trace(both).real


def modes_of(moments: Complex) -> NDArray[np.complex64]:
    """Return the strongest modes, (MODES, n), each with its size; their phases are arbitrary."""
    values, vectors = np.linalg.eigh(moments)
    strongest = slice(None, -MODES - 1, -1)
    modes = (vectors[:, strongest] * np.sqrt(values[strongest].clip(0))).T
    largest = np.abs(modes).argmax(axis=1)
    phases = modes[np.arange(MODES), largest]
    return np.asarray(modes * (np.abs(phases) / phases)[:, None], np.complex64)


def build() -> NDArray[np.complex64]:
    """Return the modes."""
    paths = find_images([asset_path("datasets", "sample")])
    every = list(moments_of_faces(FaceMesh.load(), list(paths)))
    return modes_of(np.mean(every, axis=0))


def main() -> None:
    """Build and write the file beside this script."""
    modes = build()
    # Uncompressed: the bytes then do not depend on the zlib that happens to be installed.
    np.savez(Path(__file__).with_name("face_468_error_modes.npz"), modes=modes)
    shares = (np.abs(modes) ** 2).sum(axis=1)
    print(modes.shape, modes.dtype, f"{shares.sum():.4f} of the variance")


if __name__ == "__main__":
    main()
