"""From accepted samples to what formats get: rows, and images in their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from annotator.release.blocks import Block
from annotator.release.crops import Points, cropped
from annotator.release.images import ImagePlaces, PlacedImage
from annotator.release.pseudonyms import Pseudonyms
from annotator.release.rows import filled_in, of_image, with_image

if TYPE_CHECKING:
    from annotator.project.accepted import AcceptedSamples
    from annotator.project.accepted_records import AcceptedBlock, AcceptedRow
    from annotator.project.fact_records import ImageFacts
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
    pseudonyms
        Of names in rows; None to leave them as they are.
    """

    def __init__(
        self,
        places: ImagePlaces,
        *,
        folder_of: Folder,
        splits: Mapping[int, str],
        on_placed: OnPlaced,
        pseudonyms: Pseudonyms | None = None,
    ) -> None:
        self._places = places
        self._folder_of = folder_of
        self._splits = splits
        self._on_placed = on_placed
        self._pseudonyms = pseudonyms
        self._last: tuple[ImageRecord, PlacedImage] | None = None

    def blocks(self, accepted: AcceptedSamples, show: OnProgress | None) -> Iterator[Block]:
        """Yield all blocks, and show each sample as done when the next ones are asked for."""
        done = 0
        for some in accepted.blocks():
            yield self._block(some, accepted.facts({row.image.id for row in some.rows}))
            for _ in some.rows:
                done += 1
                if show is not None:
                    show(done, len(accepted))

    def _block(self, some: AcceptedBlock, facts: Mapping[int, ImageFacts]) -> Block:
        rows, images = [], []
        common = {
            image.id: of_image(image, self._splits.get(image.id), facts.get(image.id))
            for image in {accepted.image.id: accepted.image for accepted in some.rows}.values()
        }
        for accepted, landmarks in zip(some.rows, some.landmarks, strict=True):
            row = filled_in(common[accepted.image.id], accepted)
            if self._pseudonyms is not None:
                row = self._pseudonyms.row(row, accepted.image.file_name)
            placed = self._placed(accepted, landmarks, row)
            rows.append(with_image(row, placed))
            images.append(placed)
        arrays = some.landmarks, some.predictions, some.visibility
        if crops := [placed.crop for placed in images if placed.crop is not None]:
            arrays = cropped(*arrays, crops)
        return Block(rows, *arrays, images)

    def _placed(
        self, accepted: AcceptedRow, landmarks: Points, row: Mapping[str, Any]
    ) -> PlacedImage:
        """Return where an image is, or the crop of a face; samples of one follow one another."""
        image, inside = accepted.image, self._folder_of(row)
        if self._places.cuts_faces:
            placed = self._places.place_face(image, accepted.face_index, landmarks, inside)
            self._on_placed(placed)
            return placed
        if self._last is not None and self._last[0].id == image.id:
            return self._last[1]
        placed = self._places.place(image, inside)
        self._on_placed(placed)
        self._last = image, placed
        return placed
