"""The samples of a project: lists, counts, and what is ready for a release."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager

import numpy.typing as npt
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.project.accepted import AcceptedSamples
from annotator.project.accepted_records import AcceptedSample
from annotator.project.current_meshes import CurrentMesh, load_meshes
from annotator.project.damage import DamagedMesh, damaged_meshes
from annotator.project.engine.base import Engine, chunks
from annotator.project.errors import UnknownImage, UnknownSample
from annotator.project.faces_of_image import FaceOfImage, load_faces
from annotator.project.faces_to_check import PhotographToCheck, images_of, load_to_check
from annotator.project.image_rows import IN_PROJECT
from annotator.project.locking import locked
from annotator.project.models import layout_of_model
from annotator.project.opinion_rows import IS_ORIGINAL, shown_to
from annotator.project.paths import ImagePaths
from annotator.project.people import recorded_name
from annotator.project.prediction_rows import Face, PredictionRows
from annotator.project.records import SampleState, SampleSummary
from annotator.project.summaries import load_summaries, load_summary
from annotator.project.tables import ImageRow, SampleChangeRow, SampleRow


class Samples:
    """The samples of a project."""

    def __init__(self, engine: Engine, paths: ImagePaths) -> None:
        self._engine = engine
        self._paths = paths

    def summaries(
        self, states: Collection[SampleState] | None = None, *, person: str | None = None
    ) -> list[SampleSummary]:
        """Return what a list shows, ordered by image id and face index.

        Parameters
        ----------
        states
            Only samples in one of these; None for all.
        person
            Whose list it is: their own opinions are in it, in place of the faces that they are
            about. None: it holds no opinions.
        """
        with self._engine.reading() as session:
            conditions = [shown_to(session, person)]
            if states is not None:
                conditions.append(SampleRow.state.in_(list(states)))
            return load_summaries(session, self._paths, *conditions)

    def get(self, sample_id: int) -> SampleSummary:
        """Return one sample's summary, or raise `UnknownSample`."""
        with self._engine.reading() as session:
            return load_summary(session, self._paths, sample_id)

    def get_shown(self, sample_id: int, *, person: str | None) -> SampleSummary:
        """Return one sample of somebody's list, or raise `UnknownSample`; see `summaries`."""
        found = self.those_shown([sample_id], person=person)
        if not found:
            raise UnknownSample(f"there is no sample {sample_id} in this project for {person}")
        return found[0]

    def those_shown(
        self, sample_ids: Collection[int], *, person: str | None
    ) -> list[SampleSummary]:
        """Return those of some samples that are in somebody's list; see `summaries`."""
        found: list[SampleSummary] = []
        with self._engine.reading() as session:
            shown = shown_to(session, person)
            for some in chunks(list(sample_ids), self._engine):
                found += load_summaries(session, self._paths, SampleRow.id.in_(some), shown)
        return found

    def image_of(self, sample_id: int) -> int:
        """Return the id of a sample's image, of a removed one too, or raise `UnknownSample`."""
        query = select(SampleRow.image_id).where(SampleRow.id == sample_id)
        with self._engine.reading() as session:
            image_id = session.scalar(query)
        if image_id is None:
            raise UnknownSample(f"there is no sample {sample_id} in this project")
        return image_id

    def images_of(self, sample_ids: Iterable[int] | None = None) -> dict[int, int]:
        """Return the id of each sample's image, in the order asked for; those gone are missing.

        None asks for all samples of the project, but for opinions and those of removed images.
        """
        with self._engine.reading() as session:
            return images_of(session, self._engine, sample_ids)

    def faces_of(self, image_id: int, *, person: str | None = None) -> list[FaceOfImage]:
        """Return an image's faces with their meshes, but for the deleted ones; see `load_faces`."""
        with self._engine.reading() as session:
            return load_faces(session, image_id, person)

    def meshes(self, sample_ids: Collection[int]) -> dict[int, CurrentMesh]:
        """Return the meshes of samples as they are now; damaged ones are missing: `load_meshes`."""
        with self._engine.reading() as session:
            return load_meshes(session, self._engine, sample_ids)

    def to_check(self, sample_ids: Collection[int]) -> list[PhotographToCheck]:
        """Return the photographs of samples, with all their faces; see `load_to_check`."""
        with self._engine.reading() as session:
            return load_to_check(session, self._engine, sample_ids)

    def damaged(self) -> Iterator[DamagedMesh]:
        """Yield what is damaged of all meshes and strokes, of removed images too.

        Every one is read and compared with its digest: 100,000 samples take seconds.
        """
        with self._engine.reading() as session:
            yield from damaged_meshes(session)

    def last_change(self) -> int:
        """Return the number of the last change of a sample; 0 if there is no sample."""
        with self._engine.reading() as session:
            return session.scalar(select(func.max(SampleChangeRow.number))) or 0

    def stored_count(self) -> int:
        """Return how many samples are stored, those of removed images too; cheap."""
        with self._engine.reading() as session:
            return session.scalar(select(func.count(SampleChangeRow.sample_id))) or 0

    def changed_since(self, counter: int) -> dict[int, int]:
        """Return the samples that changed after a number, and the number of each one's last change.

        The numbers are the database's and only ever grow, whosever clock is wrong: the greatest
        of an answer, or an earlier `last_change`, is what to ask with the next time. With 0 all
        samples are returned. Those of removed images are among them, though no list has them: that
        they were removed is a change.
        """
        query = select(SampleChangeRow.sample_id, SampleChangeRow.number).where(
            SampleChangeRow.number > counter
        )
        with self._engine.reading() as session:
            return {row.sample_id: row.number for row in session.execute(query)}

    def add(
        self,
        image_id: int,
        landmarks: npt.ArrayLike,
        *,
        model_id: int,
        presence: float,
        detection_score: float,
        added_by: str,
    ) -> SampleSummary:
        """Add a face that the detector missed, predicted in a box that somebody drew.

        Parameters
        ----------
        landmarks
            (n, 3), n of the model's layout, in pixels of the upright image, as it predicted them.
        model_id
            As `Models.register` returned it.
        presence, detection_score
            As for any prediction, 0 to 1.
        added_by
            Who drew the box.

        Returns
        -------
        SampleSummary
            Of the new sample, the last face of its image. `Reviews.delete` takes it back.

        Raises
        ------
        UnknownImage
            If there is no such image.
        ProjectError
            If there is no such model.
        ValueError
            If the landmarks have the wrong shape or are not finite.
        UnusableName
            If nobody could be called as who added them is.
        """
        added_by = recorded_name(added_by)
        with self._engine.writing() as session:
            layout = layout_of_model(session, model_id)
            face = Face.checked(landmarks, layout, presence, detection_score)
            rows = PredictionRows(model_id)
            face_index = _next_face_index(session, image_id)
            rows.add_sample(image_id, face_index, face, added_by=added_by)
            (sample_id,) = rows.write(session, self._engine)
            return load_summary(session, self._paths, sample_id)

    def counts(self) -> dict[SampleState, int]:
        """Return the number of samples in each state, zeros included."""
        there = select(SampleRow.state, func.count()).join(ImageRow).where(IN_PROJECT, IS_ORIGINAL)
        query = there.group_by(SampleRow.state)
        with self._engine.reading() as session:
            found = dict(session.execute(query).all())
        return {state: found.get(state, 0) for state in SampleState}

    def accepted(self) -> Iterator[AcceptedSample]:
        """Yield the accepted samples, ordered by their image's hash and face index.

        All of them are seen as they were when the first was asked for.
        """
        with self.all_accepted() as accepted:
            yield from accepted

    @contextmanager
    def all_accepted(self) -> Iterator[AcceptedSamples]:
        """Give what `accepted` yields to those who need it more than once, or counted.

        All of them are seen as they were when the block began.
        """
        with self._engine.reading() as session:
            yield AcceptedSamples(session, self._paths, self._engine)


def _next_face_index(session: Session, image_id: int) -> int:
    """Return the next index of an image, which is locked: so it is given once."""
    image = locked(select(ImageRow.id).where(ImageRow.id == image_id, IN_PROJECT), ImageRow)
    if session.scalar(image) is None:
        raise UnknownImage(f"there is no image {image_id} in this project")
    last = session.scalar(
        select(func.max(SampleRow.face_index)).where(SampleRow.image_id == image_id)
    )
    return 0 if last is None else last + 1
