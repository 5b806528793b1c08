"""What is different between two releases, record by record."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotator.project.displacement import Displacement
from annotator.release.load import read_release
from annotator.release.manifest_reading import Manifest, read_manifest
from annotator.release.rows import FACT_COLUMNS

if TYPE_CHECKING:
    from annotator.mesh.layout import MeshLayout

Key = tuple[str, int]
"""The content of an image and the number of a face there: the same in every release."""

FACTS = ("annotator", "reviewer", "verdict", *FACT_COLUMNS)
"""Columns that are compared beside landmarks and splits."""
_NAMES = ("annotator", "reviewer", "subject", "group")
_DISTANCES = ("mean", "max", "nme")


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about a record.

    Attributes
    ----------
    kind
        ``"added"``, ``"removed"`` or ``"changed"``.
    image_name, image_sha256, face_index
        As the later release has it that holds the record.
    moved
        The sides of the splits, before and after, where they differ.
    edited
        Whether landmarks or visibility differ.
    mean, max
        2-D distance over the vertices, in pixels; None where nothing was edited.
    nme
        `mean` over the outer inter-ocular distance (33-263) of the later landmarks.
    facts
        Names of the columns that differ, of `FACTS`.
    """

    kind: str
    image_name: str
    image_sha256: str
    face_index: int
    moved: tuple[str | None, str | None] | None = None
    edited: bool = False
    mean: float | None = None
    max: float | None = None
    nme: float | None = None
    facts: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """Return it as one row of a table."""
        before, after = self.moved or (None, None)
        return {
            "change": self.kind,
            "image_name": self.image_name,
            "image_sha256": self.image_sha256,
            "face_index": self.face_index,
            "split_before": before,
            "split_after": after,
            "edited": self.edited,
            "distance_mean": self.mean,
            "distance_max": self.max,
            "nme": self.nme,
            "facts": " ".join(self.facts),
        }


@dataclass(slots=True)
class Totals:
    """Changes, counted.

    Attributes
    ----------
    kinds
        ``"added"``, ``"removed"``, ``"moved"``, ``"edited"``, ``"facts"``.
    facts
        In how many records each column differs.
    largest
        Of all edited records: the largest mean and the largest distance in pixels, the largest NME.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    largest: dict[str, float] = field(default_factory=dict)

    def add(self, change: Change) -> None:
        """Count a change."""
        is_new = change.kind != "changed"
        self.kinds[change.kind] += is_new
        self.kinds["moved"] += change.moved is not None
        self.kinds["edited"] += change.edited
        self.kinds["facts"] += bool(change.facts)
        self.facts.update(change.facts)
        for name in _DISTANCES:
            value = getattr(change, name)
            if value is not None:
                self.largest[name] = max(value, self.largest.get(name, 0.0))

    def values(self) -> dict[str, Any]:
        """Return the figures as JSON has them."""
        return {
            **{kind: self.kinds[kind] for kind in ("added", "removed", "moved", "edited")},
            "facts": dict(sorted(self.facts.items())),
            **{f"largest_{name}": self.largest.get(name) for name in _DISTANCES},
        }


class Comparison:
    """Two releases beside one another: their meshes wait on the disk.

    Parameters
    ----------
    before, after
    """

    def __init__(self, before: _Side, after: _Side) -> None:
        self._before = before
        self._after = after
        self._names_alike = before.manifest.pseudonyms == after.manifest.pseudonyms
        self._facts = (
            FACTS if self._names_alike else tuple(one for one in FACTS if one not in _NAMES)
        )
        self.compares_meshes = before.layout is after.layout and before.crops == after.crops

    @property
    def remarks(self) -> tuple[str, ...]:
        """What differs of the releases as wholes, in words."""
        one, other = self._before.manifest, self._after.manifest
        said = [
            f"{what}: {was} before, {now} after"
            for what, was, now in (
                ("format", one.format, other.format),
                ("layout", one.layout, other.layout),
                ("images", one.images, other.images),
            )
            if was != now
        ]
        if not self._names_alike:
            said.append("names are replaced in one of them and were not compared")
        if not self.compares_meshes:
            said.append("landmarks are not of the same kind and were not compared")
        return tuple(said)

    def changes(self) -> Iterator[Change]:
        """Yield what is different, in the order of the later release, what was removed last."""
        left = dict(self._before.places)
        for at, row in enumerate(self._after.rows):
            was = left.pop(_key(row), None)
            if was is None:
                yield _change("added", row)
            elif (change := self._changed(was, at)) is not None:
                yield change
        for was in left.values():
            yield _change("removed", self._before.rows[was])

    def _changed(self, was: int, at: int) -> Change | None:
        before, after = self._before.rows[was], self._after.rows[at]
        sides = before.get("split"), after.get("split")
        facts = tuple(name for name in self._facts if before.get(name) != after.get(name))
        moved = sides if sides[0] != sides[1] else None
        distance = self._distance(was, at)
        if distance is None and moved is None and not facts:
            return None
        mean, largest, nme = (None,) * 3 if distance is None else distance
        return _change(
            "changed", after, moved=moved, edited=distance is not None,
            mean=mean, max=largest, nme=nme, facts=facts,
        )  # fmt: skip

    def _distance(self, was: int, at: int) -> tuple[float, float, float | None] | None:
        """Return how far a mesh was moved; None if it is the same to the bit."""
        if not self.compares_meshes:
            return None
        (before, seen_before), (after, seen) = self._before.mesh(was), self._after.mesh(at)
        if np.array_equal(before, after) and np.array_equal(seen_before, seen):
            return None
        moved = Displacement.between(after, before, self._after.layout)
        nme = float(moved.nme) if np.isfinite(moved.nme) else None
        return float(moved.mean), float(moved.maximum), nme


@dataclass(frozen=True, slots=True, eq=False)
class _Side:
    """A release whose meshes are on the disk: landmarks and visibility of each, one by one."""

    manifest: Manifest
    layout: MeshLayout
    places: Mapping[Key, int]
    landmarks: NDArray[np.float32]
    visibility: NDArray[np.uint8]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.manifest.samples

    @property
    def crops(self) -> str | None:
        """In which kind of crop its landmarks are; None of whole images."""
        is_cropped = any(row.get("image_stored") == "crop" for row in self.rows[:1])
        return self.manifest.images if is_cropped else None

    def mesh(self, at: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
        return np.asarray(self.landmarks[at]), np.asarray(self.visibility[at])


@contextmanager
def compared(before: Path, after: Path) -> Iterator[Comparison]:
    """Verify two releases and give what compares them, for as long as the block lasts.

    One after the other is read, so that memory is that of one.

    Raises
    ------
    DamagedRelease
        The first thing that is wrong with one of them.
    """
    with tempfile.TemporaryFile() as one, tempfile.TemporaryFile() as other:
        yield Comparison(_spilt(before, one), _spilt(after, other))


def _spilt(folder: Path, stream: IO[bytes]) -> _Side:
    manifest = read_manifest(folder)
    release = read_release(folder, manifest)
    count, layout = len(manifest.samples), release.layout
    release.landmarks.tofile(stream)
    release.visibility.tofile(stream)
    stream.flush()
    points = (count, layout.count, 3)
    landmarks = np.memmap(stream, np.float32, "r", 0, points)
    visibility = np.memmap(stream, np.uint8, "r", landmarks.nbytes, points[:2])
    places = {_key(row): at for at, row in enumerate(manifest.samples)}
    return _Side(manifest, layout, places, landmarks, visibility)


def _key(row: Mapping[str, Any]) -> Key:
    return row["image_sha256"], row["face_index"]


def _change(kind: str, row: Mapping[str, Any], **said: Any) -> Change:
    return Change(kind, row["image_name"], *_key(row), **said)
