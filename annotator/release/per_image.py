"""The samples of a release image by image, for formats that have an entry an image."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING

from annotator.release.blocks import Block, Face, Row

if TYPE_CHECKING:
    from annotator.release.images import PlacedImage

_FOLDER = "images/"


@dataclass(frozen=True, slots=True, eq=False)
class ImageFaces:
    """An image of a release with all the faces that the release has of it.

    Attributes
    ----------
    number
        Which image of the release, from 0.
    image
    faces
        At least one; several of a group photograph.
    """

    number: int
    image: "PlacedImage"
    faces: tuple[Face, ...]

    @property
    def row(self) -> Row:
        """The columns of its first face, for what they say of the image."""
        return self.faces[0].row

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, of the upright image or of the crop."""
        return size_of(self.row)

    @property
    def original_sha256(self) -> str | None:
        """The SHA-256 of the project's file, by which a mesh is found again; None of a crop."""
        return None if self.row.get("crop_size") else str(self.row["image_sha256"])

    @property
    def name(self) -> str:
        """What a tool that is given the folder of images calls the file: its name alone."""
        return name_alone(self.image.file)


def images_of(blocks: Iterable[Block]) -> Iterator[ImageFaces]:
    """Yield images in the order of the release; the faces of one follow one another there."""
    faces = chain.from_iterable(block.faces() for block in blocks)
    for number, (_, same) in enumerate(groupby(faces, _image_key)):
        together = tuple(same)
        yield ImageFaces(number, together[0].image, together)


def name_alone(file: str) -> str:
    """Return the name of an image's file without the folders that it lies in."""
    return re.split(r"[/\\]", file.removeprefix(_FOLDER))[-1]


def size_of(row: Row) -> tuple[int, int]:
    """Return width and height of the file that a release has of an image, in pixels, upright."""
    return row["image_width"], row["image_height"]


def _image_key(face: Face) -> tuple[str, str]:
    return face.image.file, face.row["image_sha256"]
