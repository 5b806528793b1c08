"""What several opinions of a face come to: their consensus, or somebody's decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from annotator.mesh.marks import Marks, visibility_of
from annotator.project import Annotation, Judgement, Project, SampleState, Stroke, Verdict
from annotator.quality.agreement import (
    Apart,
    FaceOpinions,
    consensus,
    consensus_marks,
    faces_with_opinions,
    how_far_apart,
)

CONSENSUS = "consensus"
"""The name of the tool of strokes that opinions make together."""

Landmarks = NDArray[np.float32]


class Standing(StrEnum):
    """How the opinions of a face stand."""

    WAITING = "waiting"
    AGREED = "agreed"
    DISPUTED = "disputed"
    DECIDED = "decided"

    @property
    def words(self) -> str:
        """What it is called for people."""
        return _TITLES[self]


_TITLES = {
    Standing.WAITING: "waiting for opinions",
    Standing.AGREED: "agreed",
    Standing.DISPUTED: "to be adjudicated",
    Standing.DECIDED: "decided",
}


@dataclass(frozen=True, slots=True)
class FaceStanding:
    """How a face's opinions stand, and why.

    Attributes
    ----------
    apart
        How far those lie apart that were given; None of fewer than two.
    reason
        Why somebody has to decide; empty where nobody has to.
    """

    original_id: int
    standing: Standing
    apart: Apart | None
    reason: str = ""


def threshold_of(project: Project) -> float:
    """Return how far apart opinions agree, as a share of the eye-centre IOD: a setting."""
    return float(project.settings.get("agreement_threshold"))


def standings(project: Project, threshold: float | None = None) -> Iterator[FaceStanding]:
    """Yield how the opinions of each face stand, honeypots left out, in the order of lists.

    Raises
    ------
    DamagedProject
        If a mesh is not what was stored.
    """
    limit = threshold_of(project) if threshold is None else threshold
    untouched = {one.id for one in project.samples.summaries((SampleState.PREDICTED,))}
    for face in faces_with_opinions(project, honeypots=False):
        yield _standing(face, limit, is_untouched=face.original_id in untouched)


def reach_consensus(
    project: Project, *, by: str, threshold: float | None = None
) -> Iterator[FaceStanding]:
    """Make the opinions of each face that agree its annotation, a stroke each; yield all faces.

    The stroke is nobody's: it can be undone like any other. The face is submitted then, by ``by``,
    so that somebody reviews it. Faces that somebody else worked on meanwhile stay as they are.

    Raises
    ------
    ProjectError
        If the database cannot be written, or a mesh is not what was stored.
    """
    limit = threshold_of(project) if threshold is None else threshold
    project.check_writable()
    untouched = {one.id for one in project.samples.summaries((SampleState.PREDICTED,))}
    for face in faces_with_opinions(project, honeypots=False):
        found = _standing(face, limit, is_untouched=face.original_id in untouched)
        if found.standing is Standing.AGREED:
            settle(project, face, by=by)
        yield found


def settle(project: Project, face: FaceOpinions, *, by: str) -> None:
    """Make the consensus of a face's opinions its annotation, and submit it, in one transaction."""
    now = project.annotations.load(face.original_id)
    given = [mesh for _, mesh in face.given]
    stroke = stroke_to(
        now, consensus([mesh.landmarks for mesh in given]),
        consensus_marks([mesh.marks for mesh in given]), tool=CONSENSUS,
    )  # fmt: skip
    sample_id, judgement = face.original_id, Judgement(Verdict.SUBMIT, by)
    if stroke is None:
        project.reviews.judge(sample_id, judgement, revision=now.revision)
    else:
        project.annotations.record_stroke(
            sample_id, stroke, revision=now.revision, annotator=None, judgement=judgement
        )


def stroke_to(now: Annotation, landmarks: Landmarks, marks: Marks, *, tool: str) -> Stroke | None:
    """Return the stroke that takes a mesh, and what is said of its vertices, to another.

    Pins stay. None if nothing changes.
    """
    wanted = wanted_marks(now.marks, marks)
    moved = (now.landmarks != landmarks).any(axis=1) | (now.marks != wanted)
    vertices = np.flatnonzero(moved)
    if not vertices.size:
        return None
    return Stroke(
        tool,
        vertices,
        now.landmarks[vertices],
        landmarks[vertices],
        marks_before=now.marks[vertices],
        marks_after=wanted[vertices],
    )


def wanted_marks(now: Marks, said: Marks) -> Marks:
    """Return marks with the pins of one and the visibility of another, (n,)."""
    pins = now - visibility_of(now)
    return np.asarray(pins + visibility_of(said), np.uint8)


def standing_of(face: FaceOpinions, threshold: float, state: SampleState) -> FaceStanding:
    """Return how the opinions of a face stand, whose own sample is in some state."""
    return _standing(face, threshold, is_untouched=state is SampleState.PREDICTED)


def _standing(face: FaceOpinions, threshold: float, *, is_untouched: bool) -> FaceStanding:
    given = [mesh for _, mesh in face.given]
    layouts = {mesh.layout.name for mesh in given}
    apart = None
    if len(given) > 1 and len(layouts) == 1:
        apart = how_far_apart([mesh.landmarks for mesh in given], given[0].layout)
    if not is_untouched:
        return FaceStanding(face.original_id, Standing.DECIDED, apart)
    if any(one.is_open for one in face.opinions):
        return FaceStanding(face.original_id, Standing.WAITING, apart)
    reason = _why_disputed(face, apart, threshold, layouts)
    standing = Standing.DISPUTED if reason else Standing.AGREED
    return FaceStanding(face.original_id, standing, apart, reason)


def _why_disputed(
    face: FaceOpinions, apart: Apart | None, threshold: float, layouts: set[str]
) -> str:
    declined = [one for one in face.opinions if one.is_declined]
    if declined:
        return f"{len(declined)} of {len(face.opinions)} say that it cannot be annotated"
    if len(layouts) > 1:
        return "the opinions are meshes of different layouts"
    if apart is None:
        return "there is only one opinion"
    if apart.is_agreed(threshold):
        return ""
    if apart.nme > threshold:
        return f"{apart.nme:.2%} of the eye distance apart"
    region = face.given[0][1].layout.regions[apart.region].title.lower()
    return f"{apart.region_nme:.2%} of the eye distance apart in the region {region}"
