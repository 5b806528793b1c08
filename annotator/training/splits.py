"""Which faces are trained on and which are kept for validation, decided once and written down.

Nobody is on both sides: faces of one group, of one image, of one clip or of near-duplicate
pictures stay together.
What was decided stays when the data grow; a new face joins those it belongs to.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from annotator.release.clusters import firsts_of_clusters
from annotator.system.csv_text import csv_text
from annotator.system.placing import placed
from annotator.training.errors import TrainingError
from annotator.training.faces import Face
from annotator.training.tables import UNREADABLE, read_table

COLUMNS = ("face", "name", "cluster", "split")
TEST = "test"
"""What releases call the side that is kept for `evaluate`."""
_LARGE = 4  # clusters of this share of the validation, or larger ones, are large


class Split(StrEnum):
    """What a face is for."""

    TRAIN = "train"
    VALIDATION = "validation"
    LEFT_OUT = "left_out"
    """It ties a face of one side to one of the other, or its release has it for the test."""


@dataclass(frozen=True)
class SplitPlan:
    """How faces are put on sides.

    Attributes
    ----------
    stored
        Where that is written, and was, if the run was begun before.
    earlier
        Splits of another run, which are kept.
    share
        Of the faces, for validation.
    seed
        Which clusters those are.
    """

    stored: Path
    earlier: Path | None
    share: float
    seed: int


def settled(plan: SplitPlan, faces: Sequence[Face], names: Sequence[str]) -> list[Split]:
    """Return what each face is for in a run, and write down what was decided.

    Parameters
    ----------
    plan
    faces
    names
        Their clusters.

    Raises
    ------
    TrainingError
        If what was decided earlier cannot be read.
    """
    before = {**(read_splits(plan.earlier) if plan.earlier else {}), **read_splits(plan.stored)}
    splits = decided(faces, names, before, share=plan.share, seed=plan.seed)
    write_splits(plan.stored, faces, names, splits)
    tested = {name for face, name in zip(faces, names, strict=True) if face.split == TEST}
    return without_ties(names, splits, tested)


def clusters(faces: Sequence[Face], hashes: Sequence[tuple[int, int]]) -> list[str]:
    """Return the cluster of each face: the key of its first member.

    Parameters
    ----------
    faces
    hashes
        Of what each looks like, see `annotator.imaging.perceptual`.
    """
    shared = [
        (
            ("image", face.image_sha256),
            ("group", face.group),
            ("clip", face.clip_sha256),
            ("subject", face.subject),
        )
        for face in faces
    ]
    firsts = firsts_of_clusters(shared, [[one] for one in hashes])
    return [faces[at].key for at in firsts.tolist()]


def decided(
    faces: Sequence[Face],
    names: Sequence[str],
    before: Mapping[str, Split],
    *,
    share: float,
    seed: int,
) -> list[Split]:
    """Return what each face is for.

    Parameters
    ----------
    faces
    names
        Their clusters.
    before
        What was decided earlier, by a face's key; it stays, unless a release says that nobody is to
        learn from the face.
    share
        Of the faces, for validation; kept as well as whole clusters allow. With two clusters or
        more, neither side is empty.
    seed
        Which clusters those are.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for at, name in enumerate(names):
        members[name].append(at)
    stated = {at: side for at, face in enumerate(faces) if (side := _stated(face, before))}
    splits: dict[int, Split] = {}
    undecided = []
    for name, places in members.items():
        known = {stated[at] for at in places if at in stated}
        known.discard(Split.LEFT_OUT)
        is_kept_out = any(_is_kept_out(faces[at], stated.get(at)) for at in places)
        if not known and not is_kept_out:
            undecided.append(name)
        joined = known.pop() if len(known) == 1 and not is_kept_out else Split.LEFT_OUT
        splits.update({at: stated.get(at, joined) for at in places})
    wanted = share * len(faces) - sum(split is Split.VALIDATION for split in splits.values())
    chosen = _chosen(undecided, members, wanted, seed)
    for name in undecided:
        side = Split.VALIDATION if name in chosen else Split.TRAIN
        splits.update(dict.fromkeys(members[name], side))
    return [splits[at] for at in range(len(faces))]


def _stated(face: Face, before: Mapping[str, Split]) -> Split | None:
    """Return what is known of a face: what was decided earlier, and what its release says.

    What a release has for validation or the test is never learned from; for the test it is not
    even looked at.
    """
    earlier = before.get(face.key)
    if face.split == TEST:
        return Split.LEFT_OUT
    if face.split == Split.VALIDATION:
        return Split.VALIDATION if earlier in (None, Split.VALIDATION) else Split.LEFT_OUT
    return Split.TRAIN if earlier is None and face.split == Split.TRAIN else earlier


def _is_kept_out(face: Face, stated: Split | None) -> bool:
    """Whether its release keeps a face from being learned from, and it does not judge either."""
    return stated is Split.LEFT_OUT and face.split in (TEST, Split.VALIDATION)


def without_ties(
    names: Sequence[str], splits: Sequence[Split], tested: Collection[str] = ()
) -> list[Split]:
    """Return what each face is for in this run: none is learned from that is tied to validation.

    Two faces that were put on different sides may turn out to belong together when a picture or a
    group comes in that ties them. What was decided stays, or a net would be judged by faces that
    its parent learned from; but who was to be learned from is left out as long as they are tied.

    Parameters
    ----------
    names
        The clusters of the faces.
    splits
        As `decided` gives them.
    tested
        Clusters with faces that a release has for the test: nothing is learned from those either.
    """
    judged = {name for name, split in zip(names, splits, strict=True) if split is Split.VALIDATION}
    judged.update(tested)
    return [
        Split.LEFT_OUT if split is Split.TRAIN and name in judged else split
        for name, split in zip(names, splits, strict=True)
    ]


def read_splits(path: Path) -> dict[str, Split]:
    """Return what was decided earlier, by the face's key; nothing if there is no such file.

    Raises
    ------
    TrainingError
        If it is not what `write_splits` wrote: a guess would let validation leak into training.
    """
    try:
        return {row["face"]: Split(row["split"]) for row in read_table(path, COLUMNS)}
    except FileNotFoundError:
        return {}
    except UNREADABLE as error:
        raise TrainingError(
            f"{path} does not say which faces are for validation ({error}): put it back, or "
            "train into a new folder"
        ) from error


def write_splits(
    path: Path, faces: Sequence[Face], names: Sequence[str], splits: Sequence[Split]
) -> None:
    """Write what was decided, of faces that are no longer there too."""
    earlier = _rows(path)
    rows = {
        face.key: (face.key, face.name, name, str(split))
        for face, name, split in zip(faces, names, splits, strict=True)
    }
    with placed(path) as stream:
        stream.write(csv_text([COLUMNS, *sorted({**earlier, **rows}.values())]).encode())


def _rows(path: Path) -> dict[str, tuple[str, ...]]:
    if not path.exists():
        return {}
    rows = read_table(path, COLUMNS)
    return {row["face"]: tuple(row[column] for column in COLUMNS) for row in rows}


def _chosen(
    undecided: Sequence[str], members: Mapping[str, Sequence[int]], wanted: float, seed: int
) -> set[str]:
    """Return which clusters are for validation: in an order that depends on their names alone.

    Large ones come last: a crowd in one photograph tells less than four people do.
    """
    chosen: set[str] = set()
    has_both = len(undecided) < len(members)
    most = max(1.0, wanted / _LARGE)
    drawn = sorted(undecided, key=lambda name: _draw(name, seed))
    for name in sorted(drawn, key=lambda name: len(members[name]) > most):
        is_last = len(chosen) + 1 == len(undecided) and not has_both
        size = len(members[name])
        if wanted > 0 and not is_last and (size <= 2 * wanted or not chosen):
            chosen.add(name)
            wanted -= size
    return chosen


def _draw(name: str, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).digest()
