"""What goes into the ledger of releases, and what comes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from annotator.project.split_records import Split


class ReleaseEntry(NamedTuple):
    """A sample as a release holds it.

    Attributes
    ----------
    sample_id, image_id
    split
        None where the release has no splits.
    landmarks
        The first 16 hexadecimal digits of the SHA-256 of its mesh: n x 3 little-endian float32,
        then n bytes of visibility.
    """

    sample_id: int
    image_id: int
    split: Split | None
    landmarks: str


@dataclass(frozen=True, slots=True)
class NewRelease:
    """A release that was made, for the ledger.

    Attributes
    ----------
    name, version
    folder
        Where it lies.
    content_sha256
        As its manifest has it.
    format
        The name of its format.
    images
        How many it holds.
    entries
        One for each sample; read once.
    """

    name: str
    version: str
    folder: Path
    content_sha256: str
    format: str
    images: int
    entries: Iterable[ReleaseEntry]


@dataclass(frozen=True, slots=True)
class ReleaseRecord:
    """A release in the ledger; of two, the one made later has the greater id.

    `folder` is where it was written; `withdrawn_*` are None while it is not withdrawn.
    """

    id: int
    name: str
    version: str
    folder: Path
    content_sha256: str
    format: str
    images: int
    samples: int
    made_at: datetime
    made_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None

    @property
    def is_withdrawn(self) -> bool:
        """Whether somebody withdrew it."""
        return self.withdrawn_at is not None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
