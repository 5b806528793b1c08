"""One row a sample: the same columns in every format."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from annotator.project.records import AcceptedSample
from annotator.release.images import PlacedImage

SCHEMA = pa.schema(
    [
        ("sample_id", pa.int64()),
        ("image_file", pa.string()),
        ("image_name", pa.string()),
        ("image_sha256", pa.string()),
        ("image_width", pa.int32()),
        ("image_height", pa.int32()),
        ("image_orientation", pa.int32()),
        ("face_index", pa.int32()),
        ("presence", pa.float64()),
        ("model_name", pa.string()),
        ("model_sha256", pa.string()),
        ("annotator", pa.string()),
        ("reviewer", pa.string()),
        ("verdict", pa.string()),
        ("accepted_at", pa.timestamp("us", tz="UTC")),
        ("stroke_count", pa.int32()),
        ("displacement_mean", pa.float64()),
        ("displacement_max", pa.float64()),
        ("displacement_nme", pa.float64()),
    ]
)
"""Documented column by column in ``docs/releases.md``."""


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseSample:
    """An accepted sample, and where the release has its image."""

    sample: AcceptedSample
    image: PlacedImage

    @property
    def accepted_at(self) -> datetime:
        """When the verdict was given, in UTC."""
        moment = self.sample.accepted_at
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    def row(self) -> dict[str, Any]:
        """Return the columns of `SCHEMA`; what is not known is None."""
        sample = self.sample
        return {
            "sample_id": sample.sample_id,
            "image_file": self.image.file,
            "image_name": sample.image.name,
            "image_sha256": sample.image.sha256,
            "image_width": sample.image.width,
            "image_height": sample.image.height,
            "image_orientation": self.image.orientation,
            "face_index": sample.face_index,
            "presence": _number(sample.presence),
            "model_name": sample.model_name,
            "model_sha256": sample.model_sha256,
            "annotator": sample.annotator,
            "reviewer": sample.reviewer,
            "verdict": sample.verdict,
            "accepted_at": self.accepted_at,
            "stroke_count": sample.stroke_count,
            "displacement_mean": _number(sample.displacement_mean),
            "displacement_max": _number(sample.displacement_max),
            "displacement_nme": _number(sample.displacement_nme),
        }

    def text_row(self) -> dict[str, Any]:
        """Return `row` with the time as ISO 8601 text, for formats without a type for it."""
        return {**self.row(), "accepted_at": self.accepted_at.isoformat(timespec="microseconds")}


def write_parquet(path: Path, samples: Sequence[ReleaseSample]) -> None:
    """Write the table as Parquet, without metadata that depends on more than its content."""
    table = pa.Table.from_pylist([sample.row() for sample in samples], schema=SCHEMA)
    with path.open("wb") as stream:  # Arrow itself refuses paths that are no valid Unicode
        pq.write_table(table, stream, compression="snappy")


def stacked(samples: Sequence[ReleaseSample], field: str) -> NDArray[np.float32]:
    """Return the ``landmarks`` or the ``prediction`` of all samples, (n, 468, 3)."""
    return np.stack([getattr(sample.sample, field) for sample in samples]).astype(np.float32)


def stacked_visibility(samples: Sequence[ReleaseSample]) -> NDArray[np.uint8]:
    """Return the visibility of all samples' vertices, (n, 468)."""
    return np.stack([sample.sample.visibility for sample in samples]).astype(np.uint8)


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None
