"""A program that adds and predicts photographs, many at a time, and says how much memory it holds.

    python -m tests.attacks.grower FOLDER IMAGES

It prints a line of JSON: the bytes in memory after each round, and how many faces were found.
"""

import json
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workflow import import_images, preannotate
from tests.memory import resident

ROUND = 30


def photographs(folder: Path, start: int, count: int) -> None:
    """Make different photographs of the same face, of 0.8 MB each when they are decoded."""
    folder.mkdir()
    with Image.open(asset_path("datasets", "sample") / "collins.jpg") as opened:
        pixels = np.array(opened)
    for number in range(start, start + count):
        corner = np.random.default_rng(number).integers(0, 255, (32, 32, 3), np.uint8)
        pixels[:32, :32] = corner
        Image.fromarray(pixels).save(folder / f"{number}.jpg")


def main() -> None:
    """Add and predict, round after round, in one process with one model."""
    folder, images = Path(sys.argv[1]), int(sys.argv[2])
    held = []
    face_mesh = FaceMesh.load(small_faces=False)
    with Project.create(folder / "project") as project:
        for start in range(0, images, ROUND):
            photographs(folder / str(start), start, ROUND)
            import_images(project, [folder / str(start)])
            for _ in preannotate(project, face_mesh):
                pass
            held.append(resident())
        print(json.dumps({"held": held, "faces": len(project.samples.summaries())}))


if __name__ == "__main__":
    main()
