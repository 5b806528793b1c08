"""What another project holds of a face, as an import takes it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from annotator.project import (
    Annotation,
    ImportedFace,
    ImportedPrediction,
    ImportedReview,
    ImportedWork,
    Project,
    Review,
    SamplePredictions,
    SampleSummary,
    UnknownRevision,
)
from annotator.project.imports.records import FaceThere
from annotator.system.people import usable_name


def face_elsewhere(
    other: Project, sample: SampleSummary, image_id: int, origin: Mapping[str, str]
) -> ImportedFace:
    """Return a sample of another project with all that was made of it, an opinion too.

    Parameters
    ----------
    other
    sample
        Of the other project.
    image_id
        Of its image here.
    origin
        Where it comes from, for the audit log.

    Raises
    ------
    DamagedProject
        If its mesh is not what was stored.
    """
    annotation = other.annotations.load(sample.id)
    predictions = other.predictions.of(sample.id)
    reviews = other.reviews.history(sample.id)
    is_untouched = not (sample.stroke_count or reviews)
    return ImportedFace(
        image_id,
        annotation.layout,
        _predictions(predictions, annotation),
        None if is_untouched else _work(sample, annotation, reviews),
        origin={**origin, "sample": sample.id},
    )


def with_descent(
    project: Project, other: Project, sample_id: int, face: ImportedFace, known: FaceThere
) -> ImportedFace:
    """Return a face that says how it came about, where it and that here were one once."""
    if face.work is None or known.is_untouched:
        return face
    if _was(other, sample_id, known.revision, known.landmarks):
        continues = known.id, known.revision
        return replace(face, work=replace(face.work, continues=continues))
    revision = other.annotations.load(sample_id).revision
    if face.work.verdicts <= known.verdicts and _was(
        project, known.id, revision, face.work.landmarks
    ):
        return replace(face, work=replace(face.work, is_past_of=known.id))
    return face


def _was(project: Project, sample_id: int, revision: int, mesh: NDArray[np.float32]) -> bool:
    """Return whether a sample's mesh was this one at a revision."""
    try:
        past = project.annotations.at_revision(sample_id, revision)
    except UnknownRevision:
        return False
    return np.array_equal(past.landmarks, mesh)


def _predictions(
    found: SamplePredictions, annotation: Annotation
) -> tuple[ImportedPrediction, ...]:
    """Return what models said, what the annotation began with first."""
    own_first = sorted(found.every, key=lambda one: one.id != found.own_id)
    return tuple(
        ImportedPrediction(
            one.model.name, one.model.sha256, one.landmarks, one.presence, one.detection_score
        )
        for one in own_first
        if one.model.layout == annotation.layout.name
    )


def _work(sample: SampleSummary, annotation: Annotation, reviews: Sequence[Review]) -> ImportedWork:
    return ImportedWork(
        landmarks=annotation.landmarks,
        marks=annotation.marks,
        is_stroked=sample.stroke_count > 0,
        annotator=None if sample.annotator is None else usable_name(sample.annotator),
        state=sample.state,
        reviews=tuple(
            ImportedReview(
                review.verdict, usable_name(review.reviewer), review.created_at,
                tuple(review.reasons), review.comment,
            )
            for review in reviews
        ),
        anchors=annotation.anchors,
    )  # fmt: skip
