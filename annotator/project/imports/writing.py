"""Faces from elsewhere become rows: samples, predictions, one stroke each, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from annotator.project.audit import note
from annotator.project.digests import anchors_digest, stroke_digest
from annotator.project.edit import EditedSample, withdraw_verdict
from annotator.project.engine.base import Engine
from annotator.project.giving import reviewer_of
from annotator.project.history_tables import Change
from annotator.project.imports.deciding import is_near
from annotator.project.imports.records import (
    IMPORTED,
    FaceThere,
    Fate,
    Given,
    ImportedFace,
    ImportedPrediction,
    ImportedReview,
    ImportedWork,
    ImportRules,
    Outcome,
)
from annotator.project.known_samples import round_place
from annotator.project.past import keep_undone, note_revision
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import UNDECIDED, SampleState, Verdict
from annotator.project.tables import AnnotationRow, ReviewRow, StrokeRow


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what was decided, in one transaction.

    Attributes
    ----------
    session
        One that writes; images and samples are locked.
    model_ids
        By the models' hashes.
    by
        Who imports.
    """

    session: Session
    engine: Engine
    model_ids: Mapping[str, int]
    rules: ImportRules
    by: str

    def write(
        self,
        faces: Sequence[ImportedFace],
        outcomes: Sequence[Outcome],
        there: Mapping[int, Sequence[FaceThere]],
    ) -> list[Outcome]:
        """Write all faces of some images; return the outcomes with the ids of new samples."""
        known = {face.id: face for of_image in there.values() for face in of_image}
        written = self._add_samples(faces, outcomes, there)
        self._add_predictions(faces, written, known)
        self.session.flush()
        self.session.expire_all()  # rows were changed behind the session's back
        for face, outcome in zip(faces, written, strict=True):
            if outcome.fate.writes and outcome.sample_id is not None:
                before = known.get(outcome.sample_id)
                given = frozenset() if before is None else before.verdicts
                self._write_work(face, outcome.sample_id, outcome.fate, given)
        return written

    def _add_samples(
        self,
        faces: Sequence[ImportedFace],
        outcomes: Sequence[Outcome],
        there: Mapping[int, Sequence[FaceThere]],
    ) -> list[Outcome]:
        written = list(outcomes)
        next_index = {
            image_id: max((face.face_index for face in known), default=-1) + 1
            for image_id, known in there.items()
        }
        of_model: dict[str, list[int]] = {}
        for at, outcome in enumerate(outcomes):
            if outcome.fate is Fate.NEW:
                of_model.setdefault(faces[at].predictions[0].model_sha256, []).append(at)
        for sha256, places in of_model.items():
            rows = PredictionRows(self.model_ids[sha256])
            for at in places:
                face = faces[at]
                added_by = None if face.work is None else self.by
                index = next_index[face.image_id]
                next_index[face.image_id] = index + 1
                rows.add_sample(
                    face.image_id, index, _checked(face, face.predictions[0]), added_by=added_by
                )
            for at, sample_id in zip(places, rows.write(self.session, self.engine), strict=True):
                written[at] = replace_id(outcomes[at], sample_id)
        return written

    def _add_predictions(
        self,
        faces: Sequence[ImportedFace],
        outcomes: Sequence[Outcome],
        known: Mapping[int, FaceThere],
    ) -> None:
        of_model: dict[str, PredictionRows] = {}
        for face, outcome in zip(faces, outcomes, strict=True):
            if not outcome.fate.writes or outcome.sample_id is None:
                continue
            is_new = outcome.fate is Fate.NEW
            before = known.get(outcome.sample_id)
            added = () if face.is_stand_in else face.predictions[is_new:]
            for at, prediction in enumerate(added):
                sha256 = prediction.model_sha256
                is_known = before is not None and sha256 in before.models
                follows = at == 0 and not is_new and self._follows(face, outcome, before, sha256)
                if sha256 not in of_model:
                    of_model[sha256] = PredictionRows(self.model_ids[sha256])
                of_model[sha256].add_prediction(
                    outcome.sample_id,
                    _checked(face, prediction),
                    is_known=is_known,
                    follows=follows,
                )
        for rows in of_model.values():
            rows.write(self.session, self.engine)

    def _follows(
        self, face: ImportedFace, outcome: Outcome, before: FaceThere | None, sha256: str
    ) -> bool:
        """Whether an untouched sample goes on to a prediction: people began with that one."""
        if before is None or outcome.fate is not Fate.MATCHED or before.own_model == sha256:
            return False
        if not before.is_untouched:
            return False
        if face.work is not None:
            return True
        is_past = round_place(self.session, self.model_ids[sha256]).is_past
        return self.rules.follows and not is_past

    def _write_work(
        self, face: ImportedFace, sample_id: int, fate: Fate, given: frozenset[Given]
    ) -> None:
        work = face.work
        if work is None:
            return
        revision = self.session.scalar(
            select(AnnotationRow.revision).where(AnnotationRow.sample_id == sample_id)
        )
        edited = EditedSample.load_to_change(self.session, sample_id, revision=revision or 0)
        if fate is not Fate.VERDICT and _needs_stroke(edited, work, fate):
            self._write_stroke(edited, work)
        self._write_verdicts(edited, work, given)
        last = work.reviews[-1] if work.reviews else None
        note(
            self.session, IMPORTED, self.by, sample_id=sample_id, image_id=face.image_id,
            fate=fate.value, annotator=work.annotator, verdict=last and last.verdict.value,
            reviewer=last and last.reviewer, given_at=last and last.at.isoformat(), **face.origin,
        )  # fmt: skip

    def _write_stroke(self, edited: EditedSample, work: ImportedWork) -> None:
        sample_id = edited.sample.id
        keep_undone(self.session, sample_id)
        self.session.execute(
            delete(StrokeRow).where(StrokeRow.sample_id == sample_id, StrokeRow.undone)
        )
        row = _stroke_row(edited, work)
        self.session.add(row)
        edited.move(row.vertex_indices, row.after, row.marks_after, last_stroke=row)
        note_revision(self.session, edited, Change.STROKE, row, self.by)

    def _write_verdicts(
        self, edited: EditedSample, work: ImportedWork, given: frozenset[Given]
    ) -> None:
        """Add the verdicts that were not given here too; the last one may be in effect."""
        sample = edited.sample
        has_verdict = work.state not in UNDECIDED and bool(work.reviews)
        for at, review in enumerate(work.reviews, start=1):
            is_in_effect = has_verdict and at == len(work.reviews)
            if review.given in given and not is_in_effect:
                continue
            self.session.add(_review_row(edited, review, is_in_effect=is_in_effect))
            self.session.flush()  # ids grow with the verdicts
        withdraw_verdict(sample)
        if has_verdict:
            sample.state = work.state
            sample.reviewer = reviewer_of(work.reviews[-1].verdict, work.reviews[-1].reviewer)
        sample.updated_at = datetime.now(UTC)
        self.session.flush()


def _review_row(edited: EditedSample, review: ImportedReview, *, is_in_effect: bool) -> ReviewRow:
    return ReviewRow(
        sample_id=edited.sample.id,
        verdict=review.verdict,
        reviewer=review.reviewer,
        reasons=",".join(review.reasons),
        comment=review.comment,
        created_at=review.at,
        # What was said of a mesh that is not known here is said of none.
        revision=edited.row.revision if is_in_effect else 0,
    )


def replace_id(outcome: Outcome, sample_id: int) -> Outcome:
    """Return an outcome that names its sample."""
    return outcome._replace(sample_id=sample_id)


def with_submission(work: ImportedWork, by: str) -> ImportedWork:
    """Return work that waits for a review where it was accepted elsewhere."""
    last = work.reviews[-1]
    said = f"accepted elsewhere by {last.reviewer}"
    review = replace(
        last, verdict=Verdict.SUBMIT, reviewer=work.annotator or by, reasons=(), comment=said
    )
    return replace(work, state=SampleState.SUBMITTED, reviews=(review,))


def _checked(face: ImportedFace, prediction: ImportedPrediction) -> Face:
    return Face.checked(
        prediction.landmarks, face.layout, prediction.presence, prediction.detection_score
    )


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
