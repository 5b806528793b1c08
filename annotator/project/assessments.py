"""How good the samples of a project probably are: stored, found again, and told to be done anew."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from annotator.project.assessed_columns import load_columns
from annotator.project.assessment_records import (
    AssessedColumns,
    Assessment,
    FaceToAssess,
    HashedFace,
    StoredFinding,
)
from annotator.project.assessment_table import AssessmentRow, AssessorRow, FindingRow
from annotator.project.damage import DamagedMesh
from annotator.project.due_faces import due_images, load_assessments, load_faces_to_assess
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import ProjectError
from annotator.project.locking import locked
from annotator.project.look_alikes import differing, hashed_faces, put_findings
from annotator.project.models import layout_of_model
from annotator.project.opinion_assessments import opinion_assessment
from annotator.project.tables import SampleRow
from annotator.system.portions import portions


class Assessments:
    """The assessments of a project's samples, and which of them are due.

    A sample's is due where there is none, where its prediction, its annotation or the assessor is
    another one than before, and where somebody wants it done again.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, model_id: int, version: int, signals: Sequence[str]) -> int:
        """Return the id of an assessor, which becomes known if it is not yet.

        Parameters
        ----------
        model_id
            Whose spread the signals tell of.
        version
            Of the program that computes them, from 1: a newer one finds all samples due.
        signals
            Their names, in the order in which they are stored.

        Raises
        ------
        ProjectError
            If there is no such model.
        ValueError
            If a name cannot be stored in a list of names, or there is none.
        """
        if not signals or any(not name or "," in name for name in signals):
            raise ValueError(f"expected names of signals without commas, but got {signals}")
        wanted = {"model_id": model_id, "version": version, "signals": ",".join(signals)}
        query = select(AssessorRow.id).filter_by(**wanted)
        with self._engine.reading() as session:
            layout_of_model(session, model_id)
            known = session.scalar(query)
        if known is not None:
            return known
        with self._engine.writing(alone=True) as session:
            known = session.scalar(query)  # another program may have come between
            if known is not None:
                return known
            row = AssessorRow(**wanted, registered_at=datetime.now(UTC))
            session.add(row)
            session.flush()
            return row.id

    def due_images(self, assessor_id: int) -> list[int]:
        """Return the images with faces that an assessor has to look at, in the order added.

        Only faces of the layout that its model predicts; none of deleted samples and removed
        images, and none whose photograph made room for another one.

        Raises
        ------
        ProjectError
            If there is no such assessor.
        """
        with self._engine.reading() as session:
            return due_images(session, _assessor(session, assessor_id))

    def faces(
        self, assessor_id: int, image_ids: Collection[int]
    ) -> tuple[dict[int, list[FaceToAssess]], list[DamagedMesh]]:
        """Return the faces of images, by image, and the damaged ones, which are not among them.

        Images of which nothing is there any more, or nothing is due, are left out.
        """
        with self._engine.reading() as session:
            return load_faces_to_assess(session, _assessor(session, assessor_id), image_ids)

    def want_again(self) -> int:
        """Have all samples assessed again, some at a time; returns how many were assessed."""
        self._engine.check_writable()
        with self._engine.reading() as session:
            ids = list(session.scalars(select(AssessmentRow.sample_id)))
        for some in portions(ids, 500):
            with self._engine.writing() as session:
                for chunk in chunks(sorted(self._there(session, some)), self._engine):
                    of_these = AssessmentRow.sample_id.in_(chunk)
                    session.execute(update(AssessmentRow).where(of_these).values(is_due=True))
        return len(ids)

    def store(self, assessor_id: int, assessments: Collection[Assessment]) -> int:
        """Store assessments in one transaction, in place of earlier ones; returns how many.

        Those of samples that are gone meanwhile are passed over.

        Raises
        ------
        ProjectError
            If there is no such assessor; nothing is stored.
        """
        with self._engine.writing() as session:
            names = _assessor(session, assessor_id).signals.split(",")
            there = self._there(session, [each.sample_id for each in assessments])
            kept = [each for each in assessments if each.sample_id in there]
            for chunk in chunks(sorted(there), self._engine):
                session.execute(delete(FindingRow).where(FindingRow.sample_id.in_(chunk)))
                session.execute(delete(AssessmentRow).where(AssessmentRow.sample_id.in_(chunk)))
            if kept:
                now = datetime.now(UTC)
                rows = [_row(each, assessor_id, names, now) for each in kept]
                session.execute(insert(AssessmentRow), rows)
            if findings := [row for each in kept for row in _finding_rows(each)]:
                session.execute(insert(FindingRow), findings)
        return len(kept)

    def hashed_faces(self) -> dict[int, HashedFace]:
        """Return what faces look like, by sample, as far as it is known.

        Left out are opinions, samples that are excluded or deleted, and those of removed images.
        """
        with self._engine.reading() as session:
            return hashed_faces(session)

    def store_found(self, check: str, found: Mapping[int, Sequence[StoredFinding]]) -> int:
        """Make these, by sample, all findings of a check; returns of how many samples that is new.

        For what is found by comparing all samples. They are without vertices. Where the same is
        stored already nothing is written; the rest is written some at a time. Samples that were
        never assessed are passed over.
        """
        self._engine.check_writable()
        with self._engine.reading() as session:
            other = differing(session, check, found)
        for some in portions(other, 500):
            with self._engine.writing() as session:
                for chunk in chunks(sorted(self._there(session, some)), self._engine):
                    put_findings(session, check, chunk, found)
        return len(other)

    def of(self, sample_id: int) -> Assessment | None:
        """Return what is known of a sample's prediction; None where that was not assessed yet.

        Of an opinion it is what is known of its face's.
        """
        with self._engine.reading() as session:
            known = load_assessments(session, [sample_id]).get(sample_id)
            return opinion_assessment(session, sample_id) if known is None else known

    def columns(self) -> AssessedColumns:
        """Return what lists show of all assessments; see `AssessedColumns`."""
        with self._engine.reading() as session:
            return load_columns(session)

    def last_number(self) -> int:
        """Return the number of the newest assessment; 0 where there is none. Cheap."""
        with self._engine.reading() as session:
            return session.scalar(select(func.max(AssessmentRow.number))) or 0

    def _there(self, session: Session, sample_ids: Sequence[int]) -> set[int]:
        """Return which samples are still there, locked."""
        there: set[int] = set()
        for chunk in chunks(sorted(set(sample_ids)), self._engine):
            query = select(SampleRow.id).where(SampleRow.id.in_(chunk))
            there.update(session.scalars(locked(query, SampleRow)))
        return there


def _assessor(session: Session, assessor_id: int) -> AssessorRow:
    row = session.get(AssessorRow, assessor_id)
    if row is None:
        raise ProjectError(f"there is no assessor {assessor_id} in this project: register it")
    return row


def _row(
    assessment: Assessment, assessor_id: int, names: Sequence[str], now: datetime
) -> dict[str, Any]:
    values = [assessment.signals.get(name, np.nan) for name in names]
    signals = np.array(values, np.float32)
    signals[~np.isfinite(signals)] = np.nan  # no column holds what is infinite
    return {
        "sample_id": assessment.sample_id,
        "assessor_id": assessor_id,
        "prediction_id": assessment.prediction_id,
        "revision": assessment.revision,
        "doubt": float(assessment.doubt) if math.isfinite(assessment.doubt) else None,
        "signals": signals,
        "spread": assessment.spread,
        "assessed_at": now,
        "face_hashes": assessment.face_hashes,
        "unchanged_since_sent_back": assessment.unchanged_since_sent_back,
    }


def _finding_rows(assessment: Assessment) -> list[dict[str, Any]]:
    return [
        {
            "sample_id": assessment.sample_id,
            "of_mesh": finding.of_mesh,
            "name": finding.name,
            "severity": finding.severity,
            "sentence": finding.sentence,
            "vertices": np.array(finding.vertices, np.uint16) if finding.vertices else None,
        }
        for finding in assessment.findings
    ]
