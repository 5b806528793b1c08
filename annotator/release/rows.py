"""One row a sample: the same columns in every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from annotator.project.records import AcceptedSample
    from annotator.release.images import PlacedImage

Kind = Literal["int32", "int64", "float64", "text", "time"]

COLUMNS: Mapping[str, Kind] = MappingProxyType(
    {
        "sample_id": "int64",
        "image_file": "text",
        "image_name": "text",
        "image_sha256": "text",
        "image_width": "int32",
        "image_height": "int32",
        "image_orientation": "int32",
        "image_stored": "text",
        "face_index": "int32",
        "presence": "float64",
        "model_name": "text",
        "model_sha256": "text",
        "annotator": "text",
        "reviewer": "text",
        "verdict": "text",
        "accepted_at": "time",
        "stroke_count": "int32",
        "displacement_mean": "float64",
        "displacement_max": "float64",
        "displacement_nme": "float64",
        "clip_name": "text",
        "clip_sha256": "text",
        "clip_frame": "int32",
        "clip_time": "float64",
        "clip_track": "int32",
    }
)
"""What there is of every sample, in order; ``docs/releases.md`` says what each column means."""

CLIP_COLUMNS = tuple(name for name in COLUMNS if name.startswith("clip_"))
"""Those that photographs have nothing in."""

SINCE: Mapping[str, int] = MappingProxyType({"image_stored": 2, **dict.fromkeys(CLIP_COLUMNS, 3)})
"""The version of the format in which a column came, of those that were not there from the first."""

UNSTATED: Mapping[str, str | None] = MappingProxyType(
    {"image_stored": "original", **dict.fromkeys(CLIP_COLUMNS)}
)
"""What was the case of every sample when there was no such column yet."""


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
        """Return the values of `COLUMNS`; what is not known is None."""
        sample = self.sample
        return {
            "sample_id": sample.sample_id,
            "image_file": self.image.file,
            "image_name": sample.image.name,
            "image_sha256": sample.image.picture_sha256,
            "image_width": sample.image.width,
            "image_height": sample.image.height,
            "image_orientation": self.image.orientation,
            "image_stored": self.image.stored,
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
            **self.clip(),
            "clip_track": sample.clip_track,
        }

    def clip(self) -> dict[str, Any]:
        """Return of which clip the image is a frame, and which one; None of a photograph."""
        image = self.sample.image
        return {
            "clip_name": image.clip_name,
            "clip_sha256": image.clip_sha256,
            "clip_frame": image.clip_frame,
            "clip_time": image.clip_time,
        }

    def text_row(self) -> dict[str, Any]:
        """Return `row` with the time as ISO 8601 text, for formats without a type for it."""
        return {**self.row(), "accepted_at": self.accepted_at.isoformat(timespec="microseconds")}


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None
