"""What people made of faces elsewhere becomes rows: one stroke each, and verdicts; many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from annotator.project.audit import entry, note_all
from annotator.project.digests import anchors_digest, stroke_digest
from annotator.project.edit import EditedSample, withdraw_verdict
from annotator.project.engine.base import Engine, chunks
from annotator.project.giving import reviewer_of
from annotator.project.history_tables import Change
from annotator.project.imports.deciding import is_near
from annotator.project.imports.records import (
    IMPORTED,
    Fate,
    Given,
    ImportedFace,
    ImportedReview,
    ImportedWork,
)
from annotator.project.past import keep_all_undone, note_revisions
from annotator.project.records import UNDECIDED
from annotator.project.tables import ReviewRow, StrokeRow


class WorkToWrite(NamedTuple):
    """What people made of a face, and the sample that it goes to.

    Attributes
    ----------
    face, work
    sample_id
        Each sample once.
    fate
    given
        The verdicts that the sample has had here.
    """

    face: ImportedFace
    work: ImportedWork
    sample_id: int
    fate: Fate
    given: frozenset[Given]


def write_works(session: Session, engine: Engine, works: Sequence[WorkToWrite], by: str) -> None:
    """Write strokes, verdicts and what the log says of them, in a few statements for all.

    Parameters
    ----------
    session
        One that writes; all samples are locked, and are as they were decided on.
    engine
    works
    by
        Who imports.

    Raises
    ------
    DamagedProject
        If a mesh that is there is not what was stored.
    """
    edited = EditedSample.load_all_to_change(session, engine, [one.sample_id for one in works])
    _write_strokes(session, engine, works, edited, by)
    reviews = [row for one in works for row in _review_rows(one, edited[one.sample_id])]
    if reviews:
        session.execute(insert(ReviewRow), reviews)  # one by one: ids grow with the verdicts
    for one in works:
        _decide(edited[one.sample_id], one.work)
    session.flush()
    note_all(session, [_entry(one, by) for one in works])


def _write_strokes(
    session: Session,
    engine: Engine,
    works: Sequence[WorkToWrite],
    edited: Mapping[int, EditedSample],
    by: str,
) -> None:
    moved = [
        one
        for one in works
        if one.fate is not Fate.VERDICT and _needs_stroke(edited[one.sample_id], one.work, one.fate)
    ]
    for some in chunks([one.sample_id for one in moved], engine):
        keep_all_undone(session, some)
        undone = delete(StrokeRow).where(StrokeRow.sample_id.in_(some), StrokeRow.undone)
        session.execute(undone, execution_options={"synchronize_session": False})
    made = []
    for one in moved:
        there = edited[one.sample_id]
        row = _stroke_row(there, one.work)
        there.move(row.vertex_indices, row.after, row.marks_after, last_stroke=row)
        made.append((there, row))
    session.add_all(row for _, row in made)
    note_revisions(session, made, Change.STROKE, by)


def _review_rows(one: WorkToWrite, edited: EditedSample) -> Iterable[dict[str, Any]]:
    """Yield the verdicts that were not given here too; the last one may be in effect."""
    reviews = one.work.reviews
    for at, review in enumerate(reviews, start=1):
        is_in_effect = _has_verdict(one.work) and at == len(reviews)
        if is_in_effect or review.given not in one.given:
            yield _review_row(edited, review, is_in_effect=is_in_effect)


def _has_verdict(work: ImportedWork) -> bool:
    return work.state not in UNDECIDED and bool(work.reviews)


def _decide(edited: EditedSample, work: ImportedWork) -> None:
    """Put a sample into the state that it comes with."""
    sample = edited.sample
    withdraw_verdict(sample)
    if _has_verdict(work):
        sample.state = work.state
        sample.reviewer = reviewer_of(work.reviews[-1].verdict, work.reviews[-1].reviewer)
    sample.updated_at = datetime.now(UTC)


def _entry(one: WorkToWrite, by: str) -> dict[str, Any]:
    work = one.work
    last = work.reviews[-1] if work.reviews else None
    return entry(
        IMPORTED, by, sample_id=one.sample_id, image_id=one.face.image_id,
        fate=one.fate.value, annotator=work.annotator, verdict=last and last.verdict.value,
        reviewer=last and last.reviewer, given_at=last and last.at.isoformat(), **one.face.origin,
    )  # fmt: skip


def _review_row(
    edited: EditedSample, review: ImportedReview, *, is_in_effect: bool
) -> dict[str, Any]:
    return {
        "sample_id": edited.sample.id,
        "verdict": review.verdict,
        "reviewer": review.reviewer,
        "reasons": ",".join(review.reasons),
        "comment": review.comment,
        "created_at": review.at,
        # What was said of a mesh that is not known here is said of none.
        "revision": edited.row.revision if is_in_effect else 0,
    }


def _needs_stroke(edited: EditedSample, work: ImportedWork, fate: Fate) -> bool:
    has_same_marks = np.array_equal(edited.marks, work.marks)
    if fate is not Fate.REPLACED and not work.is_stroked:
        # Accepted as a model said it, which may have said hardly the same here.
        return not (has_same_marks and is_near(edited.landmarks, work.landmarks))
    is_same = has_same_marks and not _changed(edited, work).any()
    return not is_same or fate is not Fate.REPLACED


def _changed(edited: EditedSample, work: ImportedWork) -> npt.NDArray[np.bool_]:
    """Return which vertices are elsewhere, (n,), to the bit: a -0.0 is no 0.0."""
    before, after = (
        np.ascontiguousarray(points, np.float32).view(np.uint32)
        for points in (edited.landmarks, work.landmarks)
    )
    changed: npt.NDArray[np.bool_] = (before != after).any(axis=1)
    return changed


def _stroke_row(edited: EditedSample, work: ImportedWork) -> StrokeRow:
    marked = edited.marks != work.marks
    changed = _changed(edited, work) | marked
    changed[list(work.anchors)] = True
    if not changed.any():  # somebody worked on it, and it is where the model had it
        changed[:] = True
    vertices = np.flatnonzero(changed).astype(np.uint16)
    has_marks = bool(marked.any())
    row = StrokeRow(
        sample_id=edited.sample.id,
        sequence=edited.sample.stroke_count + 1,
        tool=IMPORTED,
        annotator=work.annotator,
        created_at=datetime.now(UTC),
        undone=False,
        vertex_indices=vertices,
        before=edited.landmarks[vertices],
        after=np.asarray(work.landmarks, np.float32)[vertices],
        marks_before=edited.marks[vertices] if has_marks else None,
        marks_after=work.marks[vertices] if has_marks else None,
        anchors_added=np.array(work.anchors, np.uint16) if work.anchors else None,
        anchors_removed=None,
    )
    row.digest = stroke_digest(row.sample_id, row.sequence, row)
    row.anchors_digest = anchors_digest(
        row.sample_id, row.sequence, row.anchors_added, row.anchors_removed
    )
    return row
