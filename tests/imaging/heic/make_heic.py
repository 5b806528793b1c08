"""Writes the HEIC files of this folder; needs pillow-heif, which nothing else here does."""

from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image

FOLDER = Path(__file__).parent


def picture():
    """Return what the fixture ``picture`` of the tests is."""
    rows, columns = np.mgrid[0:48, 0:64]
    blue = np.where((rows < 16) & (columns < 16), 255, 0)
    return np.dstack([columns * 4, rows * 5, blue]).astype(np.uint8)


if __name__ == "__main__":
    pillow_heif.register_heif_opener()
    image, negative = Image.fromarray(picture()), Image.fromarray(255 - picture())
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        path = FOLDER / f"turned_{orientation}.heic"
        image.save(path, "HEIF", quality=80, exif=exif.tobytes())
    path = FOLDER / "second_is_first.heic"
    negative.save(path, "HEIF", quality=80, save_all=True, append_images=[image], primary_index=1)
