"""Samples that nobody touched go on to a prediction that is there already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotator.mesh.landmarks import bounding_box
from annotator.project.displacement import change_between
from annotator.project.engine.base import Engine, chunks
from annotator.project.known_samples import RoundPlace, said_before, touched_samples
from annotator.project.locking import locked
from annotator.project.models import layout_of_model
from annotator.project.prediction_rows import follow_predictions, following_revisions
from annotator.project.records import SampleState
from annotator.project.tables import AnnotationRow, PredictionRow, SampleRow


def follow_model(session: Session, engine: Engine, model_id: int, *, before: int) -> None:
    """Let all untouched samples show what a model said of them, as if it had said it last.

    It did not where other models were tried since. ``before`` is the model of the round before,
    which the changes are told from.
    """
    query = (
        select(SampleRow.id)
        .join(AnnotationRow, AnnotationRow.sample_id == SampleRow.id)
        .join(PredictionRow, PredictionRow.sample_id == SampleRow.id)
        .where(
            SampleRow.state == SampleState.PREDICTED,
            PredictionRow.model_id == model_id,
            PredictionRow.id != AnnotationRow.prediction_id,
        )
    )
    ids = list(session.scalars(locked(query, SampleRow)))
    touched = touched_samples(session, engine, ids)
    place = RoundPlace(model_id, layout_of_model(session, model_id), before, is_past=False)
    for chunk in chunks([each for each in ids if each not in touched], engine):
        shown = _shown(session, engine, place, chunk)
        if shown:
            session.execute(update(SampleRow), shown)
            session.execute(following_revisions(chunk))
            session.execute(follow_predictions(model_id, chunk))


def _shown(
    session: Session, engine: Engine, place: RoundPlace, sample_ids: Sequence[int]
) -> list[dict[str, Any]]:
    """Return what the samples' rows repeat of their predictions, for lists."""
    before = said_before(session, engine, place, sample_ids)
    query = select(PredictionRow).where(
        PredictionRow.model_id == place.model_id, PredictionRow.sample_id.in_(sample_ids)
    )
    rows = []
    for prediction in session.scalars(query):
        left, top, width, height = bounding_box(prediction.landmarks)
        older = before.get(prediction.sample_id)
        rows.append(
            {
                "id": prediction.sample_id,
                "presence": prediction.presence,
                "box_left": left,
                "box_top": top,
                "box_width": width,
                "box_height": height,
                "round_change": change_between(prediction.landmarks, older, place.layout),
            }
        )
    return rows
