"""One row a sample: the same columns in every format."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from annotator.project.accepted_records import AcceptedRow
    from annotator.project.fact_records import ImageFacts
    from annotator.project.image_records import ImageRecord
    from annotator.release.image_modes import PlacedImage

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
        "image_id": "int64",
        "split": "text",
        "subject": "text",
        "group": "text",
        "licence": "text",
        "consent": "text",
        "source": "text",
        "crop_x": "float64",
        "crop_y": "float64",
        "crop_side": "float64",
        "crop_angle": "float64",
        "crop_size": "int32",
    }
)
"""What there is of every sample, in order; ``docs/releases.md`` says what each column means."""

CLIP_COLUMNS = tuple(name for name in COLUMNS if name.startswith("clip_"))
"""Those that photographs have nothing in."""

FACT_COLUMNS = ("subject", "group", "licence", "consent", "source")
"""What people said of an image."""

CROP_COLUMNS = tuple(name for name in COLUMNS if name.startswith("crop_"))
"""Where the image is that a crop was cut from; whole images have nothing in them."""

_LATEST = ("image_id", "split", *FACT_COLUMNS, *CROP_COLUMNS)

SINCE: Mapping[str, int] = MappingProxyType(
    {"image_stored": 2, **dict.fromkeys(CLIP_COLUMNS, 3), **dict.fromkeys(_LATEST, 4)}
)
"""The version of the format in which a column came, of those that were not there from the first."""

UNSTATED: Mapping[str, str | None] = MappingProxyType(
    {"image_stored": "original", **dict.fromkeys((*CLIP_COLUMNS, *_LATEST))}
)
"""What was the case of every sample when there was no such column yet."""


def row_of(
    accepted: AcceptedRow, split: str | None = None, facts: ImageFacts | None = None
) -> dict[str, Any]:
    """Return the values of `COLUMNS`, None where nothing is known, the time as ISO 8601 text.

    Those that say where the image is are for `with_image` to fill in.
    """
    return filled_in(of_image(accepted.image, split, facts), accepted)


def of_image(
    image: ImageRecord, split: str | None = None, facts: ImageFacts | None = None
) -> dict[str, Any]:
    """Return what the rows of an image have in common, None in place of all else."""
    return {
        **dict.fromkeys(COLUMNS),
        "image_name": image.name,
        "image_sha256": image.picture_sha256,
        "image_width": image.width,
        "image_height": image.height,
        "clip_name": image.clip_name,
        "clip_sha256": image.clip_sha256,
        "clip_frame": image.clip_frame,
        "clip_time": image.clip_time,
        "image_id": image.id,
        "split": split,
        **{name: _said(facts, name) for name in FACT_COLUMNS},
    }


def filled_in(common: dict[str, Any], accepted: AcceptedRow) -> dict[str, Any]:
    """Return the row of a sample: a copy of what those of its image have in common, and its own."""
    row = common.copy()
    row["sample_id"] = accepted.sample_id
    row["face_index"] = accepted.face_index
    row["presence"] = _number(accepted.presence)
    row["model_name"] = accepted.model_name
    row["model_sha256"] = accepted.model_sha256
    row["annotator"] = accepted.annotator
    row["reviewer"] = accepted.reviewer
    row["verdict"] = accepted.verdict
    row["accepted_at"] = _time(accepted.accepted_at)
    row["stroke_count"] = accepted.stroke_count
    row["displacement_mean"] = _number(accepted.displacement_mean)
    row["displacement_max"] = _number(accepted.displacement_max)
    row["displacement_nme"] = _number(accepted.displacement_nme)
    row["clip_track"] = accepted.clip_track
    return row


def with_image(row: dict[str, Any], placed: PlacedImage) -> dict[str, Any]:
    """Fill in where the release has the image of a row, and return the row.

    Lengths become those of the crop, where it has one.
    """
    row["image_file"] = placed.file
    row["image_orientation"] = placed.orientation
    row["image_stored"] = placed.stored
    if placed.crop is not None:
        row.update(placed.crop.columns())
        scale = placed.crop.size / placed.crop.side
        for name in ("displacement_mean", "displacement_max"):
            row[name] = None if row[name] is None else row[name] * scale
    return row


def _said(facts: ImageFacts | None, name: str) -> str | None:
    value = None if facts is None else getattr(facts, name)
    return None if value is None else str(value)


def _time(moment: datetime) -> str:
    known = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return known.isoformat(timespec="microseconds")


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None
