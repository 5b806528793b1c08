"""Faces from elsewhere become rows: samples, predictions, one stroke each, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from annotator.project.engine.base import Engine
from annotator.project.imports.records import (
    FaceThere,
    Fate,
    ImportedFace,
    ImportedPrediction,
    ImportedWork,
    ImportRules,
    Outcome,
)
from annotator.project.imports.works import WorkToWrite, write_works
from annotator.project.known_samples import round_place
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import SampleState, Verdict


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
        write_works(self.session, self.engine, _works(faces, written, known), self.by)
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


def _works(
    faces: Sequence[ImportedFace], outcomes: Sequence[Outcome], known: Mapping[int, FaceThere]
) -> list[WorkToWrite]:
    works = []
    for face, outcome in zip(faces, outcomes, strict=True):
        if outcome.fate.writes and outcome.sample_id is not None and face.work is not None:
            before = known.get(outcome.sample_id)
            given = frozenset() if before is None else before.verdicts
            works.append(WorkToWrite(face, face.work, outcome.sample_id, outcome.fate, given))
    return works


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
