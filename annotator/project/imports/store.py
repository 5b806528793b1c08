"""The part of a project that takes in faces from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.mesh.layout import MeshLayout, layout_named
from annotator.project.engine.base import Engine
from annotator.project.imports.deciding import decide
from annotator.project.imports.faces_there import faces_there, opinions_there
from annotator.project.imports.opinions import (
    ImportedOpinion,
    planned_opinions,
    write_imported_opinions,
)
from annotator.project.imports.records import FaceThere, ImportedFace, ImportRules, Outcome
from annotator.project.imports.writing import Writer, with_submission
from annotator.project.known_settings import TWO_STEPS
from annotator.project.layouts import stored_layout
from annotator.project.models import Models
from annotator.project.people import who_does_it
from annotator.project.records import SampleState
from annotator.project.settings import setting_in
from annotator.project.tables import ModelRow, PredictionRow


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    sha256: str
    layout: MeshLayout


class Imports:
    """Takes in faces that others made, of images that the project has.

    What becomes of a face is decided by what is there: `plan` says it and writes nothing, `store`
    decides again, in the transaction that writes, as others may have come between. All faces of
    an image have to be in one call: each face there is given to one of them at most.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def layouts(self) -> list[MeshLayout]:
        """Return the layouts of the project's meshes, by name; none while it has none."""
        names = (
            select(ModelRow.layout)
            .where(select(PredictionRow.id).where(PredictionRow.model_id == ModelRow.id).exists())
            .distinct()
        )
        with self._engine.reading() as session:
            return [stored_layout(name) for name in sorted(session.scalars(names))]

    def there(self, image_ids: Sequence[int]) -> dict[int, list[FaceThere]]:
        """Return the faces of images, by image, deleted ones too, opinions not."""
        with self._engine.reading() as session:
            return faces_there(session, self._engine, image_ids)

    def plan(
        self, faces: Sequence[ImportedFace], rules: ImportRules, *, by: str | None = None
    ) -> list[Outcome]:
        """Return what would become of faces, in their order; nothing is written.

        Raises `DamagedProject` if a mesh that is there is not what was stored.
        """
        who = who_does_it(by)
        with self._engine.reading() as session:
            allowed = _allowed(session, faces, rules, who)
            there = faces_there(session, self._engine, _images(faces))
        return _decided(allowed, there, rules)

    def store(
        self, faces: Sequence[ImportedFace], rules: ImportRules, *, by: str | None = None
    ) -> list[Outcome]:
        """Write faces and say what became of each, in one transaction: all of them or none.

        A mesh that people made comes as one stroke, ``"import"``, which can be undone, with the
        verdicts that were given on it. Where the project demands two steps, what was accepted
        elsewhere is only submitted, unless the rules trust it. Stored predictions never change.

        Raises
        ------
        UnknownImage
            If an image is not in the project any more.
        DamagedProject
            If a mesh that is there is not what was stored.
        UnusableName
            If nobody could be called as who imports is.
        """
        who = who_does_it(by)
        self._engine.check_writable()
        planned = self.plan(faces, rules, by=by)
        if not any(outcome.fate.writes for outcome in planned):
            return planned
        model_ids = self._registered(faces)
        with self._engine.writing() as session:
            allowed = _allowed(session, faces, rules, who)
            there = faces_there(session, self._engine, _images(faces), to_change=True)
            outcomes = _decided(allowed, there, rules)
            writer = Writer(session, self._engine, model_ids, rules, who)
            return writer.write(allowed, outcomes, there)

    def opinions_there(self, sample_ids: Sequence[int]) -> dict[int, dict[str, FaceThere]]:
        """Return the opinions of faces by their samples, and by whose each is, see `known_as`."""
        with self._engine.reading() as session:
            return opinions_there(session, self._engine, sample_ids)

    def plan_opinions(
        self, opinions: Sequence[ImportedOpinion], *, over: bool = False
    ) -> list[Outcome]:
        """Return what would become of opinions of others, in their order; nothing is written."""
        with self._engine.reading() as session:
            return planned_opinions(session, self._engine, opinions, over=over)

    def store_opinions(
        self, opinions: Sequence[ImportedOpinion], *, over: bool = False, by: str | None = None
    ) -> list[Outcome]:
        """Write opinions of others, each with what was made of it, in one transaction.

        Who was not asked here yet is asked. What they made of the face comes as one stroke, with
        its verdicts, where they have not worked on it here; else as `store` has it.

        Raises
        ------
        UnknownSample
            If a face is not in the project any more.
        DamagedProject
            If a mesh that is there is not what was stored.
        UnusableName
            If nobody could be called as who imports is.
        """
        who = who_does_it(by)
        self._engine.check_writable()
        planned = self.plan_opinions(opinions, over=over)
        if not any(outcome.fate.writes for outcome in planned):
            return planned
        with self._engine.writing() as session:
            return write_imported_opinions(session, self._engine, opinions, over=over, by=who)

    def _registered(self, faces: Iterable[ImportedFace]) -> dict[str, int]:
        models = {
            prediction.model_sha256: _Model(
                prediction.model_name, prediction.model_sha256, layout_named(face.layout.name)
            )
            for face in faces
            for prediction in face.predictions
        }
        register = Models(self._engine).register
        return {sha256: register(model) for sha256, model in models.items()}


def _images(faces: Iterable[ImportedFace]) -> list[int]:
    return sorted({face.image_id for face in faces})


def _allowed(
    session: Session, faces: Sequence[ImportedFace], rules: ImportRules, by: str
) -> list[ImportedFace]:
    """Return the faces with the verdicts that the project lets them come with."""
    if rules.trusts_verdicts or setting_in(session, "review") != TWO_STEPS:
        return list(faces)
    return [
        face
        if face.work is None or face.work.state is not SampleState.ACCEPTED
        else replace(face, work=with_submission(face.work, by))
        for face in faces
    ]


def _decided(
    faces: Sequence[ImportedFace], there: Mapping[int, Sequence[FaceThere]], rules: ImportRules
) -> list[Outcome]:
    of_image: dict[int, list[int]] = {}
    for at, face in enumerate(faces):
        of_image.setdefault(face.image_id, []).append(at)
    outcomes: dict[int, Outcome] = {}
    for image_id, places in of_image.items():
        decided = decide([faces[at] for at in places], there.get(image_id, []), over=rules.over)
        outcomes |= dict(zip(places, decided, strict=True))
    return [outcomes[at] for at in range(len(faces))]
