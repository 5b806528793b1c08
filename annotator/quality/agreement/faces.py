"""The faces of a project that several people gave their opinions of, with the meshes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

import numpy as np
from numpy.typing import NDArray

from annotator.project import Opinion, Project, StoredMesh

_AT_ONCE = 100  # faces whose meshes are in memory


@dataclass(frozen=True, slots=True, eq=False)
class FaceOpinions:
    """What people made of one face.

    Attributes
    ----------
    original_id
        The face's own sample.
    opinions
        All that were asked for and not withdrawn, in the order in which they were.
    meshes
        Those that were given, by the opinion's sample.
    answer
        The true mesh, (n, 3), of a honeypot.
    """

    original_id: int
    opinions: tuple[Opinion, ...]
    meshes: dict[int, StoredMesh]
    answer: NDArray[np.float32] | None = None

    @property
    def given(self) -> list[tuple[Opinion, StoredMesh]]:
        """The opinions that were given, each with its mesh."""
        return [(one, self.meshes[one.sample_id]) for one in self.opinions if one.is_given]

    @property
    def pairs(self) -> list[tuple[tuple[Opinion, StoredMesh], tuple[Opinion, StoredMesh]]]:
        """Every two of them whose meshes are of one layout, by the names of their annotators."""
        ordered = sorted(self.given, key=lambda one: one[0].annotator)
        return [
            (first, second)
            for first, second in combinations(ordered, 2)
            if first[1].layout is second[1].layout
        ]


def faces_with_opinions(project: Project, *, honeypots: bool = True) -> Iterator[FaceOpinions]:
    """Yield the faces that anybody was asked about, in the order of lists.

    Parameters
    ----------
    project
    honeypots
        Whether faces with a known answer are among them.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    asked = [one for one in project.opinions.all() if not one.is_withdrawn]
    groups = [tuple(some) for _, some in groupby(asked, key=lambda one: one.original_id)]
    wanted = [some for some in groups if honeypots or not any(one.is_honeypot for one in some)]
    for start in range(0, len(wanted), _AT_ONCE):
        yield from _loaded(project, wanted[start : start + _AT_ONCE])


def opinions_of_face(project: Project, sample_id: int) -> FaceOpinions | None:
    """Return what people made of one face; None if nobody was asked.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    asked = tuple(one for one in project.opinions.of(sample_id) if not one.is_withdrawn)
    return next(_loaded(project, [asked]), None) if asked else None


def _loaded(project: Project, groups: Sequence[tuple[Opinion, ...]]) -> Iterator[FaceOpinions]:
    every = [one for group in groups for one in group]
    given = [one.sample_id for one in every if one.is_given]
    meshes = {mesh.sample_id: mesh for mesh in project.opinions.meshes(given)}
    known = project.opinions.answers([one.sample_id for one in every if one.is_honeypot])
    for group in groups:
        found = {one.sample_id: meshes[one.sample_id] for one in group if one.sample_id in meshes}
        there = tuple(one for one in group if not one.is_given or one.sample_id in found)
        answers = [known[one.sample_id] for one in group if one.sample_id in known]
        yield FaceOpinions(group[0].original_id, there, found, answers[0] if answers else None)
