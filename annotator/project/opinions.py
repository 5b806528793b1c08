"""Opinions: faces that several people are asked to annotate, none of whom sees the others' work."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, select, union
from sqlalchemy.orm import Session, aliased

from annotator.project.damage import damaged_mesh
from annotator.project.digests import honeypot_digest
from annotator.project.engine.base import Engine, chunks
from annotator.project.image_rows import IN_PROJECT
from annotator.project.layouts import check_stored, stored_layout, unmarked
from annotator.project.opinion_records import Opinion, StoredMesh
from annotator.project.opinion_rows import refuse_foreign
from annotator.project.opinion_writing import write_opinions
from annotator.project.partly import telling_what_is_done
from annotator.project.people import recorded_name, who_does_it
from annotator.project.soundness import naming_damage, refuse_damaged
from annotator.project.tables import (
    AnnotationRow,
    HoneypotRow,
    ImageRow,
    ModelRow,
    PredictionRow,
    ReviewRow,
    SampleRow,
    StrokeRow,
    VisitRow,
)
from annotator.system.portions import portions

Landmarks = npt.NDArray[np.float32]


class Opinions:
    """What single people are asked to make of faces, each by themselves.

    An opinion is a sample of its own: a copy of the face's, with the prediction that this one has,
    which its annotator alone is shown, in the face's place. It is edited and submitted like any
    other sample. No count, table, model or release sees it; the face's own sample is untouched by
    it.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, wanted: Iterable[tuple[int, str]], *, by: str | None = None) -> list[int]:
        """Ask people for their opinions of faces, some at a time.

        Parameters
        ----------
        wanted
            Pairs of a sample and who is asked. Who was asked already is not asked again.
        by
            Who asks, for the audit log; None for whoever is logged in.

        Returns
        -------
        list of int
            The samples that the new opinions are.

        Raises
        ------
        UnknownSample
            If there is no such sample, or it is an opinion itself.
        UnusableName
            If nobody could be called as somebody who is asked, or who asks, is.
        """
        return self._write(wanted, None, by)

    def ask_known(
        self,
        wanted: Iterable[tuple[int, str]],
        answers: Mapping[int, Landmarks] | None = None,
        *,
        by: str | None = None,
    ) -> list[int]:
        """Ask for opinions of which the answer is known: honeypots. Nobody who is asked sees it.

        Parameters
        ----------
        wanted
            As for `ask`. An opinion that was asked for before stays what it is.
        answers
            The true mesh of a face by its sample, (n, 3) of the layout of its prediction. Of all
            others it is the mesh as it is now, which somebody has to have accepted.
        by
            As for `ask`.

        Raises
        ------
        ProjectError
            If the answer to one of them is not known; nothing more is written.
        ValueError
            If an answer has another shape than the mesh, or is not finite.
        UnknownSample, UnusableName
            As for `ask`.
        """
        return self._write(wanted, answers or {}, by)

    def _write(
        self,
        wanted: Iterable[tuple[int, str]],
        answers: Mapping[int, Landmarks] | None,
        by: str | None,
    ) -> list[int]:
        self._engine.check_writable()
        who = who_does_it(by)
        asked = [(sample_id, recorded_name(person)) for sample_id, person in wanted]
        asked = list(dict.fromkeys(asked))
        written: list[int] = []
        done: list[tuple[int, str]] = []
        with telling_what_is_done(done, len(asked)):
            for some in portions(asked):
                with self._engine.writing() as session:
                    new = write_opinions(session, some, answers, by=who)
                written += new
                done += some
        return written

    def exist(self) -> bool:
        """Return whether anybody was ever asked for an opinion; cheap."""
        query = select(SampleRow.id).where(SampleRow.copy_of.is_not(None)).limit(1)
        with self._engine.reading() as session:
            return session.scalar(query) is not None

    def all(self) -> list[Opinion]:
        """Return all opinions of faces in the project, by face and then in the order asked for."""
        return self._found()

    def of(self, sample_id: int) -> list[Opinion]:
        """Return the opinions of one face, in the order asked for."""
        return self._found(SampleRow.copy_of == sample_id)

    def _found(self, *conditions: ColumnElement[bool]) -> list[Opinion]:
        original = aliased(SampleRow)
        query = (
            select(SampleRow, HoneypotRow.sample_id)
            .join(original, original.id == SampleRow.copy_of)
            .join(ImageRow, ImageRow.id == SampleRow.image_id)
            .outerjoin(HoneypotRow, HoneypotRow.sample_id == SampleRow.id)
            .where(IN_PROJECT, *conditions)
            .order_by(original.image_id, original.face_index, SampleRow.id)
        )
        with self._engine.reading() as session:
            return [_opinion(row, known) for row, known in session.execute(query)]

    def answers(self, sample_ids: Collection[int]) -> dict[int, Landmarks]:
        """Return the known answers among some opinions, each (n, 3) and read-only.

        Raises
        ------
        DamagedProject
            If one is not what was stored.
        """
        found: dict[int, Landmarks] = {}
        with self._engine.reading() as session:
            for some in chunks(list(sample_ids), self._engine):
                query = select(HoneypotRow).where(HoneypotRow.sample_id.in_(some))
                for row in session.scalars(query):
                    if row.digest != honeypot_digest(row.sample_id, row.answer):
                        raise damaged_mesh(session, row.sample_id, "known answer").error()
                    found[row.sample_id] = row.answer
        return found

    def meshes(self, sample_ids: Sequence[int]) -> Iterator[StoredMesh]:
        """Yield the meshes of samples, opinions or not, in no order; without those that are gone.

        Raises
        ------
        DamagedProject
            If one is not what was stored.
        """
        with self._engine.reading() as session:
            for some in chunks(list(sample_ids), self._engine):
                yield from _meshes(session, some)

    def people_at(self, sample_ids: Collection[int]) -> dict[int, set[str]]:
        """Return who has worked on samples, judged them, or looked at them long enough."""
        found: dict[int, set[str]] = {sample_id: set() for sample_id in sample_ids}
        with self._engine.reading() as session:
            for some in chunks(list(sample_ids), self._engine, named=4):
                rows = session.execute(
                    union(
                        *(
                            select(table.sample_id, person).where(table.sample_id.in_(some))
                            for table, person in (
                                (StrokeRow, StrokeRow.annotator),
                                (ReviewRow, ReviewRow.reviewer),
                                (VisitRow, VisitRow.annotator),
                            )
                        ),
                        select(SampleRow.id, SampleRow.added_by).where(SampleRow.id.in_(some)),
                    )
                )
                for sample_id, person in rows:
                    if person is not None:
                        found[sample_id].add(person)
        return found

    def refuse_foreign(self, sample_id: int, person: str) -> None:
        """Raise UnknownSample if a sample is somebody else's opinion."""
        with self._engine.reading() as session:
            sample = session.get(SampleRow, sample_id)
            if sample is not None:
                refuse_foreign(sample, person)


def _opinion(row: SampleRow, known: int | None) -> Opinion:
    assert row.copy_of is not None  # as joined
    assert row.assigned_to is not None  # by a rule of the table
    return Opinion(
        sample_id=row.id,
        original_id=row.copy_of,
        annotator=row.assigned_to,
        is_honeypot=known is not None,
        state=row.state,
        stroke_count=row.stroke_count,
        changed_at=row.updated_at,
        seconds_spent=row.seconds_spent,
        judged_by=row.reviewer,
    )


def _meshes(session: Session, sample_ids: Sequence[int]) -> Iterator[StoredMesh]:
    query = (
        select(AnnotationRow, PredictionRow, ModelRow.layout)
        .join(PredictionRow, PredictionRow.id == AnnotationRow.prediction_id)
        .join(ModelRow, ModelRow.id == PredictionRow.model_id)
        .where(AnnotationRow.sample_id.in_(sample_ids))
        .execution_options(yield_per=200)
    )
    with naming_damage(session, sample_ids):
        for row, prediction, name in session.execute(query):
            refuse_damaged(session, row.sample_id, row, prediction)
            layout = stored_layout(name)
            check_stored(layout, prediction.landmarks, row.landmarks, row.marks)
            yield StoredMesh(
                sample_id=row.sample_id,
                layout=layout,
                landmarks=prediction.landmarks if row.landmarks is None else row.landmarks,
                prediction=prediction.landmarks,
                marks=unmarked(layout) if row.marks is None else row.marks,
                revision=row.revision,
            )
