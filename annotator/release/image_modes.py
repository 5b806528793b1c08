"""How a release has its images, and what it says of each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from annotator.release.crops import Crop

ImageMode = Literal["copy", "upright", "reference", "link", "face", "crop-192", "crop-256", "none"]
Metadata = Literal["strip", "keep"]
Stored = Literal["original", "stripped", "upright", "crop"]

IMAGE_FOLDER = "images"
EMBEDDED = "embedded"
"""What a manifest says of images that lie inside the files of a format."""
ELSEWHERE = frozenset({EMBEDDED, "reference", "none"})
"""What it says where no image is a file of the release."""
CROPS = frozenset({"face", "crop-192", "crop-256"})
"""The modes that give every face a file of its own."""
NET_SIZES = {"crop-192": 192, "crop-256": 256}


@dataclass(frozen=True, slots=True)
class PlacedImage:
    """Where a release has an image.

    Attributes
    ----------
    file
        Relative to the release where it has a file of its own, else the absolute path; where it
        has no images, a name alone.
    orientation
        What leads from the pixels as they are stored there to the upright image in which the
        landmarks are: 1..8 as in EXIF, 1 for nothing.
    stored
        ``"original"``: byte for byte the file that was imported; ``"stripped"``: its coded pixels
        without metadata; ``"upright"``: its pixels, written anew; ``"crop"``: one face of it.
    sha256, size
        Of the release's own file, in bytes; None where there is none.
    path
        Where its bytes lie while the release is written; None where it has no image at all.
    crop
        What was cut out of the image; None for a whole one.
    """

    file: str
    orientation: int
    stored: Stored = "original"
    sha256: str | None = None
    size: int | None = None
    path: Path | None = None
    crop: Crop | None = None


@dataclass(slots=True)
class Tally:
    """How many images of a release are not simply the upright originals.

    Attributes
    ----------
    turned_on_reading
        Their pixels are stored another way up, and every reader that turns images turns them.
    written_upright
        Written anew.
    misread
        Referenced, though common readers do not agree which way is up, or how bright it is.
    stripped
        Written without their metadata, their coded pixels as they were.
    linked, not_linked
        Share their bytes with the originals; were copied whole as no link could be made.
    cropped
        Faces cut out.
    with_metadata
        Referenced, and hold metadata, or may; they are no part of the release.
    """

    turned_on_reading: int = 0
    written_upright: int = 0
    misread: int = 0
    stripped: int = 0
    linked: int = 0
    not_linked: int = 0
    cropped: int = 0
    with_metadata: int = 0
