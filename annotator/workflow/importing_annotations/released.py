"""The faces of a release of ours, with what people made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import cos, sin
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Visibility, visibility_in_frame
from annotator.release.incoming import ImageClue, IncomingFace, Said
from annotator.release.rows import FACT_COLUMNS
from annotator.system.people import usable_name
from annotator.workflow.importing_annotations.released_facts import ReleasedFacts

if TYPE_CHECKING:
    from annotator.release import Release

_CROP = "crop"
_OF_IMAGE = ("split", *FACT_COLUMNS)  # columns that are of no face


class ReleasedFaces:
    """The faces of a verified release, see `annotator.workflow.importing_annotations.faces`."""

    def __init__(self, release: Release) -> None:
        self._release = release
        # A row of a table of pandas costs a tenth of a millisecond, its columns hardly anything.
        self._columns = {str(name): values.array for name, values in release.samples.items()}
        self.title = (
            f"the release {release.folder.name}: {len(release.samples):,} faces as {release.format}"
        )
        self.origin = {"from": release.folder.name, "content": release.content_sha256}
        self.clues: list[ImageClue] = []
        self.image_of: list[int] = []
        numbers: dict[str, int] = {}
        facts = ReleasedFacts(has_pseudonyms=release.has_pseudonyms)
        for at, sha256 in enumerate(release.samples["image_sha256"]):
            number = numbers.setdefault(sha256, len(numbers))
            if number == len(self.clues):
                self.clues.append(_clue(release.folder, self._row(at)))
            self.image_of.append(number)
            facts.add(number, self._row(at, _OF_IMAGE))
        self.known = facts.known
        self.unknown = facts.left

    def close(self) -> None:
        """Do nothing: the release is in memory."""

    def load(self, at: int) -> IncomingFace:
        """Return a face with its points, in pixels of the whole upright image."""
        row, release = self._row(at), self._release
        predictions = release.predictions
        return IncomingFace(
            image=self.clues[self.image_of[at]],
            scheme=release.layout.name,
            points=uncropped(release.landmarks[at], row),
            visibility=_visibility(release.visibility[at], release.landmarks[at], row),
            prediction=None if predictions is None else uncropped(predictions[at], row),
            said=Said(
                annotator=_recordable(row["annotator"]),
                reviewer=_recordable(row["reviewer"]),
                verdict=row["verdict"],
                at=row["accepted_at"].to_pydatetime(),
                model_name=row["model_name"],
                model_sha256=row["model_sha256"],
                presence=row["presence"],
            ),
            where=f"sample {row['sample_id']} of {release.folder.name}",
        )

    def _row(self, at: int, names: Collection[str] | None = None) -> dict[str, Any]:
        return {name: _known(self._columns[name][at]) for name in names or self._columns}


def _visibility(
    visibility: NDArray[np.uint8], points: NDArray[np.float32], row: Mapping[str, Any]
) -> NDArray[np.uint8]:
    """Return visibility in the whole image: what lies beyond a crop is not out of that."""
    if row.get("crop_x") is None:
        return visibility
    size = row["image_width"], row["image_height"]
    by_crop = visibility_in_frame(np.zeros_like(visibility), points, size)
    beyond = (visibility == Visibility.OUT_OF_FRAME) & (by_crop == Visibility.OUT_OF_FRAME)
    return np.where(beyond, Visibility.VISIBLE, visibility).astype(np.uint8)


def uncropped(points: NDArray[np.float32], row: Mapping[str, Any]) -> NDArray[np.float32]:
    """Return landmarks in the whole upright image, (n, 3), of those in a release's crop of it.

    Whatever was not cropped comes back as it is. Crops are computed in float64 and rounded once.

    Parameters
    ----------
    points : (n, 3) float32
        In pixels of the release's own image.
    row
        Its columns ``crop_x``, ``crop_y`` (the centre), ``crop_side`` (in pixels of the upright
        image), ``crop_angle`` (clockwise, in radians) and ``crop_size`` (pixels of the crop's
        side), which are all unknown where nothing was cropped.
    """
    if row.get("crop_x") is None:
        return points
    angle, side = float(row["crop_angle"]), float(row["crop_side"])
    scale = side / float(row["crop_size"])
    across, down, depth = (points.astype(np.float64) * scale).T
    across, down = across - side / 2, down - side / 2
    turned = np.column_stack([
        row["crop_x"] + across * cos(angle) - down * sin(angle),
        row["crop_y"] + across * sin(angle) + down * cos(angle),
        depth,
    ])  # fmt: skip
    return turned.astype(np.float32)


def _clue(folder: Path, row: Mapping[str, Any]) -> ImageClue:
    """Return what a release says of an image; only files inside the release count."""
    file = Path(row["image_file"])
    is_crop = row["image_stored"] == _CROP
    lies_inside = not file.is_absolute() and ".." not in file.parts and not is_crop
    return ImageClue(
        name=row["image_name"],
        sha256=row["image_sha256"],
        width=None if is_crop else int(row["image_width"]),
        height=None if is_crop else int(row["image_height"]),
        path=folder / file if lies_inside and (folder / file).is_file() else None,
    )


def _known(value: Any) -> Any:
    """Return a cell of a table, None where it is empty."""
    from pandas import isna  # noqa: PLC0415 - slow to import

    return None if isna(value) else value


def _recordable(name: str | None) -> str | None:
    """Return a name of a release as one that can be recorded: old projects hold any, as theirs."""
    return None if name is None else usable_name(name)
