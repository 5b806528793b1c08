"""Another project's faces come in with all that was made of them; the other is only read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from annotator.imaging import Picture
from annotator.project import (
    Annotation,
    Fate,
    ImageRecord,
    ImportedFace,
    ImportedPrediction,
    ImportedReview,
    ImportedWork,
    ImportRules,
    NewImage,
    Project,
    Remark,
    Review,
    SamplePredictions,
    SampleSummary,
    UnknownRevision,
)
from annotator.project.imports.deciding import match_faces
from annotator.project.imports.records import FaceThere
from annotator.project.known_settings import TWO_STEPS
from annotator.project.people import recorded_name
from annotator.release.incoming import ImageClue
from annotator.system.people import usable_name
from annotator.workflow.image_files import inspect_picture
from annotator.workflow.importing_annotations.faces import Elsewhere
from annotator.workflow.importing_annotations.photographs import (
    ABSENT,
    FoundImage,
    find_photographs,
)
from annotator.workflow.importing_annotations.planning import plan_of
from annotator.workflow.importing_annotations.plans import Plan, Planned, Portion, told

NO_CLIP = "a frame of a clip that the project lacks: add the clip first"
_WITH_REMARKS = tuple(fate.value for fate in Fate if fate not in (Fate.CONFLICT, Fate.NO_FACE))


class ProjectFaces:
    """The faces of a project that is open for reading, see `Given`; opinions are none of them."""

    def __init__(self, other: Project) -> None:
        self.other = other
        self.records = other.images.all()
        self.samples: list[SampleSummary] = other.samples.summaries()
        places = {record.id: at for at, record in enumerate(self.records)}
        self.clues = [_clue(record) for record in self.records]
        self.image_of = [places[sample.image_id] for sample in self.samples]
        self.title = f"the project {other.home.name}"
        self.origin = {"from": other.home.name}
        facts, splits = other.facts.of(list(places)), other.splits.decided()
        self.known = [Elsewhere(facts[id_], splits.get(id_)) for id_ in places]
        self.unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MergeWay:
    """Faces come in from another project: predictions, the mesh as one stroke, marks, verdicts.

    Attributes
    ----------
    faces
    rules
        What they may do.
    by
        Who merges.
    """

    faces: ProjectFaces
    rules: ImportRules
    by: str

    @property
    def words(self) -> str:
        """As what, for people."""
        return "what was made of them"

    def plan(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Return what will become of faces, see `Way`."""
        decided = project.imports.plan(self._imported(project, portion), self.rules, by=self.by)
        return dict(zip(portion.places, map(told, decided), strict=True))

    def store(self, project: Project, portion: Portion) -> dict[int, Planned]:
        """Write faces, see `Way`, and the remarks on them that are not there."""
        stored = project.imports.store(self._imported(project, portion), self.rules, by=self.by)
        outcomes = dict(zip(portion.places, map(told, stored), strict=True))
        for at, outcome in outcomes.items():
            if outcome.fate in _WITH_REMARKS and outcome.sample_id is not None:
                self._bring_remarks(project, self.faces.samples[at].id, outcome.sample_id)
        return outcomes

    def of_new_image(self, project: Project, at: int) -> Planned:
        """Return what will become of a face whose photograph is to be added."""
        return Planned(Fate.NEW.value, why="with its photograph")

    def _imported(self, project: Project, portion: Portion) -> list[ImportedFace]:
        there = project.imports.there(sorted(set(portion.image_ids)))
        made: dict[int, ImportedFace] = {}
        for image_id, known in there.items():
            pairs = zip(portion.places, portion.image_ids, strict=True)
            faces = {at: self._face(at, image_id) for at, of_one in pairs if of_one == image_id}
            matches = match_faces([face.box for face in faces.values()], known)
            for (at, face), match in zip(faces.items(), matches, strict=True):
                made[at] = face if match is None else self._related(project, at, face, match[0])
        return [made[at] for at in portion.places]

    def _face(self, at: int, image_id: int) -> ImportedFace:
        other, sample = self.faces.other, self.faces.samples[at]
        annotation = other.annotations.load(sample.id)
        predictions = other.predictions.of(sample.id)
        reviews = other.reviews.history(sample.id)
        is_untouched = not (sample.stroke_count or reviews)
        return ImportedFace(
            image_id,
            annotation.layout,
            _predictions(predictions, annotation),
            None if is_untouched else _work(sample, annotation, reviews),
            origin={**self.faces.origin, "sample": sample.id},
        )

    def _related(
        self, project: Project, at: int, face: ImportedFace, known: FaceThere
    ) -> ImportedFace:
        """Return a face that says how it came about, where it and that here were one once."""
        if face.work is None or known.is_untouched:
            return face
        other, sample = self.faces.other, self.faces.samples[at]
        if _was(other, sample.id, known.revision, known.landmarks):
            continues = known.id, known.revision
            return replace(face, work=replace(face.work, continues=continues))
        revision = other.annotations.load(sample.id).revision
        if face.work.verdicts <= known.verdicts and _was(
            project, known.id, revision, face.work.landmarks
        ):
            return replace(face, work=replace(face.work, is_past_of=known.id))
        return face

    def _bring_remarks(self, project: Project, there: int, here: int) -> None:
        remarks = self.faces.other.remarks.of(there, is_open=True)
        if not remarks:
            return
        known = {_said(remark) for remark in project.remarks.of(here)}
        for remark in remarks:
            if _said(remark) not in known:
                project.remarks.add(
                    here, remark.text, author=usable_name(remark.author),
                    vertices=remark.vertices, region=remark.region,
                )  # fmt: skip


def plan_merge(
    project: Project,
    other: Project,
    *,
    by: str,
    over: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Return what will become of another project's faces; neither project is changed.

    Verdicts are taken as they are where the other project demanded as many steps as this one.

    Parameters
    ----------
    project
    other
        Open for reading.
    by
        Who merges.
    over
        Whether the other's work on a face is put over what people made of it here.
    on_progress
        Called on the calling thread with the number of faces looked at and their total.

    Raises
    ------
    DamagedProject
        If a mesh of either is not what was stored.
    """
    faces = ProjectFaces(other)
    has_steps = other.settings.get("review") == TWO_STEPS
    rules = ImportRules(over=over, follows=False, trusts_verdicts=has_steps)
    images = _with_files(faces.records, find_photographs(project, faces.clues))
    return plan_of(
        project, faces, MergeWay(faces, rules, recorded_name(by)), images, on_progress=on_progress
    )


def _clue(record: ImageRecord) -> ImageClue:
    path = record.path if record.frame is None else None
    return ImageClue(record.path.name, record.picture_sha256, record.width, record.height, path)


def _with_files(records: Sequence[ImageRecord], found: Sequence[FoundImage]) -> list[FoundImage]:
    """Return where images are, with the files of those that may be added."""
    return [
        each if each.image_id is not None else _from_file(record, each)
        for record, each in zip(records, found, strict=True)
    ]


def _from_file(record: ImageRecord, found: FoundImage) -> FoundImage:
    if record.clip_id is not None:
        return FoundImage(why=NO_CLIP)
    if found.why != ABSENT:
        return found
    entry = inspect_picture(Picture(record.path, record.frame))
    if not isinstance(entry, NewImage):
        return FoundImage(why=f"its file cannot be read: {entry.reason}")
    if entry.sha256 != record.sha256 and (
        entry.coded_sha256 is None or entry.coded_sha256 != record.coded_sha256
    ):
        return FoundImage(why="its file has changed since it was added there")
    return FoundImage(file=entry)


def _was(project: Project, sample_id: int, revision: int, mesh: NDArray[np.float32]) -> bool:
    """Return whether a sample's mesh was this one at a revision."""
    try:
        past = project.annotations.at_revision(sample_id, revision)
    except UnknownRevision:
        return False
    return np.array_equal(past.landmarks, mesh)


def _predictions(
    found: SamplePredictions, annotation: Annotation
) -> tuple[ImportedPrediction, ...]:
    """Return what models said, what the annotation began with first."""
    own_first = sorted(found.every, key=lambda one: one.id != found.own_id)
    return tuple(
        ImportedPrediction(
            one.model.name, one.model.sha256, one.landmarks, one.presence, one.detection_score
        )
        for one in own_first
        if one.model.layout == annotation.layout.name
    )


def _work(sample: SampleSummary, annotation: Annotation, reviews: Sequence[Review]) -> ImportedWork:
    return ImportedWork(
        landmarks=annotation.landmarks,
        marks=annotation.marks,
        is_stroked=sample.stroke_count > 0,
        annotator=None if sample.annotator is None else usable_name(sample.annotator),
        state=sample.state,
        reviews=tuple(
            ImportedReview(
                review.verdict, usable_name(review.reviewer), review.created_at,
                tuple(review.reasons), review.comment,
            )
            for review in reviews
        ),
        anchors=annotation.anchors,
    )  # fmt: skip


def _said(remark: Remark) -> tuple[str, str, tuple[int, ...], str | None]:
    return remark.author, remark.text, remark.vertices, remark.region
