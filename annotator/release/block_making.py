"""From accepted samples to what formats get: rows, and images in their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from annotator.release.blocks import Block
from annotator.release.images import ImagePlaces, PlacedImage
from annotator.release.rows import row_of, with_image

if TYPE_CHECKING:
    from annotator.project.accepted import AcceptedBlock, AcceptedSamples
    from annotator.project.image_records import ImageRecord

Folder = Callable[[Mapping[str, Any]], str]
OnPlaced = Callable[[PlacedImage], None]
OnProgress = Callable[[int, int], None]


class BlockMaker:
    """Makes the blocks of a release, and places each image as the first of its samples comes.

    Parameters
    ----------
    places
    folder_of
        In which folder the image of a row belongs.
    splits
        Of each image by its id; those that are missing have none.
    on_placed
        Called with every image that was placed.
    """

    def __init__(
        self,
        places: ImagePlaces,
        *,
        folder_of: Folder,
        splits: Mapping[int, str],
        on_placed: OnPlaced,
    ) -> None:
        self._places = places
        self._folder_of = folder_of
        self._splits = splits
        self._on_placed = on_placed
        self._last: tuple[ImageRecord, PlacedImage] | None = None

    def blocks(self, accepted: AcceptedSamples, show: OnProgress | None) -> Iterator[Block]:
        """Yield all blocks, and show each sample as done when the next ones are asked for."""
        done = 0
        for some in accepted.blocks():
            yield self._block(some)
            for _ in some.rows:
                done += 1
                if show is not None:
                    show(done, len(accepted))

    def _block(self, some: AcceptedBlock) -> Block:
        rows, images = [], []
        for accepted in some.rows:
            row = row_of(accepted, self._splits.get(accepted.image.id))
            placed = self._placed(accepted.image, row)
            rows.append(with_image(row, placed))
            images.append(placed)
        return Block(rows, some.landmarks, some.predictions, some.visibility, images)

    def _placed(self, image: ImageRecord, row: Mapping[str, Any]) -> PlacedImage:
        """Return where an image is; samples of one follow one another."""
        if self._last is not None and self._last[0].id == image.id:
            return self._last[1]
        placed = self._places.place(image, self._folder_of(row))
        self._on_placed(placed)
        self._last = image, placed
        return placed
