"""Whether what a release says of itself as a whole can be so: its name, its splits, its meshes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.release.about import checked_name
from annotator.release.contents import SIDES
from annotator.release.errors import ExportError
from annotator.release.glances import Glance, farthest_of
from annotator.release.versions import Version

Row = Mapping[str, Any]

TIES = ("image_sha256", "image_id", "subject", "group", "clip_sha256")
"""Columns by which nobody is on two sides."""
_FARTHEST = 20
"""How many times the longer side of an image a vertex may lie from it: no face does."""


def wrong_as_whole(stated: Mapping[str, Any], samples: Sequence[Row]) -> str | None:
    """Return what is wrong with a manifest's name, version and splits; None if nothing is."""
    name, version = stated.get("name"), stated.get("version")
    if (name is None) != (version is None):
        return "it has a name and no version, or a version and no name"
    if name is not None and not _is_named(name, version):
        return f"it cannot be called {name!a:.60} {version!a:.40}"
    if not isinstance(stated.get("provenance", {}), Mapping):
        return "its provenance is no object"
    return wrong_splits(stated.get("splits"), samples)


def wrong_splits(said: object, samples: Sequence[Row]) -> str | None:
    """Return what is wrong with splits: counts, or somebody on two sides; None if nothing is."""
    counted = Counter(row["split"] for row in samples if row.get("split") is not None)
    if said is None:
        return "samples are on sides of splits that it does not count" if counted else None
    if not (isinstance(said, Mapping) and set(said) <= set(SIDES)):
        return "its splits are none"
    for side in SIDES:
        if said.get(side, 0) != counted[side]:
            return (
                f"it counts {said.get(side, 0)!a:.20} samples for {side}, and has {counted[side]}"
            )
    return _on_two_sides(samples)


def _on_two_sides(samples: Sequence[Row]) -> str | None:
    sides: dict[tuple[str, object], str] = {}
    for row in samples:
        for column in TIES:
            value = row.get(column)
            if value is None:
                continue
            side = sides.setdefault((column, value), row["split"])
            if row["split"] != side and None not in (row["split"], side):
                what = column.removesuffix("_sha256").removesuffix("_id")
                return f"{what} {value!a:.60} is on two sides, {side} and {row['split']}"
    return None


def wrong_places(landmarks: NDArray[np.float32] | Glance, samples: Sequence[Row]) -> str | None:
    """Return which mesh lies nowhere near its image; None if all are where faces can be.

    Vertices may lie outside of an image, as faces do that reach beyond its border. Coordinates
    that are many images away are in other units, or damaged.

    Parameters
    ----------
    landmarks : (s, n, 3)
    samples
        The row of each.
    """
    sides = np.array([max(row["image_width"], row["image_height"]) for row in samples], np.float64)
    farthest = landmarks.farthest if isinstance(landmarks, Glance) else farthest_of(landmarks)
    wrong = np.flatnonzero(farthest > _FARTHEST * sides)
    if not wrong.size:
        return None
    at = int(wrong[0])
    return (
        f"sample {samples[at]['sample_id']} has a vertex {farthest[at]:.0f} pixels away in an image"
        f" of {samples[at]['image_width']} x {samples[at]['image_height']}"
    )


def _is_named(name: object, version: object) -> bool:
    if not (isinstance(name, str) and isinstance(version, str)):
        return False
    try:
        checked_name(name)
        Version.of(version)
    except ExportError:
        return False
    return True
