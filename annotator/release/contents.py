"""What a release holds, counted as its samples go by: all of it, and each side of the splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import ne
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

    def add(self, faces: Sequence[tuple[Row, int, bool]]) -> None:
        """Count faces: of each its row, its band, and whether its image was not counted yet."""
        rows, bands, are_new = zip(*faces, strict=True)
        self.faces += len(rows)
        self.images += sum(are_new)
        self.as_predicted += sum(row["verdict"] == _AS_PREDICTED for row in rows)
        self.yaws.update(bands)
        self.models.update(row["model_name"] for row in rows)
        self.subjects |= _known("subject", rows)
        self.clips |= _known("clip_sha256", rows)

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

    def add(self, rows: Sequence[Row], yaws: Sequence[float]) -> None:
        """Count samples, at least one; those of one image follow one another."""
        bands = np.searchsorted(_EDGES, np.abs(np.asarray(yaws)), side="right").tolist()
        images = [row["image_sha256"] for row in rows]
        are_new = list(map(ne, images, [self._image, *images]))
        self._image = images[-1]
        faces = list(zip(rows, bands, are_new, strict=True))
        self.all.add(faces)
        for side in _known("split", rows):
            part = self.parts.setdefault(side, Part())
            part.add([face for face in faces if face[0].get("split") == side])
        self._count_facts(list(compress(rows, are_new)))
        self._remember(rows)

    def _count_facts(self, rows: Sequence[Row]) -> None:
        for counted, column in (
            (self.licences, "licence"),
            (self.consents, "consent"),
            (self.sources, "source"),
        ):
            counted.update(row.get(column) or NOT_STATED for row in rows)

    def _remember(self, rows: Sequence[Row]) -> None:
        for column, names in self.people.items():
            names.update(_known(column, rows))
        self.models |= {row["model_name"]: row["model_sha256"] for row in rows}
        self.last_verdict = max(self.last_verdict, *(row["accepted_at"] for row in rows))

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


def _known(column: str, rows: Sequence[Row]) -> set[str]:
    return {row[column] for row in rows if row.get(column) is not None}


def counting(blocks: Iterable[Block], layout: MeshLayout, contents: Contents) -> Iterator[Block]:
    """Pass blocks on, and count what is in them."""
    for block in blocks:
        contents.add(block.rows, head_yaws(block.landmarks, layout).tolist())
        yield block
