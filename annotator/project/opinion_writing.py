"""The rows that opinions become: a sample each, with the prediction of the face it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import as_landmarks, bounding_box
from annotator.project.audit import entry, note_all
from annotator.project.digests import honeypot_digest, prediction_digest
from annotator.project.edit import EditedSample
from annotator.project.errors import ProjectError, UnknownSample
from annotator.project.image_rows import IN_PROJECT
from annotator.project.locking import locked
from annotator.project.opinion_rows import IS_ORIGINAL
from annotator.project.records import SampleState
from annotator.project.tables import (
    AnnotationRow,
    HoneypotRow,
    ImageRow,
    PredictionRow,
    SampleRow,
)
from annotator.system.people import known_as

Landmarks = npt.NDArray[np.float32]


def write_opinions(
    session: Session,
    wanted: Sequence[tuple[int, str]],
    answers: Mapping[int, Landmarks] | None,
    *,
    by: str,
) -> list[int]:
    """Write the opinions that are not asked for yet, and return their samples.

    Parameters
    ----------
    session
        One that writes.
    wanted
        Pairs of a face's sample and a person, each once.
    answers
        Of honeypots, those that are not the accepted mesh; None where none of them is one.
    by
        Who asks.

    Raises
    ------
    UnknownSample
        If there is no such sample, or it is an opinion.
    ProjectError, ValueError
        As `Opinions.ask_known` has it.
    """
    there = _asked_before(session, sorted({sample_id for sample_id, _ in wanted}))
    written: list[int] = []
    asking = "ask" if answers is None else "ask_known"
    entries = []
    for sample_id, person in wanted:
        if (sample_id, known_as(person)) in there:
            continue
        there.add((sample_id, known_as(person)))
        edited = EditedSample.load(session, sample_id)
        opinion = _copied(session, edited, person)
        if answers is not None:
            session.add(_honeypot(opinion.id, _answer(edited, answers.get(sample_id))))
        written.append(opinion.id)
        about = {"sample_id": sample_id, "image_id": opinion.image_id}
        entries.append(entry(asking, by, **about, opinion=opinion.id, annotator=person))
    session.flush()
    note_all(session, entries)
    return written


def _asked_before(session: Session, sample_ids: Sequence[int]) -> set[tuple[int | None, str]]:
    """Return who was asked about which face; the faces are locked, so that nobody is twice."""
    _lock_originals(session, sample_ids)
    asked = select(SampleRow.copy_of, SampleRow.assigned_to).where(
        SampleRow.copy_of.in_(sample_ids)
    )
    return {(face, known_as(name or "")) for face, name in session.execute(asked)}


def _lock_originals(session: Session, sample_ids: Sequence[int]) -> None:
    """Lock the samples of faces, or raise UnknownSample where there is none."""
    query = (
        select(SampleRow)
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(SampleRow.id.in_(sample_ids), IN_PROJECT, IS_ORIGINAL)
    )
    found = {row.id for row in session.scalars(locked(query, SampleRow))}
    for sample_id in sample_ids:
        if sample_id not in found:
            raise UnknownSample(f"there is no sample {sample_id} in this project")


def _copied(session: Session, edited: EditedSample, person: str) -> SampleRow:
    """Add a sample that stands where the face's stood when its model had just predicted it."""
    original, now = edited.sample, datetime.now(UTC)
    predicted = session.get_one(PredictionRow, edited.row.prediction_id)
    left, top, width, height = bounding_box(predicted.landmarks)
    opinion = SampleRow(
        image_id=original.image_id,
        face_index=original.face_index,
        state=SampleState.PREDICTED,
        presence=predicted.presence,
        stroke_count=0,
        box_left=left,
        box_top=top,
        box_width=width,
        box_height=height,
        created_at=original.created_at,
        updated_at=now,
        added_by=original.added_by,
        round_change=original.round_change,
        copy_of=original.id,
        assigned_to=person,
        track_id=original.track_id,
    )
    session.add(opinion)
    session.flush()
    prediction = PredictionRow(
        sample_id=opinion.id,
        model_id=predicted.model_id,
        presence=predicted.presence,
        detection_score=predicted.detection_score,
        created_at=predicted.created_at,
        landmarks=predicted.landmarks,
        digest=prediction_digest(opinion.id, predicted.model_id, predicted.landmarks),
    )
    session.add(prediction)
    session.flush()
    session.add(AnnotationRow(sample_id=opinion.id, prediction_id=prediction.id, revision=0))
    return opinion


def _honeypot(sample_id: int, answer: Landmarks) -> HoneypotRow:
    return HoneypotRow(
        sample_id=sample_id,
        created_at=datetime.now(UTC),
        answer=answer,
        digest=honeypot_digest(sample_id, answer),
    )


def _answer(edited: EditedSample, given: Landmarks | None) -> Landmarks:
    if given is not None:
        return as_landmarks(given, edited.layout)
    if edited.sample.state is not SampleState.ACCEPTED:
        raise ProjectError(
            f"the answer to sample {edited.sample.id} is not known: nobody has accepted its mesh"
        )
    return edited.landmarks
