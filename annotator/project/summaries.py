"""What lists show of samples, read as fast as SQLite gives it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from annotator.project.paths import ImagePaths, display_name
from annotator.project.records import SampleSummary
from annotator.project.tables import ImageRow, SampleRow


def load_summaries(
    session: Session, paths: ImagePaths, *conditions: ColumnElement[bool]
) -> list[SampleSummary]:
    """Return the summaries of the samples that meet the conditions, in the order of lists."""
    query = (
        select(
            SampleRow.id,
            SampleRow.image_id,
            ImageRow.path,
            SampleRow.face_index,
            SampleRow.state,
            SampleRow.presence,
            SampleRow.stroke_count,
            SampleRow.box_left,
            SampleRow.box_top,
            SampleRow.box_width,
            SampleRow.box_height,
            SampleRow.annotator,
            SampleRow.reviewer,
            SampleRow.displacement,
            SampleRow.seconds_spent,
            SampleRow.added_by,
        )
        .join(ImageRow, ImageRow.id == SampleRow.image_id)
        .where(*conditions)
        .order_by(SampleRow.image_id, SampleRow.face_index)
    )
    image_path, image_name = Path(), ""
    last_image: int | None = None
    summaries = []
    # Executed below the ORM, which would take as long again for rows that are plain values.
    for sample_id, image_id, stored, *shown in session.connection().execute(query):
        if image_id != last_image:  # the samples of an image share its path
            image_path, last_image = paths.absolute(stored), image_id
            image_name = display_name(image_path)
        face_index, state, presence, stroke_count, *box = shown[:8]
        annotator, reviewer, displacement, seconds_spent, added_by = shown[8:]
        summaries.append(
            SampleSummary(
                id=sample_id,
                image_id=image_id,
                image_name=image_name,
                image_path=image_path,
                face_index=face_index,
                state=state,
                presence=presence,
                stroke_count=stroke_count,
                box=tuple(box),
                annotator=annotator,
                reviewer=reviewer,
                displacement=displacement,
                seconds_spent=seconds_spent,
                added_by=added_by,
            )
        )
    return summaries
