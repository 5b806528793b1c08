"""What a release holds, counted as its samples go by: all of it, and each side of the splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from annotator.mesh.pose import head_yaws

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout
    from annotator.release.blocks import Block, Row

YAW_BANDS = ((0, 15), (15, 30), (30, 60), (60, 90))
"""Degrees by which a head is turned to either side."""
_EDGES = np.array([band[1] for band in YAW_BANDS[:-1]], np.float64)

ALL = "all"
SIDES = ("train", "validation", "test")
_AS_PREDICTED = "accepted_as_predicted"
NOT_STATED = "not stated"


@dataclass(slots=True)
class Part:
    """Of some samples: how many, and of what.

    Attributes
    ----------
    images, faces
    as_predicted
        Faces whose prediction was accepted as it was.
    subjects, clips
        Those that are named.
    yaws
        How many faces fall into each of `YAW_BANDS`.
    models
        By which the faces were predicted.
    """

    images: int = 0
    faces: int = 0
    as_predicted: int = 0
    subjects: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)
    yaws: Counter[int] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row, band: int, *, is_new_image: bool) -> None:
        """Count a face."""
        self.faces += 1
        self.images += is_new_image
        self.as_predicted += row["verdict"] == _AS_PREDICTED
        self.yaws[band] += 1
        self.models[row["model_name"]] += 1
        for names, column in ((self.subjects, "subject"), (self.clips, "clip_sha256")):
            if row.get(column) is not None:
                names.add(row[column])

    def values(self) -> dict[str, Any]:
        """Return the figures as JSON has them."""
        return {
            "images": self.images,
            "faces": self.faces,
            "subjects": len(self.subjects),
            "clips": len(self.clips),
            "accepted_as_predicted": self.as_predicted,
            "yaw": {f"{low}-{high}": self.yaws[band] for band, (low, high) in enumerate(YAW_BANDS)},
            "models": dict(sorted(self.models.items())),
        }


@dataclass(slots=True)
class Contents:
    """What the samples of a release are, counted so far; of flat memory but for names.

    Attributes
    ----------
    parts
        By side; ``"all"`` holds all, and alone where there are no splits.
    licences, consents, sources
        How many images are under which; `NOT_STATED` where nobody said.
    people
        Who annotated, reviewed.
    models
        The SHA-256 of each model by its name.
    last_verdict
        When the last verdict was given, as ISO 8601 text in UTC.
    """

    parts: dict[str, Part] = field(default_factory=lambda: {ALL: Part()})
    licences: Counter[str] = field(default_factory=Counter)
    consents: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    people: dict[str, set[str]] = field(
        default_factory=lambda: {"annotator": set(), "reviewer": set()}
    )
    models: dict[str, str] = field(default_factory=dict)
    last_verdict: str = ""
    _image: str | None = None

    @property
    def all(self) -> Part:
        """All samples."""
        return self.parts[ALL]

    @property
    def sides(self) -> dict[str, Part]:
        """The sides of the splits, in order; none if there are no splits."""
        return {side: self.parts[side] for side in SIDES if side in self.parts}

    def add(self, rows: Iterable[Row], yaws: Iterable[float]) -> None:
        """Count samples; those of one image follow one another."""
        bands = np.searchsorted(_EDGES, np.abs(np.asarray(yaws)), side="right").tolist()
        for row, band in zip(rows, bands, strict=True):
            is_new = row["image_sha256"] != self._image
            self._image = row["image_sha256"]
            self.all.add(row, band, is_new_image=is_new)
            if row.get("split") is not None:
                part = self.parts.setdefault(row["split"], Part())
                part.add(row, band, is_new_image=is_new)
            if is_new:
                self._count_facts(row)
            self._remember(row)

    def _count_facts(self, row: Row) -> None:
        for counted, column in (
            (self.licences, "licence"),
            (self.consents, "consent"),
            (self.sources, "source"),
        ):
            counted[row.get(column) or NOT_STATED] += 1

    def _remember(self, row: Row) -> None:
        for column, names in self.people.items():
            if row[column] is not None:
                names.add(row[column])
        self.models[row["model_name"]] = row["model_sha256"]
        self.last_verdict = max(self.last_verdict, row["accepted_at"])

    def values(self) -> dict[str, Any]:
        """Return the figures as JSON has them."""
        return {
            "parts": {name: part.values() for name, part in self._ordered().items()},
            "licences": dict(sorted(self.licences.items())),
            "consents": dict(sorted(self.consents.items())),
            "people": {role: len(names) for role, names in self.people.items()},
        }

    def _ordered(self) -> Mapping[str, Part]:
        return {ALL: self.all, **self.sides}


def counting(blocks: Iterable[Block], layout: MeshLayout, contents: Contents) -> Iterator[Block]:
    """Pass blocks on, and count what is in them."""
    for block in blocks:
        contents.add(block.rows, head_yaws(block.landmarks, layout).tolist())
        yield block
