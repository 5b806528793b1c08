"""Makes the 12-megapixel photographs and the project that the interface benchmarks use."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from annotator.imaging import read_image
from annotator.inference import FaceMesh
from annotator.project import Project
from annotator.system.assets import asset_path
from annotator.workflow import import_images, preannotate

SIZE = (4000, 3000)
_SOURCES = ("collins.jpg", "hopper.jpg", "two_portraits.jpg", "collins_tilted.jpg")


def make_project(folder: Path, count: int) -> Path:
    """Make a project of so many 12-megapixel JPEG files, predicted, and return its folder.

    The photographs are the sample portraits enlarged and grained, so that the files are as
    large, and as slow to decode, as a phone's.
    """
    photographs = folder / "photographs"
    photographs.mkdir(parents=True)
    for number in range(count):
        source = asset_path("datasets", "sample", _SOURCES[number % len(_SOURCES)])
        _enlarge(source, seed=number).save(photographs / f"{number:03}.jpg", quality=92)
    with Project.create(folder / "project") as project:
        import_images(project, [photographs])
        for _ in preannotate(project, FaceMesh.load()):
            pass
        return project.home


def _enlarge(source: Path, seed: int) -> Image.Image:
    image = Image.fromarray(read_image(source))
    portrait = ImageOps.pad(image, SIZE, Image.Resampling.BICUBIC, color=(120, 116, 110))
    pixels = np.asarray(portrait).astype(np.int16)
    grain = np.random.default_rng(seed).normal(0, 5, pixels.shape[:2]).astype(np.int16)
    return Image.fromarray(np.clip(pixels + grain[..., None], 0, 255).astype(np.uint8))
