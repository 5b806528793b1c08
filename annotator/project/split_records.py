"""The splits that images of releases are in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Split(StrEnum):
    """What the images of a release are for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class StoredSplit:
    """The split of an image.

    Attributes
    ----------
    split
    is_fixed
        Whether somebody put it there by hand.
    cluster
        What it was decided by: the same for images that lie together.
    """

    split: Split
    is_fixed: bool
    cluster: str


FormerSides = Mapping[tuple[str, str], frozenset[Split]]
"""The sides of what images shared that are deleted for good, by its kind and its value."""
